"""The report: one page that needs nothing but itself."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from pipeline.report import sections
from pipeline.report.draw import unchecked
from pipeline.report.payload import MAX_STATEMENTS, embedded, payload
from pipeline.report.tables import RunTables

SCRIPTS = ("data.js", "explorer.js", "page.js")


def report_html(tables: RunTables, about: Mapping[str, Any], max_statements: int = MAX_STATEMENTS) -> str:
    """Return the report as HTML.

    `about`: title, version, command, timestamp, codebook (name, version, sha256), settings; every entry may be absent.
    Text from documents enters escaped or as JSON, and the page's policy runs no script but its own.
    """
    columns, left_out = payload(tables, max_statements)
    data, form = embedded(columns)
    script = Markup('"use strict";\n' + "\n".join(_asset(name) for name in SCRIPTS))
    style = Markup(_asset("report.css"))
    with unchecked():
        values = sections.contents(tables, about, left_out)
    return (
        _environment()
        .get_template("report.html")
        .render(
            **values,
            data=Markup(data),
            data_form=form,
            script=script,
            style=style,
            policy=_policy(script, style),
        )
    )


def _policy(script: str, style: str) -> str:
    """Return a content security policy that allows this script and this style by their hashes, and nothing else."""
    allowed = f"script-src '{_hash(script)}'; style-src '{_hash(style)}'"
    return f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'"


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")


def _asset(name: str) -> str:
    return files("pipeline.report").joinpath("assets", name).read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FunctionLoader(_asset), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["percent"] = sections.percent
    environment.filters["thousands"] = lambda n: f"{int(n):,}"
    return environment

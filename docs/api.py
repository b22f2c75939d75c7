"""The reference of the package's interface for notebooks and scripts, from its docstrings."""

from __future__ import annotations

import inspect
import re
from functools import cached_property
from typing import Any

import pipeline
from docs.markdown import code, table

_QUOTED = re.compile(r"(: |-> )'([^']*)'")  # an annotation as Python prints it

HEAD = """# Python

    from pipeline import load_run, trace, plot_theme

For notebooks and scripts. What is not listed here is not promised to stay. Everything else of the package may change
between versions; the tables and commands may not.
"""


def page() -> str:
    """Return the page."""
    names = [name for name in pipeline.__all__ if not name.startswith("_")]
    functions = [name for name in names if inspect.isfunction(getattr(pipeline, name))]
    classes = [name for name in names if inspect.isclass(getattr(pipeline, name))]
    return "\n".join([HEAD, *(_function(name) for name in functions), *(_class(name) for name in classes)])


def _function(name: str) -> str:
    function = getattr(pipeline, name)
    return f"## {name}\n\n    {name}{_signature(function)}\n\n{inspect.getdoc(function)}\n"


def _signature(function: Any) -> str:
    return _QUOTED.sub(r"\1\2", str(inspect.signature(function))).replace("pd.", "pandas.")


def _class(name: str) -> str:
    kind = getattr(pipeline, name)
    rows = [
        (code(f"{member}{_call(value)}"), " ".join((inspect.getdoc(value) or "").split()))
        for member, value in vars(kind).items()
        if not member.startswith("_") and (inspect.isfunction(value) or isinstance(value, cached_property))
    ]
    return f"## {name}\n\n{inspect.getdoc(kind)}\n\n{table(('member', 'what it is'), rows)}"


def _call(value: Any) -> str:
    if not inspect.isfunction(value):
        return ""
    return _signature(value).replace("(self, ", "(").replace("(self)", "()")

"""The reference of settings: names, types and defaults from the code, meanings from configs/pipeline.yml."""

from __future__ import annotations

import dataclasses
import re
import types
import typing
from collections.abc import Iterator
from typing import Any, Literal

from docs.markdown import code, table
from pipeline.stages.settings import CONFIGS, Settings

HEAD = """# Settings

A configuration is a YAML file; `--config FILE` names it, and without that option it is `configs/pipeline.yml`. Every
key may be left out. An unknown key, a wrong type or a value that is not allowed is an error that names the line.
Paths are relative to the configuration; a file that is not beside it is looked for among those that come with the
project. A changed setting makes the next run work out anew what depends on it, and nothing else.
"""
OWN_FILES = {"segment.agencies"}  # filled from a file of its own
# `  key: value   # meaning`, also where the line is commented out because the default is long
_LINE = re.compile(r"(?P<indent> *)(?:# )?(?P<key>[a-z_]+):(?:[^#]*?)(?:\s+# (?P<meaning>.*))?$")


@dataclasses.dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its dotted name, what values it takes, its default, and what it means."""

    name: str
    values: str
    default: str
    meaning: str


def page() -> str:
    """Return the page."""
    rows = list(listed())
    parts = [HEAD]
    for section in dict.fromkeys(s.name.split(".")[0] if "." in s.name else "" for s in rows):
        held = [s for s in rows if (s.name.split(".")[0] if "." in s.name else "") == section]
        parts.append(f"## {section or 'Files and seed'}\n")
        parts.append(
            table(
                ("setting", "value", "default", "meaning"),
                [(code(s.name), s.values, code(s.default), s.meaning) for s in held],
            )
        )
    return "\n".join(parts)


def listed() -> Iterator[Setting]:
    """Yield every setting in the order of the code."""
    meanings = dict(_meanings((CONFIGS / "pipeline.yml").read_text(encoding="utf-8")))
    yield from _settings(Settings, "", meanings)


def _settings(kind: Any, path: str, meanings: dict[str, str]) -> Iterator[Setting]:
    hints = typing.get_type_hints(kind)
    for field in dataclasses.fields(kind):
        name, hint = path + field.name.removesuffix("_"), hints[field.name]
        default = field.default_factory() if callable(field.default_factory) else field.default
        if _is_group(hint, name):
            yield from _settings(hint, name + ".", meanings)
        else:
            yield Setting(name, _values(hint), said(default), meanings.get(name, ""))


def _is_group(hint: Any, name: str) -> bool:
    """Say whether a setting is a group of others: every key of it may be left out."""
    if not dataclasses.is_dataclass(hint) or name in OWN_FILES:
        return False
    none = dataclasses.MISSING
    return all(f.default is not none or f.default_factory is not none for f in dataclasses.fields(hint))


def _values(hint: Any) -> str:
    origin = typing.get_origin(hint)
    if origin is Literal:
        return "one of " + ", ".join(str(a) for a in typing.get_args(hint))
    if origin in (typing.Union, types.UnionType):
        return " or ".join(_values(a) for a in typing.get_args(hint) if a is not types.NoneType) + ", or left out"
    if origin is tuple:
        return "list"
    return {str: "text", int: "whole number", float: "number", bool: "true or false"}.get(hint, "group of keys")


def said(value: Any) -> str:
    """Return a default as the configuration would write it, blank for nothing."""
    if value is None or value == "" or dataclasses.is_dataclass(value):
        return ""
    if isinstance(value, tuple | list):
        return "[" + ", ".join(str(v) for v in value) + "]"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _meanings(text: str) -> Iterator[tuple[str, str]]:
    """Yield (dotted name, meaning) of every line of the configuration that has a comment."""
    path: list[tuple[int, str]] = []
    for line in text.splitlines():
        match = _LINE.match(line)
        if not match or not match["key"]:
            continue
        indent = len(match["indent"])
        path = [(i, k) for i, k in path if i < indent] + [(indent, match["key"])]
        if match["meaning"]:
            yield ".".join(k for _, k in path), match["meaning"]

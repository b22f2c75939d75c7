"""The reference of commands, from the command line itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from docs.markdown import code, table
from pipeline.cli import app

HEAD = """# Commands

`findings COMMAND --help` says the same. `python -m pipeline` is the same program, and each command has a `make`
target of its name. Data goes to stdout, progress and words to stderr. Exit code 0: done. 1: the input failed, or a
limit under `expect:` in the configuration. 2: wrong use. `NO_COLOR=1` turns colours off; `findings --install-
completion` teaches the shell to complete commands and options.
"""


def page() -> str:
    """Return the page."""
    return "\n".join([HEAD, *(_section(path, command) for path, command in walked())])


def walked() -> list[tuple[str, Any]]:
    """Return every command with its path, without the root."""
    return list(_walk(typer.main.get_command(app), "findings"))[1:]


def _walk(command: Any, path: str) -> Iterator[tuple[str, Any]]:
    yield path, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from _walk(inner, f"{path} {name}")


def _section(path: str, command: Any) -> str:
    said = "\n\n".join(" ".join(part.split()) for part in (command.help or "").split("\n\n"))
    parts = [f"## {path}\n", said + "\n"]
    if getattr(command, "commands", None):
        return "\n".join(parts)
    parts.append(f"    {path} {_usage(command)}\n")
    rows = [_row(p) for p in command.params if p.name != "help"]
    if rows:
        parts.append(table(("argument or option", "value", "default", "meaning"), rows))
    return "\n".join(parts)


def _usage(command: Any) -> str:
    words = [_argument(p) for p in command.params if p.param_type_name == "argument"]
    return " ".join([*words, "[OPTIONS]"])


def _argument(parameter: Any) -> str:
    name = _name(parameter)
    return name if parameter.required else f"[{name}]"


def _name(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return parameter.metavar or parameter.name.upper()
    return ", ".join(parameter.opts)


def _row(parameter: Any) -> tuple[str, str, str, str]:
    is_argument = parameter.param_type_name == "argument"
    value = "" if is_argument or _is_flag(parameter) else _type(parameter)
    needed = "required" if parameter.required else ""
    return code(_name(parameter)), value, needed or _default(parameter), parameter.help or ""


def _is_flag(parameter: Any) -> bool:
    described = getattr(parameter, "type_descriptor", None)
    return bool(getattr(parameter, "is_flag", False)) or (described is not None and described.annotation is bool)


def _type(parameter: Any) -> str:
    described = getattr(parameter, "type_descriptor", None)
    kind = described.annotation if described else type(parameter.default)
    words = {Path: "path", int: "number", float: "number"}.get(kind, "text")
    return words + (", may be repeated" if parameter.multiple else "")


def _default(parameter: Any) -> str:
    value = parameter.default
    if callable(value) or value is None or value is False or value == "" or repr(value).startswith("Sentinel"):
        return ""
    return code(str(value))

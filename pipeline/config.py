"""YAML files into frozen settings; every fault names its file, line and remedy.

The only module that knows YAML. Each stage keeps the dataclass of its own settings; `build` fills any of them.
"""

from __future__ import annotations

import dataclasses
import difflib
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar, Union

import yaml

from pipeline.errors import ConfigError

Path_ = tuple[str | int, ...]
T = TypeVar("T")
MAX_CONFIG_BYTES = 20_000_000
MAX_DEPTH = 40
_SCALARS = yaml.SafeLoader("")  # turns single scalars into values; holds no document


@dataclass(frozen=True, slots=True)
class YamlFile:
    """A loaded YAML file: its plain value, and the line of every entry, for messages."""

    path: str
    value: Any
    lines: Mapping[Path_, int] = field(default_factory=dict)

    def error(self, message: str, at: Path_ = (), remedy: str = "") -> ConfigError:
        """Return an error that names this file and the line of the entry `at`."""
        while at and at not in self.lines:
            at = at[:-1]
        line = self.lines.get(at)
        return ConfigError(message, place=f"{self.path}, line {line}" if line else self.path, remedy=remedy)

    def at(self, key: str) -> YamlFile:
        """Return the part of the file under a top-level `key` (an empty mapping where absent)."""
        lines = {path[1:]: line for path, line in self.lines.items() if path[:1] == (key,)}
        value = self.value.get(key) if isinstance(self.value, Mapping) else None
        return YamlFile(self.path, {} if value is None else value, lines)


def load_yaml(path: Path) -> YamlFile:
    """Read a YAML file safely; faults of syntax, duplicate keys and aliases that explode are ConfigErrors."""
    try:
        if path.stat().st_size > MAX_CONFIG_BYTES:
            raise ConfigError("is larger than 20 MB", place=str(path), remedy="This does not look like a configuration")
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", place=str(path), remedy="Check the path") from error
    except UnicodeDecodeError as error:
        raise ConfigError("is not UTF-8 text", place=str(path), remedy="Save it as UTF-8") from error
    try:
        root = yaml.compose(text, Loader=yaml.CSafeLoader if hasattr(yaml, "CSafeLoader") else yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise _syntax_error(path, error) from error
    except RecursionError as error:
        raise ConfigError("is nested too deeply", place=str(path)) from error
    lines: dict[Path_, int] = {}
    value = _plain(root, (), lines, str(path)) if root is not None else None
    _SCALARS.constructed_objects.clear()
    return YamlFile(str(path), value, lines)


def dump_yaml(value: Any) -> str:
    """Return plain values (mappings, lists, scalars) as YAML for people, keys in their order."""
    return yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=110, default_flow_style=False)


def _syntax_error(path: Path, error: yaml.YAMLError) -> ConfigError:
    mark = getattr(error, "problem_mark", None)
    place = f"{path}, line {mark.line + 1}" if mark else str(path)
    problem = getattr(error, "problem", None) or "cannot be read"
    return ConfigError(f"is not valid YAML: {problem}", place=place, remedy="Check quotes, colons and indentation")


def _plain(node: yaml.Node, at: Path_, lines: dict[Path_, int], file: str) -> Any:
    """Return the plain value of a node, and note the line of each entry on the way."""
    line = node.start_mark.line + 1
    lines[at] = line
    if len(at) > MAX_DEPTH or len(lines) > 1_000_000:
        raise ConfigError("is nested too deeply or too large", place=f"{file}, line {line}")
    if isinstance(node, yaml.MappingNode):
        return _plain_mapping(node, at, lines, file)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(child, (*at, i), lines, file) for i, child in enumerate(node.value)]
    try:
        return _SCALARS.construct_object(node)
    except (yaml.YAMLError, ValueError) as error:
        raise ConfigError(f"holds a value that is not allowed: {node.value!r}", place=f"{file}, line {line}") from error


def _plain_mapping(node: yaml.MappingNode, at: Path_, lines: dict[Path_, int], file: str) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            raise ConfigError("has a key that is not a word", place=f"{file}, line {line}")
        key = str(key_node.value)
        if key in out:
            first = lines[(*at, key)]
            raise ConfigError(
                f"has the key '{key}' twice",
                place=f"{file}, line {line}",
                remedy=f"The first is in line {first}; keep one",
            )
        out[key] = _plain(value_node, (*at, key), lines, file)
        lines[(*at, key)] = line
    return out


def build(kind: type[T], source: YamlFile, at: Path_ = (), value: Any = None) -> T:
    """Return the frozen dataclass `kind` filled from a YAML mapping; unknown keys and wrong types are ConfigErrors."""
    mapping = source.value if value is None and not at else value
    if mapping is None:
        mapping = {}
    if not isinstance(mapping, Mapping):
        raise source.error(f"should be a list of 'key: value' lines, not {_say(mapping)}", at)
    hints = typing.get_type_hints(kind)
    fields = {f.name.removesuffix("_"): f for f in dataclasses.fields(kind)}  # type: ignore[arg-type]
    for key in mapping:
        if key not in fields:
            raise source.error(f"has an unknown key '{key}'", (*at, key), _nearest(key, fields))
    given = {fields[k].name: _value(hints[fields[k].name], v, source, (*at, k)) for k, v in mapping.items()}
    missing = [k for k, f in fields.items() if f.name not in given and _required(f)]
    if missing:
        raise source.error(f"lacks the key '{missing[0]}'", at, "Add it")
    try:
        return kind(**given)
    except ValueError as error:
        raise source.error(str(error), at) from error


def _required(f: dataclasses.Field[Any]) -> bool:
    return f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING


def _value(hint: Any, value: Any, source: YamlFile, at: Path_) -> Any:
    origin = typing.get_origin(hint)
    if origin in (Union, types.UnionType):
        return _union(hint, value, source, at)
    if origin is Literal:
        return _choice(typing.get_args(hint), value, source, at)
    if origin is tuple:
        return _tuple(typing.get_args(hint)[0], value, source, at)
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return build(hint, source, at, {} if value is None else value)
    return _scalar(hint, value, source, at)


def _union(hint: Any, value: Any, source: YamlFile, at: Path_) -> Any:
    options = [option for option in typing.get_args(hint) if option is not type(None)]
    if value is None and len(options) < len(typing.get_args(hint)):
        return None
    return _value(options[0], value, source, at)


def _choice(choices: tuple[Any, ...], value: Any, source: YamlFile, at: Path_) -> Any:
    if value in choices and not isinstance(value, bool):
        return value
    words = ", ".join(str(choice) for choice in choices if choice != "")
    raise source.error(f"'{at[-1]}' cannot be {_say(value)}", at, f"Choose one of: {words}")


def _tuple(item: Any, value: Any, source: YamlFile, at: Path_) -> tuple[Any, ...]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise source.error(f"'{at[-1]}' should be a list, not {_say(value)}", at, "Write one '- ' line an entry")
    return tuple(_value(item, v, source, (*at, i)) for i, v in enumerate(value))


def _scalar(hint: Any, value: Any, source: YamlFile, at: Path_) -> Any:
    if hint is Any:
        return value
    if hint is str and isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, hint) and (hint is bool or not isinstance(value, bool)):
        return value
    names = {
        str: "text",
        int: "a whole number",
        float: "a number",
        bool: "true or false",
        dict: "a list of 'key: value' lines",
    }
    raise source.error(f"'{at[-1] if at else ''}' should be {names.get(hint, hint.__name__)}, not {_say(value)}", at)


def _say(value: Any) -> str:
    if value is None:
        return "empty"
    return f"a list of {len(value)}" if isinstance(value, list) else f"'{value}'"


def _nearest(key: str, known: Mapping[str, Any]) -> str:
    close = difflib.get_close_matches(key, list(known), n=1)
    return f"Did you mean '{close[0]}'?" if close else f"Known keys: {', '.join(known)}"

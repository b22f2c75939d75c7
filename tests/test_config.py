"""Configuration: what is wrong in a file is said with its line and what to do."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest

from pipeline.config import build, load_yaml
from pipeline.errors import ConfigError


@dataclass(frozen=True)
class Inner:
    size: int = 1
    ratio: float = 0.5


@dataclass(frozen=True)
class Outer:
    name: str
    mode: Literal["fast", "slow"] = "fast"
    words: tuple[str, ...] = ()
    inner: Inner = field(default_factory=Inner)
    limit: int | None = None


def read(folder: Path, text: str) -> Outer:
    path = folder / "c.yml"
    path.write_text(text, encoding="utf-8")
    return build(Outer, load_yaml(path))


def test_a_file_becomes_frozen_settings(tmp_path: Path) -> None:
    text = "name: a\nmode: slow\nwords: [b, 3]\ninner: {size: 4, ratio: 1}\nlimit:\n"
    assert read(tmp_path, text) == Outer("a", "slow", ("b", "3"), Inner(4, 1.0), None)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("name: a\nmod: fast\n", 2, "unknown key 'mod'.*Did you mean 'mode'"),
        ("name: a\nname: b\n", 2, "key 'name' twice.*line 1"),
        ("name: a\n\nmode: medium\n", 3, "cannot be 'medium'.*fast, slow"),
        ("name: a\ninner:\n  size: big\n", 3, "'size' should be a whole number, not 'big'"),
        ("name: a\ninner:\n  size: true\n", 3, "should be a whole number"),
        ("name: a\nwords: b\n", 2, "should be a list"),
        ("name: a\nwords:\n  - b\n  - [c]\n", 4, "should be text"),
        ("name: [a\n", 2, "not valid YAML"),
        ("mode: fast\n", 1, "lacks the key 'name'"),
        ("- a\n", 1, "should be a list of 'key: value' lines"),
    ],
)
def test_a_fault_names_its_line_and_a_remedy(tmp_path: Path, text: str, line: int, words: str) -> None:
    with pytest.raises(ConfigError, match=rf"c\.yml, line {line}: .*{words}"):
        read(tmp_path, text)


@pytest.mark.parametrize(
    "text",
    [
        "name: !!python/object/apply:os.system ['true']\n",
        "a: &a [x, x, x, x, x, x, x, x]\n"
        + "".join(f"{c}: &{c} [{', '.join([f'*{p}'] * 9)}]\n" for p, c in zip("abcdefg", "bcdefgh", strict=True)),
        "name: " + "[" * 500 + "]" * 500,
    ],
    ids=["object", "billion laughs", "nesting"],
)
def test_a_hostile_file_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError):
        read(tmp_path, text)


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load_yaml(tmp_path / "none.yml")
    (tmp_path / "latin.yml").write_bytes(b"name: caf\xe9")
    with pytest.raises(ConfigError, match="not UTF-8"):
        load_yaml(tmp_path / "latin.yml")

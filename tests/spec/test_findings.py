"""The worked examples of docs/findings-examples.md, read as tests: a text, and the statements that it gives."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.segment.support import statements

PAGE = Path(__file__).resolve().parents[2] / "docs" / "findings-examples.md"
_EXAMPLE = re.compile(r"^## (?P<title>[^\n]+)\n\n```text\n(?P<text>.*?)```\n\n(?P<table>(?:\|[^\n]*\n)+)", re.M | re.S)


@dataclass(frozen=True)
class Example:
    title: str
    text: str
    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]


def examples() -> list[Example]:
    found = []
    for match in _EXAMPLE.finditer(PAGE.read_text(encoding="utf-8")):
        head, _, *rows = ([cell.strip() for cell in line.split("|")[1:-1]] for line in match["table"].splitlines())
        columns = tuple({"statement": "text"}.get(name.lower(), name.lower()) for name in head)
        found.append(Example(match["title"], match["text"], columns, [tuple(row) for row in rows]))
    return found


def test_the_page_has_examples() -> None:
    assert len(examples()) == PAGE.read_text(encoding="utf-8").count("\n## ")


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.title)
def test_an_example_is_what_happens(example: Example) -> None:
    found = statements(example.text)
    assert [tuple(getattr(one, name) for name in example.columns) for one in found] == example.rows

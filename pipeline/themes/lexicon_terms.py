"""The language of a codebook's terms: words, alternatives, gaps, pairs and strengths."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass

from pipeline.errors import ConfigError
from pipeline.language import lemmas

PLAIN_WEIGHT = 0.9
GAP_WORDS = 4
_MOST_PHRASES = 2_000
_WEIGHT = re.compile(r"~([^~]*)\Z")
_WHERE = re.compile(r"\s*(section|otherwise):\s*", re.IGNORECASE)
_MARKS = re.compile(r"[()|]|[^()|]+")

Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Term:
    """A term as written, read into parts (each a choice of phrases), and its strength (0 to 1).

    `ordered`: the parts follow one another with a few words between; otherwise they stand anywhere, in any order.
    `where`: "" (the statement), "section" (its headings) or "otherwise" (the statement, if no other theme is there).
    """

    source: str
    parts: tuple[tuple[Phrase, ...], ...]
    ordered: bool
    weight: float
    where: str


def parse_term(source: str, place: str = "") -> Term:
    """Read one term of a codebook; ConfigError says what is wrong with it."""
    body, weight = _weight(source, place)
    where = _WHERE.match(body)
    body = body[where.end() :] if where else body
    ordered = "+" not in body
    parts = tuple(_alternatives(part, source, place) for part in body.split("*" if ordered else "+"))
    return Term(source, parts, ordered, weight, where[1].lower() if where else "")


def _weight(source: str, place: str) -> tuple[str, float]:
    said = _WEIGHT.search(source)
    if not said:
        return source, PLAIN_WEIGHT
    try:
        weight = float(said[1])
    except ValueError:
        weight = -1.0
    if not 0 < weight <= 1:
        raise _fault(source, "has a strength that is not between 0 and 1", place)
    return source[: said.start()], weight


def _alternatives(part: str, source: str, place: str) -> tuple[Phrase, ...]:
    """Return the lemma phrases that a part with (a|b) stands for, without repeats."""
    marks = deque(_MARKS.findall(part))
    try:
        ways = _read_alternatives(marks)
    except OverflowError:
        raise _fault(source, f"stands for more than {_MOST_PHRASES} phrases", place) from None
    if marks or "*" in part:
        raise _fault(source, "has brackets or signs that do not fit together", place)
    if () in ways:
        raise _fault(source, "has a part without words", place)
    return tuple(sorted(set(ways)))


def _read_alternatives(marks: deque[str]) -> list[Phrase]:
    ways: list[Phrase] = []
    row: list[Phrase] = [()]
    while marks and marks[0] != ")":
        mark = marks.popleft()
        if mark == "|":
            ways, row = ways + row, [()]
            continue
        inner = _read_alternatives(marks) if mark == "(" else [lemmas(mark)]
        if mark == "(" and (not marks or marks.popleft() != ")"):
            marks.append(")")
            break
        if len(row) * len(inner) > _MOST_PHRASES:
            raise OverflowError
        row = [left + right for left in row for right in inner]
    return ways + row


def _fault(source: str, what: str, place: str) -> ConfigError:
    return ConfigError(
        f"the term '{source}' {what}",
        place=place,
        remedy="Write words, (one|other), 'a * b' for a gap, 'a + b' for both in any order, '~ 0.5' for a strength",
    )

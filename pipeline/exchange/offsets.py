"""Places in a text as other programs count them: in code points or UTF-16 units, a line end as one or as two.

REFI-QDA says code points of the plain text file, end exclusive. Programs differ: NVivo counts UTF-16 units and a line
end as two, MAXQDA and ATLAS.ti keep CR LF in the file and count it as one, QualCoder keeps to the standard.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import UsageError
from pipeline.exchange.matching import letters

Unit = Literal["code points", "UTF-16 units"]
LineEnd = Literal["one", "two", "as stored"]


@dataclass(frozen=True, slots=True)
class Counting:
    """How places are counted: unit, what a line end counts, and whether a byte order mark counts."""

    unit: Unit = "code points"
    line_end: LineEnd = "one"
    mark_counts: bool = False

    def __str__(self) -> str:
        """Return the counting in words."""
        ends = {"one": "a line end as one", "two": "a line end as two", "as stored": "line ends as stored"}
        mark = ", the byte order mark too" if self.mark_counts else ""
        return f"{self.unit}, {ends[self.line_end]}{mark}"


@dataclass(frozen=True, slots=True)
class Flavour:
    """How a program wants its plain text files and places."""

    crlf: bool = False
    mark: bool = False
    counting: Counting = Counting()

    def encode(self, text: str) -> bytes:
        """Return the bytes of a source file."""
        lines = text.replace("\n", "\r\n") if self.crlf else text
        return lines.encode("utf-8-sig" if self.mark else "utf-8")


FLAVOURS: dict[str, Flavour] = {
    "standard": Flavour(),
    "nvivo": Flavour(True, True, Counting("UTF-16 units", "two")),
    "maxqda": Flavour(True, False, Counting()),
    "atlasti": Flavour(True, False, Counting()),
    "qualcoder": Flavour(),
}
_ORIGINS = {"nvivo": "nvivo", "maxqda": "maxqda", "atlas": "atlasti", "qualcoder": "qualcoder"}


def flavour(name: str) -> Flavour:
    """Return a flavour by its name; UsageError lists the names."""
    if name not in FLAVOURS:
        raise UsageError(f"there is no flavour '{name}'", remedy=f"Choose one of {', '.join(FLAVOURS)}")
    return FLAVOURS[name]


def counting_of(origin: str) -> Counting:
    """Return how the program that a project says it comes from counts, as far as is known."""
    said = origin.casefold()
    return next((FLAVOURS[name].counting for word, name in _ORIGINS.items() if word in said), Counting())


def places(text: str, counting: Counting, crlf_at: NDArray[np.bool_] | None = None) -> NDArray[np.int64]:
    """Return the place before each code point of `text` (line ends as LF), and the place of its end: len + 1 numbers.

    `crlf_at` marks the line ends that the file stores as two characters, for line_end "as stored".
    """
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    widths = np.ones(len(points), dtype=np.int64)
    if counting.unit == "UTF-16 units":
        widths[points > 0xFFFF] = 2
    ends = points == 0x0A
    if counting.line_end == "two":
        widths[ends] = 2
    elif counting.line_end == "as stored" and crlf_at is not None:
        widths[crlf_at] = 2
    start = 1 if counting.mark_counts else 0
    return np.concatenate([[start], start + np.cumsum(widths)]).astype(np.int64)


@dataclass(frozen=True, eq=False)
class StoredText:
    """A source's plain text as a file stores it: `text` with LF for line ends, which of them were CR LF, and a mark."""

    text: str
    crlf_at: NDArray[np.bool_]
    marked: bool = False
    _places: dict[Counting, NDArray[np.int64]] = field(default_factory=dict)

    def span(self, start: int, end: int, counting: Counting) -> tuple[int, int] | None:
        """Return code points in `text` for two places, or None where they leave the text or stand the wrong way."""
        if counting not in self._places:
            self._places[counting] = places(self.text, counting, self.crlf_at)
        at = self._places[counting]
        if not (at[0] <= start < end <= at[-1]):
            return None
        first, last = np.searchsorted(at, [start, end])
        return int(first), int(last)

    @cached_property
    def letters(self) -> str:
        """Return the letters and digits of the text."""
        return letters(self.text)

    def countings(self) -> Sequence[Counting]:
        """Return the ways of counting that differ for this text."""
        units: tuple[Unit, ...] = (
            ("code points", "UTF-16 units") if max(self.text, default="") > "\uffff" else ("code points",)
        )
        ends: tuple[LineEnd, ...] = ("one", "two") if "\n" in self.text else ("one",)
        if self.crlf_at.any() and not self.crlf_at[[c == "\n" for c in self.text]].all():
            ends = (*ends, "as stored")
        marks = (False, True) if self.marked else (False,)
        return [Counting(unit, end, mark) for unit in units for end in ends for mark in marks]


def stored_text(text: str) -> StoredText:
    """Return decoded text of a file with its line ends told apart."""
    marked = text.startswith("\ufeff")
    raw = text[1:] if marked else text
    plain = raw.replace("\r\n", "\n").replace("\r", "\n")
    crlf_at = np.zeros(len(plain), dtype=bool)
    at = shift = 0
    while (at := raw.find("\r\n", at)) >= 0:
        crlf_at[at - shift] = True
        shift += 1
        at += 2
    return StoredText(plain, crlf_at, marked)

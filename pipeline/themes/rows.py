"""What a coder reads of a statement, and what it answers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

KINDS = ("concern", "strength", "recommendation", "context")
CONTEXT_WIDTH = 200
_REMEMBERED = 20_000  # rows
SECTION_WIDTH = 90
_MARKER = re.compile(r"^(?:[•–—◼■▪●*-]\s+|\(?\d{1,3}(?:\.\d{1,3})*[.)]?\s+(?=[A-Z‘“'\"(])|\(?[a-z]{1,3}\)\s+)")


@dataclass(frozen=True, slots=True)
class Row:
    """A statement as it is coded: its text, the lead-in read with it, the path of headings and the text before it."""

    text: str
    stem: str = ""
    section: str = ""
    before: str = ""


class Coder(Protocol):
    """Anything that gives every statement a probability of each kind and each theme."""

    name: str
    version: str
    theme_ids: tuple[str, ...]

    def probabilities(self, rows: Sequence[Row]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return kinds (n, 4), in the order of KINDS, and themes (n, T), in the order of `theme_ids`; both calibrated.

        A theme's probability is that of a finding: it says nothing about statements that are context.
        """
        ...


class Remembering:
    """A coder that remembers its answers for a while: segment asks for kinds, and cluster, soon after, for themes."""

    def __init__(self, coder: Coder) -> None:
        self.name, self.version, self.theme_ids = coder.name, coder.version, coder.theme_ids
        self.evidence = getattr(coder, "evidence", None)
        self._coder = coder
        self._known: dict[Row, tuple[NDArray[np.float32], NDArray[np.float32]]] = {}

    def probabilities(self, rows: Sequence[Row]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return kinds (n, 4) and themes (n, T), as the coder does."""
        if not 0 < len(rows) <= _REMEMBERED:
            return self._coder.probabilities(rows)
        if len(self._known) > _REMEMBERED:
            self._known.clear()
        new = list(dict.fromkeys(row for row in rows if row not in self._known))
        if new:
            answers = self._coder.probabilities(new)
            self._known.update(zip(new, zip(*answers, strict=True), strict=True))
        kinds, themes = zip(*(self._known[row] for row in rows), strict=True)
        return np.stack(kinds), np.stack(themes)


def plain(text: str) -> str:
    """Return text on one line and without its list marker or paragraph number."""
    return _MARKER.sub("", " ".join(text.split()), count=1)


def nearest(section: str) -> str:
    """Return the last level of a heading path, at most its last SECTION_WIDTH characters."""
    return section.rsplit(" > ", 1)[-1].strip()[-SECTION_WIDTH:]


def lead(row: Row) -> str:
    """Return the statement with its lead-in, as it is read."""
    return f"{row.stem.strip()} {plain(row.text)}" if row.stem else plain(row.text)

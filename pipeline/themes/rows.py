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


def plain(text: str) -> str:
    """Return text on one line and without its list marker or paragraph number."""
    return _MARKER.sub("", " ".join(text.split()), count=1)


def nearest(section: str) -> str:
    """Return the last level of a heading path, at most its last SECTION_WIDTH characters."""
    return section.rsplit(" > ", 1)[-1].strip()[-SECTION_WIDTH:]


def lead(row: Row) -> str:
    """Return the statement with its lead-in, as it is read."""
    return f"{row.stem.strip()} {plain(row.text)}" if row.stem else plain(row.text)

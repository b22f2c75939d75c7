"""What speaks for a day of publication: one date, how it was found, and the words that say so."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from pipeline.dating.clues import Precision
from pipeline.dating.grammar import iso_at

# Strongest first. A later method is used only where no earlier one gives a date.
METHODS = ("metadata", "url", "file_name", "labelled", "position", "cover", "bounds")

QUOTE_LENGTH = 120


@dataclass(frozen=True, slots=True)
class Evidence:
    """A date that was published evidence: `first` to `last` at `precision`, found by `method`, with a short quote.

    `after_days` lets publication follow the date by that many days, as it does for the day on a letter.
    """

    first: dt.date
    last: dt.date
    precision: Precision
    method: str
    quote: str
    after_days: int = 0

    @property
    def iso(self) -> str:
        """Return the date as ISO text at its precision."""
        return iso_at(self.first, self.precision)


def quote_around(text: str, start: int, end: int, length: int = QUOTE_LENGTH) -> str:
    """Return at most `length` characters of `text` around `start:end`, cut at words, on one line."""
    spare = max(0, length - (end - start))
    left = max(0, start - spare // 2)
    right = min(len(text), end + spare - (start - left))
    if left > 0:
        left = min(start, next((at + 1 for at in range(left, start) if text[at].isspace()), start))
    if right < len(text):
        right = max(end, next((at for at in range(right, end, -1) if text[at - 1].isspace()), end))
    return " ".join(text[left:right].split())

"""Words found again in a document, whatever became of spaces, dashes, quotation marks and bullets on the way."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cached_property

LEAST = 8  # letters and digits that a passage needs to be found by its words alone


def letters(text: str) -> str:
    """Return the letters and digits of a text, without case: what survives the way through other programs."""
    return "".join(_folded(char) for char in text)


def _folded(char: str) -> str:
    plain = unicodedata.normalize("NFKC", char).casefold()
    return plain if plain.isalnum() else "".join(c for c in plain if c.isalnum())


@dataclass(frozen=True)
class Searchable:
    """A text that can be searched by its letters and digits alone."""

    text: str

    @cached_property
    def _index(self) -> tuple[str, list[int]]:
        parts, at = [], []
        for place, char in enumerate(self.text):
            folded = _folded(char)
            parts.append(folded)
            at.extend([place] * len(folded))
        return "".join(parts), at

    @property
    def letters(self) -> str:
        """Return the letters and digits of the text."""
        return self._index[0]

    def find(self, words: str, near: float = 0.0) -> tuple[int, int] | None:
        """Return the span of `words` in the text; of several, the one nearest to `near` (0 the start, 1 the end)."""
        sought = letters(words)
        folded, at = self._index
        if len(sought) < LEAST:
            return None
        starts, start = [], folded.find(sought)
        while start >= 0:
            starts.append(start)
            start = folded.find(sought, start + 1)
        if not starts:
            return None
        best = min(starts, key=lambda found: abs(found - near * len(folded)))
        return at[best], at[best + len(sought) - 1] + 1

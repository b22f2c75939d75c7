"""Stems: the lead-in ("We were concerned to find that:") that each item of a list is read with."""

from __future__ import annotations

import re

_OPEN_END = re.compile(r"(?::|;|:\s?[-–—])\s*$")
_HANGING = re.compile(
    r"\b(?:that|to|should|must|by|of|about|on|in|for|with|from|who|which|where|are|is|were|was|including|include|included|and|or)\s*$"
)
_LONGEST_END = 16  # characters: the longest word that hangs, and the space around it
_POINTING = re.compile(r"(?:These|They|Those|This|Such|Among (?:these|them)|Examples|It)\b(?:[^\s]*\s+[^\s]+){1,6}$")
_JOINT = re.compile(r"\W*(?:and|or|but|and/or)\W*$", re.IGNORECASE)


def opens_list(text: str) -> bool:
    """Tell whether a text leads into a list: it ends in a colon, or hangs in the air."""
    end = text[-_LONGEST_END:]
    return bool(_OPEN_END.search(end) or _HANGING.search(end))


def is_joint(text: str) -> bool:
    """Tell whether a block is nothing but the "and" between two items."""
    return bool(_JOINT.fullmatch(text))


class Stems:
    """The stem in force while a list runs, outer and nested."""

    def __init__(self) -> None:
        self._lead = ""
        self._open: list[tuple[int, str]] = []
        self._last = ""

    def lead(self, text: str, before: str = "") -> None:
        """Take the last sentence before a list; it is a stem only if it leads into one.

        A stem that only points back ("These included:") is read with the sentence that it points to.
        """
        self._lead = text if opens_list(text) else ""
        if self._lead and before and _POINTING.match(text):
            self._lead = f"{before} {text}"
        self._open, self._last = [], ""

    def before_item(self, level: int, text: str) -> str:
        """Return the whole stem of an item of this level: the lead, then the items that it stands under."""
        if self._open and not self._continues(level, text):
            while self._open and self._open[-1][0] >= level:
                self._open.pop()
        return " ".join(part for part in (self._lead, *(stem for _, stem in self._open)) if part)

    def _continues(self, level: int, text: str) -> bool:
        """A flattened list: an item in lower case goes on with the items under a capital item that ended in a colon."""
        depth, stem = self._open[-1]
        running = self._last.endswith((":", ";", ",")) or re.search(r"[;,]?\s(?:and|or)$", self._last)
        return level <= depth and text[:1].islower() and stem[:1].isupper() and bool(running)

    def after_item(self, level: int, last_sentence: str) -> None:
        """Note how an item ended; one that leads on is the stem of those below it."""
        self._last = last_sentence
        if re.search(r":(?:\s?[-–—])?\s*$", last_sentence):
            self._open.append((level, last_sentence))

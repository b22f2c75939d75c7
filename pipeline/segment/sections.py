"""The path of headings above each statement."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from pipeline.segment.types import BlockRow

SEPARATOR = " > "
_SPACES = re.compile(r"\s+")


class SectionPath:
    """The headings that are open; `push` opens one and closes those of its level and below."""

    def __init__(self) -> None:
        self._open: list[tuple[int, str]] = []
        self._path = ""

    def push(self, level: int, text: str, marker: str = "") -> None:
        """Open a heading; a marker ("3.2") stays in front of its text."""
        level = max(1, level)
        while self._open and self._open[-1][0] >= level:
            self._open.pop()
        name = _SPACES.sub(" ", f"{marker} {text}".strip()).replace(SEPARATOR, " - ")
        self._open.append((level, name))
        self._path = SEPARATOR.join(text for _, text in self._open)

    def __str__(self) -> str:
        """Return the path, outermost first."""
        return self._path

    def above(self, level: int) -> str:
        """Return the path that a new heading of this level stands under."""
        return SEPARATOR.join(text for at, text in self._open if at < max(1, level))


def no_role(heading: str) -> bool:
    """Take no heading for one that plays a role."""
    return False


def title_block(blocks: Sequence[BlockRow], plays_role: Callable[[str], bool]) -> int | None:
    """Return the number of the block that is the document's title: the heading that opens it, all others below it.

    A title names what all of the document is about, not what a statement says, so it is no section. A first heading
    that plays a role ("Recommendations") is one.
    """
    shown = (block for block in blocks if block.text.strip() and block.kind != "furniture")
    first = next(shown, None)
    if first is None or first.kind != "heading" or plays_role(first.text):
        return None
    beside = any(block.kind == "heading" and block.level <= first.level for block in shown)
    return None if beside else first.block_no

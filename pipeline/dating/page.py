"""A document's text as dating reads it: blocks with their place, the top, the end, sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.dating.clues import TextBlock
from pipeline.dating.words import fold

_TOP_BLOCKS = 24
_END_BLOCKS = 10
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"')\]]*\s+(?=[\"'(\[]?[A-Z0-9])|\n+")
_ABBREVIATION = re.compile(
    r"\b(?:Mr|Mrs|Ms|Dr|Prof|Sir|St|No|nos|para|vol|Jan|Feb|Mar|Apr|Aug|Sept?|Oct|Nov|Dec|e\.g|i\.e)\.$"
)


@dataclass(frozen=True, slots=True)
class Line:
    """A block with its folded text, its number and where it stands."""

    number: int
    text: str
    folded: str
    kind: str
    page: int | None
    at_top: bool
    at_end: bool

    @property
    def words(self) -> int:
        """Return the number of words."""
        return len(self.folded.split())


def lines_of(blocks: Sequence[TextBlock]) -> list[Line]:
    """Return the non-empty blocks with their places: top (first blocks or page), end, or between."""
    filled = [block for block in blocks if block.text.strip()]
    last_page = max((block.page or 0 for block in filled), default=0)
    lines = []
    for number, block in enumerate(filled):
        first_page = block.page is None or block.page <= 4
        at_top = (number < _TOP_BLOCKS and first_page) or block.page == 1
        at_end = number >= len(filled) - _END_BLOCKS or (last_page > 2 and block.page == last_page)
        lines.append(Line(number, block.text, fold(block.text), block.kind, block.page, at_top, at_end))
    return lines


def sentences_of(lines: Sequence[Line]) -> Iterator[str]:
    """Yield the folded sentences of all blocks but page furniture; enough to keep a tense and its date together."""
    for line in lines:
        if line.kind != "furniture":
            yield from _sentences(line.folded)


def _sentences(text: str) -> Iterator[str]:
    start = 0
    for match in _SENTENCE_END.finditer(text):
        if not _ABBREVIATION.search(text[start : match.start()]):
            yield text[start : match.start()].strip()
            start = match.end()
    if tail := text[start:].strip():
        yield tail

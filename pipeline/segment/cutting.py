"""Blocks to units: where each statement begins and ends, and what stands above and before it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from pipeline.segment.sections import SectionPath, no_role, title_block
from pipeline.segment.sentences import cut
from pipeline.segment.stems import Stems, is_joint
from pipeline.segment.types import BlockRow

_CELL = re.compile(r"[^\n\t|]+")


@dataclass(frozen=True, slots=True)
class Unit:
    """A statement before anything is said of it; `first` marks the first unit of its block."""

    block_no: int
    block_kind: str
    level: int
    page: int | None
    start: int
    end: int
    section: str
    stem: str
    text: str
    before: str
    first: bool


class _Walk:
    """What is open while the blocks go by: the path of headings, the list's stem and the words just before."""

    def __init__(self, before: int, title: int | None) -> None:
        self.path, self.stems = SectionPath(), Stems()
        self._before, self._recent, self._title = before, "", title

    def unit(self, block: BlockRow, span: tuple[int, int], stem: str, first: bool, section: str | None = None) -> Unit:
        """Make the unit `[start:end]` of a block's text and remember its words."""
        text = block.text[span[0] : span[1]]
        unit = Unit(
            block.block_no,
            block.kind,
            block.level,
            block.page,
            block.start + span[0],
            block.start + span[1],
            str(self.path) if section is None else section,
            stem,
            text,
            self._recent,
            first,
        )
        self._recent = _tail(f"{self._recent} {text}".strip(), self._before)
        return unit

    def open_section(self, block: BlockRow) -> None:
        """Open a heading; nothing before it belongs to its section, and the document's title opens none."""
        if block.block_no != self._title:
            self.path.push(block.level, block.text, block.marker)
        self._recent = ""


def cut_blocks(
    blocks: Sequence[BlockRow],
    *,
    unit: str = "document",
    before: int = 200,
    plays_role: Callable[[str], bool] = no_role,
) -> list[Unit]:
    """Return the units of a document's blocks in order; a heading that plays a role is never taken for the title."""
    whole = unit == "statement"
    walk = _Walk(before, None if whole else title_block(blocks, plays_role))
    units: list[Unit] = []
    for block in blocks:
        if not block.text.strip():
            continue
        if block.kind == "heading":
            units += _heading(block, walk, whole)
        elif whole:
            units += _whole(block, walk)
        elif block.kind == "list_item":
            units += _item(block, walk)
        elif block.kind == "table":
            units += _table(block, walk)
        elif block.kind != "furniture":
            units += _paragraph(block, walk)
    return units


def _heading(block: BlockRow, walk: _Walk, whole: bool) -> Iterator[Unit]:
    above = walk.path.above(block.level)
    walk.open_section(block)
    walk.stems.lead(block.text)
    if not whole:
        yield walk.unit(block, _trim(block.text), "", True, above)
        walk.open_section(block)


def _whole(block: BlockRow, walk: _Walk) -> Iterator[Unit]:
    """A row of a table of statements: the paragraph is the statement; any other block is only what stands before it."""
    piece = walk.unit(block, _trim(block.text), "", True)
    if block.kind in ("paragraph", "list_item"):
        yield piece


def _item(block: BlockRow, walk: _Walk) -> Iterator[Unit]:
    stem = walk.stems.before_item(block.level, block.text)
    spans = cut(block.text)
    for number, span in enumerate(spans):
        yield walk.unit(block, span, stem, number == 0)
    if spans:
        walk.stems.after_item(block.level, block.text[slice(*spans[-1])])


def _paragraph(block: BlockRow, walk: _Walk) -> Iterator[Unit]:
    spans = cut(block.text)
    for number, span in enumerate(spans):
        yield walk.unit(block, span, "", number == 0)
    if spans and block.kind == "paragraph" and not is_joint(block.text):
        before = block.text[slice(*spans[-2])] if len(spans) > 1 else ""
        walk.stems.lead(block.text[slice(*spans[-1])], before)


def _table(block: BlockRow, walk: _Walk) -> Iterator[Unit]:
    """A cell is a paragraph of its own."""
    first = True
    for cell in _CELL.finditer(block.text):
        if not re.search(r"\w", cell.group()):
            continue
        for start, end in cut(cell.group()):
            yield walk.unit(block, (cell.start() + start, cell.start() + end), "", first)
            first = False


def _trim(text: str) -> tuple[int, int]:
    lead = len(text) - len(text.lstrip())
    return lead, len(text.rstrip())


def _tail(text: str, length: int) -> str:
    """Return the last words of a text, at most `length` characters."""
    if len(text) <= length:
        return text
    cutting = text[-length:]
    return cutting.split(" ", 1)[-1] if " " in cutting else cutting

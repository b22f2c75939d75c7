"""Reading order: the source's own order, mended where it goes back up the page."""

from __future__ import annotations

from pipeline.readers.layout.fragments import same_row
from pipeline.readers.layout.model import CROWDED, Box, Line, Table

_BREAK = 1.7  # in ems: a step that parts two chunks
_OVERLAP = 0.2  # share of the narrower of two chunks that makes one stand above the other

Chunk = list[Line] | Table


def columns(lines: list[Line], tables: list[Table], firsts: dict[int, int]) -> list[Chunk]:
    """Return a page's lines as runs that go down, and its tables, in reading order.

    `lines` are in the source's order; `firsts` tells for each table (by id) before which of them it stands there.
    A heading drawn after its text, or a page drawn out of order, is put where it stands.
    """
    chunks = _chunks(lines, tables, firsts)
    if len(chunks) > CROWDED // 3:
        return _joined(chunks)
    boxes = {id(c): _box(c) for c in chunks}
    ordered: list[Chunk] = []
    for chunk in chunks:
        ordered.insert(_place(boxes[id(chunk)], [boxes[id(c)] for c in ordered]), chunk)
    return _joined(ordered)


def _chunks(lines: list[Line], tables: list[Table], firsts: dict[int, int]) -> list[Chunk]:
    chunks: list[Chunk] = []
    waiting = sorted(tables, key=lambda t: firsts[id(t)])
    for i, line in enumerate(lines):
        while waiting and firsts[id(waiting[0])] <= i:
            chunks.append(waiting.pop(0))
        last = chunks[-1] if chunks else None
        if isinstance(last, list) and _goes_on(last, line) and line.baseline - last[-1].baseline < _BREAK * line.size:
            last.append(line)
        else:
            chunks.append([line])
    return chunks + list(waiting)


def _box(chunk: Chunk) -> Box:
    if isinstance(chunk, Table):
        return chunk.box
    return Box(
        min(n.left for n in chunk), min(n.top for n in chunk), max(n.x1 for n in chunk), max(n.bottom for n in chunk)
    )


def _place(box: Box, ordered: list[Box]) -> int:
    """Return where a chunk belongs: before the first that stands below it, else at the end."""
    for i, other in enumerate(ordered):
        if box.top < other.top and box.bottom <= other.top + 0.3 * (other.bottom - other.top) and _overlap(box, other):
            return i
    return len(ordered)


def _overlap(a: Box, b: Box) -> bool:
    narrower = min(a.x1 - a.x0, b.x1 - b.x0)
    return min(a.x1, b.x1) - max(a.x0, b.x0) > _OVERLAP * narrower


def _joined(ordered: list[Chunk]) -> list[Chunk]:
    """Put chunks together again that follow one another down a column."""
    found: list[Chunk] = []
    for chunk in ordered:
        last = found[-1] if found else None
        if isinstance(last, list) and isinstance(chunk, list) and _goes_on(last, chunk[0]):
            last.extend(chunk)
        else:
            found.append(chunk)
    return found


def _goes_on(run: list[Line], line: Line) -> bool:
    prev = run[-1]
    if same_row(prev, line):
        return line.x0 >= prev.x1 - 2 and line.left - prev.x1 < 8 * line.size
    if line.baseline < prev.baseline:
        return False
    return any(n.left < line.x1 and line.left < n.x1 for n in run[-4:])

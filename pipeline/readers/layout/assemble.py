"""The block builder: pages of lines in, blocks in reading order out."""

from __future__ import annotations

import re

from pipeline.readers.layout.cutting import Draft, cut_column, same_style
from pipeline.readers.layout.fragments import fragments
from pipeline.readers.layout.furniture import split_furniture
from pipeline.readers.layout.joining import Vocabulary, join_cells, join_lines
from pipeline.readers.layout.kinds import Kind, kinds
from pipeline.readers.layout.markers import is_bullet, shown
from pipeline.readers.layout.measures import Measures, ends_sentence, measure, pitches, starts_low
from pipeline.readers.layout.model import Built, Line, PageLines
from pipeline.readers.layout.order import columns
from pipeline.readers.layout.rules import ruled_tables


def build_blocks(pages: list[PageLines], *, join_pages: bool = True) -> list[Built]:
    """Return the blocks of a document: the body in reading order, each page's footnotes at its end, then the furniture.

    `join_pages`: a sentence that runs over the end of a page stays in one block, which belongs to its first page.
    """
    body, aside = split_furniture(pages)
    measures = measure(body)
    drafts: list[Draft] = []
    for page, lines in zip(pages, body, strict=True):
        found = _page_drafts(page, fragments(lines), measures)
        _append_page(drafts, found, measures, join_pages)
    vocabulary = Vocabulary([line for lines in body for line in lines])
    built = [_built(d, k, vocabulary) for d, k in zip(drafts, kinds(drafts, measures), strict=True)]
    built.extend(_furniture(line) for line in aside)
    return [b for b in built if b.text]


def _page_drafts(page: PageLines, lines: list[Line], measures: Measures) -> list[Draft]:
    """Return one page's drafts in reading order, footnotes last."""
    local = Measures(measures.body, measures.bold_body, {**measures.pitches, **pitches([lines])})
    tables = ruled_tables(lines, page.rules, page.number)
    owner = {id(n): t for t in tables for row in t.rows for cell in row for n in cell}
    notes = _notes([n for n in lines if id(n) not in owner], measures, page)
    drafts: list[Draft] = []
    placed: set[int] = set()
    stretch: list[Line] = []
    for line in lines:
        table = owner.get(id(line))
        if table is None:
            if id(line) not in notes:
                stretch.append(line)
            continue
        if id(table) not in placed:
            placed.add(id(table))
            drafts.extend(_cut(stretch, local))
            stretch = []
            drafts.append(Draft(table=table, page=page.number))
    drafts.extend(_cut(stretch, local))
    drafts.extend(_note_drafts([n for n in lines if id(n) in notes]))
    return drafts


def _cut(lines: list[Line], measures: Measures) -> list[Draft]:
    drafts: list[Draft] = []
    for column in columns(lines):
        found = cut_column(column, measures)
        if drafts and found and _flows_on(drafts[-1], found[0], measures):
            drafts[-1].lines.extend(found[0].lines)
            found = found[1:]
        drafts.extend(found)
    return drafts


def _notes(lines: list[Line], measures: Measures, page: PageLines) -> set[int]:
    """Return the ids of a page's footnote lines: small, below everything else, from the first one with a mark on."""
    body = [n for n in lines if n.size >= 0.93 * measures.body]
    floor = max((n.bottom for n in body), default=0.0)
    small = [n for n in lines if n.size < 0.93 * measures.body and n.top > floor - 1 and n.top > 0.4 * page.height]
    small.sort(key=lambda n: (round(n.baseline), n.x0))
    while small and not _opens_note(small[0]):
        small.pop(0)
    return {id(n) for n in small} if body else set()


def _opens_note(line: Line) -> bool:
    return bool(line.marker and not is_bullet(line.marker)) or bool(re.match(r"[\d*†‡§]", line.text))


def _note_drafts(lines: list[Line]) -> list[Draft]:
    drafts: list[Draft] = []
    for line in lines:
        same_row = drafts and abs(drafts[-1].lines[-1].baseline - line.baseline) < 0.55 * line.size
        if drafts and (same_row or not _opens_note(line)):
            drafts[-1].lines.append(line)
        else:
            drafts.append(Draft([line], note=True, page=line.page))
    return drafts


def _append_page(drafts: list[Draft], found: list[Draft], measures: Measures, join_pages: bool) -> None:
    """Add a page's drafts, its first joined to the last of the page before where the sentence runs on."""
    last = next((d for d in reversed(drafts) if not d.note), None)
    first = found[0] if found else None
    if join_pages and last is not None and first is not None and not first.note and _flows_on(last, first, measures):
        last.lines.extend(first.lines)
        found = found[1:]
    drafts.extend(found)


def _flows_on(last: Draft, first: Draft, measures: Measures) -> bool:
    """Say whether a block goes on in another column or on another page."""
    if last.table or first.table or first.marker or not same_style(last.lines[-1], first.lines[0]):
        return False
    prev, line = last.lines[-1], first.lines[0]
    if prev.size > 1.08 * measures.body:
        return False
    if prev.hyphen or (starts_low(line.text) and not ends_sentence(prev.text)):
        return True
    if ends_sentence(prev.text):
        return False
    return len(prev.text) > 30 and not prev.bold


def _built(draft: Draft, kind: Kind, vocabulary: Vocabulary) -> Built:
    if draft.table is not None:
        text, source = join_cells(draft.table.rows, vocabulary)
        return Built("table", text, draft.page, source=source)
    text, source, page_starts = join_lines(draft.lines, vocabulary)
    known = [n.confidence for n in draft.lines if n.confidence is not None]
    return Built(
        kind.kind, text, draft.page, kind.level, shown(draft.marker), source, page_starts, draft.lines[0].size,
        min(known) if known else None,
    )  # fmt: skip


def _furniture(line: Line) -> Built:
    text, source, _ = join_lines([line], Vocabulary([]))
    return Built("furniture", text, line.page, source=source, size=line.size, confidence=line.confidence)

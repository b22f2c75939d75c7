"""The block builder: pages of lines in, blocks in reading order out."""

from __future__ import annotations

from dataclasses import replace

from pipeline.readers.layout.cutting import Draft, cut_column, same_style
from pipeline.readers.layout.fragments import take_markers, with_marker
from pipeline.readers.layout.furniture import split_furniture
from pipeline.readers.layout.grids import open_tables
from pipeline.readers.layout.joining import Vocabulary, join_cells, join_lines
from pipeline.readers.layout.kinds import Kind, kinds
from pipeline.readers.layout.markers import shown
from pipeline.readers.layout.measures import Measures, ends_sentence, measure, pitches, starts_low
from pipeline.readers.layout.model import Box, Built, Line, PageLines, Table
from pipeline.readers.layout.notes import footnotes
from pipeline.readers.layout.order import columns
from pipeline.readers.layout.rules import ruled_tables

_MAX_SEPARATORS = 200


def build_blocks(pages: list[PageLines], *, join_pages: bool = True) -> list[Built]:
    """Return the blocks of a document: the body in reading order, each page's footnotes at its end, then the furniture.

    `join_pages`: a sentence that runs over the end of a page stays in one block, which belongs to its first page.
    """
    pages = [replace(page, lines=take_markers(page.lines)) for page in pages]
    body, aside = split_furniture(pages)
    measures = measure(body)
    drafts: list[Draft] = []
    for page, lines in zip(pages, body, strict=True):
        _append_page(drafts, _page_drafts(page, lines, measures), measures, join_pages)
    vocabulary = Vocabulary([line for lines in body for line in lines])
    built = [_built(d, k, vocabulary) for d, k in zip(drafts, kinds(drafts, measures), strict=True)]
    built.extend(_furniture(line) for line in aside)
    return [b for b in built if b.text]


def _page_drafts(page: PageLines, lines: list[Line], measures: Measures) -> list[Draft]:
    """Return one page's drafts in reading order, footnotes last."""
    local = replace(measures, pitches={**measures.pitches, **pitches([lines])})
    tables = ruled_tables(lines, page.rules, page.frames, page.number)
    celled = {id(n) for t in tables for row in t.rows for cell in row for n in cell}
    notes = footnotes([n for n in lines if id(n) not in celled], measures, page)
    noted = {n.start for d in notes for n in d.lines} | {d.lines[0].marker_start for d in notes}
    flowing = [n for n in lines if id(n) not in celled and n.start not in noted]
    more, flowing = open_tables(flowing, page.number)
    tables += more
    separators = _separators(page, measures.body)
    drafts: list[Draft] = []
    for chunk in columns(flowing, tables, {id(t): _first(t, flowing) for t in tables}):
        if isinstance(chunk, Table):
            drafts.append(Draft(table=chunk, page=page.number))
            continue
        found = cut_column(chunk, local, separators)
        if drafts and _flows_on(drafts[-1], found[0], measures):
            drafts[-1].lines.extend(found.pop(0).lines)
        drafts.extend(found)
    return drafts + notes


def _first(table: Table, flowing: list[Line]) -> int:
    """Return before which of the flowing lines the source has a table."""
    start = min(n.start for row in table.rows for cell in row for n in cell)
    return sum(n.start < start for n in flowing)


def _separators(page: PageLines, body: float) -> list[Box]:
    """Return what parts blocks that stand above and below it: level rules, and the edges of boxes."""
    rules = [r for r in page.rules if r.x1 - r.x0 > 5 * body and r.bottom - r.top < 0.5 * body]
    boxes = [f for f in page.frames if f.bottom - f.top > 2.5 * body]
    edges = [Box(f.x0, y, f.x1, y) for f in boxes for y in (f.top, f.bottom)]
    return (rules + edges)[:_MAX_SEPARATORS]


def _append_page(drafts: list[Draft], found: list[Draft], measures: Measures, join_pages: bool) -> None:
    """Add a page's drafts, its first joined to the last of the page before where the sentence runs on."""
    last = next((d for d in reversed(drafts) if not d.note), None)
    first = found[0] if found else None
    if last is not None and first is not None and not first.note and _flows_on(last, first, measures):
        if join_pages:
            last.lines.extend(first.lines)
            found = found[1:]
        else:
            first.continues = True
    drafts.extend(found)


def _flows_on(last: Draft, first: Draft, measures: Measures) -> bool:
    """Say whether a block goes on in another column or on another page."""
    if last.table or first.table or last.note or first.marker or not same_style(last.lines[-1], first.lines[0]):
        return False
    prev, line = last.lines[-1], first.lines[0]
    if prev.size > 1.08 * measures.body:
        return False
    if prev.hyphen or (starts_low(line.text) and (not ends_sentence(prev.text) or prev.text.endswith(";"))):
        return True
    if ends_sentence(prev.text):
        return False
    wide = max(n.x1 for n in last.lines) - min(n.x0 for n in last.lines)
    return len(last.lines) > 1 and prev.x1 - prev.x0 > 0.7 * wide and not prev.bold


def _built(draft: Draft, kind: Kind, vocabulary: Vocabulary) -> Built:
    if draft.table is not None:
        text, source = join_cells(draft.table.rows, vocabulary)
        return Built("table", text, draft.page, source=source)
    text, source, page_starts = join_lines(draft.lines, vocabulary)
    known = [n.confidence for n in draft.lines if n.confidence is not None]
    marker = draft.marker if draft.note else shown(draft.marker)  # a note's star is no bullet
    return Built(
        kind.kind, text, draft.page, kind.level, marker, source, page_starts, draft.lines[0].size,
        min(known) if known else None,
    )  # fmt: skip


def _furniture(line: Line) -> Built:
    text, source, _ = join_lines([with_marker(line)], Vocabulary([]))
    return Built("furniture", text, line.page, source=source, size=line.size, confidence=line.confidence)

"""Word processors' files: DOCX, RTF, ODT, and DOC with the extra `office`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pipeline.dating import DateClue
from pipeline.readers.blocks import item_block, paragraph_blocks, rank_levels, split_marker, word_count
from pipeline.readers.guard import clean, clean_rows
from pipeline.readers.parsed import Block, Parsed, ReadResult, rejected
from pipeline.readers.word.docx import DocxText, Item, Paragraph, Table, read_text, texts
from pipeline.readers.word.other import doc_result, read_doc, read_odt, read_rtf, rtf_result, rtf_text

__all__ = [
    "doc_result",
    "docx_blocks",
    "docx_result",
    "read_doc",
    "read_docx",
    "read_odt",
    "read_rtf",
    "read_text",
    "rtf_result",
    "rtf_text",
]

_PROSE_WORDS = 25  # words from which a table cell is running text rather than a value


def read_docx(data: bytes, name: str) -> ReadResult:
    """Read a DOCX file as one document; raises RefusedError where it is damaged, encrypted or a bomb."""
    return docx_result(read_text(data))


def docx_result(text: DocxText) -> ReadResult:
    """Return the document that a walked DOCX holds, or a reject where it holds no text."""
    blocks = docx_blocks(text)
    if not word_count(blocks):
        return rejected("empty", "the document holds no text")
    clues = tuple(
        DateClue("property", key, text.properties[key]) for key in ("created", "modified") if text.properties.get(key)
    )
    title = next((block.text for block in blocks if block.kind == "heading"), "") or text.properties.get("title", "")
    language = text.properties.get("language", "")[:2].lower()
    return ReadResult((Parsed(tuple(blocks), "docx", title=title, language=language, date_clues=clues),))


def docx_blocks(text: DocxText) -> list[Block]:
    """Return the blocks of a walked DOCX; headers, footers and notes are furniture, notes last."""
    top = [Block("furniture", line) for line in text.furniture]
    notes = [Block("furniture", line) for line in text.notes]
    return [*top, *rank_levels(_blocks(text.body, _deepest(text.body))), *notes]


def _deepest(items: Iterable[Item]) -> int:
    return max((item.heading for item in items if isinstance(item, Paragraph)), default=0)


def _blocks(items: Iterable[Item], deepest: int) -> Iterator[Block]:
    for item in items:
        if isinstance(item, Table):
            yield from _table_blocks(item, deepest)
        else:
            yield from _paragraph(item, deepest)


def _paragraph(item: Paragraph, deepest: int) -> Iterator[Block]:
    text = clean(item.text)
    style = item.style.lower()
    if not text:
        return
    if style.startswith("toc "):
        yield Block("furniture", text)
    elif style == "caption":
        yield Block("caption", text)
    elif item.heading:
        yield Block("heading", text, level=item.heading, marker=item.marker)
    elif item.level:
        yield from _list_blocks(item, text)
    elif _looks_like_heading(item, text):
        yield Block("heading", text, level=min(deepest + 1, 9))
    else:
        yield from paragraph_blocks(item.text)


def _list_blocks(item: Paragraph, text: str) -> Iterator[Block]:
    # A list item may hold a typed bullet too, and further paragraphs after an empty line.
    marker, rest = split_marker(text) if not item.marker else (item.marker, text)
    yield item_block(rest, marker, item.level)


def _looks_like_heading(item: Paragraph, text: str) -> bool:
    """Say whether a paragraph without heading style is printed as one: short, all bold, no sentence."""
    return item.bold and len(text.split()) <= 14 and text[-1] not in ".;,:!?…" and any(sign.isalpha() for sign in text)


def _table_blocks(table: Table, deepest: int) -> Iterator[Block]:
    """Yield a table as one block, or the text of its cells where it is a frame around running text."""
    if _is_frame(table):
        for row in table.rows:
            for cell in row:
                yield from _blocks(cell, deepest)
        return
    rows = [[" ".join(texts(iter(cell))) for cell in row] for row in table.rows]
    if text := clean_rows(rows):
        yield Block("table", text)


def _is_frame(table: Table) -> bool:
    cells = [list(texts(iter(cell))) for row in table.rows for cell in row]
    if all(len(row) <= 1 for row in table.rows):
        return True
    prose = sum(len(cell) > 1 and sum(len(text.split()) for text in cell) >= _PROSE_WORDS for cell in cells)
    long = sum(any(len(text.split()) >= _PROSE_WORDS for text in cell) for cell in cells)
    filled = sum(bool(cell) for cell in cells)
    return filled > 0 and (prose + long) * 2 > filled

"""A table as corpus: CSV, TSV, XLSX or JSON lines with one statement or one text a row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby, islice

from pipeline.dating import DateClue
from pipeline.readers.blocks import paragraph_blocks
from pipeline.readers.guard import RefusedError, clean
from pipeline.readers.parsed import Block, Parsed, ReadResult, Reject, SourceType, Unit
from pipeline.readers.settings import TableSettings
from pipeline.readers.sheet.columns import Columns, find_columns, listed, unit_of
from pipeline.readers.sheet.sources import Row, csv_rows, find_separator, jsonl_rows, xlsx_rows

__all__ = ["TableSettings", "iter_rows", "looks_like_table", "read_table"]

HEADER_ROWS = 10  # rows that may stand above the header
UNIT_SAMPLE = 200
_SOURCE_TYPES: dict[str, SourceType] = {
    "report": "report",
    "reports": "report",
    "inspection": "report",
    "news": "news",
    "newspaper": "news",
    "article": "news",
    "press": "news",
    "other": "other",
}


def read_table(data: bytes, name: str, settings: TableSettings | None = None) -> ReadResult:
    """Read a whole table: one document a row with text, one reject a row without, all rows announced."""
    documents: list[Parsed] = []
    rejects: list[Reject] = []
    for row in iter_rows(data, name, settings):
        if isinstance(row, Parsed):
            documents.append(row)
        else:
            rejects.append(row)
    rows = sum(reject.item != "" for reject in rejects) + len(documents)
    return ReadResult(tuple(documents), tuple(rejects), announced=rows or None)


def iter_rows(data: bytes, name: str, settings: TableSettings | None = None) -> Iterator[Parsed | Reject]:
    """Yield a document or a reject a row, in order, holding no more than a few rows at a time.

    A table without a text column yields one reject that lists its columns.
    """
    settings = settings or TableSettings()
    try:
        for sheet, rows in groupby(_rows(data), key=lambda row: row.sheet):
            yield from _sheet(sheet, rows, settings, name)
    except RefusedError as error:
        yield error.reject


def _rows(data: bytes) -> Iterator[Row]:
    if data.startswith(b"PK\x03\x04"):
        return xlsx_rows(data)
    return jsonl_rows(data) if data[:64].lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")) else csv_rows(data)


def looks_like_table(data: bytes) -> bool:
    """Say whether text is a table: rows of the same width below a header that names a text column."""
    head = data[: 2**20]
    _, rows = find_separator(head)
    if len(rows) < 2 or not rows[0] or max(len(cell) for cell in rows[0]) > 80:
        return False
    columns = find_columns(rows[0], TableSettings())
    if columns is None:
        return False
    return sum(len(row) == len(rows[0]) for row in rows) >= 0.8 * len(rows)


def _sheet(sheet: str, rows: Iterator[Row], settings: TableSettings, name: str) -> Iterator[Parsed | Reject]:
    head = list(islice(rows, HEADER_ROWS))
    found = next(
        ((place, columns) for place, row in enumerate(head) if (columns := find_columns(row.cells, settings))), None
    )
    if found is None and (fault := next((row.fault for row in head if row.fault), "")):
        yield Reject("bad_table", fault, sheet)
        return
    if found is None:
        widest = max(head, key=lambda row: sum(bool(cell.strip()) for cell in row.cells), default=Row(1, ()))
        wanted = f"column {settings.text!r}" if settings.text else "text column"
        message = f"the table has no {wanted}; its columns are {listed(widest.cells)}. Name it under ingest.table.text"
        yield Reject("bad_table", message, sheet)
        return
    place, columns = found
    width = len(head[place].cells)
    sample = [*head[place + 1 :], *islice(rows, UNIT_SAMPLE)]
    unit = settings.unit or unit_of([cell_at(row, columns.text) for row in sample])
    seen: set[int] = set()
    for part in (sample, rows):
        yield from documents_of(part, columns, width, unit, seen)


def documents_of(
    rows: Iterable[Row], columns: Columns, width: int, unit: Unit, seen: set[int]
) -> Iterator[Parsed | Reject]:
    """Yield a document or a reject a row that is not blank; `seen` holds the hashes of the ids of rows before."""
    for row in rows:
        if row.fault:
            yield Reject("bad_table", row.fault, f"row {row.number}")
            continue
        if is_blank(row):
            continue
        item = _item(row, columns, seen)
        if any(cell.strip() for cell in row.cells[width:]):
            message = (
                f"row {row.number} has {len(row.cells)} cells where the header has {width}; a "
                f"separator in the text needs quotation marks"
            )
            yield Reject("bad_table", message, item)
        elif not (blocks := _blocks(cell_at(row, columns.text), unit)):
            yield Reject("bad_table", f"row {row.number} has no text", item)
        else:
            yield _parsed(row, columns, item, blocks, unit)


def is_blank(row: Row) -> bool:
    """Say whether a row holds nothing."""
    return not any(cell and not cell.isspace() for cell in row.cells)


def row_place(row: Row) -> str:
    """Return the name of a row by its number."""
    return f"{row.sheet}!{row.number}" if row.sheet else f"row {row.number}"


def row_id(row: Row, columns: Columns) -> str:
    """Return the row's id, or its place where it has none."""
    return clean(cell_at(row, columns.id)) or row_place(row)


def _item(row: Row, columns: Columns, seen: set[int]) -> str:
    """Return the row's id; one that another row has is told apart by the row's number."""
    item = row_id(row, columns)
    key = hash((item, row.sheet))
    if key in seen:
        item = f"{item} ({row_place(row)})"
    seen.add(key)
    return item


def cell_at(row: Row, place: int | None) -> str:
    """Return the cell of a column, blank where the row or the table has none."""
    return row.cells[place] if place is not None and place < len(row.cells) else ""


def _blocks(text: str, unit: Unit) -> tuple[Block, ...]:
    if unit == "statement":
        return (Block("paragraph", whole),) if (whole := clean(text)) else ()
    # A cell's line break is its author's new paragraph.
    return tuple(block for line in text.splitlines() for block in paragraph_blocks(line))


def _parsed(row: Row, columns: Columns, item: str, blocks: tuple[Block, ...], unit: Unit) -> Parsed:
    clues = ((name, clean(cell_at(row, place))) for name, place in (("date", columns.date), ("year", columns.year)))
    return Parsed(
        blocks,
        "table",
        item=item,
        title=clean(cell_at(row, columns.title)),
        publisher=clean(cell_at(row, columns.publisher)),
        source_type=_SOURCE_TYPES.get(clean(cell_at(row, columns.source_type)).lower(), ""),
        section=clean(cell_at(row, columns.heading)),
        date_clues=tuple(DateClue("structured", name, value) for name, value in clues if value),
        unit=unit,
        context=clean(cell_at(row, columns.context)),
        document=clean(cell_at(row, columns.document)),
    )

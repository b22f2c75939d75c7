"""A long table in parts of so many rows, each of which is read by itself: memory is bounded by the part.

The scan reads the rows once, without keeping them, and notes for each part where its bytes are and what its rows need
to know of the rows before: the columns, the number of lines, and the ids that were used already.
"""

from __future__ import annotations

import codecs
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from pipeline.readers.guard import RefusedError, encoding_of
from pipeline.readers.news import read_export
from pipeline.readers.parsed import Parsed, ReadResult, Unit
from pipeline.readers.settings import TableSettings, may_be_long
from pipeline.readers.sheet import HEADER_ROWS, UNIT_SAMPLE, cell_at, documents_of, is_blank, row_id
from pipeline.readers.sheet.columns import Columns, find_columns, unit_of
from pipeline.readers.sheet.sources import Row, csv_cells, find_separator, keys_of, line_values, object_rows

ROWS = 10_000
_HEAD = 2**20


@dataclass(frozen=True, slots=True)
class Layout:
    """How the rows of a table are read. `separator` is blank for JSON lines."""

    separator: str
    header: tuple[str, ...]
    columns: Columns
    unit: Unit


@dataclass(frozen=True, slots=True)
class TablePart:
    """Some rows of a table: their bytes from `start` to `end`, and what is known from the rows before.

    `used` holds ids of rows before that come again in this part; `sha256` is that of the part's bytes.
    """

    number: int
    start: int
    end: int
    lines_before: int
    layout: Layout
    used: tuple[str, ...] = ()
    sha256: str = ""

    @property
    def content(self) -> TablePart:
        """Return what the part's result depends on: all but where in the file its bytes are."""
        return replace(self, number=0, start=0, end=0)


def find_parts(path: Path, settings: TableSettings) -> list[TablePart]:
    """Return the parts of a long table in UTF-8; none where the file is short, no table, or faulty as a whole."""
    if not may_be_long(path):
        return []
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
            first = _first(file, head, path.name, settings)
            parts = list(_scan(file, first)) if first else []
            return [replace(part, sha256=_digest(file, part)) for part in parts]
    except (OSError, RefusedError):  # the reader of whole files says what is wrong
        return []


def read_part(path: Path, part: TablePart) -> ReadResult:
    """Return the documents and rejects of one part, as the whole table would give them."""
    layout = part.layout
    with path.open("rb") as file:
        rows = _rows(_Lines(file, part.start, part.end), part)
        seen = {hash((item, "")) for item in part.used}
        found = list(documents_of(rows, layout.columns, len(layout.header), layout.unit, seen))
    documents = tuple(one for one in found if isinstance(one, Parsed))
    rejects = tuple(one for one in found if not isinstance(one, Parsed))
    return ReadResult(documents, rejects, announced=len(found))


class _Lines:
    """The lines of a file from one byte to another; `at`: the byte after the last one taken; `count`: their number."""

    def __init__(self, file: BinaryIO, start: int, end: int | None = None) -> None:
        self._file, self._end, self.at, self.count = file, end, start, 0
        file.seek(start)

    def __iter__(self) -> Iterator[str]:
        while (self._end is None or self.at < self._end) and (line := self._file.readline()):
            self.at += len(line)
            self.count += 1
            yield line.decode("utf-8", "replace").replace("\0", "")


def _first(file: BinaryIO, head: bytes, name: str, settings: TableSettings) -> TablePart | None:
    """Return where the first row is and how rows are read; None where there is no table."""
    if encoding_of(head) not in ("utf-8", "utf-8-sig") or read_export(head, name, None) is not None:
        return None
    bom = len(codecs.BOM_UTF8) if head.startswith(codecs.BOM_UTF8) else 0
    plain = head[bom:].lstrip()
    if plain.startswith((b"[", b"<")):
        return None
    lines = _Lines(file, bom)
    if plain.startswith(b"{"):
        return _first_object(lines, bom, settings)
    return _first_row(lines, find_separator(head)[0], settings)


def _first_object(lines: _Lines, start: int, settings: TableSettings) -> TablePart | None:
    values = list(islice(line_values(lines), HEADER_ROWS + UNIT_SAMPLE - 1))
    header = keys_of(value for _, value in values)
    columns = find_columns(header, settings)
    if columns is None:
        return None
    unit = _unit(list(object_rows(values, header)), columns, settings)
    return TablePart(0, start, start, 0, Layout("", header, columns, unit))


def _first_row(lines: _Lines, separator: str, settings: TableSettings) -> TablePart | None:
    rows = csv_cells(lines, separator)
    for row in islice(rows, HEADER_ROWS):
        columns = find_columns(row.cells, settings)
        if columns is not None:
            at, count = lines.at, lines.count
            unit = _unit(list(islice(rows, UNIT_SAMPLE)), columns, settings)
            return TablePart(0, at, at, count, Layout(separator, row.cells, columns, unit))
    return None


def _unit(sample: Sequence[Row], columns: Columns, settings: TableSettings) -> Unit:
    return settings.unit or unit_of([cell_at(row, columns.text) for row in sample])


def _rows(lines: _Lines, part: TablePart) -> Iterator[Row]:
    if part.layout.separator:
        return csv_cells(lines, part.layout.separator, part.lines_before)
    return object_rows(line_values(lines, part.lines_before), part.layout.header)


def _scan(file: BinaryIO, first: TablePart) -> Iterator[TablePart]:
    """Yield the parts from `first` on, without their digests."""
    lines = _Lines(file, first.start)
    part, rows, end, passed = first, 0, first.start, 0
    seen, fresh, used = set[int](), set[int](), dict[str, None]()
    for row in _rows(lines, first):
        if rows == ROWS:
            yield replace(part, end=end, used=tuple(used))
            part = replace(part, number=part.number + 1, start=end, lines_before=first.lines_before + passed)
            seen |= fresh
            rows, fresh, used = 0, set(), {}
        if not row.fault and not is_blank(row):
            item = row_id(row, first.layout.columns)
            fresh.add(hash(item))
            if hash(item) in seen:
                used[item] = None
        rows, end, passed = rows + 1, lines.at, lines.count
    if rows:
        yield replace(part, end=end, used=tuple(used))


def _digest(file: BinaryIO, part: TablePart) -> str:
    digest = hashlib.sha256()
    file.seek(part.start)
    left = part.end - part.start
    while left and (piece := file.read(min(left, 2**20))):
        digest.update(piece)
        left -= len(piece)
    return digest.hexdigest()

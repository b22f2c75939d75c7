"""Rows out of CSV, TSV, XLSX and JSON lines, one at a time, whatever the encoding and separator."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from pipeline.readers.guard import Archive, RefusedError, bom_encoding, encoding_of

SEPARATORS = (",", "\t", ";", "|")
MAX_CELL = 16 * 2**20
_SAMPLE = 60
_QUOTED_LINES = 2000  # lines that one quoted cell may span before its quote is taken for one that was never closed
csv.field_size_limit(MAX_CELL)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of cells. `number` is the line or row that the user's program shows; `fault` says why it cannot be read."""

    number: int
    cells: tuple[str, ...]
    sheet: str = ""
    fault: str = ""


def text_stream(data: bytes) -> io.TextIOWrapper:
    """Return the bytes as a stream of text in the encoding found, without a byte order mark."""
    encoding = encoding_of(data)
    skipped = len("\ufeff".encode(encoding)) if bom_encoding(data) else 0
    stream = io.BytesIO(data)
    stream.seek(skipped)
    return io.TextIOWrapper(stream, encoding=encoding, errors="replace", newline="")


def find_separator(data: bytes) -> tuple[str, list[list[str]]]:
    """Return the separator under which the first rows have the same number of cells, most of them, and those rows."""
    best: tuple[float, int, str, list[list[str]]] = (0.0, 0, ",", [])
    for separator in SEPARATORS:
        rows = _sample(data, separator)
        width = len(rows[0]) if rows else 0
        same = sum(len(row) == width for row in rows) / len(rows) if rows else 0.0
        if width > 1 and (round(same, 1), width) > best[:2]:
            best = (round(same, 1), width, separator, rows)
    return (best[2], best[3]) if best[3] else (",", _sample(data, ","))


def _sample(data: bytes, separator: str) -> list[list[str]]:
    # A title line above the header is common; the widest of the first rows tells the table's width.
    try:
        rows = [
            row
            for row in islice(csv.reader(_lines(data), delimiter=separator), _SAMPLE)
            if any(cell.strip() for cell in row)
        ]
    except csv.Error:
        return []
    widest = max((len(row) for row in rows), default=0)
    start = next((place for place, row in enumerate(rows) if len(row) == widest), 0)
    return rows[start:] if start <= 10 else rows


def _lines(data: bytes) -> Iterator[str]:
    for line in text_stream(data):
        yield line.replace("\0", "") if "\0" in line else line


def csv_rows(data: bytes) -> Iterator[Row]:
    """Yield the rows of a CSV or TSV file; raises RefusedError where a quotation mark is never closed."""
    return csv_cells(_lines(data), find_separator(data)[0])


def csv_cells(lines: Iterable[str], separator: str, before: int = 0) -> Iterator[Row]:
    """Yield the rows of lines of text, of which `before` come earlier in the file; raises as `csv_rows` does."""
    reader = csv.reader(lines, delimiter=separator)
    done = 0
    try:
        for cells in reader:
            if reader.line_num - done > _QUOTED_LINES:
                raise RefusedError(
                    "bad_table",
                    f"a quotation mark opened on line {before + done + 1} is not closed within {_QUOTED_LINES} lines",
                )
            yield Row(before + done + 1, tuple(cells))
            done = reader.line_num
    except csv.Error as error:
        raise RefusedError("bad_table", f"line {before + done + 1} cannot be read: {error}") from error


def jsonl_rows(data: bytes) -> Iterator[Row]:
    """Yield a header row and one row a JSON object: of JSON lines, or of one array of objects.

    A line that is no object is a row with a fault.
    """
    first = next((line for line in text_stream(data) if line.strip()), "")
    values = _array(data) if first.lstrip().startswith("[") else line_values(text_stream(data))
    head = list(islice(values, _SAMPLE))
    header = keys_of(value for _, value in head)
    yield Row(0, header)
    yield from object_rows(chain(head, values), header)


def keys_of(values: Iterable[dict[str, object] | str]) -> tuple[str, ...]:
    """Return every key of the first objects, in the order in which they come."""
    return tuple(dict.fromkeys(key for value in islice(values, _SAMPLE) if isinstance(value, dict) for key in value))


def object_rows(values: Iterable[tuple[int, dict[str, object] | str]], header: Sequence[str]) -> Iterator[Row]:
    """Yield a row an object; what is no object becomes a row with a fault."""
    places = {key: place for place, key in enumerate(header)}
    for number, value in values:
        yield Row(number, (), fault=value) if isinstance(value, str) else Row(number, _cells(value, places))


def _cells(value: dict[str, object], header: dict[str, int]) -> tuple[str, ...]:
    cells = [""] * len(header)
    for key, cell in value.items():
        if key in header:
            cells[header[key]] = _cell(cell)
    return tuple(cells)


def line_values(lines: Iterable[str], before: int = 0) -> Iterator[tuple[int, dict[str, object] | str]]:
    """Yield each line's number and object, or what is wrong with it; `before` lines come earlier in the file."""
    for number, line in enumerate(lines, start=before + 1):
        if line.strip():
            try:
                value = json.loads(line)
            except (ValueError, RecursionError) as error:
                yield number, f"row {number} is not JSON: {error}"
                continue
            yield number, value if isinstance(value, dict) else f"row {number} is not a JSON object"


def _array(data: bytes) -> Iterator[tuple[int, dict[str, object] | str]]:
    try:
        values = json.loads(text_stream(data).read())
    except (ValueError, RecursionError) as error:
        raise RefusedError("bad_table", f"the file is not JSON: {error}") from error
    for number, value in enumerate(values if isinstance(values, list) else [], start=1):
        yield number, value if isinstance(value, dict) else f"row {number} is not a JSON object"


def _cell(value: object) -> str:
    """Return a cell as text: whole numbers without a fraction, dates in ISO form, true emptiness as nothing."""
    if value is None:
        return ""
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat()
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return ";".join(_cell(item) for item in value) if isinstance(value, list | tuple) else str(value)


def xlsx_rows(data: bytes) -> Iterator[Row]:
    """Yield the rows of every worksheet of a workbook; raises RefusedError where it is damaged, encrypted or a bomb."""
    from openpyxl import load_workbook  # slow to import, and needed by no other reader

    archive = Archive(data)
    for name in archive.names:
        if name.endswith((".xml", ".rels")) and (
            b"<!DOCTYPE" in (head := archive.read(name)[:4096]) or b"<!ENTITY" in head
        ):
            raise RefusedError("corrupt", f"{name} declares a document type or entities, which are not followed")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        except (KeyError, ValueError, TypeError, OSError, AttributeError, SyntaxError) as error:
            raise RefusedError("corrupt", f"the workbook cannot be opened: {error}") from error
        for sheet in book.worksheets:
            sheet.reset_dimensions()
            yield from _sheet_rows(sheet)
        book.close()


def _sheet_rows(sheet: Any) -> Iterator[Row]:
    """Yield the rows of a worksheet; where it is damaged, those before, and one with the fault."""
    number = 0
    rows = sheet.iter_rows(values_only=True)
    while True:
        number += 1
        try:
            cells = next(rows, None)
        except Exception as error:  # the library raises whatever its parsers of XML, numbers and dates raise
            fault = f"the sheet is damaged from row {number} on: {type(error).__name__}: {error}"
            yield Row(number, (), sheet.title, fault)
            return
        if cells is None:
            return
        if any(cell is not None for cell in cells):
            yield Row(number, tuple(_cell(cell) for cell in cells), sheet.title)

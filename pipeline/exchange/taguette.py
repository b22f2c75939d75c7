"""Taguette: the codebook as the CSV that it imports; highlights, as it and its kin export them, as codings."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

from pipeline.errors import UsageError
from pipeline.exchange.content import RunContent
from pipeline.exchange.passages import Codings, Passage
from pipeline.readers.guard import RefusedError
from pipeline.readers.sheet.sources import Row, csv_rows, xlsx_rows
from pipeline.tables import atomic, safe_cell

# What programs call the columns of a list of coded passages (Taguette, MAXQDA, ATLAS.ti, NVivo, QualCoder, Dedoose).
_COLUMNS: dict[str, tuple[str, ...]] = {
    "document": ("document", "document name", "documentname", "source", "file", "file name", "filename", "media title"),
    "tag": ("tag", "tags", "code", "codes", "codename", "code name", "node", "codes applied"),
    "content": ("content", "segment", "quotation content", "coded text", "excerpt", "excerpt copy", "seltext"),
    "coder": ("coder", "coder name", "author", "owner", "created by", "excerpt creator"),
    "id": ("id", "highlight"),
}
_HEADER_ROWS = 10  # rows that may stand above the header


def write_taguette(run: RunContent, path: Path) -> dict[str, int]:
    """Write kinds and themes as a codebook CSV (columns tag, description); return how many tags it holds."""
    codes = [code for top in run.codes for code, _ in top.walk() if code.codable]
    with atomic(path) as part, part.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["tag", "description"])
        writer.writerows([safe_cell(code.name), safe_cell(code.description)] for code in codes)
    return {"codes": len(codes)}


def is_highlights(path: Path) -> bool:
    """Say whether a table is a list of coded passages: with a document, a tag and the words of each."""
    try:
        return _header(_rows(path)) is not None
    except RefusedError:
        return False


def read_highlights(path: Path) -> Codings:
    """Read highlights out of CSV or XLSX; rows of the same id are one passage with several codes.

    UsageError where there are no columns for document, tag and content, or the file cannot be read.
    """
    try:
        rows = _rows(path)
        columns = _header(rows)
        if columns is None:
            raise UsageError("has no columns for document, tag and content", place=str(path))
        return Codings("highlights", tuple(_passages(rows, columns)))
    except RefusedError as error:
        raise UsageError(f"is refused: {error.reject.message}", place=str(path)) from error


def _rows(path: Path) -> Iterator[Row]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", place=str(path), remedy="Check the path") from error
    return xlsx_rows(data) if data.startswith(b"PK\x03\x04") else csv_rows(data)


def _header(rows: Iterator[Row]) -> dict[str, int] | None:
    """Return column -> place of the header, leaving `rows` behind it; None where there is none."""
    for row in islice(rows, _HEADER_ROWS):
        names = [cell.strip().casefold() for cell in row.cells]
        found = {key: names.index(name) for key, known in _COLUMNS.items() for name in reversed(known) if name in names}
        if {"document", "tag", "content"} <= set(found):
            return found
    return None


def _passages(rows: Iterator[Row], columns: Mapping[str, int]) -> Iterator[Passage]:
    waiting: tuple[tuple[str, ...], list[str], int] | None = None
    for row in rows:
        if row.fault or not any(cell.strip() for cell in row.cells):
            continue
        document, content, coder, name = (_cell(row, columns, key) for key in ("document", "content", "coder", "id"))
        key = (name, document, content, coder)
        codes = [part.strip() for part in _cell(row, columns, "tag").replace("\n", ";").split(";") if part.strip()]
        if waiting and waiting[0] == key:
            waiting[1].extend(codes)
            continue
        if waiting:
            yield _passage(*waiting)
        waiting = (key, codes, row.number)
    if waiting:
        yield _passage(*waiting)


def _passage(key: tuple[str, ...], codes: Sequence[str], row: int) -> Passage:
    _, document, content, coder = key
    return Passage(document, content, tuple(dict.fromkeys(codes)), coder, where=f"row {row}")


def _cell(row: Row, columns: Mapping[str, int], key: str) -> str:
    place = columns.get(key, len(row.cells))
    return row.cells[place].strip() if place < len(row.cells) else ""

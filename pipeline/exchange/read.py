"""Codings by people from a file of any known kind, as gold of a run."""

from __future__ import annotations

import csv
import json
import zipfile
from collections.abc import Iterable
from dataclasses import astuple, fields
from pathlib import Path

import pyarrow as pa

from pipeline.errors import UsageError
from pipeline.exchange.content import Coding, RunContent
from pipeline.exchange.label_studio import read_label_studio
from pipeline.exchange.passages import Codings, GoldRow, Imported, Left
from pipeline.exchange.qdpx_read import read_qdpx
from pipeline.exchange.taguette import is_highlights, read_highlights
from pipeline.tables import atomic, safe_cell
from pipeline.validate import Aligned, align, read_gold


def read_codings(path: Path) -> Codings | None:
    """Read a project, highlights or annotations by what the file holds; None where it is none of these.

    UsageError where the file cannot be read or is not safe to read.
    """
    try:
        with path.open("rb") as stream:
            head = stream.read(2**16)
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", place=str(path), remedy="Check the path") from error
    if head.startswith(b"PK"):
        return read_qdpx(path) if _is_project(path) else read_highlights(path) if is_highlights(path) else None
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"["):
        return read_label_studio(path)
    if start.startswith(b"{"):
        return read_label_studio(path) if _is_one_value(path) else None
    return read_highlights(path) if is_highlights(path) else None


def _is_project(path: Path) -> bool:
    if path.suffix.lower() == ".qdpx":
        return True
    try:
        with zipfile.ZipFile(path) as archive:
            return any(name.lower().endswith(".qde") for name in archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return False


def _is_one_value(path: Path) -> bool:
    """Say whether a file is one JSON object, rather than one a line."""
    with path.open(encoding="utf-8-sig", errors="replace") as stream:
        try:
            json.loads(stream.readline())
        except ValueError:
            return True
        return not stream.readline().strip()


def coded_statements(path: Path, run: RunContent) -> Aligned:
    """Read our own coded statements (CSV, XLSX, JSONL) and set them beside the run's."""
    statements = pa.Table.from_pandas(run.statements, preserve_index=False)
    return align(read_gold(path, run.book), [statements])


def gold_of(aligned: Aligned, run: RunContent) -> Imported:
    """Return coded statements as gold rows, and their faults as what is left over."""
    rows = run.statements.set_index("statement_id")
    gold = []
    for one in aligned.statements:
        at = rows.loc[one.statement_id]
        place = (at["source_path"], at["item"], int(at["start"]), int(at["end"]), one.text)
        for code in one.codes:
            said = (code.kind, ";".join(code.themes), code.coder, code.inclusion_probability)
            gold.append(GoldRow(one.statement_id, *place, *said))
    gold.sort(key=lambda row: (row.source_path, row.item, row.start, row.coder))
    left = [Left(f"{fault.reason}: {fault.message}", "", "", "", "", f"row {fault.row}") for fault in aligned.faults]
    return Imported(tuple(gold), tuple(left))


def codings_of(aligned: Aligned) -> tuple[Coding, ...]:
    """Return coded statements as codings, to go along with a run into other programs."""
    return tuple(
        Coding(one.statement_id, code.coder, code.kind, code.themes, inclusion_probability=code.inclusion_probability)
        for one in aligned.statements
        for code in one.codes
    )


def write_gold(rows: Iterable[GoldRow], path: Path) -> None:
    """Write gold rows as CSV with the columns of coded statements."""
    _write(path, GoldRow, rows)


def write_left(left: Iterable[Left], path: Path) -> None:
    """Write what could not become gold as CSV: a row a passage or code, with the reason."""
    _write(path, Left, left)


def _write(path: Path, kind: type[GoldRow] | type[Left], rows: Iterable[GoldRow | Left]) -> None:
    with atomic(path) as part, part.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(field.name for field in fields(kind))
        writer.writerows([_cell(value) for value in astuple(row)] for row in rows)


def _cell(value: object) -> str:
    return "" if value is None else safe_cell(value) if isinstance(value, str) else repr(value)

"""Write tables so that a reader never sees half a file, and the same rows always give the same bytes."""

from __future__ import annotations

import csv
import io
import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.errors import OutputError
from pipeline.tables.spec import Column, Table, check

ROWS_PER_GROUP = 65_536
PART = ".part"  # how the name of a file ends that is being written
# A spreadsheet runs a cell that begins so as a formula; an apostrophe before it makes it text again.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@contextmanager
def atomic(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path` that replaces it at the end, or disappears when something fails."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=PART, dir=path.parent)
    except OSError as error:
        raise OutputError(f"cannot be written: {error.strerror}", place=str(path.parent)) from error
    os.close(handle)
    part = Path(name)
    try:
        yield part
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.chmod(0o644)
        part.replace(path)
        _sync(path.parent)
    except OSError as error:
        raise OutputError(
            f"cannot be written: {error.strerror}", place=str(path), remedy="Free space or choose another --out"
        ) from error
    finally:
        part.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    """Have the system write the folder itself, so that a file's new name outlives a loss of power."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_text(path: Path, text: str) -> None:
    """Write `text` as UTF-8, atomically."""
    with atomic(path) as part:
        part.write_text(text, encoding="utf-8", newline="\n")


def write_json(path: Path, value: Any) -> None:
    """Write `value` as indented JSON with sorted keys, atomically."""
    write_text(path, json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n")


def write_table(
    table: Table, batches: Iterable[pa.Table], *, parquet: Path, csv_file: Path, excel_bom: bool = False
) -> int:
    """Check and write `batches`, already in key order, as Parquet and CSV; return the number of rows.

    Both files appear together at the end; one batch at a time is held in memory.
    """
    rows = 0
    encoding = "utf-8-sig" if excel_bom else "utf-8"
    with (
        atomic(parquet) as parquet_part,
        atomic(csv_file) as csv_part,
        pq.ParquetWriter(parquet_part, table.schema, compression="zstd") as writer,
        csv_part.open("w", encoding=encoding, newline="") as text,
    ):
        csv.writer(text).writerow(table.names)
        for batch in _regrouped(table, batches):
            rows += batch.num_rows
            writer.write_table(batch, row_group_size=ROWS_PER_GROUP)
            _write_csv_rows(table, batch, text)
    return rows


def _regrouped(table: Table, batches: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """Yield checked batches of ROWS_PER_GROUP rows, so that bytes do not depend on how the work was cut."""
    waiting: list[pa.Table] = []
    last: pa.Table | None = None
    count = 0
    for batch in batches:
        waiting.append(batch)
        count += batch.num_rows
        while count >= ROWS_PER_GROUP:
            joined = pa.concat_tables(waiting).combine_chunks()
            group, rest = joined.slice(0, ROWS_PER_GROUP), joined.slice(ROWS_PER_GROUP)
            last = _checked(table, last, group)
            yield group
            waiting, count = [rest], rest.num_rows
    group = pa.concat_tables(waiting).combine_chunks() if waiting else table.schema.empty_table()
    if group.num_rows or last is None:
        _checked(table, last, group)
        yield group


def _checked(table: Table, last: pa.Table | None, group: pa.Table) -> pa.Table:
    check(table, group if last is None else pa.concat_tables([last, group]))
    return group.slice(max(0, group.num_rows - 1), 1)


def _write_csv_rows(table: Table, batch: pa.Table, text: TextIO) -> None:
    columns = [_as_text(column, batch.column(column.name)) for column in table.columns]
    csv.writer(text).writerows(zip(*columns, strict=True))


def _as_text(column: Column, values: pa.ChunkedArray) -> list[str]:
    if column.type == "string":
        return [safe_cell(v) for v in values.to_pylist()]
    if column.type == "integer":
        return ["" if v is None else str(v) for v in values.to_pylist()]
    return ["" if v is None else f"{v:.{column.digits}f}" for v in values.to_pylist()]


def safe_cell(text: str) -> str:
    """Return `text` so that a spreadsheet shows it instead of running it as a formula."""
    return "'" + text if text.startswith(_FORMULA_STARTS) else text


def plain_cell(text: str) -> str:
    """Return what `safe_cell` was given: a cell that people send back means what it meant before."""
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA_STARTS) else text


def csv_text(names: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return rows of text as CSV with a header, each cell safe to open in a spreadsheet."""
    out = io.StringIO(newline="")
    _write_cells(names, rows, out)
    return out.getvalue()


def write_csv(path: Path, names: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write rows of text as `csv_text` gives them, atomically and without holding them."""
    with atomic(path) as part, part.open("w", encoding="utf-8", newline="") as text:
        _write_cells(names, rows, text)


def _write_cells(names: Sequence[str], rows: Iterable[Sequence[str]], text: TextIO) -> None:
    lines = csv.writer(text)
    lines.writerow(names)
    lines.writerows([safe_cell(cell) for cell in row] for row in rows)

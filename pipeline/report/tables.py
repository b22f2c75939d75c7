"""The tables of a run as the report reads them."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from pipeline.errors import OutputError

OPTIONAL = ("statements", "trends", "recurrence", "performance")
EVERY_CELL = 20  # findings of each theme, year and kind that a sample keeps
LISTED = 300
# The columns that are counted over all rows; a run of many rows is read with these alone.
_COUNTED = {
    "documents": ("doc_id", "year", "source_type", "duplicate_of", "date_method"),
    "findings": ("doc_id", "year", "kind", "themes", "kind_probability"),
    "assignments": ("method", "probability"),
}
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Shown:
    """The rows that a page can show of a long run, with all their columns: a sample of findings and what belongs to it.

    `undated` are the first documents without a year.
    """

    findings: pd.DataFrame
    documents: pd.DataFrame
    assignments: pd.DataFrame
    undated: pd.DataFrame


@dataclass(frozen=True, slots=True)
class RunTables:
    """The tables of a run, each a data frame with the columns of its specification; optional ones may be None.

    Of a long run documents, findings and assignments have only the columns that are counted, `doc_id` is a number in
    them, and `shown` has the rows that the page shows.
    """

    documents: pd.DataFrame
    findings: pd.DataFrame
    themes: pd.DataFrame
    assignments: pd.DataFrame
    theme_year: pd.DataFrame
    theme_year_source: pd.DataFrame
    coverage: pd.DataFrame
    rejects: pd.DataFrame
    files: pd.DataFrame
    emergent_themes: pd.DataFrame
    speaker_themes: pd.DataFrame
    statements: pd.DataFrame | None = None
    trends: pd.DataFrame | None = None
    recurrence: pd.DataFrame | None = None
    performance: pd.DataFrame | None = None
    shown: Shown | None = None


def load_tables(directory: Path, most: int | None = None) -> RunTables:
    """Read DIR/stages/<table>.parquet; a table that every run has and this one lacks is an OutputError.

    `most`: a run of more findings or documents than this is read as a long one, with so many findings shown.
    """
    names = [field.name for field in dataclasses.fields(RunTables) if field.name not in ("statements", "shown")]
    paths = {name: directory / "stages" / f"{name}.parquet" for name in names}
    for name in names:
        if name not in OPTIONAL and not paths[name].is_file():
            raise OutputError(
                f"the run has no table {name}",
                place=str(directory),
                remedy="Run 'findings run' into this folder first",
            )
    is_long = most is not None and max(_rows(paths["findings"]), _rows(paths["documents"])) > most
    whole = [name for name in names if paths[name].is_file() and not (is_long and name in _COUNTED)]
    found = {name: pq.read_table(paths[name]).to_pandas() for name in whole}
    if not is_long or most is None:
        return RunTables(**found)
    counted = _counted(paths)
    return RunTables(**found, **counted, shown=_shown(paths, counted["findings"], most))


def _rows(path: Path) -> int:
    return int(pq.read_metadata(path).num_rows)


def _counted(paths: dict[str, Path]) -> dict[str, pd.DataFrame]:
    """Return the counted columns of the long tables, equal words one object, documents by number."""
    doc_ids = pq.read_table(paths["documents"], columns=["doc_id"]).column("doc_id").combine_chunks()
    found: dict[str, pd.DataFrame] = {}
    for name, columns in _COUNTED.items():
        cells: dict[str, object] = {}
        for column in columns:
            values = pq.read_table(paths[name], columns=[column]).column(column)
            numbers = pc.index_in(values, value_set=doc_ids) if column == "doc_id" else values
            cells[column] = numbers.to_pandas()
        found[name] = pd.DataFrame(cells)
    return found


def _shown(paths: dict[str, Path], findings: pd.DataFrame, most: int) -> Shown:
    digests = (digest(batch.column(0).to_pylist()) for batch in _batches(paths["findings"], ["statement_id"]))
    rows = sampled_rows(findings, np.concatenate([*digests, np.zeros(0, np.uint64)]), most)
    kept = _rows_at(paths["findings"], rows)
    documents = _rows_with(paths["documents"], "doc_id", pc.unique(kept.column("doc_id")))
    assignments = _rows_with(paths["assignments"], "statement_id", kept.column("statement_id").combine_chunks())
    undated = _rows_with(paths["documents"], "year", pa.array([""]), LISTED)
    return Shown(*(table.to_pandas() for table in (kept, documents, assignments, undated)))


def _batches(path: Path, columns: list[str] | None = None) -> Iterator[pa.RecordBatch]:
    with pq.ParquetFile(path) as file:
        yield from file.iter_batches(columns=columns)


def _rows_at(path: Path, rows: Integers) -> pa.Table:
    """Return the rows with these numbers, which are in order."""
    found, at = [], 0
    for batch in _batches(path):
        here = rows[np.searchsorted(rows, at) : np.searchsorted(rows, at + len(batch))] - at
        found.append(batch.take(pa.array(here)))
        at += len(batch)
    return pa.Table.from_batches(found, pq.read_schema(path))


def _rows_with(path: Path, column: str, values: pa.Array, most: int | None = None) -> pa.Table:
    """Return the rows whose column has one of the values, `most` of them."""
    found, count = [], 0
    for batch in _batches(path):
        kept = batch.filter(pc.is_in(batch.column(column), value_set=values))
        found.append(kept if most is None else kept.slice(0, most - count))
        count += len(found[-1])
        if count == most:
            break
    return pa.Table.from_batches(found, pq.read_schema(path))


def digest(statement_ids: list[str]) -> NDArray[np.uint64]:
    """Return a number for each finding by which a sample is drawn: the hash of its identifier."""
    hashes = b"".join(hashlib.blake2b(i.encode(), digest_size=8).digest() for i in statement_ids)
    return np.frombuffer(hashes, dtype=">u8").astype(np.uint64)


def sampled_rows(findings: pd.DataFrame, digests: NDArray[np.uint64], limit: int) -> Integers:
    """Return the row numbers of `limit` findings in order, those with the smallest digest, some of every cell first.

    `findings`: themes (joined by ';'), year, kind.
    """
    themes = {joined: joined.split(";") for joined in findings["themes"].unique()}
    cells = pd.DataFrame({"theme": findings["themes"].map(themes), "year": findings["year"], "kind": findings["kind"]})
    cells = cells.assign(row=np.arange(len(findings)), digest=digests).explode("theme").sort_values("digest")
    rank = cells.groupby(["theme", "year", "kind"], sort=False).cumcount().to_numpy()
    later = np.ones(len(findings), dtype=bool)
    later[cells["row"].to_numpy()[rank < EVERY_CELL]] = False
    return np.sort(np.lexsort((digests, later))[:limit]).astype(np.int64)

"""The documents of a run as the main process holds them: a few columns, each repeated value once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa

from pipeline.stages.totals import Integers, Totals
from pipeline.tables import TABLES

# The columns of documents that later steps ask for.
KEPT = [
    *("doc_id", "source_path", "item", "source_type", "title", "publisher", "published", "published_earliest"),
    *("published_latest", "covers_to", "year", "language", "words", "duplicate_of", "story_weight"),
]
_UNLIKE = {"doc_id", "item", "words", "duplicate_of", "story_weight"}  # columns that are no smaller as codes
ROWS_AT_ONCE = 20_000


def known_documents(batches: Iterable[pa.Table]) -> pa.Table:
    """Return the columns KEPT of all documents; this table is held in memory, its words as codes."""
    encoded = [_encoded(batch.select(KEPT)) for batch in batches]
    return pa.concat_tables(encoded).unify_dictionaries().combine_chunks()


def _encoded(batch: pa.Table) -> pa.Table:
    for at, name in enumerate(KEPT):
        if name not in _UNLIKE:
            batch = batch.set_column(at, name, batch.column(name).dictionary_encode())
    return batch


def with_story(batches: Iterable[pa.Table], documents: pa.Table) -> Iterator[pa.Table]:
    """Yield batches of `documents` with what is known since of copies."""
    at = 0
    for batch in batches:
        for name in ("duplicate_of", "story_weight"):
            column = documents.column(name).slice(at, batch.num_rows)
            batch = batch.set_column(batch.schema.get_field_index(name), batch.schema.field(name), column)
        at += batch.num_rows
        yield batch


def cells_of(documents: pa.Table, name: str, rows: Integers | None = None) -> pa.ChunkedArray:
    """Return a column as plain cells, of all documents or of those with these numbers, in this order."""
    column = documents.column(name)
    taken = column if rows is None else column.take(pa.array(rows))
    return taken.cast(TABLES["documents"].schema.field(name).type)


def frame_of(documents: pa.Table, names: Sequence[str]) -> pd.DataFrame:
    """Return columns as a data frame; equal words are one object."""
    return pd.DataFrame({name: cells_of(documents, name).to_pandas() for name in names})


def document_sums(documents: pa.Table, totals: Totals, year: str) -> pd.DataFrame:
    """Return a row a document with the year that counts and its sums; `doc_id` is the document's number."""
    docs = frame_of(documents, ["source_type", "words", "duplicate_of", "covers_to"])
    docs.insert(0, "doc_id", np.arange(len(docs), dtype=np.int32))
    docs["year_published"] = cells_of(documents, "year").to_pandas()
    covers_to = docs.pop("covers_to")
    docs["year_covered"] = covers_to.map({text: text[:4] for text in covers_to.unique()})
    docs["year"] = docs[f"year_{year}"]
    for name in ("statements", "findings", "assigned"):
        docs[name] = getattr(totals, name)
    return docs


def theme_rows(documents: pa.Table, counts: pd.DataFrame) -> Iterator[pa.Table]:
    """Yield the table `document_themes` from its counts, whose `doc_id` are numbers, a part at a time."""
    table = TABLES["document_themes"]
    for begin in range(0, max(1, len(counts)), ROWS_AT_ONCE):
        part = counts.iloc[begin : begin + ROWS_AT_ONCE]
        rows = part["doc_id"].to_numpy()
        own = {name: cells_of(documents, name, rows) for name in ("doc_id", "source_path", "item")}
        arrays = [
            own[name] if name in own else pa.array(part[name], table.schema.field(name).type) for name in table.names
        ]
        yield pa.table(arrays, schema=table.schema)

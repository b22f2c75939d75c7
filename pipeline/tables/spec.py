"""What a table is: typed columns, a key, and the checks that follow from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.errors import TableError

ColumnType = Literal["string", "integer", "number"]
_ARROW = {"string": pa.string(), "integer": pa.int64(), "number": pa.float64()}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its type, what it holds, and which values it may take.

    A string is never null (blank instead). Integers and numbers are null where `nullable`. Numbers are rounded to
    `digits` decimals, in every format, so that the same value has the same bytes everywhere.
    """

    name: str
    type: ColumnType
    description: str
    nullable: bool = False
    categories: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    digits: int = 6


@dataclass(frozen=True, slots=True)
class Table:
    """A table's name, meaning, columns in order, and the columns that make up its key, by which rows are sorted."""

    name: str
    description: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    @property
    def schema(self) -> pa.Schema:
        """Return the Arrow schema, with descriptions as field metadata."""
        fields = [
            pa.field(c.name, _ARROW[c.type], nullable=c.nullable, metadata={"description": c.description})
            for c in self.columns
        ]
        return pa.schema(fields)

    @property
    def names(self) -> tuple[str, ...]:
        """Return the column names in order."""
        return tuple(c.name for c in self.columns)


def from_rows(table: Table, rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """Return an Arrow table of `rows` (mappings by column name), unchecked and in the order given."""
    listed = list(rows)
    return from_columns(table, {c.name: [row[c.name] for row in listed] for c in table.columns})


def from_columns(table: Table, columns: Mapping[str, Sequence[Any]]) -> pa.Table:
    """Return an Arrow table of equally long `columns`, numbers rounded to their digits; extra columns are errors."""
    unknown = set(columns) - set(table.names)
    if unknown:
        raise TableError(
            f"table {table.name} has no column {sorted(unknown)}", remedy=f"It has: {', '.join(table.names)}"
        )
    arrays = [_array(column, columns[column.name]) for column in table.columns]
    return pa.table(arrays, schema=table.schema)


def _array(column: Column, values: Any) -> pa.Array | pa.ChunkedArray:
    array = values if isinstance(values, pa.Array | pa.ChunkedArray) else pa.array(values, from_pandas=True)
    array = array.cast(_ARROW[column.type]) if len(array) else pa.array([], _ARROW[column.type])
    return pc.round(array, column.digits) if column.type == "number" else array


def sort(table: Table, data: pa.Table) -> pa.Table:
    """Return `data` sorted by the table's key, text by code point."""
    return data.sort_by([(name, "ascending") for name in table.key])


def check(table: Table, data: pa.Table) -> None:
    """Raise TableError where `data` breaks the specification: columns, nulls, categories, ranges, key order."""
    if data.schema.names != list(table.names):
        raise TableError(f"table {table.name}: columns {data.schema.names} instead of {list(table.names)}")
    for column in table.columns:
        _check_column(table, column, data.column(column.name))
    _check_key(table, data)


def _check_column(table: Table, column: Column, values: pa.ChunkedArray) -> None:
    where = f"table {table.name}, column {column.name}"
    if values.null_count and not column.nullable:
        raise TableError(f"{where}: {values.null_count} values are missing")
    if column.categories:
        strange = set(pc.unique(values).to_pylist()) - set(column.categories)
        if strange:
            raise TableError(f"{where}: {sorted(strange)[:5]} not among {list(column.categories)}")
    if not len(values) or values.null_count == len(values):
        return
    if column.type == "string":
        return
    low, high = pc.min(values).as_py(), pc.max(values).as_py()
    too_low = column.minimum is not None and low < column.minimum
    too_high = column.maximum is not None and high > column.maximum
    if too_low or too_high:
        raise TableError(f"{where}: {low} to {high} leaves {column.minimum} to {column.maximum}")


def _check_key(table: Table, data: pa.Table) -> None:
    """Compare each row's key with the next one's, column by column from the last, without building row objects."""
    if data.num_rows < 2:
        return
    above: Any = None  # next key greater than this one, decided by the columns looked at so far
    for name in reversed(table.key):
        values = data.column(name).combine_chunks()
        here, following = values.slice(0, len(values) - 1), values.slice(1)
        greater, equal = pc.greater(following, here), pc.equal(following, here)
        above = greater if above is None else pc.or_(greater, pc.and_(equal, above))
    if not pc.all(above).as_py():
        row = pc.index(above, False).as_py()
        key = {name: data.column(name)[row].as_py() for name in table.key}
        raise TableError(f"table {table.name}: the key {key} is repeated or out of order")

"""Sorted streams of tables into one sorted stream, a few rows of each in memory at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa

from pipeline.tables.spec import Table, sort

Key = tuple[Any, ...]


def merged(table: Table, streams: Sequence[Iterator[pa.Table]]) -> Iterator[pa.Table]:
    """Yield the rows of streams, each sorted by the table's key, sorted by that key."""
    if len(streams) == 1:
        yield from streams[0]
        return
    heads = [_Head(table.key, stream) for stream in streams]
    while waiting := [head for head in heads if head.fill()]:
        # Nothing that is still to come is smaller than the smallest last row at hand.
        limit = min(head.last() for head in waiting)
        taken = [part for head in waiting if (part := head.take(limit)).num_rows]
        yield sort(table, pa.concat_tables(taken))


class _Head:
    """The rows of a stream that are at hand."""

    def __init__(self, key: Sequence[str], stream: Iterator[pa.Table]) -> None:
        self._key, self._stream = key, stream
        self._rows: pa.Table | None = None

    def fill(self) -> bool:
        """Fetch rows where there are none; False at the stream's end."""
        while self._rows is None or not self._rows.num_rows:
            self._rows = next(self._stream, None)
            if self._rows is None:
                return False
        return True

    def last(self) -> Key:
        """Return the key of the last row at hand."""
        assert self._rows is not None
        return self._at(self._rows.num_rows - 1)

    def take(self, limit: Key) -> pa.Table:
        """Return and forget the rows up to the key `limit`."""
        assert self._rows is not None
        low, high = 0, self._rows.num_rows
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if self._at(middle) <= limit else (low, middle)
        taken, self._rows = self._rows.slice(0, low), self._rows.slice(low)
        return taken

    def _at(self, row: int) -> Key:
        assert self._rows is not None
        return tuple(self._rows.column(name)[row].as_py() for name in self._key)

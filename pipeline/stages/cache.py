"""Results by content hash: what was worked out once for these bytes and settings is not worked out again."""

from __future__ import annotations

import hashlib
import io
import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipeline.errors import OutputError

Tables = Mapping[str, pa.Table]
_ZSTD = pa.ipc.IpcWriteOptions(compression="zstd")


def key_of(*parts: Any) -> str:
    """Return the hash of what a result depends on; parts are text or plain values that JSON can hold."""
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False, sort_keys=True, default=str).encode()).hexdigest()


def pack(tables: Tables) -> bytes:
    """Return tables as one piece of bytes (Arrow streams behind a JSON line that names them)."""
    parts = {name: _stream(table) for name, table in tables.items()}
    head = json.dumps({name: len(part) for name, part in parts.items()}).encode()
    return head + b"\n" + b"".join(parts.values())


def _stream(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema, options=_ZSTD) as writer:
        writer.write_table(table)
    return sink.getvalue()


def unpack(data: bytes, names: Collection[str] = ()) -> dict[str, pa.Table]:
    """Return the tables that `pack` put together, or those of them that are named."""
    at = data.index(b"\n") + 1
    tables = {}
    for name, length in json.loads(data[:at]).items():
        if not names or name in names:
            tables[name] = pa.ipc.open_stream(pa.py_buffer(data)[at : at + length]).read_all()
        at += length
    return tables


class Cache:
    """A store of packed tables by key in one file, safe against being stopped at any moment."""

    def __init__(self, path: Path) -> None:
        """Open or create the store; a file that is damaged is set aside and begun anew."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._base = _open(path)
        except sqlite3.DatabaseError:
            path.replace(path.with_suffix(".damaged"))
            self._base = _open(path)
        except (OSError, sqlite3.Error) as error:
            raise OutputError(f"cannot be written: {error}", place=str(path)) from error

    def known(self, keys: Iterable[str]) -> set[str]:
        """Return those of `keys` that are in the store."""
        stored = {key for (key,) in self._base.execute("SELECT key FROM results")}
        return stored.intersection(keys)

    def get(self, key: str) -> bytes | None:
        """Return the bytes stored under `key`, or None."""
        row = self._base.execute("SELECT data FROM results WHERE key = ?", (key,)).fetchone()
        return row[0] if row else None

    def put(self, items: Mapping[str, bytes]) -> None:
        """Store bytes by key, all or none."""
        try:
            with self._base:
                self._base.executemany("INSERT OR REPLACE INTO results VALUES (?, ?)", items.items())
        except sqlite3.Error as error:
            raise OutputError(
                f"cannot keep results: {error}", place="stages/cache.sqlite", remedy="Free space"
            ) from error

    def keep_only(self, keys: Iterable[str]) -> None:
        """Forget every result that is not under one of `keys`."""
        stale = [(key,) for (key,) in self._base.execute("SELECT key FROM results") if key not in set(keys)]
        with self._base:
            self._base.executemany("DELETE FROM results WHERE key = ?", stale)

    def close(self) -> None:
        """Close the store."""
        self._base.close()


def _open(path: Path) -> sqlite3.Connection:
    base = sqlite3.connect(path, timeout=30)
    base.execute("PRAGMA journal_mode=WAL")
    base.execute("PRAGMA synchronous=NORMAL")
    base.execute("CREATE TABLE IF NOT EXISTS results (key TEXT PRIMARY KEY, data BLOB NOT NULL)")
    return base


def stored_tables(cache: Cache, keys: Iterable[str], names: Collection[str] = ()) -> Iterator[dict[str, pa.Table]]:
    """Yield the unpacked tables of each key (or those of them that are named), in order."""
    for key in keys:
        data = cache.get(key)
        if data is None:
            raise OutputError("lost a result while it was read", place="stages/cache.sqlite", remedy="Run again")
        yield unpack(data, names)

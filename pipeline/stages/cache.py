"""Results by content hash: what was worked out once for these bytes and settings is not worked out again."""

from __future__ import annotations

import hashlib
import io
import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

import pyarrow as pa

from pipeline.errors import OutputError

Tables = Mapping[str, pa.Table]
ROWS_PER_BATCH = 1024  # so that a long table is read back a little at a time
_PATIENCE_MS = 600_000  # how long a run waits for another one that writes to a store that both share
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
        writer.write_table(table, max_chunksize=ROWS_PER_BATCH)
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


class DamagedError(OutputError):
    """The store of results is damaged: what it holds cannot be trusted or read on."""


def set_aside(path: Path) -> None:
    """Put a damaged store out of the way; its journal goes, which would be played into the new one."""
    path.replace(path.with_suffix(".damaged"))
    for ending in ("-wal", "-shm", "-journal"):
        path.with_name(path.name + ending).unlink(missing_ok=True)


@contextmanager
def _sound(place: str = "stages/cache.sqlite", fault: str = "cannot be used") -> Iterator[None]:
    """Tell a store that is damaged from one that is not to be had."""
    remedy = "See that the disk is not full or read-only, and that nobody else uses the folder"
    try:
        yield
    except (sqlite3.OperationalError, OSError) as error:
        raise OutputError(f"{fault}: {error}", place=place, remedy=remedy) from error
    except (sqlite3.DatabaseError, pa.ArrowException, ValueError, KeyError) as error:
        raise DamagedError(f"is damaged: {error}", place=place, remedy="Remove the file and run again") from error


class Cache:
    """A store of packed tables by key in one file, safe against being stopped at any moment."""

    def __init__(self, path: Path, journal: Literal["WAL", "DELETE"] = "WAL") -> None:
        """Open or create the store; a file that is damaged is set aside and begun anew.

        `journal`: WAL is the faster; DELETE also works in folders that machines share.
        """
        try:
            with _sound(str(path), "cannot be written"):
                path.parent.mkdir(parents=True, exist_ok=True)
                self._base = _open(path, journal)
        except DamagedError:
            set_aside(path)
            self._base = _open(path, journal)

    def known(self, keys: Iterable[str]) -> set[str]:
        """Return those of `keys` that are in the store."""
        with _sound():
            stored = {key for (key,) in self._base.execute("SELECT key FROM results")}
        return stored.intersection(keys)

    def get(self, key: str) -> bytes | None:
        """Return the bytes stored under `key`, or None."""
        with _sound():
            row = self._base.execute("SELECT data FROM results WHERE key = ?", (key,)).fetchone()
        return row[0] if row else None

    def stream(self, key: str, name: str) -> Iterator[pa.Table]:
        """Yield one of the packed tables under `key`, ROWS_PER_BATCH rows at a time; nothing else is in memory."""
        with _sound():
            row = self._base.execute("SELECT rowid FROM results WHERE key = ?", (key,)).fetchone()
        if row is None:
            raise _lost()
        with _sound(), self._base.blobopen("results", "data", row[0], readonly=True) as blob:
            head = b""
            while not head.endswith(b"\n") and (piece := blob.read(1)):
                head += piece
            lengths = json.loads(head)
            names = list(lengths)
            blob.seek(len(head) + sum(lengths[other] for other in names[: names.index(name)]))
            with pa.ipc.open_stream(pa.PythonFile(_Readable(blob), mode="r")) as reader:
                empty = True
                for batch in reader:
                    empty = False
                    yield pa.Table.from_batches([batch])
                if empty:
                    yield reader.schema.empty_table()

    def absorb(self, path: Path) -> int:
        """Take over the results of another store that this one lacks; return how many the other has.

        OutputError where the other is no store of results.
        """
        try:
            self._base.execute("ATTACH DATABASE ? AS other", (f"file:{quote(str(path.resolve()))}?mode=ro",))
            try:
                with self._base:
                    self._base.execute("INSERT OR IGNORE INTO results SELECT key, data FROM other.results")
                    self._base.execute("INSERT INTO looked SELECT key, path, sha256 FROM other.looked")
                return int(self._base.execute("SELECT count(*) FROM other.results").fetchone()[0])
            finally:
                self._base.execute("DETACH DATABASE other")
        except sqlite3.Error as error:
            raise OutputError(f"cannot be read as stored results: {error}", place=str(path)) from error

    def exchange(self, other: Path, wanted: Iterable[str]) -> None:
        """Take over the results under `wanted` that this store lacks, and hand the other those that it lacks.

        With each go the other files that it was made with. Both ways are transactions of their own, so that runs at
        the same time only wait for one another. OutputError where the other cannot be written or is no store.
        """
        try:
            Cache(other).close()
            self._base.execute(f"PRAGMA busy_timeout={_PATIENCE_MS}")
            self._base.execute("ATTACH DATABASE ? AS other", (f"file:{quote(str(other.resolve()))}",))
            try:
                self._base.execute("CREATE TEMP TABLE wanted (key TEXT PRIMARY KEY)")
                self._base.executemany("INSERT OR IGNORE INTO wanted VALUES (?)", ((key,) for key in wanted))
                for into, source in (("main", "other"), ("other", "main")):
                    with self._base:
                        self._copy(into, source)
            finally:
                self._base.execute("DROP TABLE IF EXISTS wanted")
                self._base.execute("DETACH DATABASE other")
        except sqlite3.Error as error:
            raise OutputError(f"cannot be used as a store of results: {error}", place=str(other)) from error

    def _copy(self, into: str, source: str) -> None:
        lacking = f"key IN (SELECT key FROM wanted) AND key NOT IN (SELECT key FROM {into}.results)"
        self._base.execute(f"INSERT INTO {into}.looked SELECT * FROM {source}.looked WHERE {lacking}")
        self._base.execute(f"INSERT OR IGNORE INTO {into}.results SELECT * FROM {source}.results WHERE {lacking}")

    def put(self, items: Mapping[str, bytes], looked: Iterable[tuple[str, str, str]] = ()) -> None:
        """Store bytes by key, all or none; `looked`: (key, path, hash) of other files that a result was made with."""
        with _sound(), self._base:
            self._base.executemany("INSERT OR REPLACE INTO results VALUES (?, ?)", items.items())
            self._base.executemany("DELETE FROM looked WHERE key = ?", [(key,) for key in items])
            self._base.executemany("INSERT INTO looked VALUES (?, ?, ?)", looked)

    def outdated(self, hashes: Mapping[str, str]) -> set[str]:
        """Return the keys of results that were made with other files than those whose hashes by path are given."""
        with _sound():
            rows = self._base.execute("SELECT key, path, sha256 FROM looked").fetchall()
        return {key for key, path, sha256 in rows if hashes.get(path, "") != sha256}

    def keep_only(self, keys: Iterable[str]) -> None:
        """Forget every result that is not under one of `keys`."""
        kept = set(keys)
        with _sound(), self._base:
            stale = [(key,) for (key,) in self._base.execute("SELECT key FROM results") if key not in kept]
            self._base.executemany("DELETE FROM results WHERE key = ?", stale)
            self._base.executemany("DELETE FROM looked WHERE key = ?", stale)

    def close(self) -> None:
        """Close the store."""
        self._base.close()


class _Readable:
    """What Arrow wants of a file, over a piece of a store."""

    closed = False

    def __init__(self, blob: sqlite3.Blob) -> None:
        self._blob = blob

    def read(self, size: int = -1) -> bytes:
        return self._blob.read(size)

    def close(self) -> None:
        self.closed = True


def _lost() -> OutputError:
    return OutputError("lost a result while it was read", place="stages/cache.sqlite", remedy="Run again")


def _open(path: Path, journal: str) -> sqlite3.Connection:
    base = sqlite3.connect(f"file:{quote(str(path.resolve()))}", timeout=30, uri=True)
    base.execute(f"PRAGMA journal_mode={journal}")
    base.execute("PRAGMA synchronous=NORMAL")
    base.execute("PRAGMA secure_delete=ON")  # what was redacted since is not to be found in the file
    base.execute("CREATE TABLE IF NOT EXISTS results (key TEXT PRIMARY KEY, data BLOB NOT NULL)")
    base.execute("CREATE TABLE IF NOT EXISTS looked (key TEXT, path TEXT, sha256 TEXT)")
    return base


def stored_tables(cache: Cache, keys: Iterable[str], names: Collection[str] = ()) -> Iterator[dict[str, pa.Table]]:
    """Yield the unpacked tables of each key (or those of them that are named), in order."""
    for key in keys:
        data = cache.get(key)
        if data is None:
            raise _lost()
        with _sound():
            tables = unpack(data, names)
        yield tables

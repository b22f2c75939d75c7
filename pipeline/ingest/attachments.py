"""Files that an export was read with: each is read once, under the export that knows its title and date."""

from __future__ import annotations

import pyarrow as pa

from pipeline.tables import TABLES


def attachments(files: pa.Table) -> dict[str, str]:
    """Return, for each file that another names as its attachment and was read with, the source_path of that other.

    `files`: source_path and claimed (paths), sorted by source_path. Of several exports the first has the file. An
    export is nobody's attachment.
    """
    paths, claims = (files.column(name).to_pylist() for name in ("source_path", "claimed"))
    exports = {path for path, claimed in zip(paths, claims, strict=True) if claimed}
    free = set(paths) - exports
    found: dict[str, str] = {}
    for path, claimed in zip(paths, claims, strict=True):
        for name in claimed:
            if name in free:
                found.setdefault(name, path)
    return found


def with_attachments(files: pa.Table, read_with: dict[str, str]) -> pa.Table:
    """Return the table `files` with `read_with`; what was read with an export has no documents of its own."""
    table = TABLES["files"]
    columns = {name: files.column(name).to_pylist() for name in table.names}
    columns["read_with"] = [read_with.get(path, "") for path in columns["source_path"]]
    for name in ("documents", "rejects"):
        columns[name] = [0 if by else n for n, by in zip(columns[name], columns["read_with"], strict=True)]
    return pa.table(columns, schema=table.schema)

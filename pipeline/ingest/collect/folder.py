"""What a collecting folder holds: documents, a record of each beside them, and the manifest that makes it a corpus."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Literal

from pipeline.errors import UsageError
from pipeline.ingest.collect.sources import Source
from pipeline.ingest.files import MANIFEST_NAME, file_digest
from pipeline.ingest.manifest import COLUMNS
from pipeline.tables import atomic, csv_text, write_json, write_text

RECORDS = ".collected"  # hidden, so that no run takes records for documents
Outcome = Literal["fetched", "unchanged", "failed"]


@dataclass(frozen=True, slots=True)
class Collected:
    """What became of one source: the record that is kept as JSON. Times are UTC; `bytes` and `sha256` are the file's.

    `warnings`: what is odd about a document that came, such as a web page where a PDF was promised.
    """

    url: str
    outcome: Outcome
    fetched: str = ""
    file: str = ""
    bytes: int = 0
    sha256: str = ""
    final_url: str = ""
    redirects: tuple[str, ...] = ()
    status: int = 0
    content_type: str = ""
    etag: str = ""
    last_modified: str = ""
    tries: int = 0
    reason: str = ""
    message: str = ""
    warnings: tuple[str, ...] = ()

    def conditions(self) -> dict[str, str]:
        """Return the headers that ask a server for the document only if it has changed since."""
        said = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in said.items() if value}


class Folder:
    """A folder of collected documents; what was fetched before is known again."""

    def __init__(self, path: Path) -> None:
        """Open or create it; UsageError where it is a file."""
        if path.exists() and not path.is_dir():
            raise UsageError("is a file", place=str(path), remedy="Name a folder for --to")
        self.path = path

    def known(self, source: Source) -> Collected | None:
        """Return the record of a document that is there and whole, None where it has to be fetched."""
        try:
            said = json.loads(self._record(source).read_text(encoding="utf-8"))
            names = {field.name for field in fields(Collected)}
            lists = {name: tuple(said.get(name, ())) for name in ("redirects", "warnings")}
            record = Collected(**{name: value for name, value in said.items() if name in names} | lists)
            data = (self.path / record.file).read_bytes() if record.file else b""
        except (OSError, ValueError, TypeError):
            return None
        return record if record.file and file_digest(data) == record.sha256 else None

    def keep(self, source: Source, record: Collected, data: bytes | None = None) -> None:
        """Write a document (if given) and then its record; neither is ever there by half."""
        if data is not None:
            with atomic(self.path / record.file) as part:
                part.write_bytes(data)
        write_json(self._record(source), asdict(record))

    def drop(self, name: str) -> None:
        """Remove a document that another one has taken the place of."""
        (self.path / name).unlink(missing_ok=True)

    def write_manifest(self, done: Iterable[tuple[Source, Collected]]) -> None:
        """Write what the list says of each document; rows that others wrote for other files stay."""
        rows = self._other_rows({record.file for _, record in done})
        for source, record in done:
            cells: Mapping[str, str] = asdict(source.known) | {"source_path": record.file}
            rows[record.file, ""] = tuple(cells.get(name, "") for name in COLUMNS)
        write_text(self.path / MANIFEST_NAME, csv_text(COLUMNS, [rows[key] for key in sorted(rows)]))

    def _other_rows(self, ours: set[str]) -> dict[tuple[str, str], tuple[str, ...]]:
        try:
            text = (self.path / MANIFEST_NAME).read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            return {}
        lines = csv.DictReader(io.StringIO(text, newline=""))
        rows = [tuple((line.get(name) or "") for name in COLUMNS) for line in lines]
        at, item = COLUMNS.index("source_path"), COLUMNS.index("item")
        return {(row[at], row[item]): row for row in rows if row[at] not in ours}

    def _record(self, source: Source) -> Path:
        return self.path / RECORDS / f"{source.key}.json"

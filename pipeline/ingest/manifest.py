"""Manifests: what people know about their files, which wins over everything that is read from them."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args

import pyarrow as pa

from pipeline.errors import ConfigError
from pipeline.ingest.files import MANIFEST_NAME
from pipeline.readers.parsed import SourceType
from pipeline.tables import plain_cell

_DRAFTED_AT_ONCE = 10_000
COLUMNS = ("source_path", "published", "title", "publisher", "source_type", "item", "language")
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?\Z")


@dataclass(frozen=True, slots=True)
class ManifestRow:
    """What a manifest says of one file (or one item of it); blank fields say nothing."""

    published: str = ""
    title: str = ""
    publisher: str = ""
    source_type: SourceType = ""
    language: str = ""
    place: str = ""  # file and line, as evidence


@dataclass(frozen=True, slots=True)
class Manifest:
    """All rows by (source_path, item), item blank for the whole file, and warnings about rows that fit no file."""

    rows: Mapping[tuple[str, str], ManifestRow] = field(default_factory=dict)

    def find(self, source_path: str, item: str) -> ManifestRow:
        """Return the row of an item, else of its file, else an empty one."""
        return self.rows.get((source_path, item)) or self.rows.get((source_path, "")) or ManifestRow()

    def by_file(self) -> dict[str, Manifest]:
        """Return the rows of each file that has any, by source_path, so that a change elsewhere does not touch it."""
        rows: dict[str, dict[tuple[str, str], ManifestRow]] = {}
        for key, row in self.rows.items():
            rows.setdefault(key[0], {})[key] = row
        return {path: Manifest(mine) for path, mine in rows.items()}

    def strays(self, source_paths: set[str]) -> list[str]:
        """Return a sentence for each row whose file is not in the corpus."""
        return [
            f"{row.place}: no file '{path}' in the corpus"
            for (path, _), row in sorted(self.rows.items())
            if path not in source_paths
        ]


def read_manifests(corpus: Path) -> Manifest:
    """Read every manifest.csv under `corpus`; a wrong column, date or type is a ConfigError with its line.

    Paths are relative to the manifest's own folder, or to the corpus.
    """
    rows: dict[tuple[str, str], ManifestRow] = {}
    root = corpus.resolve()
    found = sorted(corpus.rglob(MANIFEST_NAME)) if corpus.is_dir() else []
    manifests = [path for path in found if path.is_file() and path.resolve().is_relative_to(root)]
    for path in manifests:
        for key, row in _read(path, corpus).items():
            if key in rows:
                raise ConfigError(
                    f"'{key[0]}' is already in {rows[key].place}", place=row.place, remedy="Keep one row a document"
                )
            rows[key] = row
    return Manifest(rows)


def draft(documents: pa.Table) -> Iterator[tuple[str, ...]]:
    """Yield rows of COLUMNS for the documents whose year, publisher or type is unknown; what is known is filled in.

    `documents` is the table of that name. A person completes the blanks and saves the rows as manifest.csv.
    """
    for batch in documents.select([*COLUMNS, "year"]).to_batches(max_chunksize=_DRAFTED_AT_ONCE):
        cells = {name: batch.column(name).cast(pa.string()).to_pylist() for name in batch.schema.names}
        cells["source_type"] = ["" if kind == "other" else kind for kind in cells["source_type"]]
        known = zip(*(cells[name] for name in ("year", "publisher", "source_type")), strict=True)
        rows = zip(*(cells[name] for name in COLUMNS), strict=True)
        yield from (row for row, said in zip(rows, known, strict=True) if not all(said))


def _read(path: Path, corpus: Path) -> dict[tuple[str, str], ManifestRow]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError("cannot be read as UTF-8 text", place=str(path), remedy="Save it as CSV in UTF-8") from error
    lines = csv.DictReader(io.StringIO(text, newline=""))
    unknown = [name for name in lines.fieldnames or () if name not in COLUMNS]
    if "source_path" not in (lines.fieldnames or ()):
        raise ConfigError("has no column source_path", place=str(path), remedy=f"Columns: {', '.join(COLUMNS)}")
    if unknown:
        raise ConfigError(
            f"has an unknown column '{unknown[0]}'", place=str(path), remedy=f"Columns: {', '.join(COLUMNS)}"
        )
    out: dict[tuple[str, str], ManifestRow] = {}
    for line in lines:
        place = f"{path.relative_to(corpus).as_posix()}, line {lines.line_num}"
        source_path = _source_path(_cell(line, "source_path"), path.parent, corpus, place)
        out[source_path, _cell(line, "item")] = manifest_row(line, place)
    return out


def _cell(line: Mapping[str, str | None], name: str) -> str:
    return plain_cell((line.get(name) or "").strip())


def _source_path(given: str, folder: Path, corpus: Path, place: str) -> str:
    given = given.replace("\\", "/")
    if not given or given.startswith("/") or ".." in given.split("/"):
        raise ConfigError(
            f"'{given}' is no path inside the corpus", place=place, remedy="Write the path from this folder"
        )
    beside = (folder / given).relative_to(corpus).as_posix()
    return given if not (folder / given).exists() and (corpus / given).exists() else beside


def manifest_row(line: Mapping[str, str | None], place: str) -> ManifestRow:
    """Return what a line of a table with the columns of a manifest says; ConfigError for a wrong date or type."""
    cell = {name: _cell(line, name) for name in COLUMNS}
    source_type = cell["source_type"].lower()
    if source_type not in get_args(SourceType):
        raise ConfigError(f"'{source_type}' is no source type", place=place, remedy="Use report, news or other")
    return ManifestRow(
        published=_checked_date(cell["published"], place),
        title=cell["title"],
        publisher=cell["publisher"],
        source_type=source_type,  # type: ignore[arg-type]  # one of them, as checked above
        language=cell["language"],
        place=place,
    )


def _checked_date(text: str, place: str) -> str:
    found = _DATE.match(text)
    remedy = "Write 2009-10-21, 2009-10 or 2009"
    if text and not found:
        raise ConfigError(f"'{text}' is no date", place=place, remedy=remedy)
    if found:
        year, month, day = (int(part) if part else 1 for part in found.groups())
        try:
            dt.date(year, month, day)
        except ValueError as error:
            raise ConfigError(f"'{text}' is no day of the calendar", place=place, remedy=remedy) from error
    return text

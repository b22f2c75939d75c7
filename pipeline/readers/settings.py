"""What may be set for the readers, apart from what reads: a run with nothing to read needs it, too."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipeline.readers.parsed import Unit

LEAST_BYTES = 2**20  # a smaller table is one part: a process of its own would not pay
_LONG_TABLES = {".csv", ".tsv", ".jsonl", ".ndjson"}


@dataclass(frozen=True, slots=True)
class TableSettings:
    """Column names given by the user, blank to find them by their usual names; `unit` blank to tell it by the rows."""

    text: str = ""
    id: str = ""
    year: str = ""
    date: str = ""
    source_type: str = ""
    heading: str = ""
    context: str = ""
    title: str = ""
    publisher: str = ""
    document: str = ""
    unit: Unit | None = None


def may_be_long(path: Path) -> bool:
    """Say whether a file is, by its name and size, a table that may be read in parts."""
    try:
        return path.suffix.lower() in _LONG_TABLES and path.stat().st_size >= LEAST_BYTES
    except OSError:  # the reader of whole files says what is wrong
        return False

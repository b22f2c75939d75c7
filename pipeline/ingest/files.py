"""Find the files of a corpus, in an order that does not depend on the machine."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import CorpusError, UsageError
from pipeline.readers.sheet.parts import TablePart

MANIFEST_NAME = "manifest.csv"
# Files that operating systems and editors leave behind; they are nobody's documents.
_LITTER = {"Thumbs.db", "desktop.ini", ".DS_Store"}


@dataclass(frozen=True, slots=True)
class CorpusFile:
    """A file of the corpus: where it is, its path from the corpus, and what is wrong with it (blank: nothing)."""

    path: Path
    source_path: str
    fault: str = ""  # "outside_corpus" or "unreadable"
    part: TablePart | None = None  # of a long table, these rows alone


def find_files(corpus: Path) -> list[CorpusFile]:
    """Return the files of a folder (or the one file) sorted by source_path, without hidden files and manifests."""
    if not corpus.exists():
        raise UsageError("does not exist", place=str(corpus), remedy="Name a folder of documents, or one file")
    if corpus.is_file():
        return [CorpusFile(corpus, printable_path(corpus.name))]
    found = sorted(_walk(corpus, corpus.resolve()), key=lambda file: file.source_path)
    if not found:
        raise CorpusError("holds no files", place=str(corpus), remedy="Put documents into it, or name another folder")
    return found


def _walk(corpus: Path, root: Path) -> Iterator[CorpusFile]:
    for folder, subfolders, names in os.walk(corpus):
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        for name in sorted(names):
            if name.startswith(".") or name in _LITTER or name == MANIFEST_NAME:
                continue
            path = Path(folder) / name
            yield CorpusFile(path, printable_path(path.relative_to(corpus).as_posix()), _fault(path, root))


def _fault(path: Path, root: Path) -> str:
    try:
        inside = path.resolve(strict=True).is_relative_to(root)
    except (OSError, RuntimeError):  # a link to nothing, or in a circle
        return "unreadable"
    if not inside:
        return "outside_corpus"
    return "" if path.is_file() else "unreadable"  # a pipe or a device would block the reader


def printable_path(path: str) -> str:
    """Return a path as text that any file can hold: bytes that are no UTF-8 become escapes."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def file_digest(data: bytes) -> str:
    """Return the SHA-256 of a file's content."""
    return hashlib.sha256(data).hexdigest()

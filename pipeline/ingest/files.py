"""Find the files of a corpus, in an order that does not depend on the machine."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import CorpusError, UsageError

if TYPE_CHECKING:
    from pipeline.readers.sheet.parts import TablePart

MANIFEST_NAME = "manifest.csv"
# Files that operating systems and editors leave behind; they are nobody's documents.
_LITTER = {"Thumbs.db", "desktop.ini", ".DS_Store"}
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class CorpusFile:
    """A file of the corpus: where it is, its path from the corpus, and what is wrong with it (blank: nothing)."""

    path: Path
    source_path: str
    fault: str = ""  # "outside_corpus" or "unreadable"
    part: TablePart | None = None  # of a long table, these rows alone


def find_files(corpus: Path) -> list[CorpusFile]:
    """Return the files of a folder (or the one file) sorted by source_path, without hidden files and manifests.

    A link to a folder outside the corpus and a folder that cannot be opened stand for what they hold, with their fault.
    """
    if not corpus.exists():
        raise UsageError("does not exist", place=str(corpus), remedy="Name a folder of documents, or one file")
    if corpus.is_file():
        return [CorpusFile(corpus, printable_path(corpus.name))]
    found = sorted(_walk(corpus, corpus.resolve()), key=lambda file: (file.source_path, os.fsencode(file.path)))
    if not found:
        raise CorpusError("holds no files", place=str(corpus), remedy="Put documents into it, or name another folder")
    return list(_apart(found))


def _walk(corpus: Path, root: Path) -> Iterator[CorpusFile]:
    closed: list[OSError] = []
    for folder, subfolders, names in os.walk(corpus, onerror=closed.append):
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        for name in subfolders:
            path = Path(folder) / name
            if path.is_symlink() and (fault := _fault(path, root)) == "outside_corpus":
                yield _file(corpus, path, fault)
        for name in sorted(names):
            if name.startswith(".") or name in _LITTER or name == MANIFEST_NAME:
                continue
            path = Path(folder) / name
            yield _file(corpus, path, _fault(path, root))
    for error in closed:
        yield _file(corpus, Path(os.fsdecode(error.filename)), "unreadable")


def _file(corpus: Path, path: Path, fault: str) -> CorpusFile:
    return CorpusFile(path, printable_path(path.relative_to(corpus).as_posix()), fault)


def _fault(path: Path, root: Path) -> str:
    try:
        inside = path.resolve(strict=True).is_relative_to(root)
    except (OSError, RuntimeError):  # a link to nothing, or in a circle
        return "unreadable"
    if not inside:
        return "outside_corpus"
    return "" if path.is_file() else "unreadable"  # a pipe or a device would block the reader


def _apart(files: Iterable[CorpusFile]) -> Iterator[CorpusFile]:
    """Yield the files with paths that differ also where their names differ only in bytes that are no text."""
    taken: set[str] = set()
    for file in files:
        path, number = file.source_path, 1
        while path in taken:
            number += 1
            path = f"{file.source_path}~{number}"
        taken.add(path)
        yield replace(file, source_path=path)


def printable_path(path: str) -> str:
    """Return a path as text that any file and terminal can hold.

    Bytes that are no UTF-8, control characters and marks that turn the direction of writing become escapes.
    """
    text = path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return _CONTROL.sub(lambda found: found.group().encode("unicode_escape").decode("ascii"), text)


def file_digest(data: bytes) -> str:
    """Return the SHA-256 of a file's content."""
    return hashlib.sha256(data).hexdigest()

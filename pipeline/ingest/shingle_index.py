"""Shingles of a text, and an inverted index of many documents' shingles that stays small in memory."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

WORDS = 5  # in a shingle
KEPT = 4  # one hash in so many is kept, the same ones in every document
_WORD = re.compile(r"\w+")
_HELD = 4_000_000  # entries held in memory before they go to disk
_RANGE_BITS = 6
_ENTRY = np.dtype([("hash", "<u8"), ("document", "<u4")])


@dataclass(frozen=True, slots=True)
class Postings:
    """The documents of each shingle that at least two documents have: runs of `lengths`, one after the other."""

    documents: NDArray[np.int64]
    lengths: NDArray[np.int64]


def shingles_of(text: str) -> NDArray[np.uint64]:
    """Return the sorted 64-bit hashes of a text's five-word shingles that are kept, whatever case and punctuation."""
    words = np.array([crc32(word.encode()) for word in _WORD.findall(text.casefold())], np.uint64)
    count = len(words) - WORDS + 1
    if count < 1:
        return np.zeros(0, np.uint64)
    hashes = np.zeros(count, np.uint64)
    for at in range(WORDS):
        hashes = _mixed(hashes + words[at : at + count])
    return np.unique(hashes[hashes % np.uint64(KEPT) == 0])


def _mixed(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return values whose bits all depend on all bits of the ones given (splitmix64, Steele et al. 2014)."""
    values = values + np.uint64(0x9E3779B97F4A7C15)
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


class ShingleIndex:
    """Takes documents' shingles, and gives the documents that share one. Beyond a few million entries it uses disk."""

    def __init__(self) -> None:
        """Begin empty."""
        self._held: list[NDArray[Any]] = []
        self._count = 0
        self._folder: TemporaryDirectory[str] | None = None

    def __enter__(self) -> ShingleIndex:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._folder:
            self._folder.cleanup()

    def add(self, document: int, hashes: NDArray[np.uint64]) -> None:
        """Add a document by its number."""
        entries = np.empty(len(hashes), _ENTRY)
        entries["hash"], entries["document"] = hashes, document
        self._held.append(entries)
        self._count += len(entries)
        if self._count > _HELD:
            self._to_disk()

    def postings(self) -> Iterator[Postings]:
        """Yield the postings, part by part; a shingle is in one part only."""
        if self._folder is None:
            yield _postings(self._taken())
            return
        self._to_disk()
        for path in sorted(Path(self._folder.name).iterdir()):
            yield _postings(np.fromfile(path, _ENTRY))

    def _taken(self) -> NDArray[Any]:
        entries = np.concatenate([*self._held, np.empty(0, _ENTRY)])
        self._held, self._count = [], 0
        return entries

    def _to_disk(self) -> None:
        """Append what is held to files, one for each range of hashes."""
        self._folder = self._folder or TemporaryDirectory(prefix="findings-")
        entries = self._taken()
        entries = entries[np.argsort(entries["hash"])]
        ranges = entries["hash"] >> np.uint64(64 - _RANGE_BITS)
        ends = np.searchsorted(ranges, np.arange(2**_RANGE_BITS, dtype=np.uint64), side="right")
        for number, part in enumerate(np.split(entries, ends[:-1])):
            with (Path(self._folder.name) / f"{number:03d}").open("ab") as file:
                part.tofile(file)


def _postings(entries: NDArray[Any]) -> Postings:
    order = np.lexsort((entries["document"], entries["hash"]))
    hashes, documents = entries["hash"][order], entries["document"][order].astype(np.int64)
    starts = np.flatnonzero(np.append(True, hashes[1:] != hashes[:-1])) if len(hashes) else np.zeros(0, np.int64)
    lengths = np.diff(np.append(starts, len(hashes)))
    shared = lengths > 1
    return Postings(documents[np.repeat(shared, lengths)], lengths[shared])

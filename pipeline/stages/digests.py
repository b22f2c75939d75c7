"""Hashes of the corpus's files, remembered with what the system says of each: what has not changed is not read again.

As safe as the index of git is: a hash is remembered only where the file had been at rest for longer than clocks and
file systems are coarse, and is used only while size, times, inode and device are what they were.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.tables import write_text

FILE = "cache_digests.json"
# A file that was touched less than this before it was read may change once more without its times telling.
_AT_REST_NS = 2_000_000_000
Mark = list[int]


@dataclass
class Digests:
    """The hashes of files by path: those known from the run before, and those of this run that may be remembered."""

    known: Mapping[str, tuple[Mark, str]] = field(default_factory=dict)
    clock_ns: Callable[[], int] = time.time_ns
    seen: dict[str, tuple[Mark, str]] = field(default_factory=dict)

    def of(self, path: Path) -> str:
        """Return the SHA-256 of a file's content, or why it cannot be read, which ingest then says of the file."""
        name = os.fsdecode(path.absolute())
        try:
            mark = _mark(path.stat())
            if name in self.known and self.known[name][0] == mark:
                self.seen[name] = self.known[name]
                return self.known[name][1]
            began = self.clock_ns()
            found, after = _read(path)
        except OSError as error:
            return f"unreadable: {error.strerror}"
        if after == mark and max(mark[1], mark[2]) < began - _AT_REST_NS:
            self.seen[name] = mark, found
        return found

    def save(self, folder: Path) -> None:
        """Remember what was seen, for the next run."""
        write_text(folder / FILE, json.dumps(self.seen, separators=(",", ":"), sort_keys=True) + "\n")


def load_digests(folder: Path) -> Digests:
    """Return the hashes that a run has remembered in a folder; none where there are none or they are damaged."""
    try:
        said = json.loads((folder / FILE).read_text(encoding="utf-8"))
        return Digests({str(name): ([int(n) for n in mark], str(sha256)) for name, (mark, sha256) in said.items()})
    except (OSError, ValueError, TypeError, AttributeError):
        return Digests()


def _mark(stat: os.stat_result) -> Mark:
    """Return what changes when a file does; the time of its change of state also where another time was set back."""
    return [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino, stat.st_dev]


def _read(path: Path) -> tuple[str, Mark]:
    """Return a file's hash, and its mark after it was read."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
        return digest.hexdigest(), _mark(os.fstat(file.fileno()))

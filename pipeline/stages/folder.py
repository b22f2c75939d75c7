"""The folder of a run: is it one, is it ours, is anybody else at work in it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pipeline.errors import OutputError, UsageError
from pipeline.tables import PART, write_json

RUN_FILE = "run.json"
LOCK_FILE = ".lock"
MANIFEST_DRAFT = "manifest_draft.csv"


def check_out(out: Path, corpus: Path) -> None:
    """Raise where `out` cannot be a run's folder: a file, somebody else's folder, or inside the corpus."""
    if out.exists() and not out.is_dir():
        raise UsageError("is a file", place=str(out), remedy="Name a folder for --out")
    if corpus.is_dir() and out.resolve().is_relative_to(corpus.resolve()):
        raise UsageError("lies inside the corpus", place=str(out), remedy="Choose an --out outside the corpus")
    ours = (out / RUN_FILE).exists() or (out / LOCK_FILE).exists()
    if out.is_dir() and not ours and any(out.iterdir()):
        raise UsageError("is not empty and not a run's folder", place=str(out), remedy="Name a new folder for --out")


def check_previous(out: Path, previous: Path | None) -> None:
    """Raise where the emergent themes known before lie in `out`, where the run would write over them."""
    if previous is not None and previous.resolve().is_relative_to(out.resolve()):
        raise UsageError(
            "is written anew by this run and cannot be what it begins from",
            place=str(previous),
            remedy="Copy it beside the configuration and name the copy under cluster.emergent.previous",
        )


def open_run(out: Path) -> dict[str, Any]:
    """Return what run.json says of a finished run; raise UsageError where the folder is not one."""
    try:
        said = json.loads((out / RUN_FILE).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise UsageError(
            "is not the folder of a finished run", place=str(out), remedy="Run 'findings run' first"
        ) from error
    except (OSError, ValueError) as error:
        raise OutputError("cannot be read", place=str(out / RUN_FILE), remedy="Run 'findings run' again") from error
    if not isinstance(said, dict):
        raise OutputError("does not describe a run", place=str(out / RUN_FILE), remedy="Run 'findings run' again")
    return said


def last_run(out: Path) -> dict[str, Any]:
    """Return what run.json says of the last run in `out`, empty where there is none that can be read."""
    try:
        return open_run(out)
    except (UsageError, OutputError):
        return {}


@contextmanager
def locked(out: Path, name: str = LOCK_FILE) -> Iterator[None]:
    """Hold the folder (or the part of it that `name` stands for) for this process; OutputError where another does."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        (out / LOCK_FILE).touch()  # marks the folder as a run's
        handle = os.open(out / name, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise OutputError(
            f"cannot be written: {error.strerror}", place=str(out), remedy="Choose another --out"
        ) from error
    try:
        _lock(handle, out)
        yield
    finally:
        os.close(handle)  # the system lets go of the lock, also when the process is killed


def _lock(handle: int, out: Path) -> None:
    try:
        import fcntl
    except ImportError:  # no such locks on this system
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise OutputError(
            "is in use by another run", place=str(out), remedy="Wait for it, or choose another --out"
        ) from error


def sweep(out: Path) -> None:
    """Remove the half-written files that a run which was killed has left in its folder."""
    for folder in (out, out / "tables", out / "stages"):
        for part in folder.glob(f".*{PART}"):
            part.unlink(missing_ok=True)


def outputs_of(out: Path) -> dict[str, list[int]]:
    """Return size and modification time (in ns) of every output file, to see whether any was touched."""
    folders = (out, out / "tables", out / "stages")
    files = [p for folder in folders if folder.is_dir() for p in folder.iterdir() if p.is_file() and p.name != RUN_FILE]
    kept = (p for p in files if "cache" not in p.name and not p.name.startswith("."))
    return {p.relative_to(out).as_posix(): [p.stat().st_size, p.stat().st_mtime_ns] for p in sorted(kept)}


def write_run(out: Path, said: dict[str, Any]) -> None:
    """Write run.json: the last thing that a run writes, and the only one with a time stamp."""
    write_json(out / RUN_FILE, said)

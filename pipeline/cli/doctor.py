"""What this machine has and lacks for the work, in plain words."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from pipeline.engines import default_workers

# extra -> (a module that it brings, what it adds)
EXTRAS: dict[str, tuple[str, str]] = {
    "ocr": ("tesserocr", "scanned pages are read (without it they are rejects that say so)"),
    "semantic": ("onnxruntime", "the larger model codes themes and kinds (cluster.model: semantic)"),
    "dask": ("distributed", "runs on a Dask cluster (--engine dask)"),
    "notebooks": ("nbclient", "the notebooks can be executed"),
    "office": ("kreuzberg", "old Word files (.doc) are read"),
}
LEAST_DISK_GB = 2


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: fine or not, what was seen, and what to do where it is not fine."""

    fine: bool
    what: str
    remedy: str = ""
    needed: bool = True


def examine(folder: Path) -> Iterator[Finding]:
    """Yield what was seen of Python, packages, memory, disk and extras; `folder` is where outputs go."""
    yield Finding(sys.version_info >= (3, 11), f"Python {platform.python_version()}", "Install Python 3.11 or newer")
    yield from (
        _package(name) for name in ("spacy", "sklearn", "pandas", "pyarrow", "pypdfium2", "trafilatura", "docx")
    )
    yield Finding(True, f"{default_workers()} processors")
    free = shutil.disk_usage(_existing(folder)).free / 1e9
    yield Finding(free > LEAST_DISK_GB, f"{free:.0f} GB free for outputs", "Free space, or choose another --out")
    yield Finding(os.access(_existing(folder), os.W_OK), f"outputs can be written to {folder}", "Choose another --out")
    for extra, (module, adds) in EXTRAS.items():
        there = find_spec(module) is not None
        yield Finding(there, f"extra [{extra}]: {adds}", f".venv/bin/pip install '.[{extra}]'", needed=False)


def _package(name: str) -> Finding:
    return Finding(find_spec(name) is not None, f"package {name}", "Run 'make setup'")


def _existing(folder: Path) -> Path:
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder

"""`findings init`: a folder for a new project, ready for its documents."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.options import Quiet
from pipeline.errors import OutputError, UsageError

TEMPLATES = Path(__file__).resolve().parent / "project"
# file of the new project -> template
FILES = {
    "README.md": "README.md",
    "Makefile": "Makefile",
    ".gitignore": "gitignore",
    "corpus/manifest.csv": "manifest.csv",
    "configs/codebook.yml": "codebook.yml",
}


def add_to(app: typer.Typer) -> None:
    """Register `init`."""
    app.command()(init)


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to make; it must be new or empty.")],
    codebook: Annotated[
        Path | None, typer.Option("--codebook", help="Codebook to begin with (default: a draft of two themes).")
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Make a folder for a new project: configuration, a codebook to fill in, Makefile, and a place for documents.

    Nothing is overwritten: a folder that holds anything is refused.
    """
    from pipeline.cli.show import console

    texts = _texts(folder, codebook)
    _write(folder, texts)
    to = console(quiet)
    to.print(f"Made {folder}:", markup=False)
    for name in texts:
        to.print(f"  {name}", markup=False)
    to.print(f"Next: put documents into {folder / 'corpus'}, then: cd {folder} && make run", markup=False)
    to.print(f"How to go on stands in {folder / 'README.md'}.", markup=False)


def _texts(folder: Path, codebook: Path | None) -> Mapping[str, str]:
    """Return the text of every file; a codebook that cannot be loaded is an error before anything is written."""
    from pipeline.codebook import load_codebook
    from pipeline.stages.settings import CONFIGS

    texts = {name: (TEMPLATES / template).read_text(encoding="utf-8") for name, template in FILES.items()}
    texts["README.md"] = texts["README.md"].replace("{name}", folder.resolve().name)
    texts["Makefile"] = texts["Makefile"].replace("{findings}", _program())
    texts["configs/pipeline.yml"] = (CONFIGS / "pipeline.yml").read_text(encoding="utf-8")
    if codebook:
        load_codebook(codebook)
        texts["configs/codebook.yml"] = codebook.read_text(encoding="utf-8")
    return texts


def _program() -> str:
    """Return how a Makefile calls this program where it is not on the path."""
    beside = Path(sys.executable).with_name("findings")
    return str(beside) if beside.is_file() else shutil.which("findings") or "findings"


def _write(folder: Path, texts: Mapping[str, str]) -> None:
    if folder.exists() and not folder.is_dir():
        raise UsageError("is a file", place=str(folder), remedy="Name a new folder")
    if folder.is_dir() and any(folder.iterdir()):
        raise UsageError("is not empty", place=str(folder), remedy="Name a new folder; nothing is overwritten")
    try:
        for name, text in texts.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise OutputError(f"cannot be written: {error.strerror}", place=str(folder), remedy="Name another") from error

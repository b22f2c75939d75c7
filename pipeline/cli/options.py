"""Options that several commands share, and what they come to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from pipeline.stages import RunOptions
    from pipeline.stages.settings import Shard as Part

ENGINES = ("local", "serial", "dask")
STAGE_NAMES = ("ingest", "segment", "cluster", "tabulate", "report")
SAMPLE = Path("corpus/sample")
SAMPLE_OUT = Path("outputs/sample")

Corpus = Annotated[Path, typer.Argument(help="Folder of documents, or one file.")]
Out = Annotated[Path, typer.Option("--out", help="Folder for the run's outputs.")]
Config = Annotated[Path | None, typer.Option("--config", help="Configuration (default: configs/pipeline.yml).")]
Codebook = Annotated[Path | None, typer.Option("--codebook", help="Codebook instead of the configuration's.")]
Gold = Annotated[Path | None, typer.Option("--gold", help="Coded statements, CSV or JSONL.")]
Engine = Annotated[
    str,
    typer.Option("--engine", help="Where the work runs: local, serial or dask.", autocompletion=lambda: list(ENGINES)),
]
Workers = Annotated[int, typer.Option("--workers", min=0, help="Processes; 0: one a processor.")]
Scheduler = Annotated[str, typer.Option("--scheduler", help="Address of a Dask scheduler.")]
Until = Annotated[
    str,
    typer.Option(
        "--until",
        help="Stop after ingest, segment, cluster, tabulate or report.",
        autocompletion=lambda: list(STAGE_NAMES),
    ),
]
Shard = Annotated[
    str, typer.Option("--shard", metavar="N/OF", help="Work on one part of the files only, as 3/40; a later run joins.")
]
Shared = Annotated[
    Path | None,
    typer.Option("--cache", metavar="FOLDER", help="Folder in which runs into several --out share their results."),
]
Redact = Annotated[bool, typer.Option("--redact", help="Mask names, births, addresses and numbers in the outputs.")]
Force = Annotated[bool, typer.Option("--force", help="Work everything out anew.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON on stdout.")]
RunFolder = Annotated[Path, typer.Argument(metavar="DIR", help="Folder of a finished run.")]


def one_of(value: str, choices: tuple[str, ...], option: str) -> str:
    """Return `value` where it is one of the choices; wrong use where it is not."""
    if value not in choices:
        raise typer.BadParameter(f"'{value}' is none of {', '.join(choices)}", param_hint=option)
    return value


def run_options(
    corpus: Path,
    out: Path,
    *,
    config: Path | None = None,
    codebook: Path | None = None,
    gold: Path | None = None,
    engine: str = "local",
    workers: int = 0,
    scheduler: str = "",
    until: str = "report",
    force: bool = False,
    redact: bool = False,
    shard: str = "",
    cache: Path | None = None,
) -> RunOptions:
    """Return the options of a run as the stages take them."""
    from pipeline.stages import RunOptions

    one_of(engine, ENGINES, "--engine")
    one_of(until, STAGE_NAMES, "--until")
    return RunOptions(
        corpus,
        out,
        config,
        codebook,
        gold,
        engine,  # type: ignore[arg-type]  # checked above
        workers,
        scheduler,
        until,  # type: ignore[arg-type]
        force,
        redact,
        Part(*_shard(shard)) if shard else None,
        cache,
    )


def _shard(given: str) -> tuple[int, int]:
    number, _, of = given.partition("/")
    if not (number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of)):
        raise typer.BadParameter(f"'{given}' is no part such as 3/40", param_hint="--shard")
    return int(number), int(of)

"""Commands and their options."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

import pipeline
from pipeline.cli import exchange
from pipeline.cli.doctor import examine
from pipeline.cli.show import Bars, console, plan_lines, summary
from pipeline.engines import EngineName
from pipeline.errors import FindingsError
from pipeline.stages import RunOptions, Stage, key_files, load_settings, make_plan
from pipeline.stages import run as run_stages
from pipeline.stages.cache import Cache
from pipeline.stages.loaded import load_run
from pipeline.stages.loaded import trace as trace_cell

app = typer.Typer(
    name="findings",
    help="From inspection reports and news articles to per-year theme tables that can be traced and defended.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Corpus = Annotated[Path, typer.Argument(help="Folder of documents, or one file.")]
Out = Annotated[Path, typer.Option("--out", help="Folder for the run's outputs.")]
Config = Annotated[Path | None, typer.Option("--config", help="Configuration (default: configs/pipeline.yml).")]
Codebook = Annotated[Path | None, typer.Option("--codebook", help="Codebook instead of the configuration's.")]
Gold = Annotated[Path | None, typer.Option("--gold", help="Coded statements, CSV or JSONL.")]
Engine = Annotated[str, typer.Option("--engine", help="local, serial or dask.")]
Workers = Annotated[int, typer.Option("--workers", min=0, help="Processes; 0: one a processor.")]
Scheduler = Annotated[str, typer.Option("--scheduler", help="Address of a Dask scheduler.")]
Until = Annotated[str, typer.Option("--until", help="Stop after ingest, segment, cluster, tabulate or report.")]
Force = Annotated[bool, typer.Option("--force", help="Work everything out anew.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON on stdout.")]
RunFolder = Annotated[Path, typer.Argument(metavar="DIR", help="Folder of a finished run.")]

SAMPLE = Path("corpus/sample")
SAMPLE_OUT = Path("outputs/sample")


def _choice(value: str, choices: tuple[str, ...], option: str) -> str:
    if value not in choices:
        raise typer.BadParameter(f"'{value}' is none of {', '.join(choices)}", param_hint=option)
    return value


def _options(
    corpus: Path,
    out: Path,
    config: Path | None,
    codebook: Path | None,
    gold: Path | None,
    engine: str,
    workers: int,
    scheduler: str,
    until: str,
    force: bool,
) -> RunOptions:
    chosen: EngineName = _choice(engine, ("local", "serial", "dask"), "--engine")  # type: ignore[assignment]
    stage: Stage = _choice(until, ("ingest", "segment", "cluster", "tabulate", "report"), "--until")  # type: ignore[assignment]
    return RunOptions(corpus, out, config, codebook, gold, chosen, workers, scheduler, stage, force)


@app.command()
def run(
    corpus: Corpus = SAMPLE,
    out: Out = SAMPLE_OUT,
    config: Config = None,
    codebook: Codebook = None,
    gold: Gold = None,
    engine: Engine = "local",
    workers: Workers = 0,
    scheduler: Scheduler = "",
    until: Until = "report",
    force: Force = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Read the corpus, cut findings, find their themes, and write tables and report."""
    options = _options(corpus, out, config, codebook, gold, engine, workers, scheduler, until, force)
    to = console(quiet)
    outcome = run_stages(options, command=sys.argv[1:], progress=Bars(to))
    if as_json:
        typer.echo(json.dumps(outcome.said, ensure_ascii=False, sort_keys=True))
    summary(to, outcome, load_run(out))
    if outcome.failed_expectations:
        raise typer.Exit(1)


def _stage_command(stage: Stage, words: str) -> None:
    """Add the command of one stage: `run` up to there."""

    def command(
        corpus: Corpus = SAMPLE,
        out: Out = SAMPLE_OUT,
        config: Config = None,
        codebook: Codebook = None,
        gold: Gold = None,
        engine: Engine = "local",
        workers: Workers = 0,
        scheduler: Scheduler = "",
        force: Force = False,
        quiet: Quiet = False,
        as_json: AsJson = False,
    ) -> None:
        run(corpus, out, config, codebook, gold, engine, workers, scheduler, stage, force, quiet, as_json)

    app.command(stage, help=words)(command)


_stage_command("ingest", "Run up to documents, blocks and rejects.")
_stage_command("segment", "Run up to statements and their kinds.")
_stage_command("cluster", "Run up to themes and assignments.")
_stage_command("tabulate", "Run up to the tables by year.")
_stage_command("report", "Run everything, up to the report.")


@app.command()
def plan(
    corpus: Corpus = SAMPLE,
    out: Out = SAMPLE_OUT,
    config: Config = None,
    codebook: Codebook = None,
    gold: Gold = None,
    until: Until = "report",
    force: Force = False,
) -> None:
    """Say what a run would do, and why, without doing it."""
    options = _options(corpus, out, config, codebook, gold, "local", 0, "", until, force)
    path = out / "stages" / "cache.sqlite"
    cache = Cache(path) if path.exists() else None
    named = load_settings(config, codebook)
    for line in plan_lines(make_plan(options, named, key_files(options, named), cache)):
        typer.echo(line)


@app.command()
def trace(
    folder: RunFolder,
    theme: Annotated[str, typer.Option("--theme", help="Identifier of the theme.")],
    year: Annotated[str, typer.Option("--year", help="Year, or 'undated'; all years if left out.")] = "",
    as_json: AsJson = False,
) -> None:
    """Print the statements behind a cell of theme_year, with source and page."""
    rows = trace_cell(load_run(folder), theme=theme, year=year)
    if as_json:
        for row in rows.to_dict("records"):
            typer.echo(json.dumps(row, ensure_ascii=False, default=str))
        return
    for row in rows.itertuples():
        page = f", page {row.page:.0f}" if row.page == row.page else ""
        speaker = f" — {row.speaker}" if row.speaker else ""
        stem = f"{row.stem} " if row.stem else ""
        typer.echo(
            f"{row.source_path}{f' [{row.item}]' if row.item else ''}{page} ({row.published or 'undated'}, {row.kind})"
        )
        typer.echo(f"    {stem}{row.text}{speaker}")
        typer.echo(f"    evidence: {row.evidence} ({row.method}, {row.probability:.2f})")
    console().print(f"{len(rows)} findings")


@app.command()
def doctor(out: Out = Path("outputs")) -> None:
    """Say what this machine lacks, and what each extra would add."""
    missing = False
    for seen in examine(out):
        mark = "ok     " if seen.fine else ("LACKING" if seen.needed else "not there")
        remedy = "" if seen.fine else f"  ->  {seen.remedy}"
        typer.echo(f"{mark:<9} {seen.what}{remedy}")
        missing |= seen.needed and not seen.fine
    if missing:
        raise typer.Exit(1)


exchange.add_to(app)


@app.callback(invoke_without_command=True)
def top(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    """Hold the options that come before any command."""
    if version:
        typer.echo(f"findings {pipeline.__version__}")
        raise typer.Exit


def main() -> None:
    """Run the command line; errors go to stderr in words, with the exit code that fits them."""
    try:
        app()
    except FindingsError as error:
        console().print(f"[red]error:[/red] {error}", markup=True, soft_wrap=True)
        sys.exit(error.exit_code)
    except BrokenPipeError:  # the reader of stdout, such as head, has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except KeyboardInterrupt:
        console().print("Stopped. The same command goes on from here.")
        sys.exit(130)

"""`findings run`, its stages, and `findings plan`."""

from __future__ import annotations

import json
import sys
from contextlib import closing

import typer

from pipeline.cli.options import (
    SAMPLE,
    SAMPLE_OUT,
    AsJson,
    Codebook,
    Config,
    Corpus,
    Engine,
    Force,
    Gold,
    Out,
    Quiet,
    Redact,
    Scheduler,
    Shard,
    Shared,
    Until,
    Workers,
    run_options,
)

STAGE_HELP = {
    "ingest": "Run up to documents, blocks and rejects.",
    "segment": "Run up to statements and their kinds.",
    "cluster": "Run up to themes and assignments.",
    "tabulate": "Run up to the tables by year.",
    "report": "Run everything, up to the report.",
}


def add_to(app: typer.Typer) -> None:
    """Register `run`, one command a stage, and `plan`."""
    app.command()(run)
    for stage, words in STAGE_HELP.items():
        _add_stage(app, stage, words)
    app.command()(plan)


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
    redact: Redact = False,
    shard: Shard = "",
    cache: Shared = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Read the corpus, cut findings, find their themes, and write tables and report.

    A run that was stopped goes on where it was; a second run with nothing changed does nothing.
    Exit 1: a limit under `expect:` in the configuration failed, or nothing could be read.
    """
    from pipeline.cli.progress import Bars
    from pipeline.cli.show import console
    from pipeline.cli.summary import summary
    from pipeline.stages import run as run_stages
    from pipeline.stages.loaded import load_run

    options = run_options(
        corpus,
        out,
        config=config,
        codebook=codebook,
        gold=gold,
        engine=engine,
        workers=workers,
        scheduler=scheduler,
        until=until,
        force=force,
        redact=redact,
        shard=shard,
        cache=cache,
    )
    to = console(quiet)
    outcome = run_stages(options, command=sys.argv[1:], progress=Bars(to))
    if as_json:
        typer.echo(json.dumps(outcome.said, ensure_ascii=False, sort_keys=True))
    if options.shard:
        of = f"{outcome.said['worked_on']} of {outcome.said['files']} files of part {shard}"
        to.print(f"Worked on {of}. When all parts are done, run the same command without --shard.")
        return
    summary(to, outcome, load_run(out))
    for failed in outcome.failed_expectations:
        console().print(f"[red]Expectation failed:[/red] {failed}")
    if outcome.failed_expectations:
        raise typer.Exit(1)


def _add_stage(app: typer.Typer, stage: str, words: str) -> None:
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
        redact: Redact = False,
        shard: Shard = "",
        cache: Shared = None,
        quiet: Quiet = False,
        as_json: AsJson = False,
    ) -> None:
        run(
            corpus,
            out,
            config,
            codebook,
            gold,
            engine,
            workers,
            scheduler,
            stage,
            force,
            redact,
            shard,
            cache,
            quiet,
            as_json,
        )

    app.command(stage, help=words)(command)


def plan(
    corpus: Corpus = SAMPLE,
    out: Out = SAMPLE_OUT,
    config: Config = None,
    codebook: Codebook = None,
    gold: Gold = None,
    until: Until = "report",
    force: Force = False,
    redact: Redact = False,
    as_json: AsJson = False,
) -> None:
    """Say what a run would do, and why, without doing it."""
    from pipeline.cli.summary import plan_lines, plan_said
    from pipeline.stages import key_files, load_settings, make_plan
    from pipeline.stages.cache import Cache

    options = run_options(
        corpus, out, config=config, codebook=codebook, gold=gold, until=until, force=force, redact=redact
    )
    named = load_settings(config, codebook, redact)
    keyed = key_files(options, named)
    path = out / "stages" / "cache.sqlite"
    if path.exists():
        with closing(Cache(path)) as cache:
            planned = make_plan(options, named, keyed, cache)
    else:
        planned = make_plan(options, named, keyed, None)
    if as_json:
        typer.echo(json.dumps(plan_said(planned), ensure_ascii=False))
        return
    for line in plan_lines(planned, options):
        typer.echo(line)

"""findings collect: fetch listed documents politely."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from pipeline.cli.show import console
from pipeline.ingest.collect import FetchLimits

if TYPE_CHECKING:
    from pipeline.ingest.collect import Collected

DEFAULTS = FetchLimits()

Sources = Annotated[Path, typer.Argument(metavar="SOURCES.csv", help="List with a column url; dates, titles as known.")]
To = Annotated[Path, typer.Option("--to", help="Folder for the documents; it is then a corpus.")]
Delay = Annotated[float, typer.Option("--delay", min=0.0, help="Seconds between two requests to a host.")]
Contact = Annotated[str, typer.Option("--contact", help="Your e-mail or page, told to the servers.")]
Private = Annotated[bool, typer.Option("--allow-private", help="Also fetch from private networks.")]
Update = Annotated[bool, typer.Option("--update", help="Ask again for what is there, in case it changed.")]
MaxMb = Annotated[float, typer.Option("--max-mb", min=0.001, help="Largest document, in megabytes.")]
MaxSeconds = Annotated[float, typer.Option("--max-seconds", min=1.0, help="Longest time for a document.")]
Tries = Annotated[int, typer.Option("--tries", min=1, help="Tries where a server is busy or the line breaks.")]
First = Annotated[int, typer.Option("--first", min=0, help="Only the first so many of the list; 0: all.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be fetched, and fetch nothing.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print a record of each document on stdout.")]


def add_to(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(collect)


def collect(
    sources: Sources,
    to: To,
    delay: Delay = 1.0,
    contact: Contact = "",
    allow_private: Private = False,
    update: Update = False,
    max_mb: MaxMb = DEFAULTS.max_mb,
    max_seconds: MaxSeconds = DEFAULTS.total_s,
    tries: Tries = DEFAULTS.tries,
    first: First = 0,
    dry_run: DryRun = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Fetch the documents of a list into a folder, politely; run again to go on where it stopped."""
    from pipeline.ingest.collect import CollectSettings, read_sources
    from pipeline.ingest.collect import collect as fetch_all

    listed = read_sources(sources)[: first or None]
    screen = console(quiet)
    if dry_run:
        for source in listed:
            typer.echo(source.url)
        screen.print(f"{len(listed):,} documents of {len({source.host for source in listed}):,} hosts")
        return
    limits = FetchLimits(max_mb=max_mb, total_s=max_seconds, tries=tries)
    settings = CollectSettings(delay, contact, allow_private, update, limits)

    def tell(record: Collected) -> None:
        for line in _lines(record):
            screen.print(line)
        if as_json:
            typer.echo(json.dumps(asdict(record), ensure_ascii=False))

    records = fetch_all(listed, to, settings, tell)
    counts = {outcome: sum(r.outcome == outcome for r in records) for outcome in ("fetched", "unchanged", "failed")}
    screen.print(
        f"[bold]{counts['fetched']:,} fetched, {counts['unchanged']:,} there, {counts['failed']:,} failed[/bold]"
    )
    if counts["failed"]:
        screen.print("The same command tries those that failed again.")
    screen.print(f"Read them: findings run {escape(str(to))} --out DIR")
    if counts["failed"]:
        raise typer.Exit(1)


def _lines(record: Collected) -> list[str]:
    """Return what to say of a document on the terminal; of one that was there already, nothing."""
    if record.outcome == "failed":
        return [f"[red]failed[/red]  {escape(record.url)}: {record.reason}: {escape(record.message)}"]
    if record.outcome == "unchanged":
        return []
    size = f"{record.bytes / 1e6:.1f} MB" if record.bytes >= 100_000 else f"{record.bytes / 1e3:.0f} kB"
    odd = [f"[yellow]odd[/yellow]     {escape(record.url)}: {escape(warning)}" for warning in record.warnings]
    return [f"fetched {escape(record.file)} ({size})", *odd]

"""`findings trace`: the statements behind a cell of theme_year."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from pipeline.cli.options import AsJson, Quiet, RunFolder


def add_to(app: typer.Typer) -> None:
    """Register `trace`."""
    app.command()(trace)


def _known(context: typer.Context, column: str) -> list[str]:
    """Return what a column of theme_year holds, to complete an option; nothing where the run is not there yet."""
    folder = context.params.get("folder") or next(iter(context.args), "")  # what is typed so far may not be parsed yet
    try:
        with Path(folder, "tables", "theme_year.csv").open(encoding="utf-8-sig", newline="") as file:
            return list(dict.fromkeys(row[column] for row in csv.DictReader(file)))
    except (OSError, KeyError, TypeError, ValueError):
        return []


def complete_theme(context: typer.Context, incomplete: str) -> list[str]:
    """Return the run's themes that begin as typed."""
    return [theme for theme in _known(context, "theme_id") if theme.startswith(incomplete)]


def complete_year(context: typer.Context, incomplete: str) -> list[str]:
    """Return the run's years that begin as typed."""
    return [year for year in _known(context, "year") if year.startswith(incomplete)]


def trace(
    folder: RunFolder,
    theme: Annotated[str, typer.Option("--theme", help="Identifier of the theme.", autocompletion=complete_theme)],
    year: Annotated[
        str, typer.Option("--year", help="Year, or 'undated'; all years if left out.", autocompletion=complete_year)
    ] = "",
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Print the statements behind a cell of theme_year, with source and page.

    With --json: one object a line.
    """
    from pipeline.cli.show import console
    from pipeline.stages.loaded import load_run
    from pipeline.stages.loaded import trace as trace_cell

    rows = trace_cell(load_run(folder), theme=theme, year=year)
    if as_json:
        for row in rows.to_dict("records"):
            typer.echo(json.dumps(row, ensure_ascii=False, default=str))
        return
    for row in rows.itertuples():
        for line in _lines(row):
            typer.echo(line)
    console(quiet).print(f"{len(rows)} findings")


def _lines(row: Any) -> Iterator[str]:
    item = f" [{row.item}]" if row.item else ""
    page = f", page {row.page:.0f}" if row.page == row.page else ""
    yield f"{row.source_path}{item}{page} ({row.published or 'undated'}, {row.kind})"
    stem = f"{row.stem} " if row.stem else ""
    speaker = f" — {row.speaker}" if row.speaker else ""
    yield f"    {stem}{row.text}{speaker}"
    yield f"    evidence: {row.evidence} ({row.method}, {row.probability:.2f})"

"""`findings trace`: the statements behind a cell of theme_year."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from pipeline.cli.options import AsJson, Quiet, RunFolder


def add_to(app: typer.Typer) -> None:
    """Register `trace`."""
    app.command()(trace)


def trace(
    folder: RunFolder,
    theme: Annotated[str, typer.Option("--theme", help="Identifier of the theme.")],
    year: Annotated[str, typer.Option("--year", help="Year, or 'undated'; all years if left out.")] = "",
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

"""What people see on the terminal: progress, and a summary that can be read at a glance. All of it on stderr."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from pipeline.stages import MANIFEST_DRAFT, Outcome, Plan
from pipeline.stages.loaded import Run

_BARS = "▁▂▃▄▅▆▇█"


def console(quiet: bool = False) -> Console:
    """Return the console for messages; it keeps to NO_COLOR and to plain text where there is no terminal."""
    return Console(stderr=True, quiet=quiet, no_color="NO_COLOR" in os.environ or None, highlight=False, soft_wrap=True)


class Bars:
    """Progress bars on a terminal, nothing elsewhere."""

    def __init__(self, to: Console) -> None:
        """Draw on `to`."""
        self._bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=to,
            transient=True,
            disable=not sys.stderr.isatty() or to.quiet,
        )
        self._task = self._bars.add_task("", total=0, visible=False)

    def begin(self, what: str, total: int) -> None:
        """Show a new bar."""
        self._task = self._bars.add_task(what, total=total)
        self._bars.start()

    def step(self) -> None:
        """Move the bar on by one."""
        self._bars.advance(self._task)

    def end(self) -> None:
        """Take the bar away."""
        self._bars.stop()
        self._bars.remove_task(self._task)


def summary(to: Console, outcome: Outcome, run: Run) -> None:
    """Print what the run came to: documents, findings, leading themes with their course, rejects, what to do next."""
    said = outcome.said
    rows = said["rows"]
    if outcome.did_nothing:
        to.print(f"Nothing has changed since the last run in {escape(str(run.path))}.")
    to.print(f"[bold]{_counted(rows)}[/bold]")
    _print_files(to, run)
    if "theme_year" in rows:
        _print_themes(to, run)
    for warning in outcome.warnings:
        to.print(f"[yellow]Note:[/yellow] {escape(warning)}")
    for failed in outcome.failed_expectations:
        to.print(f"[red]Expectation failed:[/red] {escape(failed)}")
    for line in _next_steps(said, run.path):
        to.print(line)


def _counted(rows: Mapping[str, int]) -> str:
    words = {"documents": "documents", "statements": "statements", "findings": "findings", "rejects": "rejects"}
    return ", ".join(f"{rows[name]:,} {word}" for name, word in words.items() if name in rows)


def _print_files(to: Console, run: Run) -> None:
    _print_unknown(to, run)
    files = run.table("files")
    short = files[files["announced"].notna() & (files["announced"] != files["documents"])]
    for row in short.itertuples():
        counts = f"announces {row.announced:.0f} articles, {row.documents} read, {row.rejects} rejected"
        to.print(f"  {escape(row.source_path)}: {counts}.")
    rejects = run.table("rejects")
    for reason, count in rejects["reason"].value_counts().items():
        first = rejects[rejects["reason"] == reason].iloc[0]
        to.print(f"  {count} rejected as {reason}, such as {escape(first['source_path'])}: {escape(first['message'])}")


def _print_unknown(to: Console, run: Run) -> None:
    """Say what no evidence settled, and how the reader can settle it."""
    documents = run.documents
    unknown = {
        "no proved year (rows 'undated')": documents["year"] == "",
        "no known publisher": documents["publisher"] == "",
        "neither report nor news": documents["source_type"] == "other",
    }
    counts = [f"{rows.sum():,} {what}" for what, rows in unknown.items() if rows.any()]
    if counts:
        draft = escape(str(run.path / MANIFEST_DRAFT))
        to.print(f"  Documents with {'; '.join(counts)}.")
        to.print(f"  To settle it, complete {draft} and save it as manifest.csv in the corpus.")


def _print_themes(to: Console, run: Run, most: int = 8) -> None:
    series = run.theme_year[run.theme_year["year"] != "undated"]
    totals = series.groupby("theme_label")["findings"].sum().sort_values(ascending=False, kind="stable").head(most)
    if totals.empty or not totals.iloc[0]:
        return
    years = sorted(series["year"].unique())
    to.print(f"  Themes, share of findings {years[0]} to {years[-1]}:")
    for label, count in totals.items():
        shares = series[series["theme_label"] == label].sort_values("year")["share_of_findings"]
        to.print(f"    {escape(str(label)):<42.42} {count:>6,}  {sparkline(shares)}")


def sparkline(values: pd.Series) -> str:
    """Return a line of small bars, one a value, a dot where there is none."""
    top = values.max()
    return "".join("·" if pd.isna(v) else _BARS[round(7 * v / top)] if top else _BARS[0] for v in values)


def _next_steps(said: Mapping[str, Any], out: Path) -> list[str]:
    steps = [f"Tables: {escape(str(out / 'tables'))} (what each column means: columns.csv)"]
    if said["until"] == "report":
        steps.append(f"Report: {escape(str(out / 'report.html'))}")
        steps.append(f"Behind a number: findings trace {escape(str(out))} --year 2009 --theme THEME_ID")
    return steps


def plan_lines(plan: Plan) -> list[str]:
    """Return what a run would do, stage by stage, with the reason."""
    lines = [f"{len(plan.files)} files"]
    for stage, reasons in plan.reasons.items():
        count = sum(stage in stages for stages in plan.stale.values())
        lines.append(f"{stage:<9} {count} to run" + (f" ({'; '.join(reasons)})" if count else ""))
    lines.append(f"{'tables':<9} {'to write' if plan.tables_stale else 'up to date'}")
    return lines

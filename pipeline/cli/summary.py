"""What a run came to and what a run would do, in lines that a person reads at a glance."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Console
from rich.markup import escape

from pipeline.cli.show import sparkline
from pipeline.stages import MANIFEST_DRAFT, Outcome, Plan, RunOptions
from pipeline.stages.loaded import Run

MOST_THEMES = 8
MOST_NAMED = 5
_STAGE_WORDS = {
    "ingest": "files to read",
    "segment": "files to cut into statements",
    "cluster": "files to give themes",
}


def summary(to: Console, outcome: Outcome, run: Run) -> None:
    """Print what the run came to: documents, findings, leading themes with their course, rejects, what to do next."""
    rows = outcome.said["rows"]
    if outcome.did_nothing:
        to.print(f"Nothing has changed since the last run in {escape(str(run.path))}.")
    to.print(f"[bold]{_counted(rows)}[/bold]")
    for lines in (_file_lines(run), _unknown_lines(run), _theme_lines(run) if "theme_year" in rows else ()):
        for line in lines:
            to.print("  " + escape(line))
    for warning in outcome.warnings:
        to.print(f"[yellow]Note:[/yellow] {escape(warning)}")
    for line in _next_steps(outcome.said, run):
        to.print(escape(line))


def _counted(rows: Mapping[str, int]) -> str:
    words = {"files": "files", "documents": "documents", "statements": "statements", "findings": "findings"}
    counts = [f"{rows[name]:,} {word}" for name, word in words.items() if name in rows]
    return ", ".join([*counts, f"{rows['rejects']:,} rejects"])


def _file_lines(run: Run) -> Iterator[str]:
    """Say where a file holds another number of articles than it announces, and what could not be read."""
    files = run.rows("files", ["source_path", "announced", "documents", "rejects"])
    announcing = [row for row in files if row["announced"] is not None]
    if announcing:
        total, read = (sum(row[name] for row in announcing) for name in ("announced", "documents"))
        yield f"{_plural(len(announcing), 'file')} that announce {total:,} articles gave {read:,}."
    short = [row for row in announcing if row["announced"] != row["documents"]]
    for row in short[:MOST_NAMED]:
        became = f"{row['documents']} read, {row['rejects']} rejected"
        yield f"{row['source_path']}: announces {row['announced']} articles, {became}."
    rejects = run.rows("rejects", ["source_path", "reason", "message"])
    for reason, count in Counter(row["reason"] for row in rejects).most_common():
        first = next(row for row in rejects if row["reason"] == reason)
        yield f"{count} rejected as {reason}, such as {first['source_path']}: {first['message']}"


def _unknown_lines(run: Run) -> Iterator[str]:
    """Say what no evidence settled, and how the reader can settle it."""
    documents = run.rows("documents", ["year", "publisher", "source_type"])
    unknown = {
        "without a proved year (rows 'undated')": sum(row["year"] == "" for row in documents),
        "without a known publisher": sum(row["publisher"] == "" for row in documents),
        "neither report nor news": sum(row["source_type"] == "other" for row in documents),
    }
    counts = [f"{count:,} {what}" for what, count in unknown.items() if count]
    if counts:
        yield f"Documents: {'; '.join(counts)}."
        yield f"To settle it, complete {run.path / MANIFEST_DRAFT} and save it as manifest.csv in the corpus."


def _theme_lines(run: Run) -> Iterator[str]:
    columns = ["year", "theme_label", "findings", "share_of_findings"]
    series = [row for row in run.rows("theme_year", columns) if row["year"] != "undated"]
    totals: Counter[str] = Counter()
    for row in series:
        totals[row["theme_label"]] += row["findings"]
    leading = sorted((-count, label) for label, count in totals.items() if count)[:MOST_THEMES]
    if not leading:
        return
    years = sorted({row["year"] for row in series})
    yield f"Leading themes: findings, and share of the year's findings from {years[0]} to {years[-1]}"
    for count, label in leading:
        of_year = {row["year"]: row["share_of_findings"] for row in series if row["theme_label"] == label}
        shares = [math.nan if of_year[year] is None else of_year[year] for year in sorted(of_year)]
        yield f"  {label:<42.42} {-count:>6,}  {sparkline(shares)}"


def _next_steps(said: Mapping[str, Any], run: Run) -> Iterator[str]:
    out, rows = run.path, said["rows"]
    if said["until"] == "report":
        workbook = f" · {out / 'findings.xlsx'}" if (out / "findings.xlsx").is_file() else ""
        yield f"Read:   {out / 'report.html'}{workbook}"
    yield f"Tables: {out / 'tables'} (columns.csv says what each column means)"
    cell = _largest_cell(run) if "theme_year" in rows else None
    if cell:
        yield f"Trace:  findings trace {out} --year {cell['year']} --theme {cell['theme_id']}"
    if cell and not said.get("gold"):
        yield f"Check:  findings review sample {out} (shares are uncorrected until people have coded a sample)"
    if "findings" in rows and not rows["findings"]:
        yield "No findings: look at tables/statements.csv; are these documents reports or news?"


def _largest_cell(run: Run) -> Mapping[str, Any] | None:
    """Return the row of theme_year with the most findings, a dated one before an undated one; None without any."""
    found = [row for row in run.rows("theme_year", ["year", "theme_id", "findings"]) if row["findings"]]
    dated = [row for row in found if row["year"] != "undated"]
    return max(dated or found, key=lambda row: int(row["findings"]), default=None)


def plan_said(plan: Plan) -> dict[str, Any]:
    """Return the plan for machines: files, per stage how many are to run and why, and whether tables are stale."""
    return {
        "files": len({file.file.source_path for file in plan.files}),
        "stages": {stage: {"to_run": count, "why": list(reasons)} for stage, count, reasons in _stale_stages(plan)},
        "tables_stale": plan.tables_stale,
        "warnings": list(plan.warnings),
    }


def _stale_stages(plan: Plan) -> Iterator[tuple[str, int, list[str]]]:
    for stage, reasons in plan.reasons.items():
        count = sum(stage in stages for stages in plan.stale.values())
        yield stage, count, list(reasons) if count else []


def plan_lines(plan: Plan, options: RunOptions) -> Iterator[str]:
    """Yield what a run would do, stage by stage, with the reason."""
    files = len({file.file.source_path for file in plan.files})
    yield f"{_plural(files, 'file')} in {options.corpus}, results in {options.out}"
    for stage, count, reasons in _stale_stages(plan):
        why = f": {'; '.join(reasons)}" if reasons else ""
        yield f"  {stage:<9} {count:,} {_STAGE_WORDS[stage]}{why}"
    yield f"  {'tables':<9} {'to write' if plan.tables_stale else 'up to date'}"
    yield from (f"Note: {warning}" for warning in plan.warnings)
    if not plan.tables_stale:
        yield "A run would do nothing."


def _plural(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"

"""`findings review sample | import | agreement`: statements for people to code, and what their codes tell."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.cli.options import AsJson, Quiet, RunFolder

if TYPE_CHECKING:
    from rich.console import Console

    from pipeline.stages.loaded import Run
    from pipeline.validate import Gold

KIT = "review"
_LISTED = 12


def add_to(app: typer.Typer) -> None:
    """Register the group `review`."""
    group = typer.Typer(no_args_is_help=True, help="Let people code a sample, and measure the pipeline by it.")
    group.command("sample")(sample)
    group.command("import")(import_)
    group.command("agreement")(agreement)
    app.add_typer(group, name="review")


def sample(
    folder: RunFolder,
    size: Annotated[int, typer.Option("--size", min=1, help="Statements to draw.")] = 500,
    coders: Annotated[str, typer.Option("--coders", help="Names of the coders, joined by commas.")] = "coder",
    overlap: Annotated[int, typer.Option("--overlap", min=0, help="Statements that every coder codes.")] = 50,
    seed: Annotated[int, typer.Option("--seed", help="The same seed draws the same statements.")] = 20240607,
    to: Annotated[Path | None, typer.Option("--to", help="Folder of the kit (default: DIR/review).")] = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Draw statements at random and write a workbook and Label Studio tasks for each coder."""
    from pipeline.cli.show import console
    from pipeline.errors import UsageError
    from pipeline.exchange.review import SAMPLE, write_kit
    from pipeline.stages.loaded import load_run
    from pipeline.stages.review import run_codebook, sample_of
    from pipeline.validate.sampling import Design

    run, names = load_run(folder), tuple(dict.fromkeys(filter(None, (c.strip() for c in coders.split(",")))))
    kit = to or folder / KIT
    if not names:
        raise typer.BadParameter("names nobody", param_hint="--coders")
    if (kit / SAMPLE).exists():
        raise UsageError("holds a coding kit already", place=str(kit), remedy="Name another folder with --to")
    drawn = sample_of(run, Design(size, seed, names, overlap if len(names) > 1 else 0))
    about = {
        "statements": len(run.table("statements")),
        "drawn": len(drawn),
        "seed": seed,
        "coders": list(names),
        "overlap": overlap if len(names) > 1 else 0,
        "version": run.about.get("version", ""),
        "codebook": run.about.get("codebook", {}).get("sha256", ""),
    }
    written = write_kit(drawn, run_codebook(run), kit, about)
    tell = console(quiet)
    tell.print(f"{len(drawn):,} of {about['statements']:,} statements drawn, with seed {seed}.", markup=False)
    tell.print(f"Give each coder a file of {kit}; keep {SAMPLE} to yourself: it shows the strata.", markup=False)
    tell.print(f"When they are done: findings review import FILES --kit {kit} --to gold.csv", markup=False)
    _say(as_json, {**about, "files": [str(path) for path in written]}, [str(path) for path in written])


def import_(
    files: Annotated[list[Path], typer.Argument(metavar="FILES", help="Workbooks or Label Studio exports.")],
    to: Annotated[Path, typer.Option("--to", help="Gold to write.")] = Path("gold.csv"),
    kit: Annotated[Path | None, typer.Option("--kit", help="Folder of the kit (default: that of the files).")] = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Read what coders returned, check it, say what is missing, and write gold for `findings run --gold`."""
    from pipeline.cli.show import console
    from pipeline.exchange import write_gold
    from pipeline.exchange.review import read_kit

    returned = read_kit(files, kit or files[0].parent)
    write_gold(returned.rows, to)
    tell = console(quiet)
    for coder, (done, wanted) in returned.coded.items():
        tell.print(f"{coder}: {done:,} of {wanted:,} statements coded", markup=False)
    missing = [t for t in returned.troubles if t.reason == "not_coded"]
    wrong = [t for t in returned.troubles if t.reason != "not_coded"]
    for trouble in (*wrong, *missing[:_LISTED]):
        place = ", ".join(part for part in (trouble.file, trouble.row) if part)
        tell.print(f"  {f'{place}: ' if place else ''}{trouble.reason}: {trouble.message}", markup=False)
    if len(missing) > _LISTED:
        tell.print(f"  ... and {len(missing) - _LISTED:,} more that are not coded", markup=False)
    counts = Counter(trouble.reason for trouble in returned.troubles)
    _say(as_json, {"file": str(to), "rows": len(returned.rows), "troubles": dict(sorted(counts.items()))}, [str(to)])


def agreement(
    gold: Annotated[Path, typer.Argument(metavar="GOLD", help="Coded statements, CSV or JSONL.")],
    on: Annotated[Path, typer.Option("--on", metavar="DIR", help="Folder of the run that they belong to.")],
    to: Annotated[Path | None, typer.Option("--to", help="Folder for the tables (default: DIR/review).")] = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Say how far coders agree with one another and with the pipeline, and how many more rows would help."""
    from pipeline.cli.show import console
    from pipeline.stages.loaded import load_run
    from pipeline.stages.review import run_codebook
    from pipeline.tables import csv_text, write_text
    from pipeline.validate import read_gold

    run = load_run(on)
    read = read_gold(gold, run_codebook(run))
    tables = _evaluated(run, read, console(quiet))
    folder = to or on / KIT
    for name, rows in tables.items():
        heads = list(rows[0]) if rows else ["nothing"]
        write_text(folder / f"{name}.csv", csv_text(heads, [[_cell(row[h]) for h in heads] for row in rows]))
    if as_json:
        typer.echo(json.dumps(tables, ensure_ascii=False, default=str))
        return
    from pipeline.validate.words import evaluation

    text = evaluation(tables)
    write_text(folder / "agreement.md", text)
    typer.echo(text)


def _evaluated(run: Run, gold: Gold, tell: Console) -> dict[str, list[dict[str, Any]]]:
    from dataclasses import asdict

    from pipeline.stages.checked import Checked, compare
    from pipeline.stages.review import align_run, documents_of, learning, run_codebook
    from pipeline.validate.agreement import agreement as agree
    from pipeline.validate.agreement import disagreements
    from pipeline.validate.performance import calibration, confusion, performance

    aligned = align_run(run, gold)
    for fault in aligned.faults:
        tell.print(f"  row {fault.row}: {fault.reason}: {fault.message}", markup=False)
    seed, themes = int(run.about.get("seed", 0)), run_codebook(run).ids
    data = compare(Checked(gold.name, aligned.statements), documents_of(run), run.assignments)
    return {
        "agreement": [asdict(one) for one in agree(gold.rows, themes, seed)],
        "disagreements": disagreements(gold.rows),
        "performance": performance(data, themes, seed),
        "calibration": calibration(data),
        "confusion": confusion(data),
        "learning_curve": learning(run, aligned.statements, seed),
    }


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return "" if value != value else f"{value:.4f}"
    return " | ".join(value) if isinstance(value, list) else str(value)


def _say(as_json: bool, said: dict[str, Any], lines: list[str]) -> None:
    typer.echo(json.dumps(said, ensure_ascii=False) if as_json else "\n".join(lines))

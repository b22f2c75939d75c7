"""`findings export` and `findings import`: a run into other programs, and codings by people out of them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from pipeline.cli.options import AsJson, Quiet, RunFolder, one_of
from pipeline.cli.show import console
from pipeline.errors import FindingsError, UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from pipeline.codebook import Codebook
    from pipeline.exchange import Imported, RunContent
    from pipeline.stages.loaded import Run

# format -> (ending of the file, what it is)
FORMATS = {
    "qdpx": (".qdpx", "REFI-QDA project: sources, codes, codings, variables (NVivo, MAXQDA, ATLAS.ti, QualCoder)"),
    "qdc": (".qdc", "REFI-QDA codebook"),
    "taguette": (".taguette.csv", "codebook for Taguette"),
    "label-studio": (".label-studio.json", "tasks with predictions for Label Studio"),
    "spacy": (".spacy", "spaCy documents, statements and themes as spans"),
    "xlsx": (".xlsx", "workbook"),
    "figures": ("", "folder of figures for papers, SVG and PNG"),
}
_LISTED = 5
FLAVOURS = ("standard", "nvivo", "maxqda", "atlasti", "qualcoder")


def add_to(app: typer.Typer) -> None:
    """Register both commands."""
    app.command("export")(export)
    app.command("import")(import_)


def export(
    folder: RunFolder,
    kind: Annotated[
        str, typer.Argument(metavar="FORMAT", help=f"{', '.join(FORMATS)}.", autocompletion=lambda: list(FORMATS))
    ],
    to: Annotated[Path | None, typer.Option("--to", help="File to write (default: DIR/exports/findings.*).")] = None,
    flavour: Annotated[
        str,
        typer.Option("--flavour", help=f"For qdpx: {', '.join(FLAVOURS)}.", autocompletion=lambda: list(FLAVOURS)),
    ] = "standard",
    gold: Annotated[Path | None, typer.Option("--gold", help="Coded statements to add, one user a coder.")] = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Hand a run to other programs: REFI-QDA, Taguette, Label Studio, spaCy, a workbook, figures for papers."""
    from pipeline.stages.loaded import load_run

    one_of(kind, tuple(FORMATS), "FORMAT")
    one_of(flavour, FLAVOURS, "--flavour")
    run = load_run(folder)
    path = to or folder / "exports" / (kind if kind == "figures" else f"findings{FORMATS[kind][0]}")
    counts = _exported(run, kind, path, flavour, gold)
    said = ", ".join(f"{count:,} {what}" for what, count in counts.items())
    console(quiet).print(f"{FORMATS[kind][1]}: {said}" if said else FORMATS[kind][1], markup=False)
    typer.echo(json.dumps({"file": str(path), **counts}, ensure_ascii=False) if as_json else str(path))


def _exported(run: Run, kind: str, path: Path, flavour: str, gold: Path | None) -> dict[str, int]:
    from pipeline import exchange
    from pipeline.report import load_tables

    if kind == "xlsx":
        exchange.write_workbook(load_tables(run.path), path, {**run.about, "timestamp": run.about.get("finished", "")})
        return {"findings": len(run.findings), "documents": len(run.documents)}
    if kind == "figures":
        return {"files": _figures(run, path)}
    content = run_content(run, gold)
    if kind == "qdpx":
        return exchange.write_qdpx(content, path, flavour)
    write: Callable[[RunContent, Path], dict[str, int]]
    write = {
        "qdc": exchange.write_qdc,
        "taguette": exchange.write_taguette,
        "label-studio": exchange.write_label_studio,
        "spacy": exchange.write_spacy,
    }[kind]
    return write(content, path)


def _figures(run: Run, folder: Path) -> int:
    from pipeline.report import figures, load_tables
    from pipeline.tables import atomic

    made = figures(load_tables(run.path))
    for name, data in made.items():
        with atomic(folder / name) as part:
            part.write_bytes(data)
    return len(made)


def run_content(run: Run, gold: Path | None = None) -> RunContent:
    """Return what other programs are told of a run; `gold`: coded statements to add to the pipeline's own."""
    from pipeline.exchange import RunContent, coded_statements, codings_of

    tables = {name: run.table(name) for name in ("documents", "blocks", "statements", "assignments", "themes")}
    book = run.about.get("codebook", {})
    content = RunContent(
        **tables,
        version=str(run.about.get("version", "")),
        finished=str(run.about.get("finished", "")),
        codebook=_codebook(book.get("path", ""), book.get("sha256", "")),
        codebook_sha256=str(book.get("sha256", "")),
    )
    if gold is None:
        return content
    return replace(content, people=codings_of(coded_statements(gold, content)))


def _codebook(path: str, sha256: str) -> Codebook | None:
    """Return the run's codebook, or None where the file is gone or says something else by now."""
    from pipeline.codebook import load_codebook

    try:
        book = load_codebook(Path(path))
    except (FindingsError, OSError):
        return None
    return book if book.sha256 == sha256 else None


def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Codings: .qdpx, highlights, Label Studio or CSV.")],
    on: Annotated[Path, typer.Option("--on", metavar="DIR", help="Folder of the run that the codings belong to.")],
    to: Annotated[
        Path | None, typer.Option("--to", help="Gold to write (default: FILE's name with .gold.csv).")
    ] = None,
    coder: Annotated[list[str] | None, typer.Option("--coder", help="Take this coder only; may be repeated.")] = None,
    all_read: Annotated[
        bool, typer.Option("--all-read", help="Coders have read whole documents: what they left uncoded has no theme.")
    ] = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Take codings by people from other programs as gold, set beside the statements of a run."""
    from pipeline.exchange import coded_statements, gold_of, read_codings, to_gold
    from pipeline.stages.loaded import load_run

    content = run_content(load_run(on))
    codings = read_codings(file)
    tell = console(quiet)
    if codings is None:
        imported = gold_of(coded_statements(file, content), content)
    else:
        for note in (f"Made by {codings.program}.", *codings.notes):
            tell.print(escape(note))
        imported = to_gold(codings, content, tuple(coder or ()), all_read)
    path = to or Path(f"{file.stem}.gold.csv")
    _written(tell, imported, path, file)
    counts = {"rows": len(imported.rows), "left_over": len(imported.left)}
    typer.echo(json.dumps({"file": str(path), **counts}, ensure_ascii=False) if as_json else str(path))


def _written(tell: Console, imported: Imported, path: Path, file: Path) -> None:
    from pipeline.exchange import write_gold, write_left

    beside = path.with_name(f"{path.stem}.left_over.csv")
    if imported.left:
        write_left(imported.left, beside)
        tell.print(f"{len(imported.left):,} passages or codes are left over, with reasons in {escape(str(beside))}:")
        for reason, count in Counter(left.reason.split(":")[0] for left in imported.left).most_common(_LISTED):
            tell.print(f"  {count:,} {escape(reason)}")
    if not imported.rows:
        raise UsageError(
            "holds no coding that belongs to a statement of the run",
            place=str(file),
            remedy="Name the run that was coded with --on, and the coders with --coder",
        )
    write_gold(imported.rows, path)
    coders = {row.coder for row in imported.rows}
    statements = {row.statement_id for row in imported.rows}
    tell.print(f"{len(imported.rows):,} rows of gold: {len(statements):,} statements, {len(coders):,} coders.")

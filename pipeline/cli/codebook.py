"""The codebook as an instrument: `findings codebook check|diff|draft|kwic`."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.cli.options import AsJson, Config
from pipeline.cli.show import console
from pipeline.errors import CorpusError, UsageError

if TYPE_CHECKING:
    from pipeline.themes.coder import CodebookCoder
    from pipeline.themes.compare import Difference
    from pipeline.themes.instrument import Checked, Findings

# What a command needs is imported when it runs: other commands start without it.
app = typer.Typer(help="Check, compare and draft codebooks; look at any term in context.", no_args_is_help=True)

On = Annotated[
    Path | None, typer.Option("--on", help="Folder of a finished run, or documents (a folder or a file), to try it on.")
]

_QUOTES = 3


def add_to(root: typer.Typer) -> None:
    """Add `findings codebook` to the command line."""
    root.add_typer(app, name="codebook")


@app.command()
def check(
    file: Annotated[Path | None, typer.Argument(help="Codebook (default: the configuration's).")] = None,
    on: On = None,
    config: Config = None,
    every: Annotated[bool, typer.Option("--all", help="List every term that never fires.")] = False,
    as_json: AsJson = False,
) -> None:
    """Try a codebook: its examples and counter-examples and, with --on, its terms on real findings.

    Exit 1 where an example does not get its theme or a counter-example does.
    """
    from pipeline.codebook import load_codebook
    from pipeline.config import load_yaml
    from pipeline.stages import load_settings
    from pipeline.themes.instrument import check as check_codebook

    named = load_settings(config, file)
    coder = _coder(named.codebook, config)
    findings = _findings(on, config) if on else None
    checked = check_codebook(load_codebook(named.codebook), coder, load_yaml(named.codebook).lines, findings)
    if as_json:
        said = {
            "codebook": str(named.codebook),
            "findings": len(findings.rows) if findings else None,
            "failed": checked.failed,
            "notes": [asdict(note) for note in checked.notes],
            "terms": [{**asdict(u), "borne_out": u.borne_out if u.firings else None} for u in checked.terms],
        }
        typer.echo(json.dumps(said, ensure_ascii=False))
    else:
        _print_check(checked, str(named.codebook), every)
        _sum_up(checked, coder, findings)
    if checked.failed:
        raise typer.Exit(1)


def _print_check(checked: Checked, path: str, every: bool) -> None:
    idle = Counter(note.theme_id for note in checked.notes if note.what == "never fires")
    for note in checked.notes:
        if note.what != "never fires" or every:
            word = "error" if note.grave else "note"
            typer.echo(f"{path}:{note.line}: {word}: {note.theme_id}, {note.what}: {note.message}")
    if idle and not every:
        typer.echo(f"Terms that never fire (--all lists them): {', '.join(f'{t} {n}' for t, n in idle.items())}")


def _sum_up(checked: Checked, coder: CodebookCoder, findings: Findings | None) -> None:
    grave = sum(note.grave for note in checked.notes)
    where = f", tried on {len(findings.rows)} findings" if findings else "; --on DIR tries the terms on findings"
    failed = "every example and counter-example passes" if not grave else f"{grave} examples fail"
    console().print(f"{len(coder.lexicon.theme_ids)} themes: {failed}{where}.")


@app.command()
def diff(
    old: Annotated[Path, typer.Argument(help="The codebook as it was.")],
    new: Annotated[Path, typer.Argument(help="The codebook as it is now.")],
    on: Annotated[Path, typer.Option("--on", help="Folder of a finished run, or documents (a folder or a file).")],
    config: Config = None,
    quotes: Annotated[int, typer.Option("--quotes", min=0, help="Quotes a theme and direction; 0: all.")] = _QUOTES,
    as_json: AsJson = False,
) -> None:
    """Say which findings move between two codebooks, with quotes, and what that does to each year's counts."""
    from pipeline.themes.compare import compare

    findings = _findings(on, config)
    found = compare(_coder(old, config), _coder(new, config), findings)
    if as_json:
        typer.echo(json.dumps(_diff_said(found, findings), ensure_ascii=False))
        return
    _print_names(found)
    moves = Counter((m.theme_id, m.change) for m in found.moved)
    for theme_id in dict.fromkeys(m.theme_id for m in found.moved):
        typer.echo(f"\n{theme_id}: +{moves[theme_id, 'gained']} -{moves[theme_id, 'lost']} findings")
        cells = [f"{y.year} {y.old}→{y.new}" for y in found.years if y.theme_id == theme_id]
        typer.echo(f"  by year: {', '.join(cells) or 'no count changes'}")
        for change in ("gained", "lost"):
            mine = [m for m in found.moved if (m.theme_id, m.change) == (theme_id, change)]
            for move in mine[: quotes or None]:
                sign = "+" if change == "gained" else "-"
                typer.echo(f"  {sign} “{findings.rows[move.finding].text}” ({findings.places[move.finding]})")
                typer.echo(f"      {move.probability:.2f}, by: {move.evidence or 'lead-in, heading or the whole'}")
            if quotes and len(mine) > quotes:
                typer.echo(f"    … and {len(mine) - quotes} more {change}")
    touched = len({m.finding for m in found.moved})
    console().print(f"{touched} of {len(findings.rows)} findings move.")


def _print_names(found: Difference) -> None:
    for theme_id in found.added:
        typer.echo(f"new theme: {theme_id}")
    for theme_id in found.removed:
        heirs = [f"{heir} ({share:.0%} of its findings)" for heir, share in found.became.get(theme_id, {}).items()]
        word = "went into" if len(heirs) == 1 else "was split among"
        typer.echo(f"no longer there: {theme_id}" + (f"; {word} {', '.join(heirs)}" if heirs else ""))


def _diff_said(found: Difference, findings: Findings) -> dict[str, Any]:
    quotes = [
        {**asdict(m), "text": findings.rows[m.finding].text, "place": findings.places[m.finding],
         "year": findings.years[m.finding]}
        for m in found.moved
    ]  # fmt: skip
    return {**asdict(found), "findings": len(findings.rows), "moved": quotes}


@app.command()
def draft(
    corpus: Annotated[Path, typer.Argument(help="Documents (a folder or a file), or the folder of a finished run.")],
    out: Annotated[Path | None, typer.Option("--out", help="File for the codebook (default: stdout).")] = None,
    themes: Annotated[int, typer.Option("--themes", min=2, help="At most so many themes.")] = 20,
    smallest: Annotated[int, typer.Option("--smallest", min=2, help="Findings that a theme must have.")] = 5,
    without_theme: Annotated[
        bool, typer.Option("--without-theme", help="Look only at findings that no theme of the codebook covers.")
    ] = False,
    config: Config = None,
) -> None:
    """Propose a codebook for documents that have none: themes with terms and examples, to be gone over by hand.

    With --without-theme, themes to add to a codebook that is there.
    """
    from pipeline.codebook import codebook_yaml, load_codebook
    from pipeline.stages import load_settings
    from pipeline.tables import write_text
    from pipeline.themes.draft import draft as draft_codebook
    from pipeline.themes.emergent import find_themes

    findings = _findings(corpus, config, without_theme)
    texts = [row.text for row in findings.rows]
    seed = load_settings(config).settings.seed
    found = find_themes(texts, most=themes, smallest=smallest, seed=seed)
    if not found:
        raise CorpusError(
            f"holds too few findings ({len(texts)}) to find themes in",
            place=str(corpus),
            remedy="Give more documents, or a lower --smallest",
        )
    book = draft_codebook(texts, found, "draft")
    if out:
        write_text(out, codebook_yaml(book))
        load_codebook(out)
    else:
        typer.echo(codebook_yaml(book), nl=False)
    console().print(f"{len(book.themes)} themes proposed from {len(texts)} findings; rename, merge and define them.")


@app.command()
def kwic(
    term: Annotated[str, typer.Argument(help="A term as in a codebook, such as 'share * information'.")],
    on: Annotated[Path, typer.Option("--on", help="Folder of a finished run, or documents (a folder or a file).")],
    width: Annotated[int, typer.Option("--width", min=10, help="Characters on each side.")] = 50,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Print every place of a term among the findings, with the words around it."""
    from pipeline.themes.kwic import keyword_in_context

    findings = _findings(on, config)
    places = keyword_in_context(term, findings, width=width)
    for p in places:
        year, place = findings.years[p.finding], findings.places[p.finding]
        if as_json:
            said = {"year": year, "place": place, "left": p.left, "words": p.words, "right": p.right}
            typer.echo(json.dumps(said, ensure_ascii=False))
        else:
            typer.echo(f"{p.left:>{width}}  [{p.words}]  {p.right:<{width}}  {year} {place}".rstrip())
    console().print(f"{len(places)} places in {len({p.finding for p in places})} of {len(findings.rows)} findings.")


def _coder(codebook: Path, config: Path | None) -> CodebookCoder:
    from pipeline.codebook import load_codebook
    from pipeline.stages import load_settings
    from pipeline.themes.coder import build_coder, load_model

    model = load_settings(config, codebook).settings.cluster.model
    return build_coder(load_codebook(codebook), load_model(model))


def _findings(on: Path, config: Path | None, without_theme: bool = False) -> Findings:
    """Return the findings (or those without a theme) of a finished run, or of documents that are read for this."""
    from pipeline.stages import RunOptions, run
    from pipeline.stages.folder import RUN_FILE

    if not on.exists():
        raise UsageError("is not there", place=str(on), remedy="Name the folder of a run, or documents")
    if (on / RUN_FILE).exists():
        return _of_run(on, without_theme)
    with tempfile.TemporaryDirectory() as folder:
        run(RunOptions(on, Path(folder) / "run", config, until="cluster"))
        return _of_run(Path(folder) / "run", without_theme)


def _of_run(folder: Path, without_theme: bool = False) -> Findings:
    from pipeline.stages.loaded import load_run
    from pipeline.themes.instrument import Findings
    from pipeline.themes.rows import Row

    table = load_run(folder).findings
    if without_theme:
        table = table[table["themes"].fillna("") == ""]
    cells = (table[name].fillna("").tolist() for name in ("text", "stem", "section"))
    places = [
        f"{path}{f' [{item}]' if item else ''}{f', page {page:.0f}' if page == page else ''}"
        for path, item, page in zip(table["source_path"], table["item"].fillna(""), table["page"], strict=True)
    ]
    rows = tuple(Row(*row) for row in zip(*cells, strict=True))
    return Findings(rows, tuple(table["year"].fillna("")), tuple(table["source_type"]), tuple(places))

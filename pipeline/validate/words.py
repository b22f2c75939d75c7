"""Agreement and performance in words: tables in Markdown that a reader can take in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Rows = Sequence[Mapping[str, Any]]
_MOST = 12


def evaluation(tables: Mapping[str, Rows]) -> str:
    """Return the text for the tables agreement, performance, confusion and learning_curve."""
    parts = [
        *_agreement(tables["agreement"]),
        *performance_lines(tables["performance"]),
        *_confusion(tables["confusion"]),
        *_learning(tables["learning_curve"]),
    ]
    return "\n".join(parts) + "\n"


def markdown(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return a Markdown table."""
    cells = [[cell.replace("|", "/").replace("\n", " ") for cell in row] for row in rows]
    lines = [f"| {' | '.join(row)} |" for row in (list(heads), ["---"] * len(heads), *cells)]
    return [*lines, ""]


def share(value: Any, low: Any = None, high: Any = None) -> str:
    """Return a measure with two digits, and its interval where it has one; a dash where it is undefined."""
    if value is None or value != value:
        return "–"
    ends = "" if low is None or low != low else f" ({low:.2f} to {high:.2f})"
    return f"{value:.2f}{ends}"


def _agreement(rows: Rows) -> Iterator[str]:
    yield "## Agreement between coders"
    yield ""
    if not rows or not rows[0]["statements"]:
        yield "No statement was coded by two people, so agreement is not known."
        yield ""
        return
    yield f"{rows[0]['statements']} statements were coded by several of {rows[0]['coders']} coders."
    yield ""
    heads = ("question", "Krippendorff's alpha (95% interval)", "Cohen's kappa", "same code")
    yield from markdown(
        heads,
        [
            (r["what"], share(r["alpha"], r["alpha_low"], r["alpha_high"]), share(r["kappa"]), share(r["agreed"]))
            for r in rows
        ],
    )


def performance_lines(rows: Rows) -> Iterator[str]:
    """Yield the section on how the pipeline compares with people."""
    yield "## The pipeline against people"
    yield ""
    if not rows:
        yield "No coded statement belongs to the run."
        yield ""
        return
    everything = [r for r in rows if r["by"] == "all"]
    yield f"{everything[0]['coded']} coded statements."
    yield ""
    yield from _measures("theme or kind", [(str(r["id"]), r) for r in everything])
    parts = [r for r in rows if r["by"] != "all" and r["id"] == "micro"]
    yield from _measures("part of the corpus", [(f"{r['by']} {r['group']}, {r['what']}s", r) for r in parts])


def _measures(head: str, rows: Sequence[tuple[str, Mapping[str, Any]]]) -> list[str]:
    names = ("precision", "recall", "f1")
    cells = [(name, *(share(r[n], r[f"{n}_low"], r[f"{n}_high"]) for n in names)) for name, r in rows]
    return markdown((head, *names), cells)


def _confusion(rows: Rows) -> Iterator[str]:
    yield "## What is taken for what"
    yield ""
    for what in ("kind", "theme"):
        mine = [r for r in rows if r["what"] == what][:_MOST]
        cells = [(r["people"] or "–", r["pipeline"] or "–", str(r["statements"]), r["quotes"][0]) for r in mine]
        yield from markdown((f"{what}, by people", "by the pipeline", "statements", "such as"), cells)


def _learning(rows: Rows) -> Iterator[str]:
    yield "## How many more rows"
    yield ""
    if not rows:
        yield "Without inclusion probabilities no share can be corrected, and more rows would not change that."
        yield ""
        return
    cells = [
        (r["theme_id"], str(r["coded"]), f"{100 * r['width']:.1f}", f"{r['more_rows_to_halve']:,}")
        for r in sorted(rows, key=lambda r: -r["width"])
    ]
    yield from markdown(("theme", "coded rows", "mean width of the interval, points", "more rows to halve it"), cells)

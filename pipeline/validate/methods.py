"""methods.md, validation.md and CITATION.cff of a run: what was done and how good it is, ready for a paper."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from pipeline.validate.gold import Fault
from pipeline.validate.words import markdown, performance_lines, share

Tables = Mapping[str, pd.DataFrame]


@dataclass(frozen=True, slots=True)
class About:
    """What a run is: versions and settings, none of which changes with the day or the machine's load."""

    version: str
    codebook: Mapping[str, str]
    model: str
    seed: int
    year: str
    libraries: Mapping[str, str]
    breaks: Sequence[int] = ()
    gold: str = ""
    gold_rows: int = 0
    faults: Sequence[Fault] = field(default_factory=tuple)
    held_out: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


def methods(about: About, tables: Tables) -> str:
    """Return methods.md; `tables`: documents, coverage, rejects, themes, theme_year, trends, template_breaks."""
    parts = [
        ["# Methods", ""],
        _corpus(about, tables),
        _units(about, tables),
        _estimates(tables),
        _time(tables),
        _limits(about, tables),
        _again(about),
    ]
    return "\n".join(line for part in parts for line in part).rstrip() + "\n"


def _corpus(about: About, tables: Tables) -> Iterator[str]:
    docs, coverage = tables["documents"], tables["coverage"]
    dated = coverage[coverage["year"] != "undated"]
    span = f", {dated['year'].min()} to {dated['year'].max()}" if len(dated) else ""
    yield "## Corpus"
    yield ""
    kinds = ", ".join(f"{n:,} {kind}" for kind, n in docs["source_type"].value_counts().sort_index().items())
    yield f"The corpus holds {len(docs):,} documents ({kinds or 'none'}), {docs['words'].sum():,} words{span}."
    undated, copies = int((docs["year"] == "").sum()), int((docs["duplicate_of"] != "").sum())
    yield (
        f"Documents without a proved year, counted in rows of their own: {undated:,}. Documents that repeat another, "
        f"whose findings count in `findings` and not in `distinct_findings`: {copies:,}."
    )
    which = "the last day that a document covers" if about.year == "covered" else "publication"
    methods_used = docs["date_method"].value_counts().sort_index()
    how = ", ".join(f"{method or 'none'} {count:,}" for method, count in methods_used.items())
    yield f"A document's year is that of {which}. What proved the dates of publication: {how or 'nothing'}."
    rejects = tables["rejects"]
    files = rejects[rejects["stage"] != "gold"]
    reasons = ", ".join(f"{reason} {count:,}" for reason, count in files["reason"].value_counts().sort_index().items())
    yield f"Files or items that could not be used: {len(files):,}{f' ({reasons})' if reasons else ''}; see `rejects`."
    yield ""


def _units(about: About, tables: Tables) -> Iterator[str]:
    coverage, themes = tables["coverage"], tables["themes"]
    total = coverage[["statements", "findings", "assigned", "unassigned"]].sum()
    book = themes[themes["origin"] == "codebook"]
    yield "## Statements, findings and themes"
    yield ""
    yield (
        "The unit of counting is the statement: one sentence, or one item of a list read with its lead-in. Each is a "
        "concern, a strength, a recommendation or context; those that are not context are findings. "
        f"There are {total['statements']:,} statements, of which {total['findings']:,} are findings."
    )
    name = about.codebook.get("name") or "without a name"
    version = about.codebook.get("version") or "not stated"
    yield (
        f"Themes are those of the codebook {name}, version {version} ({len(book)} themes, SHA-256 "
        f"{about.codebook.get('sha256', '')}). They were assigned by {about.model}. A finding has none, one or several "
        f"themes; {total['assigned']:,} findings have one at least, {total['unassigned']:,} have none. Themes found in "
        "these (`emergent_themes`) stand beside the codebook's and never in its series."
    )
    yield ""


def _estimates(tables: Tables) -> Iterator[str]:
    flags = tables["theme_year"]["status"].str.split(";").str[0].value_counts().sort_index()
    cells = ", ".join(f"{name} {count:,}" for name, count in flags.items())
    yield "## Shares and intervals"
    yield ""
    yield (
        "A share of findings is the findings with the theme divided by all findings of the year. Findings of one "
        "document are not independent: the 95% interval is Wilson's (1927) at the number of independent findings that "
        "the linearised variance over documents allows (Kish 1965). Shares of documents have Wilson intervals."
    )
    yield (
        "Where people coded a probability sample, shares are corrected for the errors of the program: the sample gives "
        "the rates of true findings and of the theme among statements that the program says to have the theme, to lack "
        "it, or to be context, and the known sizes of these strata put them together (post-stratification; with a "
        "yes-or-no answer this is the power-tuned prediction-powered estimator: Angelopoulos, Duchi & Zrnic 2023; "
        "Egami et al. 2023). The quantity is the share of true findings that have the theme in truth. A year with 150 "
        "coded statements, or most of its statements coded, stands alone (`corrected`); others take the rates of all "
        "years and move towards their own as far as years differ (`pooled`; Fay & Herriot 1979); where years are found "
        "to differ and a year has fewer than 20 coded statements nothing is said (`insufficient`)."
    )
    yield f"Cells of year and theme by status: {cells or 'none'}."
    yield ""


def _time(tables: Tables) -> Iterator[str]:
    trends, breaks = tables["trends"], tables["template_breaks"]
    classes = ", ".join(f"{name} {count}" for name, count in trends["class"].value_counts().sort_index().items())
    yield "## Courses in time"
    yield ""
    yield (
        "A theme's trend is the slope of a quasi-binomial regression of documents' findings on the year, with standard "
        "errors clustered by document; over all themes the false discovery rate is held at 5% (Benjamini & Hochberg "
        f"1995). Themes by class: {classes or 'none'}."
    )
    years = ", ".join(f"{row.year} ({row.origin})" for row in breaks.itertuples())
    yield (
        f"Years in which reports change their template: {years}. The table `trends` says which trends hold when these "
        "may have shifted the level."
        if years
        else "No change of the reports' template is known or was found."
    )
    yield (
        "`theme_year_standardised` has the shares as they would be had every year the corpus's mix of source types and "
        "document lengths. `coverage_month` shows what each source covers by month, and where it is silent. "
        "`recurrence` links findings of different years that say the same; it lists the closest, not all."
    )
    yield ""


def _limits(about: About, tables: Tables) -> Iterator[str]:
    statuses = set(tables["theme_year"]["status"].str.split(";").str[0])
    yield "## Limits"
    yield ""
    if not {"corrected", "pooled"} & statuses:
        yield (
            "- No share is corrected for misread statements: intervals tell of the documents that were drawn, not of "
            "the program's errors. A theme can be counted far too often or too rarely, and differently in each year."
        )
    if not about.gold:
        yield "- The run was not validated: see validation.md for how to do it."
    few = tables["theme_year"]["status"].str.contains("few_documents").sum()
    if few:
        yield f"- {few:,} cells rest on few documents (flag `few_documents`)."
    yield "- Reports say what inspectors looked for and newspapers what was news: shares are of what is said."
    yield "- Documents that are not in the corpus are not in the tables; see `coverage` and `coverage_month`."
    yield ""


def _again(about: About) -> Iterator[str]:
    yield "## Software and how to do it again"
    yield ""
    yield (
        f"Findings {about.version}; random seed {about.seed}. The same corpus, settings and versions give the same "
        "tables, byte for byte. `run.json` holds the settings and the hash of every file; `tables/columns.csv` is the "
        "data dictionary, `tables/datapackage.json` the same for programs; `CITATION.cff` says how to cite."
    )
    yield ""
    yield from markdown(("library", "version"), [(n, v) for n, v in sorted(about.libraries.items()) if v])


_NOT_VALIDATED = """\
# Validation

This run was not compared with people: how often its statements are misread is not known, and no share is corrected.

To validate it:

1. `findings review sample DIR --size 500 --coders NAME,NAME --overlap 50` draws statements at random, those without a
   theme and those taken for context included, and writes a workbook and Label Studio tasks for each coder.
2. Coders fill them in without seeing what the program says.
3. `findings review import FILES --kit DIR/review --to gold.csv` reads them back and says what is missing or wrong.
4. `findings review agreement gold.csv --on DIR` tells how far coders agree, with one another and with the program, and
   how many more statements would halve the intervals.
5. `findings run ... --gold gold.csv` corrects the shares and writes this file anew.
"""


def validation(about: About, tables: Tables, agreement: Sequence[Mapping[str, Any]] = ()) -> str:
    """Return validation.md; `tables`: performance, calibration, theme_year_corrected."""
    if not about.gold:
        return "\n".join((_NOT_VALIDATED, *_elsewhere(about))).rstrip() + "\n"
    rows: list[Mapping[str, Any]] = tables["performance"].to_dict("records")
    parts = [
        ["# Validation", ""],
        _gold(about),
        _coders(agreement),
        performance_lines(rows),
        _calibration(tables["calibration"]),
        _corrected(tables["theme_year_corrected"]),
    ]
    return "\n".join(line for part in parts for line in part).rstrip() + "\n"


def _elsewhere(about: About) -> Iterator[str]:
    """Say what is known without coded statements of the run, and what is not."""
    yield "## Are the probabilities right?"
    yield ""
    yield (
        "Whether statements with probability .8 are right eight times in ten can only be seen beside statements coded "
        "by people, so there is no such table for this run; `calibration` and `performance` are empty."
    )
    if not about.held_out:
        return
    yield ""
    yield (
        "All that is known is how the shipped small model, with the project's own codebook, did on coded statements of "
        "other documents that were kept apart in training. Your documents, and a changed codebook, may do worse."
    )
    yield ""
    head = ("statements kept apart", "number", "kind right", "F1 of themes (all)", "F1 of themes (mean)")
    yield from markdown(
        head,
        [
            (name.replace("_", " "), f"{row['rows']:,.0f}", *(f"{row[key]:.3f}" for key in ("kind", "micro", "macro")))
            for name, row in sorted(about.held_out.items())
        ],
    )


def _gold(about: About) -> Iterator[str]:
    yield (
        f"{about.gold_rows:,} statements of the run were coded by people ({about.gold}). {len(about.faults):,} faults "
        "were found in that file; each is a row of `rejects` with the stage `gold`."
    )
    counts = pd.Series([fault.reason for fault in about.faults], dtype=str).value_counts().sort_index()
    if len(counts):
        yield ""
        yield from markdown(("fault", "rows"), [(str(reason), str(count)) for reason, count in counts.items()])
    yield ""


def _coders(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if not rows or not rows[0]["statements"]:
        yield "No statement was coded by two people, so how far coders agree is not known."
        yield ""
        return
    yield "## Agreement between coders"
    yield ""
    cells = [(r["what"], share(r["alpha"], r["alpha_low"], r["alpha_high"]), share(r["kappa"])) for r in rows]
    yield from markdown(("question", "Krippendorff's alpha (95% interval)", "Cohen's kappa"), cells)


def _calibration(table: pd.DataFrame) -> Iterator[str]:
    yield "## Are the probabilities right?"
    yield ""
    cells = [
        (
            f"{r.probability_from:.1f} to {r.probability_to:.1f}",
            f"{r.assignments:,}",
            share(r.mean_probability),
            share(r.share_right, r.share_right_low, r.share_right_high),
        )
        for r in table.itertuples()
    ]
    yield from markdown(("probability of the assignment", "assignments", "mean", "right (95% interval)"), cells)


def _corrected(table: pd.DataFrame) -> Iterator[str]:
    yield "## What correction changes"
    yield ""
    made = table[table["corrected_share"].notna() & (table["year"] != "undated")]
    if made.empty:
        yield (
            "No share could be corrected: the coded statements have no inclusion probabilities, or are too few. Draw "
            "them with `findings review sample`, which stores the probabilities."
        )
        yield ""
        return
    cells = []
    for label, mine in made.groupby("theme_label"):
        weight = mine["findings_total"].clip(lower=1)
        raw, corrected = (float((mine[name].fillna(0) * weight).sum() / weight.sum())
                          for name in ("share_of_findings", "corrected_share"))  # fmt: skip
        width = float((mine["corrected_high"] - mine["corrected_low"]).mean())
        p_value = mine["homogeneity_p"].iloc[0]
        cells.append((str(label), f"{100 * raw:.1f}", f"{100 * corrected:.1f}", f"{100 * width:.1f}", f"{p_value:.3f}"))
    heads = ("theme", "raw, %", "corrected, %", "mean width of the interval, points", "do years differ: p")
    yield from markdown(heads, cells)


def citation(about: About) -> str:
    """Return CITATION.cff (Citation File Format 1.2.0) for the software that made the run."""
    return (
        "cff-version: 1.2.0\n"
        "message: If you publish these tables, cite the software and its version, and your codebook.\n"
        "type: software\n"
        "title: 'Findings: per-year theme tables from inspection reports and news'\n"
        f"version: '{about.version}'\n"
        "license: MIT\n"
        "authors:\n  - name: Findings contributors\n"
        "keywords: [content analysis, text mining, inspection reports, thematic analysis]\n"
    )

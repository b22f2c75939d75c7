"""The findings of the report in words, made from the numbers."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from pipeline.report.numbers import PLURALS, Recurrence, listed_rows, percent, plural, undated, years_of
from pipeline.report.tables import RunTables


def listed(words: Sequence[str]) -> str:
    """Return words as a list in a sentence: a, b and c."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""


def headline(told: Recurrence) -> str:
    """Return which theme comes back most and how often, and the two that follow; themes of equal share together."""
    ranked = told.ranking[told.ranking["count"] > 0]
    if ranked.empty:
        return "No theme of the codebook was found in these documents."
    equal = ranked["count"] == ranked["count"].iloc[0]
    first, rest = ranked[equal], ranked[~equal].head(2)
    what = f"{PLURALS[told.kind].capitalize()} about" if told.kind else "Findings on"
    share = percent(first["share"].iloc[0])
    text = f"{what} {_some([_low(label) for label in first['theme_label']])} come back most often: "
    if told.unit == "concerns":
        text += f"{'each ' if len(first) > 1 else ''}{share} of all concerns{_years(first, told)}."
    else:
        text += f"{'each ' if len(first) > 1 else ''}in {share} of {told.unit}{_years(first, told)}."
    if len(rest) and len(first) < 3:
        following = listed([f"{_low(r.theme_label)} ({percent(r.share)})" for r in listed_rows(rest)])
        text += f" {following[:1].upper()}{following[1:]} {'follows' if len(rest) == 1 else 'follow'}."
    return text


def _some(labels: list[str]) -> str:
    return listed(labels if len(labels) <= 3 else [*labels[:3], f"{len(labels) - 3} more"])


def _years(first: pd.DataFrame, told: Recurrence) -> str:
    if told.years_with_any < 2 or len(first) > 1:
        return ""
    years = first["years"].iloc[0]
    every = "every one" if years == told.years_with_any else str(years)
    return f" and in {every} of the {told.years_with_any} years with {told.unit}"


def _low(label: str) -> str:
    """Return a label inside a sentence: its first letter small, unless it begins with a capital word like MAPPA."""
    return label[:1].lower() + label[1:] if label[1:2].islower() else label


def counted(told: Recurrence) -> str:
    """Return what the squares and percentages of the first picture count."""
    if told.unit == "concerns":
        squares, whole = "the share of each year's concerns that is about the theme", "the share of all concerns"
    else:
        squares = f"the share of each year's {told.unit} with a {told.kind or 'finding'} on the theme"
        whole = f"the share of all {told.unit}"
    none = f"; a year without {told.unit} has none" if (told.cells["total"] == 0).any() else ""
    text = f"Squares: {squares}, the stronger the colour the larger{none}. Per cent: {whole}, undated ones too."
    if told.unit == "concerns":
        text += " These documents are so long that most themes stand in most of them, so concerns are counted instead."
    return text


def ground(tables: RunTables, told: Recurrence) -> str:
    """Return what the sentence rests on: documents, years, findings."""
    years = years_of(tables)
    span = f" of {years[0]}–{years[-1]}" if len(years) > 1 else f" of {years[0]}" if years else ""
    copies = int((tables.documents["duplicate_of"] != "").sum())
    once = f" Copies of the same document ({copies:,}) count once." if copies else ""
    return f"From {plural(len(tables.findings), 'finding')} in {plural(len(tables.documents), 'document')}{span}.{once}"


def trust(tables: RunTables) -> str:
    """Return in one sentence how the themes were assigned and whether people's coding corrects the shares."""
    flags = tables.theme_year["status"].str.split(";").str[0]
    corrected = flags.isin(["corrected", "pooled"]).mean() if len(flags) else 0
    if corrected == 0:
        return (
            "Themes and kinds were assigned by the program and are not corrected against a sample coded by people: "
            "read differences between themes and years as leads to check, not as measured change."
        )
    part = "All" if corrected == 1 else percent(float(corrected))
    return f"{part} of the yearly shares are corrected with statements coded by people; the rest are uncorrected."


def gaps(tables: RunTables) -> list[str]:
    """Return what is missing from the corpus, a sentence each; an empty list where nothing is."""
    coverage = tables.coverage
    dated = coverage[coverage["year"].isin(years_of(tables))]
    empty = dated.loc[dated["documents"] == 0, "year"].tolist()
    thin = dated.loc[dated["documents"].between(1, 4), "year"].tolist()
    unplaced, rejected = len(undated(tables)), len(tables.rejects)
    said = []
    if empty:
        said.append(f"No document for {ranges(empty)}.")
    if thin:
        said.append(f"Fewer than five documents for {ranges(thin)}: shares of these years are loose.")
    if unplaced:
        said.append(f"{plural(unplaced, 'document')} without a proved year {_are(unplaced)} kept apart as undated.")
    if rejected:
        said.append(f"{plural(rejected, 'file or item', 'files or items')} could not be used.")
    return said


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def ranges(years: Sequence[str]) -> str:
    """Return years as people write them: 2004, 2006–2008 and 2011."""
    runs: list[list[int]] = []
    for year in sorted(map(int, years)):
        if runs and year == runs[-1][-1] + 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    return listed([str(r[0]) if len(r) == 1 else f"{r[0]}–{r[-1]}" for r in runs])


def share_assigned(coverage: pd.DataFrame) -> str:
    """Return the share of findings that have a theme of the codebook."""
    total = int(coverage["findings"].sum())
    return percent(coverage["assigned"].sum() / total) if total else "–"

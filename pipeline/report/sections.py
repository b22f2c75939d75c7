"""What each part of the page shows, as plain values for the template."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd
from markupsafe import Markup

from pipeline.report import charts, numbers, panels, sentences
from pipeline.report.change import change_table
from pipeline.report.draw import svg, svgs
from pipeline.report.numbers import link, listed_rows, percent, years_of
from pipeline.report.tables import LISTED, RunTables
from pipeline.tables.schema import UNDATED

NARROW = 330  # width of a picture on a telephone
Records = list[dict[str, Any]]

__all__ = ["contents", "percent"]


def contents(tables: RunTables, about: Mapping[str, Any], left_out: int) -> dict[str, Any]:
    """Return every value that the template names."""
    themes = numbers.codebook_themes(tables)
    return {
        "title": about.get("title") or "What the documents say, year by year",
        "about": _about(about),
        "left_out": left_out,
        "facts": _facts(tables),
        "gaps": sentences.gaps(tables),
        "first": _first(tables),
        "themes": _themes(tables, themes),
        "kinds": _kinds(tables, themes),
        "sources": _sources(tables, themes),
        "change": [*change_table(tables.trends, "trends"), *change_table(tables.recurrence, "recurrence")],
        "performance": change_table(tables.performance, "performance"),
        "emergent": _emergent(tables),
        "speakers": _speakers(tables),
        "corpus": _corpus(tables),
        "trust": _trust(tables),
        "codebook": tables.themes[tables.themes["origin"] == "codebook"].to_dict("records"),
    }


def picture(chart: alt.TopLevelMixin) -> Markup:
    """Return a chart as markup for the page; its labels are escaped by the drawing library."""
    return Markup(svg(chart))


def _if(wanted: object, chart: Callable[[], alt.TopLevelMixin]) -> Markup | str:
    """Return the chart as markup where it is wanted, or nothing."""
    return picture(chart()) if wanted else ""


def _about(about: Mapping[str, Any]) -> dict[str, Any]:
    names = ("version", "command", "timestamp", "corpus", "codebook", "settings")
    return {name: about.get(name, "") for name in names}


def _facts(tables: RunTables) -> Records:
    years = years_of(tables)
    span = f"{years[0]}–{years[-1]}" if len(years) > 1 else (years or ["none proved"])[0]
    return [
        {"figure": f"{len(tables.documents):,}", "what": "documents", "href": "#corpus"},
        {"figure": span, "what": "years of publication", "href": "#corpus"},
        {"figure": f"{len(tables.findings):,}", "what": "findings", "href": "#statements"},
        {"figure": sentences.share_assigned(tables.coverage), "what": "of findings have a theme", "href": "#emergent"},
        {"figure": f"{len(numbers.undated(tables)):,}", "what": "documents undated", "href": "#undated"},
        {"figure": f"{len(tables.rejects):,}", "what": "rejects", "href": "#rejects"},
    ]


def _first(tables: RunTables) -> dict[str, Any]:
    told = numbers.recurrence(tables)
    some = bool((told.ranking["count"] > 0).any())
    return {
        "headline": sentences.headline(told),
        "ground": sentences.ground(tables, told),
        "trust": sentences.trust(tables),
        "wide": _if(some, lambda: charts.recurrence_picture(told)),
        "narrow": _if(some, lambda: _narrow(told)),
        "rows": told.ranking.to_dict("records"),
        "unit": told.unit,
        "kind": told.kind or "finding",
        "years": told.years_with_any,
        "counted": sentences.counted(told),
    }


def _narrow(told: numbers.Recurrence) -> alt.TopLevelMixin:
    ranking = told.ranking[told.ranking["count"] > 0].head(10)
    cells = told.cells[told.cells["theme_id"].isin(ranking["theme_id"])]
    return charts.narrow_strips(ranking, cells, told.kind == "concern")


def _narrow_heat(rows: pd.DataFrame, themes: pd.DataFrame) -> alt.TopLevelMixin:
    cells = rows.rename(columns={"findings_total": "total", "share_of_findings": "share"})
    sums = cells.groupby("theme_id")[["findings", "total"]].sum()
    share = sums["findings"] / sums["total"].clip(lower=1)
    ranking = themes.assign(
        share=themes["theme_id"].map(share),
        href=[link(theme=t) for t in themes["theme_id"]],
        name=[f"{t.theme_label}: {t.findings} findings" for t in listed_rows(themes)],
    )
    return charts.narrow_strips(ranking, cells, concern=False)


def _themes(tables: RunTables, themes: pd.DataFrame) -> dict[str, Any]:
    rows = numbers.series(tables)
    order = list(themes["theme_label"])
    years = sorted(set(rows["year"]) - {UNDATED})
    corrected = bool(rows["corrected_share"].notna().any())
    found = [theme for theme in listed_rows(themes) if theme.findings and len(years) > 1]
    frames = [rows[rows["theme_id"] == theme.theme_id] for theme in found]
    drawn = [
        {"label": theme.theme_label, "href": link(theme=theme.theme_id), "findings": theme.findings, "picture": drawn}
        for theme, drawn in zip(found, _panels(frames, corrected), strict=True)
    ]
    return {
        "heat": _if(len(rows), lambda: charts.heat_map(rows, order)),
        "narrow": _if(len(rows), lambda: _narrow_heat(rows, themes)),
        "panels": drawn,
        "silent": [t.theme_label for t in listed_rows(themes) if not t.findings],
        "corrected": corrected,
        "years": list(dict.fromkeys(rows["year"])),
        "table": _grid(rows, themes),
    }


def _panels(frames: list[pd.DataFrame], corrected: bool) -> list[Markup]:
    """Return each theme's panel; those of the same scale are described once."""
    tops = [panels.top_share(frame) for frame in frames]
    drawn: dict[int, Markup] = {}
    for top in sorted(set(tops)):
        held = [at for at, own in enumerate(tops) if own == top]
        chart = panels.panel(frames[held[0]], top, corrected=corrected)
        pictures = svgs(chart, (panels.panel_rows(frames[at], top) for at in held))
        drawn.update((at, Markup(one)) for at, one in zip(held, pictures, strict=True))
    return [drawn[at] for at in range(len(frames))]


def _grid(rows: pd.DataFrame, themes: pd.DataFrame) -> Records:
    """Return a row a theme with its cells in order of years, for the table behind the heat map."""
    grouped = {theme: cells.to_dict("records") for theme, cells in rows.groupby("theme_id", sort=False)}
    return [
        {"label": t.theme_label, "href": link(theme=t.theme_id), "cells": grouped.get(t.theme_id, [])}
        for t in listed_rows(themes)
    ]


def _kinds(tables: RunTables, themes: pd.DataFrame) -> dict[str, Any]:
    by_theme = numbers.kinds_by(tables, "theme_id")
    by_year = numbers.kinds_by(tables, "year")
    years = years_of(tables)
    order = [t for t in themes["theme_label"] if by_theme.loc[by_theme["theme_label"] == t, "findings"].sum()]
    table = by_theme[by_theme["total"] > 0]
    return {
        "by_theme": _if(order, lambda: panels.kinds_picture(by_theme, order)),
        "narrow": _if(order, lambda: panels.kinds_picture(by_theme, order, NARROW, narrow=True)),
        "by_year": _if(len(years) > 1, lambda: panels.kinds_by_year(by_year, years)),
        "table": [
            {"label": label, "kinds": table[table["theme_label"] == label].to_dict("records")} for label in order
        ],
    }


def _sources(tables: RunTables, themes: pd.DataFrame) -> dict[str, Any]:
    rows = numbers.shares_by_source(tables)
    held = sorted(set(rows["source_type"]))
    order = [t for t in themes["theme_label"] if rows.loc[rows["theme_label"] == t, "findings"].sum()]
    grouped = {label: cells.to_dict("records") for label, cells in rows.groupby("theme_label", sort=False)}
    drawn = rows[rows["theme_label"].isin(order)]
    some = len(held) > 1 and order
    return {
        "held": held,
        "picture": _if(some, lambda: panels.sources_picture(drawn, order)),
        "narrow": _if(some, lambda: panels.sources_picture(drawn, order, NARROW, narrow=True)),
        "table": [{"label": label, "cells": grouped[label]} for label in order],
    }


def _emergent(tables: RunTables) -> dict[str, Any]:
    years = years_of(tables)
    rows = numbers.emergent(tables)
    found = rows.to_dict("records")
    frames = [_own_years(tables.emergent_themes, theme["theme_id"], years) for theme in found]
    some = frames if len(years) > 1 else []
    drawn = svgs(panels.spark(some[0], years), some) if some else [""] * len(found)
    cards = [
        {**theme, "href": link(theme=theme["theme_id"]), "picture": Markup(one), "years": years}
        for theme, one in zip(found, drawn, strict=True)
    ]
    return {"cards": cards, "unassigned": int(tables.coverage["unassigned"].sum())}


def _own_years(rows: pd.DataFrame, theme: str, years: Sequence[str]) -> pd.DataFrame:
    """Return an emergent theme's dated rows with link and name."""
    own = rows[(rows["theme_id"] == theme) & rows["year"].isin(years)]
    label = own["theme_label"]
    return own.assign(
        href=[link(theme=theme, year=y) for y in own["year"]],
        name=[f"{said}, {y}: {n} findings" for said, y, n in zip(label, own["year"], own["findings"], strict=True)],
    )


def _speakers(tables: RunTables) -> Records:
    """Return for each role its findings and its five most frequent themes."""
    roles = []
    for role, rows in tables.speaker_themes.groupby("speaker_role", sort=False):
        top = rows[rows["findings"] > 0].sort_values(["findings", "theme_id"], ascending=[False, True]).head(5)
        roles.append({"role": role, "total": int(rows["findings_total"].iloc[0]), "themes": top.to_dict("records")})
    return sorted(roles, key=lambda r: (-r["total"], r["role"]))


def _corpus(tables: RunTables) -> dict[str, Any]:
    coverage = tables.coverage.assign(
        href=[link(year=y) for y in tables.coverage["year"]],
        name=[
            f"{c.year}: {numbers.plural(c.documents, 'document')}, {numbers.plural(c.findings, 'finding')}"
            for c in listed_rows(tables.coverage)
        ],
    )
    undated = numbers.undated(tables)
    announced = tables.files[tables.files["announced"].notna()]
    short = announced[announced["announced"] > announced["documents"] + announced["rejects"]]
    return {
        "picture": _if(len(coverage), lambda: panels.coverage_picture(coverage)),
        "table": coverage.to_dict("records"),
        "totals": {name: int(coverage[name].sum()) for name in tables.coverage.columns[1:]},
        "undated": (tables.shown.undated if tables.shown else undated.head(LISTED)).to_dict("records"),
        "undated_total": len(undated),
        "rejects": tables.rejects.head(LISTED).to_dict("records"),
        "rejects_total": len(tables.rejects),
        "reasons": [(str(r), int(n)) for r, n in tables.rejects["reason"].value_counts().sort_index().items()],
        "files": len(tables.files),
        "short": short.head(LISTED).to_dict("records"),
        "sources": [(str(s), int(n)) for s, n in tables.documents["source_type"].value_counts().items()],
        "methods": [(str(s), int(n)) for s, n in tables.documents["date_method"].value_counts().items()],
    }


_STATUS = {
    "corrected": "corrected with statements of the year that people coded",
    "pooled": "corrected with statements that people coded in several years",
    "uncorrected": "as the program counted; no coded sample of known probability",
    "insufficient": "too few coded statements to correct",
    "few_documents": "rests on few documents",
    "no_findings": "the year has no findings: no share",
}


def _trust(tables: RunTables) -> dict[str, Any]:
    counts = tables.theme_year["status"].str.split(";").explode().value_counts()
    methods = tables.assignments["method"].value_counts()
    certain = tables.findings["kind_probability"]
    return {
        "statuses": [(name, meaning, int(counts.get(name, 0))) for name, meaning in _STATUS.items()],
        "cells": len(tables.theme_year),
        "methods": [(str(m), int(n)) for m, n in methods.items()],
        "unsure_kinds": int((certain < 0.6).sum()),
        "unsure_themes": int((tables.assignments["probability"] < 0.6).sum()),
        "assignments": len(tables.assignments),
        "sentence": sentences.trust(tables),
    }

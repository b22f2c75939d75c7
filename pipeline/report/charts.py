"""The pictures as altair charts; every mark carries its link (`href`) and its name (`name`)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import altair as alt
import pandas as pd

from pipeline.report import look
from pipeline.report.numbers import Recurrence, percent
from pipeline.tables.schema import UNDATED

alt.data_transformers.disable_max_rows()
Layers = alt.LayerChart | alt.FacetChart

ROW = 30  # height of a theme in the first picture, in points
_LADDERS = ((1, 2, 4, 6, 8), (1, 2, 5, 10, 15), (2, 5, 10, 20, 30), (5, 10, 20, 40, 60), (10, 25, 50, 75, 90))


def steps(shares: pd.Series) -> tuple[int, ...]:
    """Return the percentages that part the steps of a colour scale, by the largest share."""
    largest = 100 * float(shares.max() if shares.notna().any() else 0)
    return next((ladder for ladder in _LADDERS if largest < 1.4 * ladder[-1]), _LADDERS[-1])


def step_labels(ladder: Sequence[int]) -> list[str]:
    """Return the legend of a colour scale: zero, the steps between the percentages, and above."""
    between = [f"{low}–{high}%" for low, high in pairwise(ladder)]
    return ["0", f"under {ladder[0]}%", *between, f"{ladder[-1]}% and over"]


def _stepped(cells: pd.DataFrame, share: str) -> tuple[pd.DataFrame, list[str]]:
    """Return the cells with the label of their step and the colour of a text upon it."""
    ladder = steps(cells[share])
    labels = step_labels(ladder)
    levels = [sum(100 * s >= limit for limit in ladder) + 1 if s > 0 else 0 for s in cells[share].fillna(0)]
    shown = cells.assign(
        step=[labels[level] for level in levels],
        on=[look.ON_DARK if level >= 4 else look.ON_LIGHT for level in levels],
        figure=[f"{100 * s:.0f}" if s >= 0.01 else "<1" if s > 0 else "0" for s in cells[share].fillna(0)],
    )
    return shown, labels


def _step_colour(labels: list[str], title: str, palette: Sequence[str] = look.STEPS) -> alt.Color:
    return alt.Color(
        "step:N",
        scale=alt.Scale(domain=labels, range=list(palette)),
        legend=alt.Legend(
            title=title,
            orient="top",
            direction="horizontal",
            symbolType="square",
            symbolSize=160,
            titleOrient="left",
            titleLimit=300,
            columnPadding=10,
        ),
    )


def _x_years(years: Sequence[str], close: bool = False) -> alt.X:
    """Return the axis of years; beyond 14 columns (5 where they stand close) only every other or fifth is written."""
    few = 5 if close else 14
    every = 1 if len(years) <= few else 2 if len(years) <= 2 * few else 5
    written = [y for y in years if y == UNDATED or (y and int(y) % every == 0)]
    axis = alt.Axis(
        title=None, orient="top", labelAngle=0, values=written, domain=False, ticks=False, labelOverlap=False
    )
    return alt.X("year:N", scale=alt.Scale(domain=list(years), paddingInner=0.08), axis=axis)


def heat_map(rows: pd.DataFrame, order: Sequence[str], cell: int = 0) -> Layers:
    """Draw share_of_findings by theme and year; `rows` as numbers.series returns them, `order`: labels from the top."""
    dated = sorted(set(rows["year"]) - {UNDATED})
    apart = rows.loc[rows["year"] == UNDATED, "documents_total"].sum() > 0
    years = [*dated, "", UNDATED] if apart else dated
    rows = rows[rows["year"].isin(years)]
    shown, labels = _stepped(rows, "share_of_findings")
    width = cell or max(18, min(38, 860 // max(len(years), 1)))
    base = alt.Chart(shown, width=width * len(years), height=26 * len(order))
    y = alt.Y(
        "theme_label:N",
        scale=alt.Scale(domain=list(order), paddingInner=0.08),
        axis=alt.Axis(title=None, domain=False, ticks=False, labelColor=look.INK, labelFontSize=12, labelPadding=8),
    )
    place = {"x": _x_years(years), "y": y}
    known = base.transform_filter("datum.findings_total > 0")
    cells = known.mark_rect(cornerRadius=2).encode(
        **place, color=_step_colour(labels, "Share of the year's findings"), href="href:N", description="name:N"
    )
    layers = [cells]
    if width >= 24:
        layers.append(
            known.mark_text(fontSize=10.5, tooltip=None).encode(
                **place, text="figure:N", color=alt.Color("on:N", scale=None)
            )
        )
    gaps = base.transform_filter("datum.findings_total == 0").mark_text(text="·", color=look.MUTED).encode(**place)
    return alt.layer(*layers, gaps)


def recurrence_picture(told: Recurrence, top: int = 12) -> alt.TopLevelMixin:
    """Draw the themes that come back most often: a strip of years, and the share of documents with its interval."""
    ranking = told.ranking[told.ranking["count"] > 0].head(top)
    order = list(ranking["theme_label"])
    cells = told.cells[told.cells["theme_id"].isin(ranking["theme_id"])]
    years = sorted(cells["year"].unique())
    bars = _bars(ranking, order, told, labelled=not years)
    if not years:
        return bars
    strip = _strip(cells, order, years, told)
    both: alt.TopLevelMixin = alt.hconcat(strip, bars, spacing=22).resolve_scale(y="shared")
    return both


def _with(told: Recurrence) -> str:
    return f" with a {told.kind}" if told.kind and told.unit == "documents" else ""


def _label_axis() -> alt.Axis:
    return alt.Axis(title=None, domain=False, ticks=False, labelColor=look.INK, labelFontSize=13, labelPadding=10)


def _strip(cells: pd.DataFrame, order: list[str], years: list[str], told: Recurrence) -> Layers:
    width = max(12, min(30, 430 // len(years)))
    shown, labels = _stepped(cells, "share")
    palette = look.CONCERN_STEPS if told.kind == "concern" else look.STEPS
    y = alt.Y("theme_label:N", scale=alt.Scale(domain=order, paddingInner=0.25), axis=_label_axis())
    base = alt.Chart(shown, width=width * len(years), height=ROW * len(order))
    squares = (
        base.transform_filter("datum.total > 0")
        .mark_rect(cornerRadius=2)
        .encode(
            x=_x_years(years),
            y=y,
            color=_step_colour(labels, f"Share of the year's {told.unit}{_with(told)}", palette),
            href="href:N",
            description="name:N",
        )
    )
    gaps = base.transform_filter("datum.total == 0").mark_text(text="·", color=look.MUTED, fontSize=14)
    return alt.layer(squares, gaps.encode(x=_x_years(years), y=y))


def _bars(ranking: pd.DataFrame, order: list[str], told: Recurrence, labelled: bool) -> Layers:
    width = 190
    shown = ranking.assign(
        said=[percent(s) for s in ranking["share"]],
        often=[f"in {y} of {told.years_with_any} years" if told.years_with_any > 1 else "" for y in ranking["years"]],
    )
    end = max(float(ranking["high"].max()), 0.05)
    y = alt.Y(
        "theme_label:N",
        scale=alt.Scale(domain=order, paddingInner=0.45),
        axis=_label_axis() if labelled else None,
    )
    x = alt.X("share:Q", scale=alt.Scale(domain=[0, end], nice=False), axis=None)
    head = alt.Title(
        f"Share of all {told.unit}{_with(told)}",
        fontSize=11,
        fontWeight="normal",
        color=look.MUTED,
        anchor="start",
        offset=10,
    )
    base = alt.Chart(shown, width=width, height=ROW * len(order), title=head)
    bars = base.mark_bar(color=look.KIND_COLOURS.get(told.kind, look.ACCENT), cornerRadiusEnd=2).encode(
        x=x, y=y, href="href:N", description="name:N"
    )
    ends = {"x": alt.X("low:Q"), "x2": "high:Q", "y": y}
    casing = base.mark_rule(color=look.PAPER, strokeWidth=5).encode(**ends)
    interval = base.mark_rule(color=look.INK, strokeWidth=1.5).encode(**ends)
    share = base.mark_text(align="right", color=look.INK, fontSize=13, fontWeight="bold")
    often = base.mark_text(align="left", color=look.MUTED, fontSize=12)
    return alt.layer(
        bars,
        casing,
        interval,
        share.encode(x=alt.value(width + 42), y=y, text="said:N"),
        often.encode(x=alt.value(width + 54), y=y, text="often:N"),
    )


def narrow_strips(ranking: pd.DataFrame, cells: pd.DataFrame, concern: bool) -> alt.TopLevelMixin:
    """Draw, for a telephone, each theme's label and share above its strip of years.

    `ranking`: theme_label, share, href, name, from the top. `cells`: theme_label, year, total, share, href, name.
    """
    width, step = 330, 46
    order = list(ranking["theme_label"])
    years = sorted(set(cells["year"]) - {UNDATED})
    shown, labels = _stepped(cells[cells["year"] != UNDATED], "share")
    y = alt.Y("theme_label:N", scale=alt.Scale(domain=order, paddingInner=0.6, paddingOuter=0.7), axis=None)
    said = ranking.assign(said=[percent(s) for s in ranking["share"]])
    base = alt.Chart(said, width=width, height=step * len(order))
    names = base.mark_text(align="left", fontSize=14, dy=-17, color=look.INK).encode(
        x=alt.value(0), y=y, text="theme_label:N", href="href:N", description="name:N"
    )
    shares = base.mark_text(align="right", fontSize=14, fontWeight="bold", dy=-17, color=look.INK).encode(
        x=alt.value(width), text="said:N", y=y
    )
    if not years:
        return alt.layer(names, shares)
    palette = look.CONCERN_STEPS if concern else look.STEPS
    colour = alt.Color("step:N", scale=alt.Scale(domain=labels, range=list(palette)), legend=None)
    squares = alt.Chart(shown).transform_filter("datum.total > 0").mark_rect(cornerRadius=1.5)
    strip = squares.encode(x=_x_years(years, close=True), y=y, color=colour, href="href:N", description="name:N")
    return alt.layer(strip, names, shares)

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

_LADDERS = ((1, 2, 4, 6, 8), (1, 2, 5, 10, 15), (2, 5, 10, 20, 30), (5, 10, 20, 40, 60), (10, 25, 50, 75, 90))


def steps(shares: pd.Series) -> tuple[int, ...]:
    """Return the percentages that part the steps of a colour scale, by the largest share."""
    largest = 100 * float(shares.max() if shares.notna().any() else 0)
    return next((ladder for ladder in _LADDERS if largest < 2 * ladder[-1]), _LADDERS[-1])


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


def _step_colour(labels: list[str], title: str) -> alt.Color:
    return alt.Color(
        "step:N",
        scale=alt.Scale(domain=labels, range=list(look.STEPS)),
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


def _x_years(years: Sequence[str], labels: bool = True) -> alt.X:
    """Return the axis of years; beyond 14 columns only every other or fifth one is written."""
    every = 1 if len(years) <= 14 else 2 if len(years) <= 28 else 5
    written = [y for y in years if y == UNDATED or (y and int(y) % every == 0)]
    axis = alt.Axis(
        title=None, orient="top", labelAngle=0, values=written, domain=False, ticks=False, labelOverlap=False
    )
    return alt.X("year:N", scale=alt.Scale(domain=list(years), paddingInner=0.08), axis=axis if labels else None)


def heat_map(rows: pd.DataFrame, order: Sequence[str], cell: int = 0) -> alt.LayerChart:
    """Draw share_of_findings by theme and year; `rows` as numbers.series returns them, `order`: labels from the top."""
    dated = sorted(set(rows["year"]) - {UNDATED})
    years = [*dated, "", UNDATED] if (rows["year"] == UNDATED).any() else dated
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


def recurrence_picture(told: Recurrence, top: int = 12, narrow: bool = False) -> alt.TopLevelMixin:
    """Draw the themes that come back most often: a strip of years, and the share of documents with its interval."""
    ranking = told.ranking[told.ranking["count"] > 0].head(top)
    order = list(ranking["theme_label"])
    cells = told.cells[told.cells["theme_id"].isin(ranking["theme_id"])]
    years = sorted(cells["year"].unique())
    shown, labels = _stepped(cells, "share")
    if narrow:
        return _narrow_picture(ranking, shown, order, years, labels)
    strip = _strip(shown, order, years, labels, told.unit, 30, max(12, min(30, 430 // max(len(years), 1))))
    bars = _bars(ranking, order, told, 30)
    return alt.hconcat(strip, bars).resolve_scale(y="shared") if years else bars


def _label_axis() -> alt.Axis:
    return alt.Axis(title=None, domain=False, ticks=False, labelColor=look.INK, labelFontSize=13, labelPadding=10)


def _strip(
    cells: pd.DataFrame, order: list[str], years: list[str], labels: list[str], unit: str, step: int, width: int
) -> alt.LayerChart:
    y = alt.Y("theme_label:N", scale=alt.Scale(domain=order, paddingInner=0.25), axis=_label_axis())
    base = alt.Chart(cells, width=width * len(years), height=step * len(order))
    squares = (
        base.transform_filter("datum.total > 0")
        .mark_rect(cornerRadius=2)
        .encode(
            x=_x_years(years),
            y=y,
            color=_step_colour(labels, f"Share of the year's {unit}"),
            href="href:N",
            description="name:N",
        )
    )
    gaps = base.transform_filter("datum.total == 0").mark_text(text="·", color=look.MUTED, fontSize=14)
    return alt.layer(squares, gaps.encode(x=_x_years(years), y=y))


def _bars(ranking: pd.DataFrame, order: list[str], told: Recurrence, step: int) -> alt.LayerChart:
    whole = "year" if told.years_with_any == 1 else "years"
    shown = ranking.assign(
        said=[
            f"{percent(s)}   {y} of {told.years_with_any} {whole}"
            for s, y in zip(ranking["share"], ranking["years"], strict=True)
        ]
    )
    top = max(float(ranking["high"].max()) if len(ranking) else 1, 0.05)
    y = alt.Y(
        "theme_label:N",
        scale=alt.Scale(domain=order, paddingInner=0.45),
        axis=_label_axis() if not told.cells.size else None,
    )
    x = alt.X("share:Q", scale=alt.Scale(domain=[0, top], nice=False), axis=None)
    base = alt.Chart(shown, width=190, height=step * len(order))
    bars = base.mark_bar(color=look.KIND_COLOURS.get(told.kind, look.ACCENT), cornerRadiusEnd=2).encode(
        x=x, y=y, href="href:N", description="name:N"
    )
    ends = base.mark_rule(color=look.INK, strokeWidth=1.25).encode(x="low:Q", x2="high:Q", y=y)
    text = base.mark_text(align="left", color=look.INK, fontSize=12).encode(x=alt.value(200), y=y, text="said:N")
    return alt.layer(bars, ends, text)


def _narrow_picture(
    ranking: pd.DataFrame, cells: pd.DataFrame, order: list[str], years: list[str], labels: list[str]
) -> alt.TopLevelMixin:
    """Draw the picture for a telephone: label and share above each strip of years."""
    width, step = 330, 46
    y = alt.Y("theme_label:N", scale=alt.Scale(domain=order, paddingInner=0.62), axis=None)
    said = [f"{percent(s)}" for s in ranking["share"]]
    base = alt.Chart(ranking.assign(said=said), width=width, height=step * len(order))
    head = {"y": y, "href": "href:N", "description": "name:N"}
    names = base.mark_text(align="left", fontSize=14, dy=-16, color=look.INK).encode(
        x=alt.value(0), text="theme_label:N", **head
    )
    shares = base.mark_text(align="right", fontSize=14, fontWeight="bold", dy=-16, color=look.INK).encode(
        x=alt.value(width), text="said:N", y=y
    )
    strip = alt.Chart(cells).transform_filter("datum.total > 0").mark_rect(cornerRadius=1.5)
    colour = alt.Color("step:N", scale=alt.Scale(domain=labels, range=list(look.STEPS)), legend=None)
    squares = strip.encode(x=_x_years(years), y=y, color=colour, href="href:N", description="name:N")
    return alt.layer(squares, names, shares) if years else alt.layer(names, shares)

"""Small multiples and the pictures of kinds, source types and coverage."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from pipeline.report import look
from pipeline.report.charts import Layers
from pipeline.tables.schema import UNDATED

PANEL_WIDTH, PANEL_HEIGHT = 230, 96
SCALES = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0)  # few, so that panels of like themes can be compared by eye
NARROW_ROW = 42  # height of a theme on a telephone: its name, and its marks below


def top_share(rows: pd.DataFrame) -> float:
    """Return the share that a theme's panel ends at: the step of SCALES with room for its shares and most intervals."""
    solid = rows[~rows["few"] & rows["share_of_findings"].notna()]
    ends = [rows["share_of_findings"].max(), rows["corrected_share"].max()]
    if len(solid):
        ends.append(solid["share_of_findings_high"].quantile(0.9))
    largest = max([float(end) for end in ends if pd.notna(end)], default=0.0)
    return next((scale for scale in SCALES if largest <= scale), 1.0)


def panel(rows: pd.DataFrame, top: float, width: int = PANEL_WIDTH, title: str = "", corrected: bool = False) -> Layers:
    """Draw one theme's share_of_findings by year with 95% intervals; hollow points stand on few documents."""
    dated = panel_rows(rows, top)
    years = sorted(dated["year"].unique())
    band = max(2, min(9, width // max(len(years), 1) - 3))
    base = alt.Chart(dated, width=width, height=PANEL_HEIGHT, title=title or alt.Undefined)
    x = alt.X("year:O", scale=alt.Scale(domain=years, padding=0.6), axis=_year_axis(years))
    y = alt.Y(
        "share_of_findings:Q",
        scale=alt.Scale(domain=[0, top], nice=False),
        axis=alt.Axis(format=".1~%", values=[0, top / 2, top], title=None, domain=False, ticks=False),
    )
    known = base.transform_filter("datum.findings_total > 0")
    interval = known.mark_bar(color=look.BAND, size=band).encode(x=x, y=alt.Y("low:Q", title=None), y2="high:Q")
    line = base.mark_line(color=look.ACCENT, strokeWidth=1, strokeOpacity=0.55).encode(x=x, y=y)
    points = known.mark_point(filled=True, size=34, opacity=1, stroke=look.ACCENT, strokeWidth=1.4).encode(
        x=x,
        y=y,
        fill=alt.condition("datum.few", alt.value(look.PAPER), alt.value(look.ACCENT)),
        href="href:N",
        description="name:N",
    )
    layers = [interval, line, points]
    if corrected or rows["corrected_share"].notna().any():
        layers += _corrected(known, x)
    return alt.layer(*layers)


def panel_rows(rows: pd.DataFrame, top: float) -> pd.DataFrame:
    """Return a theme's dated rows as its panel draws them: intervals cut at the panel's top."""
    dated = rows[rows["year"] != UNDATED]
    ends = {"low": "share_of_findings_low", "high": "share_of_findings_high"}
    ends |= {"clow": "corrected_low", "chigh": "corrected_high"}
    return dated.assign(**{name: dated[column].clip(upper=top) for name, column in ends.items()})


def _corrected(known: alt.Chart, x: alt.X) -> list[alt.Chart]:
    colour = look.KIND_COLOURS["concern"]
    held = known.transform_filter("isValid(datum.corrected_share)")
    return [
        held.mark_rule(color=colour, xOffset=3).encode(x=x, y=alt.Y("clow:Q", title=None), y2="chigh:Q"),
        held.mark_point(shape="diamond", filled=True, color=colour, size=30, xOffset=3, opacity=1).encode(
            x=x, y=alt.Y("corrected_share:Q", title=None)
        ),
    ]


def _year_axis(years: Sequence[str]) -> alt.Axis:
    """Return an axis that writes the first and the last year and round ones between."""
    every = 1 if len(years) <= 5 else 2 if len(years) <= 10 else 5
    written = [y for y in years if int(y) % every == 0]
    return alt.Axis(title=None, labelAngle=0, values=written, grid=False, tickSize=3, labelOverlap="greedy")


def multiples(rows: pd.DataFrame, order: Sequence[tuple[str, str]], columns: int = 4) -> alt.TopLevelMixin:
    """Draw every theme's panel in one picture, for papers; `order`: theme ids with labels."""
    own = [(rows[rows["theme_id"] == theme], label) for theme, label in order]
    charts = [panel(frame, top_share(frame), 170, label) for frame, label in own]
    joined: alt.TopLevelMixin = alt.concat(*charts, columns=columns, spacing=18)
    return joined


def kinds_picture(rows: pd.DataFrame, order: Sequence[str], width: int = 460, narrow: bool = False) -> Layers:
    """Draw how many concerns, recommendations and strengths each theme has; `rows`: numbers.kinds_by theme_id.

    `narrow`: for a telephone, with each theme's name above its bar.
    """
    ranks = {"concern": 0, "recommendation": 1, "strength": 2}
    shown = rows[rows["findings"] > 0].assign(rank=rows["kind"].map(ranks))
    base = alt.Chart(shown, width=width, height=(NARROW_ROW if narrow else 26) * len(order))
    y = _themes_down(order, narrow, 0.35)
    axis = alt.Axis(title=None if narrow else "Findings", tickCount=5, format=",d", orient="top")
    size: dict[str, Any] = {"size": 11, "yOffset": 9} if narrow else {}
    bars = base.mark_bar(stroke=look.PAPER, strokeWidth=1, **size).encode(
        x=alt.X("findings:Q", stack="zero", axis=axis),
        y=y,
        color=kind_colour(),
        order="rank:Q",
        href="href:N",
        description="name:N",
    )
    return alt.layer(bars, *_names_above(order, width, y, narrow))


def _themes_down(order: Sequence[str], narrow: bool, padding: float = 0.0) -> alt.Y:
    axis = alt.Axis(title=None, domain=False, ticks=False, labelColor=look.INK, labelFontSize=12, labelPadding=8)
    return alt.Y(
        "theme_label:N",
        scale=alt.Scale(domain=list(order), paddingInner=padding),
        axis=None if narrow else axis,
    )


def _names_above(order: Sequence[str], width: int, y: alt.Y, narrow: bool) -> list[alt.Chart]:
    """Return the names of the themes above their rows, where there is no room for them beside."""
    if not narrow:
        return []
    names = alt.Chart(pd.DataFrame({"theme_label": list(order)}), width=width)
    return [
        names.mark_text(align="left", fontSize=13, dy=-7, color=look.INK).encode(
            x=alt.value(0), y=y, text="theme_label:N"
        )
    ]


def kind_colour() -> alt.Color:
    """Return the colours of the three kinds of finding, with their legend."""
    order = ("concern", "recommendation", "strength")
    scale = alt.Scale(domain=list(order), range=[look.KIND_COLOURS[k] for k in order])
    return alt.Color("kind:N", scale=scale, legend=alt.Legend(title=None, orient="top", symbolType="square"))


def kinds_by_year(rows: pd.DataFrame, years: Sequence[str], width: int = 460) -> Layers:
    """Draw the mix of kinds year by year, each year adding up to 100%; `rows`: numbers.kinds_by year."""
    ranks = {kind: rank for rank, kind in enumerate(("concern", "recommendation", "strength"))}
    shown = rows[(rows["findings"] > 0) & (rows["year"] != UNDATED)].assign(rank=rows["kind"].map(ranks))
    base = alt.Chart(shown, width=width, height=190)
    every = 1 if len(years) <= 12 else 2 if len(years) <= 20 else 5
    axis = alt.Axis(title=None, labelAngle=0, values=[y for y in years if int(y) % every == 0], ticks=False)
    bars = base.mark_bar(stroke=look.PAPER, strokeWidth=0.5).encode(
        x=alt.X("year:O", scale=alt.Scale(domain=list(years)), axis=axis),
        y=alt.Y("share:Q", stack="zero", axis=alt.Axis(title=None, format=".0%", tickCount=4, domain=False)),
        color=kind_colour(),
        order="rank:Q",
        href="href:N",
        description="name:N",
    )
    return alt.layer(bars)


def sources_picture(rows: pd.DataFrame, order: Sequence[str], width: int = 460, narrow: bool = False) -> Layers:
    """Draw each theme's share of findings in reports, news and other documents; `rows`: numbers.shares_by_source.

    `narrow`: for a telephone, with each theme's name above its row.
    """
    held = [s for s in look.SOURCE_COLOURS if s in set(rows["source_type"])]
    base = alt.Chart(rows, width=width, height=(NARROW_ROW if narrow else 26) * len(order))
    y = _themes_down(order, narrow)
    end = 1.08 * max(float(rows["share"].max()), 0.01)  # room, so that the last figure of the axis stands free
    title = None if narrow else "Share of the findings of each source type"
    x = alt.X(
        "share:Q",
        scale=alt.Scale(domain=[0, end], nice=False),
        axis=alt.Axis(title=title, format=".0%", orient="top", tickCount=4 if narrow else 8, domain=False),
    )
    shift = 9 if narrow else 0
    spans = base.mark_line(color=look.LINE, strokeWidth=2, yOffset=shift).encode(x=x, y=y, detail="theme_label:N")
    legend = alt.Legend(title=None, orient="top")
    points = base.mark_point(filled=True, size=80, opacity=1, yOffset=shift).encode(
        x=x,
        y=y,
        color=alt.Color(
            "source_type:N", legend=legend, scale=alt.Scale(domain=held, range=[look.SOURCE_COLOURS[s] for s in held])
        ),
        shape=alt.Shape(
            "source_type:N", legend=legend, scale=alt.Scale(domain=held, range=[look.SOURCE_SHAPES[s] for s in held])
        ),
        href="href:N",
        description="name:N",
    )
    return alt.layer(spans, points, *_names_above(order, width, y, narrow))


def coverage_picture(coverage: pd.DataFrame, width: int = 620) -> alt.TopLevelMixin:
    """Draw documents and findings a year, one above the other; `coverage`: the table with href and name."""
    years = [y for y in coverage["year"] if y != UNDATED]
    apart = coverage.loc[coverage["year"] == UNDATED, "documents"].sum() > 0
    domain = [*years, "", UNDATED] if apart else years
    coverage = coverage[coverage["year"].isin(domain)]
    every = 1 if len(years) <= 14 else 2 if len(years) <= 28 else 5
    written = [y for y in domain if y == UNDATED or (y and int(y) % every == 0)]

    below = alt.Axis(title=None, labelAngle=0, values=written, ticks=False, labelOverlap=False)
    parts = [
        _count_bars(coverage, "documents", width, alt.X("year:N", scale=_spread(domain), axis=None)),
        _count_bars(coverage, "findings", width, alt.X("year:N", scale=_spread(domain), axis=below)),
    ]
    both: alt.TopLevelMixin = alt.vconcat(*parts, spacing=10)
    return both


def _spread(domain: Sequence[str]) -> alt.Scale:
    return alt.Scale(domain=list(domain), paddingInner=0.25)


def _count_bars(coverage: pd.DataFrame, column: str, width: int, x: alt.X) -> alt.Chart:
    axis = alt.Axis(title=None, tickCount=3, domain=False, ticks=False, format=",d")
    base = alt.Chart(coverage, width=width, height=90, title=column.capitalize())
    bars: alt.Chart = base.mark_bar(color=look.ACCENT, cornerRadiusEnd=1.5).encode(
        x=x, y=alt.Y(f"{column}:Q", axis=axis), href="href:N", description="name:N"
    )
    return bars


def spark(rows: pd.DataFrame, years: Sequence[str]) -> alt.Chart:
    """Draw an emergent theme's findings a year as small bars; `rows`: year, findings, href, name."""
    base = alt.Chart(rows[rows["year"].isin(years)], width=180, height=32)
    x = alt.X("year:O", scale=_spread(years), axis=None)
    bars: alt.Chart = base.mark_bar(color=look.ACCENT, cornerRadiusEnd=1).encode(
        x=x, y=alt.Y("findings:Q", axis=None), href="href:N", description="name:N"
    )
    return bars

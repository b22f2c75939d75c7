"""The report's pictures as files for papers."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import altair as alt

from pipeline.errors import UsageError
from pipeline.report import charts, numbers, panels
from pipeline.report.draw import png, svg, unchecked
from pipeline.report.tables import RunTables
from pipeline.tables.schema import UNDATED


def figures(tables: RunTables) -> dict[str, bytes]:
    """Return every picture of the report that the tables have matter for, as <name>.svg and <name>.png on white.

    Colours can be told apart by colour-blind readers and, by lightness, in grey print; a PNG has 3 pixels to a point.
    """
    made: dict[str, bytes] = {}
    with unchecked():
        for name, draw in _drawings(tables).items():
            chart = draw()
            made[f"{name}.svg"] = svg(chart, paper=True).encode()
            made[f"{name}.png"] = png(chart)
    return made


def figure(tables: RunTables, name: str) -> alt.TopLevelMixin:
    """Return one picture of the report by its name; UsageError where the tables have no matter for it."""
    drawings = _drawings(tables)
    if name not in drawings:
        raise UsageError(f"there is no figure '{name}'", remedy=f"There are: {', '.join(drawings)}")
    return drawings[name]()


def theme_figure(tables: RunTables, theme_id: str) -> alt.TopLevelMixin:
    """Return one theme's share_of_findings by year with 95% intervals, for a theme that the tables have."""
    rows = numbers.series(tables)
    rows = rows[rows["theme_id"] == theme_id]
    label = str(rows["theme_label"].iloc[0])
    chart: alt.TopLevelMixin = panels.panel(rows, panels.top_share(rows), 560, f"{label}: share of the year's findings")
    return chart.properties(height=220)


def _drawings(tables: RunTables) -> Mapping[str, Callable[[], alt.TopLevelMixin]]:
    """Return for each figure's name what draws it."""
    themes = numbers.codebook_themes(tables)
    themes = themes[themes["findings"] > 0]
    years = numbers.years_of(tables)
    drawings: dict[str, Callable[[], alt.TopLevelMixin]] = {}
    if len(tables.coverage):
        drawings["coverage"] = lambda: panels.coverage_picture(tables.coverage.assign(href="#", name=""))
    if themes.empty:
        return drawings
    told = numbers.recurrence(tables)
    labels = list(themes["theme_label"])
    rows = numbers.series(tables)
    drawings["theme_year"] = lambda: charts.heat_map(rows, labels)
    drawings["kinds"] = lambda: panels.kinds_picture(numbers.kinds_by(tables, "theme_id"), labels)
    if (told.ranking["count"] > 0).any():
        drawings["recurrence"] = lambda: charts.recurrence_picture(told, top=20)
    if len(years) > 1:
        pairs = list(zip(themes["theme_id"], labels, strict=True))
        drawings["theme_year_intervals"] = lambda: panels.multiples(rows[rows["year"] != UNDATED], pairs)
        drawings["kinds_year"] = lambda: panels.kinds_by_year(numbers.kinds_by(tables, "year"), years)
    sources = numbers.shares_by_source(tables)
    if sources["source_type"].nunique() > 1:
        held = sources[sources["theme_label"].isin(labels)]
        drawings["theme_year_source"] = lambda: panels.sources_picture(held, labels)
    return drawings

"""Pictures of a finished run for notebooks and papers: the report's, shown without a network and saved as files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import UsageError
from pipeline.report import figure, load_tables, png, svg, theme_figure
from pipeline.stages.loaded import Run
from pipeline.tables import atomic, write_text


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture: a notebook shows it as it is; `save` writes it as a file; `chart` is the altair chart, to change."""

    chart: Any

    def _repr_svg_(self) -> str:
        return svg(self.chart, paper=True)

    def save(self, path: str | Path) -> Path:
        """Write the picture on white as .svg or .png (3 pixels to a point), and return the path."""
        to = Path(path)
        if to.suffix == ".svg":
            write_text(to, svg(self.chart, paper=True) + "\n")
        elif to.suffix == ".png":
            with atomic(to) as part:
                part.write_bytes(png(self.chart))
        else:
            raise UsageError("has no ending of a picture", place=str(to), remedy="Name it .svg or .png")
        return to


def plot_theme(run: Run, theme: str) -> Figure:
    """Return the picture of one theme: its share of the findings of each year, with 95% intervals.

    Hollow points stand on few documents; corrected shares, where the run has them, stand beside as diamonds.
    UsageError where the run knows no such theme.
    """
    known = run.theme_year["theme_id"].unique().tolist()
    if theme not in known:
        raise UsageError(f"knows no theme '{theme}'", place=str(run.path), remedy=f"Themes: {', '.join(known)}")
    return Figure(theme_figure(load_tables(run.path), theme))


def plot_run(run: Run, name: str = "theme_year") -> Figure:
    """Return one of the report's pictures by name.

    Names: theme_year (heat map), theme_year_intervals (small multiples), recurrence, kinds, kinds_year, coverage,
    theme_year_source. UsageError where the run has no matter for that picture.
    """
    return Figure(figure(load_tables(run.path), name))

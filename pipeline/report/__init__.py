"""Report: the tables of a run as a page to read, search and print, and as figures for papers."""

from pipeline.report.draw import Pictures, png, remembering, svg
from pipeline.report.figures import figure, figures, theme_figure
from pipeline.report.page import report_html
from pipeline.report.payload import MAX_STATEMENTS
from pipeline.report.tables import RunTables, load_tables

__all__ = [
    "MAX_STATEMENTS",
    "Pictures",
    "RunTables",
    "figure",
    "figures",
    "load_tables",
    "png",
    "remembering",
    "report_html",
    "svg",
    "theme_figure",
]

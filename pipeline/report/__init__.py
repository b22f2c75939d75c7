"""Report: the tables of a run as a page to read, search and print, and as figures for papers."""

from pipeline.report.figures import figures
from pipeline.report.page import report_html
from pipeline.report.tables import RunTables, load_tables

__all__ = ["RunTables", "figures", "load_tables", "report_html"]

"""What rises, falls and recurs: tables of tests as the estimators give them, with their columns in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from pipeline.report.numbers import link, percent
from pipeline.tables import TABLES

TITLES = {
    "trends": "What rises and falls",
    "recurrence": "The same finding again",
    "performance": "Against statements that people coded",
}
# The columns that a reader needs; the run's tables have the others.
SHOWN: dict[str, tuple[str, ...]] = {
    "trends": (
        "theme_label", "class", "share_early", "share_middle", "share_late", "odds_ratio_a_year", "odds_ratio_low",
        "odds_ratio_high", "q_value", "with_breaks",
    ),
    "recurrence": ("theme_label", "kind", "year", "text", "year_again", "text_again"),
    "performance": ("what", "id", "coded", "precision", "precision_low", "precision_high", "recall", "recall_low",
                    "recall_high", "f1"),
}  # fmt: skip
MOST_ROWS = 60


def change_table(frame: pd.DataFrame | None, name: str) -> list[dict[str, Any]]:
    """Return the table for the page: title, description, heads with meanings, rows of cells; nothing without rows."""
    if frame is None or frame.empty:
        return []
    frame = _chosen(frame, name)
    shown = [c for c in SHOWN[name] if c in frame]
    columns = shown if len(shown) > 3 else [c for c in frame.columns if c != "theme_id"]
    table = TABLES.get(name)
    meanings = {c.name: c.description for c in table.columns} if table else {}
    heads = [
        {"label": _words(c), "meaning": meanings.get(c, ""), "number": pd.api.types.is_numeric_dtype(frame[c])}
        for c in columns
    ]
    rows = [[_cell(row, c) for c in columns] for row in frame.to_dict("records")]
    about = table.description if table else ""
    return [{"title": TITLES[name], "id": name, "about": about, "heads": heads, "rows": rows}]


def _chosen(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return the rows that are shown: of pairs the most alike, of performance that on the whole corpus."""
    if name == "recurrence" and "likeness" in frame:
        return frame.sort_values("likeness", ascending=False, kind="stable").head(MOST_ROWS)
    return frame[frame["by"] == "all"] if name == "performance" else frame


def _words(column: str) -> str:
    words = column.replace("_", " ").removeprefix("theme label")
    return (words or "theme").strip().capitalize()


def _cell(row: Mapping[Any, Any], column: str) -> dict[str, str]:
    value = row[column]
    filters = {"theme": row.get("theme_id", ""), "year": _year(column, value)}
    said = {"text": "statement_id", "text_again": "statement_id_again"}.get(column, "")
    if said in row:
        return {"text": _text(column, value), "href": link(statement=str(row[said]))}
    href = link(**filters) if column == "theme_label" or filters["year"] else ""
    return {"text": _text(column, value), "href": href}


def _year(column: str, value: Any) -> str:
    """Return the year that a cell names, where its column holds years."""
    named = column in ("year", "year_again") or column.endswith("_year")
    return str(value) if named and isinstance(value, str) and value.isdigit() else ""


def _text(column: str, value: Any) -> str:
    if value is None or value != value:
        return "–"
    if isinstance(value, str):
        return value if column.startswith("text") else value.replace(";", ", ")
    if isinstance(value, int) or float(value).is_integer():
        return f"{int(value):,}" if not column.endswith("year") else str(int(value))
    return percent(float(value)) if "share" in column and 0 <= value <= 1 else f"{value:.3g}"

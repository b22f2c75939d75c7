"""Describe every column of every table for people (columns.csv) and machines (datapackage.json, Frictionless)."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

from pipeline.tables.spec import Column, Table


def columns_csv(tables: Mapping[str, Table]) -> str:
    """Return a CSV with one row a column: table, column, type, blank, values, description."""
    out = io.StringIO()
    lines = csv.writer(out)
    lines.writerow(["table", "column", "type", "may_be_blank", "values", "description"])
    for table in tables.values():
        for c in table.columns:
            blank = "yes" if c.nullable or c.type == "string" else "no"
            lines.writerow([table.name, c.name, c.type, blank, _values(c), c.description])
    return out.getvalue()


def _values(column: Column) -> str:
    if column.categories:
        return "|".join(column.categories)
    if column.minimum is None and column.maximum is None:
        return ""
    low = "" if column.minimum is None else f"{column.minimum:g}"
    high = "" if column.maximum is None else f"{column.maximum:g}"
    return f"{low}..{high}"


def datapackage(tables: Mapping[str, Table]) -> dict[str, Any]:
    """Return a Frictionless Data Package descriptor of the CSV files."""
    return {
        "profile": "tabular-data-package",
        "name": "findings",
        "resources": [_resource(table) for table in tables.values()],
    }


def _resource(table: Table) -> dict[str, Any]:
    return {
        "name": table.name,
        "path": f"{table.name}.csv",
        "profile": "tabular-data-resource",
        "description": table.description,
        "encoding": "utf-8",
        "schema": {
            "fields": [_field(c) for c in table.columns],
            "primaryKey": list(table.key),
            "missingValues": [""],
        },
    }


def _field(column: Column) -> dict[str, Any]:
    constraints: dict[str, Any] = {}
    if column.categories:
        constraints["enum"] = [v for v in column.categories if v]
    if column.minimum is not None:
        constraints["minimum"] = column.minimum
    if column.maximum is not None:
        constraints["maximum"] = column.maximum
    if not column.nullable and column.type != "string":
        constraints["required"] = True
    return {"name": column.name, "type": column.type, "description": column.description, "constraints": constraints}

"""The reference of tables and columns, from their specification."""

from __future__ import annotations

from docs.markdown import code, table
from pipeline.tables import TABLES, Column, Table

HEAD = """# Tables

Every run writes these into `DIR/tables` as CSV (UTF-8, RFC 4180) and into `DIR/stages` as Parquet. `columns.csv` and
`datapackage.json` beside them say what stands here. Rows are sorted by the key. The same input gives the same bytes.

- A text is never missing: it is blank where nothing is known. A number is blank where it does not exist: a share
  without denominator, a page of a format without pages.
- Shares are from 0 to 1. `page` counts from 1. `start` and `end` count code points in the document's normalised text;
  `end` is exclusive.
- In CSV, a cell that begins with `=`, `+`, `-` or `@` has an apostrophe before it, so that a spreadsheet shows it
  instead of running it. Parquet has the text as it is.
"""


def page() -> str:
    """Return the page."""
    listed = table(("table", "what a row is"), [(f"[{t.name}](#{t.name})", t.description) for t in TABLES.values()])
    return "\n".join([HEAD, listed, *(_section(t) for t in TABLES.values())])


def _section(spec: Table) -> str:
    rows = [(code(c.name), _type(c), c.description) for c in spec.columns]
    key = ", ".join(code(name) for name in spec.key)
    return f"## {spec.name}\n\n{spec.description}. Key: {key}.\n\n{table(('column', 'type', 'meaning'), rows)}"


def _type(column: Column) -> str:
    words = {"string": "text", "integer": "whole number", "number": "number"}[column.type]
    if column.categories:
        words = "one of " + ", ".join(c or "blank" for c in column.categories)
    return words + (", or blank" if column.nullable else "")

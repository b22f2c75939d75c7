"""Tables: one specification a table drives Parquet, CSV, the checks and the data dictionary."""

from pipeline.tables.describe import columns_csv, datapackage
from pipeline.tables.schema import TABLES
from pipeline.tables.spec import Column, Table, check, from_columns, from_rows, sort
from pipeline.tables.write import (
    PART,
    atomic,
    csv_text,
    plain_cell,
    safe_cell,
    write_csv,
    write_json,
    write_table,
    write_text,
)

__all__ = [
    "PART",
    "TABLES",
    "Column",
    "Table",
    "atomic",
    "check",
    "columns_csv",
    "csv_text",
    "datapackage",
    "from_columns",
    "from_rows",
    "plain_cell",
    "safe_cell",
    "sort",
    "write_csv",
    "write_json",
    "write_table",
    "write_text",
]

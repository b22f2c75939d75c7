"""The tables of a run as the report reads them."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from pipeline.errors import OutputError

OPTIONAL = ("statements", "trends", "recurrence", "performance")


@dataclass(frozen=True, slots=True)
class RunTables:
    """The tables of a run, each a data frame with the columns of its specification; optional ones may be None."""

    documents: pd.DataFrame
    findings: pd.DataFrame
    themes: pd.DataFrame
    assignments: pd.DataFrame
    theme_year: pd.DataFrame
    theme_year_source: pd.DataFrame
    coverage: pd.DataFrame
    rejects: pd.DataFrame
    files: pd.DataFrame
    emergent_themes: pd.DataFrame
    speaker_themes: pd.DataFrame
    statements: pd.DataFrame | None = None
    trends: pd.DataFrame | None = None
    recurrence: pd.DataFrame | None = None
    performance: pd.DataFrame | None = None


def load_tables(directory: Path) -> RunTables:
    """Read DIR/stages/<table>.parquet; a table that every run has and this one lacks is an OutputError."""
    found: dict[str, pd.DataFrame] = {}
    for field in dataclasses.fields(RunTables):
        path = directory / "stages" / f"{field.name}.parquet"
        if field.name == "statements":  # the report needs findings only: statements can be many times larger
            continue
        if path.is_file():
            found[field.name] = pq.read_table(path).to_pandas()
        elif field.name not in OPTIONAL:
            raise OutputError(
                f"the run has no table {field.name}",
                place=str(directory),
                remedy="Run 'findings run' into this folder first",
            )
    return RunTables(**found)

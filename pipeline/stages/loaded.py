"""A finished run, for notebooks and the command line: its tables as data frames, and the statements behind a cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

from pipeline.errors import UsageError
from pipeline.stages.folder import open_run
from pipeline.tables import TABLES

if TYPE_CHECKING:
    import pandas as pd

TRACE_COLUMNS = (
    "statement_id",
    "source_path",
    "item",
    "page",
    "title",
    "publisher",
    "published",
    "section",
    "stem",
    "kind",
    "speaker",
    "probability",
    "method",
    "evidence",
    "text",
)


@dataclass(frozen=True)
class Run:
    """A finished run. Every table is a data frame under its own name (`run.theme_year`), read when first asked for."""

    path: Path
    about: Mapping[str, Any]

    def table(self, name: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Return a table of the run, or some of its columns; UsageError where there is no such table."""
        import pandas as pd  # takes long to import, which the summary of a run does without

        return pd.read_parquet(self._file(name), columns=list(columns) if columns else None)

    def rows(self, name: str, columns: Sequence[str]) -> list[dict[str, Any]]:
        """Return some columns of a table as one mapping a row; None where a cell is blank."""
        with pq.ParquetFile(self._file(name)) as file:  # unlike read_table, does not load pandas
            rows: list[dict[str, Any]] = file.read(columns=list(columns)).to_pylist()
        return rows

    def _file(self, name: str) -> Path:
        file = self.path / "stages" / f"{name}.parquet"
        if name not in TABLES or not file.is_file():
            known = ", ".join(sorted(n for n in TABLES if (self.path / "stages" / f"{n}.parquet").is_file()))
            raise UsageError(f"has no table '{name}'", place=str(self.path), remedy=f"It has: {known}")
        return file

    @cached_property
    def documents(self) -> pd.DataFrame:
        """One row a document."""
        return self.table("documents")

    @cached_property
    def findings(self) -> pd.DataFrame:
        """One row a finding, with its document's year, source type, publisher and title."""
        return self.table("findings")

    @cached_property
    def assignments(self) -> pd.DataFrame:
        """One row a theme that a finding has."""
        return self.table("assignments")

    @cached_property
    def themes(self) -> pd.DataFrame:
        """One row a theme."""
        return self.table("themes")

    @cached_property
    def theme_year(self) -> pd.DataFrame:
        """The full grid of years and themes, with denominators and intervals."""
        return self.table("theme_year")

    @cached_property
    def statements(self) -> pd.DataFrame:
        """One row a statement, context included."""
        return self.table("statements")

    @cached_property
    def rejects(self) -> pd.DataFrame:
        """One row a file, or an item of it, that could not be used."""
        return self.table("rejects")

    @cached_property
    def emergent_themes(self) -> pd.DataFrame:
        """One row a year and theme found among the findings that no theme of the codebook covers."""
        return self.table("emergent_themes")

    @cached_property
    def coverage(self) -> pd.DataFrame:
        """One row a year: what the corpus holds of it."""
        return self.table("coverage")


def load_run(path: str | Path) -> Run:
    """Return the finished run in a folder; UsageError where the folder is not one."""
    folder = Path(path)
    return Run(folder, open_run(folder))


def trace(run: Run, *, theme: str, year: str = "") -> pd.DataFrame:
    """Return the findings behind a cell of theme_year: one row a finding, TRACE_COLUMNS; year blank: every year.

    `year` is four digits or 'undated'. UsageError where the run knows no such theme or year.
    """
    known = run.themes["theme_id"].tolist()
    if theme not in known:
        raise UsageError(f"knows no theme '{theme}'", place=str(run.path), remedy=f"Themes: {', '.join(known)}")
    years = run.coverage["year"].tolist()
    if year and year not in years:
        raise UsageError(f"holds nothing of '{year}'", place=str(run.path), remedy=f"Rows: {', '.join(years)}")
    rows = run.assignments[run.assignments["theme_id"] == theme].merge(run.findings, on="statement_id")
    if year:
        rows = rows[_counted_years(run, rows) == year]
    rows = rows.merge(run.documents[["doc_id", "published"]], on="doc_id", how="left")
    rows = rows.sort_values(["source_path", "item", "statement_no"], ignore_index=True)
    return rows.assign(evidence=[_evidence(row) for row in rows.itertuples()])[list(TRACE_COLUMNS)]


def _counted_years(run: Run, rows: pd.DataFrame) -> pd.Series:
    if run.about.get("settings", {}).get("tabulate", {}).get("year") == "covered":
        covered = run.documents.set_index("doc_id")["covers_to"].str[:4]
        return rows["doc_id"].map(covered).replace("", "undated")
    return rows["year"].replace("", "undated")


def _evidence(row: Any) -> str:
    """Return the words that decided, from the finding or its stem."""
    import pandas as pd

    if pd.isna(row.evidence_start):
        return str(row.stem)
    return str(row.text[int(row.evidence_start) - row.start : int(row.evidence_end) - row.start])

"""Gold in a run: coded statements aligned, their faults among the rejects, and corrections of the series from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from pipeline.codebook import Codebook
from pipeline.estimate import Sample, Strata, corrected_shares
from pipeline.estimate.correction import CONTEXT, WITH_THEME, WITHOUT_THEME
from pipeline.stages.assemble import Assembly, coded_statements
from pipeline.stages.documents import frame_of
from pipeline.stages.settings import RunOptions
from pipeline.tables import TABLES, from_rows, sort
from pipeline.tables.schema import UNDATED
from pipeline.tabulate.series import Correction
from pipeline.validate import Aligned, CodedStatement, Fault, Gold, align, read_gold
from pipeline.validate.performance import Compared, calibration, performance


@dataclass(frozen=True, slots=True)
class Checked:
    """Coded statements of the run and the faults of the gold file; both empty where no gold is given.

    `cross_fitted` are the themes that the pipeline gives to coded statements when it has not learned from them, where
    a classifier has learned from the gold: statement_id -> theme_ids.
    """

    name: str = ""
    statements: Sequence[CodedStatement] = ()
    faults: Sequence[Fault] = ()
    cross_fitted: Mapping[str, Sequence[str]] | None = None

    def said(self, one: CodedStatement) -> frozenset[str]:
        """Return the themes that the pipeline gives to a coded statement without having learned from it."""
        return frozenset((self.cross_fitted or {}).get(one.statement_id, one.said_themes))


def read_coded(options: RunOptions, codebook: Codebook) -> Gold | None:
    """Return the gold file's rows, None where none is named; UsageError where it cannot be read."""
    return read_gold(options.gold, codebook) if options.gold else None


def check_gold(run: Assembly, gold: Gold | None, cross_fitted: Mapping[str, Sequence[str]] | None = None) -> Checked:
    """Return the coded statements of the run."""
    if gold is None:
        return Checked()
    found: Aligned = align(gold, coded_statements(run))
    return Checked(gold.name, found.statements, found.faults, cross_fitted)


def gold_rejects(name: str, faults: Sequence[Fault]) -> pa.Table:
    """Return the faults of a gold file as rows of `rejects`."""
    rows = {
        (fault.row, fault.reason, fault.message): {
            "source_path": name,
            "item": f"row {fault.row}",
            "stage": "gold",
            "reason": fault.reason,
            "message": f"Row {fault.row}: {fault.message}",
        }
        for fault in faults
    }
    return from_rows(TABLES["rejects"], rows.values())


def compare(checked: Checked, documents: pd.DataFrame, assignments: pd.DataFrame) -> Compared:
    """Return people's and the pipeline's coding side by side; `documents`: doc_id, year, source_type."""
    docs, statements = documents.set_index("doc_id"), checked.statements
    ids = {one.statement_id for one in statements}
    mine = assignments[assignments["statement_id"].isin(ids) & (assignments["method"] != "emergent")]
    probabilities: dict[str, dict[str, float]] = {}
    for row in mine.itertuples():
        probabilities.setdefault(row.statement_id, {})[row.theme_id] = row.probability
    where = [one.doc_id for one in statements]
    return Compared(
        statements=statements,
        years=docs["year"].replace("", UNDATED).loc[where].tolist(),
        source_types=docs["source_type"].loc[where].tolist(),
        said=[checked.said(one) for one in statements],
        probabilities=probabilities,
    )


def write_performance(run: Assembly, checked: Checked, documents: pa.Table) -> Compared:
    """Write the tables performance and calibration; return what they were made from."""
    drawn = pa.array(sorted({one.doc_id for one in checked.statements}), pa.string())
    coded = documents.filter(pc.is_in(documents.column("doc_id"), drawn))
    docs = frame_of(coded, ["doc_id", "year", "covers_to", "source_type"])
    if run.settings.tabulate.year == "covered":
        docs["year"] = docs["covers_to"].str[:4]
    ids = pa.array([one.statement_id for one in checked.statements], pa.string())
    made = pq.read_table(run.out / "stages" / "assignments.parquet", filters=pc.field("statement_id").isin(ids))
    data = compare(checked, docs, made.to_pandas())
    rows = {"performance": performance(data, run.resources.codebook.ids, run.settings.seed)}
    rows["calibration"] = calibration(data) if checked.statements else []
    for name, found in rows.items():
        run.write(name, [sort(TABLES[name], from_rows(TABLES[name], found))])
    return data


def corrections(
    checked: Checked,
    documents: pd.DataFrame,
    counts: pd.DataFrame,
    theme_ids: Sequence[str],
    part: float = 1.0,
) -> dict[tuple[str, str], Correction]:
    """Return (year, theme_id) -> correction from the coded statements that have an inclusion probability.

    `documents`: doc_id, year, statements, findings. `counts`: doc_id, year, theme_id, findings. `part` of a sample: the
    coded statements are drawn from it, so that each was as much less likely to be coded.
    """
    drawn = [one for one in checked.statements if one.inclusion_probability is not None]
    if not drawn:
        return {}
    years = documents.set_index("doc_id")["year"].replace("", UNDATED)
    sizes = documents.groupby(years.to_numpy())[["statements", "findings"]].sum()
    with_theme = counts.groupby(["theme_id", counts["year"].replace("", UNDATED)])["findings"].sum()
    where = years.loc[[one.doc_id for one in drawn]].to_numpy(str)
    found: dict[tuple[str, str], Correction] = {}
    for theme_id in theme_ids:
        mine = with_theme.loc[theme_id] if theme_id in with_theme.index.get_level_values(0) else pd.Series(dtype=int)
        made = corrected_shares(_strata(sizes, mine), _sample(checked, drawn, where, theme_id, part))
        found |= {(year, theme_id): correction for year, correction in made.items()}
    return found


def _strata(sizes: pd.DataFrame, with_theme: pd.Series) -> Strata:
    having = with_theme.reindex(sizes.index, fill_value=0)
    return Strata(
        {
            str(year): (int(having[year]), int(row.findings - having[year]), int(row.statements - row.findings))
            for year, row in zip(sizes.index, sizes.itertuples(), strict=True)
        }
    )


def _sample(
    checked: Checked, drawn: Sequence[CodedStatement], where: NDArray[np.str_], theme_id: str, part: float
) -> Sample:
    return Sample(
        year=where,
        document=np.array([one.doc_id for one in drawn]),
        stratum=np.array([_stratum(checked, one, theme_id) for one in drawn], dtype=np.int64),
        is_finding=np.array([one.finding for one in drawn]),
        has_theme=np.array([one.has(theme_id) for one in drawn]),
        weight=np.array([1 / (part * (one.inclusion_probability or 1.0)) for one in drawn]),
    )


def _stratum(checked: Checked, one: CodedStatement, theme_id: str) -> int:
    if one.said_kind == "context":
        return CONTEXT
    return WITH_THEME if theme_id in checked.said(one) else WITHOUT_THEME

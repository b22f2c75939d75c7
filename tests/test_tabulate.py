"""Series by year: full grid, denominators on the row, totals that reconcile."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from pipeline.estimate import ClusteredEstimators
from pipeline.tables import TABLES, check
from pipeline.tables.schema import FINDING_KINDS
from pipeline.tabulate.series import (
    Correction,
    ThemeCells,
    coverage,
    date_sensitivity,
    document_themes,
    speaker_themes,
    theme_series,
)
from pipeline.tabulate.settings import TabulateSettings

LABELS = {"doors": "Doors", "roofs": "Roofs"}


@pytest.fixture
def documents() -> pd.DataFrame:
    rows = [
        # doc_id, source_path, item, year, source_type, words, statements, findings, assigned, duplicate_of, covers_to
        ("a", "a.txt", "", "2004", "report", 100, 9, 4, 3, "", ""),
        ("b", "b.txt", "", "2004", "news", 50, 5, 2, 2, "", ""),
        ("c", "c.txt", "", "2006", "news", 50, 5, 2, 2, "b", ""),
        ("d", "d.txt", "", "", "report", 10, 1, 0, 0, "", ""),
    ]
    head = ["doc_id", "source_path", "item", "year", "source_type"]
    names = [*head, "words", "statements", "findings", "assigned", "duplicate_of", "covers_to"]
    return pd.DataFrame(rows, columns=names)


@pytest.fixture
def findings() -> pd.DataFrame:
    rows = [
        ("a", "concern", "roofs"),
        ("a", "concern", "roofs;doors"),
        ("a", "strength", "doors"),
        ("a", "concern", ""),
        ("b", "concern", "roofs"),
        ("b", "recommendation", "roofs"),
        ("c", "concern", "roofs"),
        ("c", "recommendation", "doors"),
    ]
    return pd.DataFrame(rows, columns=["doc_id", "kind", "themes"])


def cells(documents: pd.DataFrame, findings: pd.DataFrame) -> ThemeCells:
    single = findings.assign(theme_id=findings["themes"].str.split(";")).explode("theme_id")
    counts = single[single["theme_id"] != ""].groupby(["doc_id", "theme_id", "kind"]).size().unstack(fill_value=0)
    numbers = {doc_id: number for number, doc_id in enumerate(documents["doc_id"])}
    return ThemeCells(
        np.array([numbers[doc_id] for doc_id, _ in counts.index]),
        np.array([sorted(LABELS).index(theme_id) for _, theme_id in counts.index]),
        counts.reindex(columns=list(FINDING_KINDS), fill_value=0).to_numpy(),
    )


def series(documents: pd.DataFrame, findings: pd.DataFrame, name: str = "theme_year", **more: object) -> pd.DataFrame:
    counts = document_themes(documents, cells(documents, findings), LABELS)
    check(
        TABLES["document_themes"], pa.Table.from_pandas(counts, TABLES["document_themes"].schema, preserve_index=False)
    )
    table = theme_series(
        name, documents, counts, LABELS, ClusteredEstimators(), TabulateSettings(few_documents=2), **more
    )  # type: ignore[arg-type]
    check(TABLES[name], table)
    return table.to_pandas()


def cell(table: pd.DataFrame, year: str, theme: str) -> pd.Series:
    return table[(table["year"] == year) & (table["theme_id"] == theme)].iloc[0]


def test_every_year_and_theme_has_a_row_and_undated_is_last(documents: pd.DataFrame, findings: pd.DataFrame) -> None:
    table = series(documents, findings)
    assert table["year"].tolist() == ["2004", "2004", "2005", "2005", "2006", "2006", "undated", "undated"]
    assert table["theme_id"].tolist() == ["doors", "roofs"] * 4


def test_counts_and_denominators_stand_on_one_row(documents: pd.DataFrame, findings: pd.DataFrame) -> None:
    row = cell(series(documents, findings), "2004", "roofs")
    assert (row.findings, row.concerns, row.strengths, row.recommendations) == (4, 3, 0, 1)
    assert (row.documents, row.findings_total, row.documents_total) == (2, 6, 2)
    assert row.share_of_findings == pytest.approx(4 / 6, abs=1e-6)
    assert row.share_of_findings_low < row.share_of_findings < row.share_of_findings_high
    assert row.status == "uncorrected"


def test_a_share_without_denominator_is_blank(documents: pd.DataFrame, findings: pd.DataFrame) -> None:
    row = cell(series(documents, findings), "2005", "roofs")
    assert (row.findings, row.findings_total) == (0, 0)
    assert pd.isna(row.share_of_findings)
    assert pd.isna(row.share_of_documents_high)
    assert "no_findings" in row.status


def test_a_copy_counts_in_findings_and_not_in_distinct_findings(
    documents: pd.DataFrame, findings: pd.DataFrame
) -> None:
    row = cell(series(documents, findings), "2006", "roofs")
    assert (row.findings, row.distinct_findings) == (1, 0)
    assert row.status == "uncorrected;few_documents"


def test_sources_add_up_to_the_year(documents: pd.DataFrame, findings: pd.DataFrame) -> None:
    whole, parts = series(documents, findings), series(documents, findings, "theme_year_source")
    summed = parts.groupby(["year", "theme_id"])[["findings", "documents_total"]].sum().reset_index()
    assert summed["findings"].tolist() == whole["findings"].tolist()
    assert summed["documents_total"].tolist() == whole["documents_total"].tolist()


def test_a_correction_stands_beside_the_raw_share(documents: pd.DataFrame, findings: pd.DataFrame) -> None:
    corrections = {("2004", "roofs"): Correction(0.5, 0.4, 0.6, 30, "corrected")}
    row = cell(series(documents, findings, corrections=corrections), "2004", "roofs")
    assert (row.corrected_share, row.corrected_low, row.corrected_high, row.coded_sample) == (0.5, 0.4, 0.6, 30)
    assert row.status == "corrected"


def test_coverage_adds_up_to_the_corpus(documents: pd.DataFrame) -> None:
    table = coverage(documents).to_pandas()
    assert table["year"].tolist() == ["2004", "2005", "2006", "undated"]
    assert table["documents"].sum() == len(documents)
    assert (table["assigned"] + table["unassigned"] == table["findings"]).all()
    assert table["duplicates"].sum() == 1


def test_only_undated_documents_still_give_a_table(documents: pd.DataFrame, findings: pd.DataFrame) -> None:
    table = series(documents.assign(year=""), findings)
    assert table["year"].unique().tolist() == ["undated"]


def test_speakers_are_counted_by_role(findings: pd.DataFrame) -> None:
    single = findings.assign(
        speaker_role=["document"] * 6 + ["minister"] * 2, theme_id=findings["themes"].str.split(";")
    )
    every = pd.concat([findings.assign(speaker_role=single["speaker_role"], theme_id=""), single.explode("theme_id")])
    spoken = every.groupby(["speaker_role", "theme_id", "kind"]).size().rename("findings").reset_index()
    table = speaker_themes(spoken, LABELS).to_pandas()
    row = table[(table["speaker_role"] == "minister") & (table["theme_id"] == "doors")].iloc[0]
    assert (row.findings, row.recommendations, row.findings_total) == (1, 1, 2)


def test_a_trend_that_turns_with_the_date_is_named() -> None:
    """Roofs rise by year of publication; by the year covered, the same documents stand in the opposite order."""
    rows = [("a", "2004", "2004", 4), ("b", "2005", "2002", 4), ("c", "", "2001", 9), ("d", "2009", "", 9)]
    documents = pd.DataFrame(rows, columns=["doc_id", "year_published", "year_covered", "findings"])
    counts = pd.DataFrame([("a", "roofs", 1), ("b", "roofs", 3)], columns=["doc_id", "theme_id", "findings"])
    table = date_sensitivity(documents, counts, LABELS)
    check(TABLES["date_sensitivity"], table)
    roofs = cell_of(table.to_pandas(), "roofs")
    assert (roofs["documents"], roofs["findings"], roofs["findings_total"]) == (2, 4, 8)
    assert roofs["slope_published"] == pytest.approx(0.5)
    assert roofs["slope_covered"] == pytest.approx(-0.25)
    assert roofs["sign_changes"] == "yes"
    assert cell_of(table.to_pandas(), "doors")["sign_changes"] == "no"


def test_without_documents_of_both_dates_no_trend_is_claimed() -> None:
    documents = pd.DataFrame([("a", "2004", "", 4)], columns=["doc_id", "year_published", "year_covered", "findings"])
    counts = pd.DataFrame([("a", "roofs", 1)], columns=["doc_id", "theme_id", "findings"])
    table = date_sensitivity(documents, counts, LABELS).to_pandas()
    assert table["slope_published"].isna().all()
    assert set(table["sign_changes"]) == {""}


def cell_of(table: pd.DataFrame, theme: str) -> pd.Series:
    return table[table["theme_id"] == theme].iloc[0]

"""Courses in time: trends that know of documents, breaks of templates, findings made again, a fixed mix, months."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from pipeline.estimate.breaks import Headings
from pipeline.estimate.months import coverage_month
from pipeline.estimate.recurrence import Said, linked
from pipeline.estimate.standard import standardised
from pipeline.estimate.trends import logistic, trends
from pipeline.tables import TABLES, check, from_rows, sort
from pipeline.tabulate.series import Correction

YEARS = range(2001, 2013)


def corpus(
    shares: dict[str, list[float]], documents: int = 12, findings: int = 20
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return documents and counts of made-up years (2001 on) in which themes have the given shares."""
    draw = np.random.default_rng(4)
    docs, counts = [], []
    for at, year in enumerate(YEARS):
        for number in range(documents):
            doc_id = f"{year}-{number}"
            docs.append((doc_id, str(year), findings, "report", 1000))
            counts += [(doc_id, theme, int(draw.binomial(findings, s[at]))) for theme, s in shares.items()]
    table = pd.DataFrame(counts, columns=["doc_id", "theme_id", "findings"])
    return pd.DataFrame(docs, columns=["doc_id", "year", "findings", "source_type", "words"]), table[
        table["findings"] > 0
    ]


COURSES = {
    "rising": list(np.linspace(0.05, 0.3, 12)),
    "falling": list(np.linspace(0.3, 0.05, 12)),
    "steady": [0.15] * 12,
    "gone": [0.1] * 8 + [0.0] * 4,
    "back": [0.3, 0.3, 0.05, 0.05, 0.05, 0.3, 0.3, 0.05, 0.05, 0.05, 0.3, 0.3],
    "scarce": [0.001] * 12,
}


def found(breaks: tuple[int, ...] = (), corrections: dict[tuple[str, str], Correction] | None = None) -> pd.DataFrame:
    rows = trends(*corpus(COURSES), {theme: theme.title() for theme in COURSES}, breaks, corrections or {})
    table = TABLES["trends"]
    data = sort(table, from_rows(table, [{name: row[name] for name in table.names} for row in rows]))
    check(table, data)
    return data.to_pandas().set_index("theme_id")


def test_themes_are_told_apart_by_their_course() -> None:
    assert found()["class"].to_dict() == {
        "rising": "rises",
        "falling": "falls",
        "steady": "steady",
        "gone": "vanishes",
        "back": "recurs",
        "scarce": "insufficient",
    }


def test_a_trend_has_its_size_and_interval() -> None:
    rising = found().loc["rising"]
    assert rising["change_a_year"] == pytest.approx(0.25 / 11, abs=0.006)
    assert 1 < rising["odds_ratio_low"] < rising["odds_ratio_a_year"] < rising["odds_ratio_high"]
    assert rising["q_value"] >= rising["p_value"]
    assert rising["share_early"] < rising["share_middle"] < rising["share_late"]


def test_the_regression_is_that_of_statsmodels() -> None:
    draw = np.random.default_rng(2)
    year, total = draw.uniform(0, 1, 80), draw.integers(3, 30, 80).astype(float)
    having = draw.binomial(total.astype(int), 0.1 + 0.3 * year).astype(float)
    x = np.column_stack([np.ones(80), year])
    outcome = np.column_stack([having, total - having])
    fit = sm.GLM(outcome, x, family=sm.families.Binomial()).fit(cov_type="HC1")
    found = logistic(x, having, total, np.ones(80))
    assert found is not None
    assert found[0] == pytest.approx(fit.params, rel=1e-6)
    # statsmodels leaves out the factor for few documents, n / (n - k).
    assert np.sqrt(np.diag(found[1])) == pytest.approx(fit.bse * np.sqrt(80 / 78), rel=1e-6)


def test_documents_that_differ_widen_what_chance_explains() -> None:
    """Of trends in made-up corpora without any, about one in twenty is significant, though documents differ much."""
    draw, hits = np.random.default_rng(8), 0
    for _ in range(60):
        docs = corpus({})[0]
        rates = draw.beta(0.4, 2.0, len(docs))
        counts = pd.DataFrame({"doc_id": docs["doc_id"], "theme_id": "t", "findings": draw.binomial(20, rates)})
        hits += trends(docs, counts, {"t": "T"}, (), {})[0]["p_value"] < 0.05
    assert hits <= 8


def test_a_jump_at_a_new_template_is_no_trend() -> None:
    jump = {"jump": [0.1] * 6 + [0.3] * 6}
    row = trends(*corpus(jump), {"jump": "Jump"}, (2007,), {})[0]
    assert row["class"] == "rises"
    assert row["breaks"] == "2007"
    assert row["with_breaks"] in ("goes", "turns")
    assert found((2007,)).loc["rising", "with_breaks"] == "holds"


def test_corrected_shares_have_a_trend_of_their_own() -> None:
    made = {(str(y), "rising"): Correction(0.3 - 0.01 * i, 0.25, 0.35, 50, "pooled") for i, y in enumerate(YEARS)}
    row = found(corrections=made).loc["rising"]
    assert row["class"] == "rises"
    assert row["corrected_change_a_year"] == pytest.approx(-0.01)


OLD = ["Overall effectiveness", "Capacity for improvement", "Areas for development", "Leadership and management"]
NEW = ["The experiences of children", "The impact of leaders", "What needs to improve", "Judgements"]


def test_a_change_of_template_is_found_by_its_headings() -> None:
    headings = Headings()
    for year in range(2005, 2017):
        for number in range(5):
            headings.add(year, [*(OLD if year < 2011 else NEW), f"Council number {number}"])
    (one,) = headings.breaks()
    assert (one.year, one.origin, one.documents_before) == (2011, "found", 15)
    assert one.likeness < 0.1
    assert [(b.year, b.origin) for b in headings.breaks([2012])] == [(2012, "given")]


def test_reports_without_a_template_have_no_breaks() -> None:
    headings = Headings()
    for year in range(2005, 2017):
        for number in range(5):
            headings.add(year, [f"Heading {year} {number}"])
    assert headings.breaks() == []


def said(year: int, text: str, document: str = "", kind: str = "concern") -> Said:
    return Said(f"{document or year}-1", document or f"d{year}", year, kind, text)


FIRST = "Social workers in Harrowmere carry caseloads that are far too high to visit every child."
AGAIN = "Caseloads of social workers are again far too high, and not every child gets a visit."
OTHER = "The fostering panel meets each month and its minutes are clear and well kept throughout."


def test_a_finding_made_again_is_linked_to_the_earlier_one() -> None:
    links = linked([said(2004, FIRST), said(2009, AGAIN), said(2009, OTHER, "other")])
    assert [(a.year, b.year) for a, b, _ in links] == [(2004, 2009)]


@pytest.mark.parametrize(
    "later",
    [
        said(2004, AGAIN, "same year"),
        said(2009, AGAIN, "d2004"),
        said(2009, AGAIN, kind="strength"),
        said(2009, FIRST),
    ],
)
def test_same_year_same_document_another_kind_and_copied_text_are_not(later: Said) -> None:
    assert linked([said(2004, FIRST), later]) == []


def test_a_changed_mix_of_sources_changes_the_share_and_not_the_standardised_one() -> None:
    docs, counts = [], []
    for year, news in (("2001", 2), ("2002", 8)):
        for number in range(10):
            doc_id, kind = f"{year}-{number}", "news" if number < news else "report"
            docs.append((doc_id, year, 10, kind, 500))
            counts.append((doc_id, "t", 5 if kind == "news" else 1))
    table = pd.DataFrame(docs, columns=["doc_id", "year", "findings", "source_type", "words"])
    rows = standardised(table, pd.DataFrame(counts, columns=["doc_id", "theme_id", "findings"]), {"t": "T"})
    assert [row["share_of_findings"] for row in rows] == pytest.approx([0.18, 0.42])
    assert [row["standardised_share"] for row in rows] == pytest.approx([0.3, 0.3])
    assert all(row["standardised_low"] < 0.3 < row["standardised_high"] for row in rows)
    assert [row["mix_covered"] for row in rows] == pytest.approx([1, 1])


def test_silent_months_are_rows_and_long_silences_gaps() -> None:
    months = [f"2010-{m:02d}-05" for m in (1, 2, 3, 4)] * 5 + ["2011-01-05", "2011", ""]
    docs = pd.DataFrame({"publisher": "Harrowmere Echo", "source_type": "news", "published": months})
    rows = {row["month"]: row for row in coverage_month(docs)}
    assert sum(row["documents"] for row in rows.values()) == len(docs)
    assert rows["2010-07"] == {
        "publisher": "Harrowmere Echo",
        "source_type": "news",
        "month": "2010-07",
        "documents": 0,
        "gap": "yes",
    }
    assert (rows["2010-04"]["gap"], rows["undated"]["documents"], rows["2011"]["documents"]) == ("no", 1, 1)

"""Pictures: what is drawn, what a mark is called, and that figures are files for papers."""

from __future__ import annotations

from xml.etree import ElementTree

import pandas as pd
import pytest
from made_up import THEMES, document, run_tables, statement, tables_of

from pipeline.report import RunTables, figures
from pipeline.report.charts import step_labels, steps
from pipeline.report.numbers import clustered, link, percent, recurrence, shares_by_source, wilson
from pipeline.report.panels import top_share
from pipeline.report.sentences import counted, gaps, headline, listed, ranges, trust


@pytest.fixture(scope="module")
def tables() -> RunTables:
    return run_tables()


def test_every_figure_as_svg_and_png(tables: RunTables) -> None:
    made = figures(tables)
    names = {name.partition(".")[0] for name in made}
    assert names == {
        "coverage", "kinds", "kinds_year", "recurrence", "theme_year", "theme_year_intervals", "theme_year_source",
    }  # fmt: skip
    for name, content in made.items():
        if name.endswith(".svg"):
            assert ElementTree.fromstring(content).tag.endswith("svg")
            assert b"href" not in content
        else:
            assert content.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("share", "said"), [(0.0, "0%"), (0.002, "0.2%"), (0.034, "3.4%"), (0.62, "62%"), (1.0, "100%"), (None, "–")]
)
def test_percent(share: float | None, said: str) -> None:
    assert percent(share) == said


@pytest.mark.parametrize(
    ("years", "said"),
    [(["2004"], "2004"), (["2006", "2004", "2007", "2008", "2011"], "2004, 2006–2008 and 2011"), ([], "")],
)
def test_ranges(years: list[str], said: str) -> None:
    assert ranges(years) == said


def test_listed() -> None:
    assert [listed(words) for words in (["a"], ["a", "b"], ["a", "b", "c"])] == ["a", "a and b", "a, b and c"]


@pytest.mark.parametrize(("largest", "last"), [(0.07, 8), (0.15, 15), (0.3, 30), (0.7, 60), (1.0, 90), (None, 8)])
def test_steps_suit_the_largest_share(largest: float | None, last: int) -> None:
    ladder = steps(pd.Series([0.0, largest], dtype=float))
    assert ladder[-1] == last
    assert len(step_labels(ladder)) == 7


def test_wilson_against_published_values() -> None:
    # Newcombe 1998, table I: 81 of 263 and 0 of 20
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)


def test_links_escape_what_they_name() -> None:
    assert link(theme="a&b", year="", kind="x=y") == "#theme=a%26b&kind=x%3Dy"


def _corpus(*said: tuple[str, str, str]) -> RunTables:
    """Return a run of one document for each (year, kind, theme), each with two more findings without a theme."""
    docs, findings = [], []
    for no, (year, kind, theme) in enumerate(said):
        docs.append(document(no, year))
        findings.append(statement(docs[-1], 0, kind, [theme], "A referral was lost in Pennsea."))
        findings += [statement(docs[-1], i, "strength", [], "Staff in Pennsea know the families.") for i in (1, 2)]
    return tables_of(docs, findings)


def test_headline_counts_documents_once_and_names_the_next() -> None:
    years = ("2004", "2005", "2007", "2008", "2009")
    tables = _corpus(*((y, "concern", "thresholds") for y in years), ("2009", "concern", "leadership"))
    assert headline(recurrence(tables)) == (
        "Concerns about thresholds come back most often: in 83% of documents and in every one of the 5 years with "
        "documents. Leadership and accountability (17%) follows."
    )


def test_headline_of_equal_themes() -> None:
    said = [("2004", "concern", theme) for theme in THEMES]
    assert headline(recurrence(_corpus(*said))) == (
        "Concerns about information sharing, leadership and accountability, thresholds and 2 more come back most "
        "often: each in 20% of documents."
    )


def test_long_documents_that_hold_every_theme_are_told_apart_by_their_concerns() -> None:
    docs = [document(no, "2004") for no in range(6)]
    said = []
    for doc in docs:
        themes = [*THEMES, "thresholds", "thresholds"]
        said += [statement(doc, no, "concern", [theme], "A weakness.") for no, theme in enumerate(themes)]
    told = recurrence(tables_of(docs, said))
    assert told.unit == "concerns"
    first = told.ranking.iloc[0]
    assert (first["theme_id"], first["count"], first["total"]) == ("thresholds", 18, 42)
    assert first["low"] == pytest.approx(first["high"])  # all documents alike: nothing to vary
    assert headline(told).startswith("Concerns about thresholds come back most often: 43% of all concerns")
    assert "so concerns are counted instead" in counted(told)


def test_intervals_of_shares_let_documents_vary_as_a_whole() -> None:
    sizes = pd.Series({"a": 10, "b": 10, "c": 10, "d": 10})
    spread = clustered(pd.Series(list("abcd") * 5), sizes)
    lumped = clustered(pd.Series(["a"] * 10 + ["b"] * 10), sizes)
    assert spread == pytest.approx((0.5, 0.5))
    # four documents of ten findings: deviations of 5 each, so the half width is 1.96 * sqrt(4 * 25 * 4 / 3) / 40
    assert lumped == pytest.approx((0.0, 1.0), abs=0.07)


@pytest.mark.parametrize(("largest", "top"), [(0.004, 0.02), (0.05, 0.05), (0.3, 0.5), (0.9, 1.0)])
def test_panels_end_at_the_next_step(largest: float, top: float) -> None:
    rows = pd.DataFrame({"few": [False], "share_of_findings": [largest], "share_of_findings_high": [largest]})
    assert top_share(rows.assign(corrected_share=float("nan"))) == top


def test_headline_without_concerns_and_without_themes() -> None:
    assert headline(recurrence(_corpus(("2004", "recommendation", "thresholds")))).startswith("Findings on thresholds")
    doc = document(1, "2010")
    silent = tables_of([doc], [statement(doc, 0, "concern", [], "Nothing fits.")])
    assert headline(recurrence(silent)) == "No theme of the codebook was found in these documents."


def test_copies_count_once() -> None:
    tables = _corpus(*[("2004", "concern", "thresholds")] * 6)
    tables.documents.loc[tables.documents["doc_id"] == "d00003", "duplicate_of"] = "d00000"
    assert recurrence(tables).ranking["total"].iloc[0] == 5


def test_gaps_and_trust_are_said(tables: RunTables) -> None:
    said = " ".join(gaps(tables))
    assert "No document for 2009." in said
    assert "2 documents without a proved year are kept apart" in said
    assert "not corrected" in trust(tables)


def test_shares_by_source_have_their_own_denominators(tables: RunTables) -> None:
    rows = shares_by_source(tables)
    for source, group in rows.groupby("source_type"):
        assert group["findings_total"].unique().tolist() == [(tables.findings["source_type"] == source).sum()]

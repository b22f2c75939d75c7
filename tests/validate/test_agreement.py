"""Agreement between coders, and performance against them, on figures worked out by hand or in print."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.validate.agreement import agreement, cohen, disagreements, jaccard, krippendorff
from pipeline.validate.align import CodedStatement
from pipeline.validate.gold import CodedRow
from pipeline.validate.performance import Compared, calibration, confusion, learning_curve, performance


def unlike(a: object, b: object) -> float:
    return float(a != b)


# The worked example of Krippendorff (2011), Computing Krippendorff's alpha-reliability: four observers, twelve units.
OBSERVERS = (
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
)


def test_alpha_is_that_of_the_worked_example() -> None:
    columns = zip(*(line.split() for line in OBSERVERS), strict=True)
    units = [[code for code in unit if code != "."] for unit in columns]
    alpha, low, high = krippendorff([unit for unit in units if len(unit) > 1], unlike, seed=1)
    assert alpha == pytest.approx(0.743, abs=0.001)
    assert low < alpha < high


def test_kappa_of_two_coders() -> None:
    cells = {("yes", "yes"): 20, ("yes", "no"): 5, ("no", "yes"): 10, ("no", "no"): 15}
    units = [{"ann": a, "ben": b} for (a, b), times in cells.items() for _ in range(times)]
    assert cohen(units) == pytest.approx(0.4)


def test_sets_of_themes_that_overlap_are_less_unlike() -> None:
    assert jaccard(frozenset("ab"), frozenset("bc")) == pytest.approx(2 / 3)
    assert jaccard(frozenset(), frozenset()) == 0


def rows() -> list[CodedRow]:
    said = {"ann": ["doors", "doors", "", "roofs"], "ben": ["doors", "roofs", "", "roofs"]}
    return [
        CodedRow(n, statement_id=f"s{n}", kind="concern", themes=tuple(filter(None, [t])), coder=c, text=f"Text {n}.")
        for c, themes in said.items()
        for n, t in enumerate(themes)
    ]


def test_agreement_is_told_by_kind_by_set_and_by_theme() -> None:
    found = {one.what: one for one in agreement(rows(), ["doors", "roofs", "windows"], seed=1)}
    assert set(found) == {"kind", "themes", "doors", "roofs"}
    assert found["doors"].agreed == 0.75
    assert np.isnan(found["kind"].alpha)  # everybody says the same of everything: nothing to measure
    assert [row["text"] for row in disagreements(rows())] == ["Text 1."]


def coded(size: int = 40) -> Compared:
    """Return statements of which half have doors; the pipeline sees three quarters of these, and some that have not."""
    statements = []
    for n in range(size):
        truth = ("doors",) if n % 2 else ()
        says = (n % 2 == 1) if n % 8 < 6 else (n % 2 == 0)
        said = frozenset(["doors"] if says else [])
        code = CodedRow(n, kind="concern", themes=truth)
        statements.append(CodedStatement(f"s{n}", f"d{n % 10}", f"Text {n}.", "concern", said, (code,), 0.5))
    years = ["2004" if n < size / 2 else "2011" for n in range(size)]
    certain = {one.statement_id: {"doors": 0.95} for one in statements if one.said_themes}
    return Compared(statements, years, ["report"] * size, [one.said_themes for one in statements], certain)


def test_precision_and_recall_are_told_for_all_periods_and_source_types() -> None:
    table = performance(coded(), ["doors"], seed=1)
    assert {(row["by"], row["group"]) for row in table} == {
        ("all", ""),
        ("period", "2000-2004"),
        ("period", "2010-2014"),
        ("source_type", "report"),
    }
    row = next(r for r in table if (r["by"], r["what"], r["id"]) == ("all", "theme", "doors"))
    assert (row["precision"], row["recall"], row["f1"]) == pytest.approx((0.75, 0.75, 0.75))
    assert row["precision_low"] < 0.75 < row["precision_high"]
    assert row["f1_low"] < 0.75 < row["f1_high"]


def test_calibration_sets_probability_beside_what_is_right() -> None:
    last = calibration(coded())[-1]
    assert (last["assignments"], last["mean_probability"], last["share_right"]) == pytest.approx((20, 0.95, 0.75))


def test_confusion_quotes_what_is_missed_and_what_is_too_much() -> None:
    found = {(row["people"], row["pipeline"]): row for row in confusion(coded())}
    assert found["doors", ""]["statements"] == 5
    assert found["", "doors"]["quotes"][0].startswith("Text")


def test_a_width_that_falls_with_the_root_needs_three_times_more_rows_to_halve() -> None:
    row = learning_curve(lambda part: {"doors": 0.1 / part**0.5}, coded=200)[0]
    assert row["more_rows_to_halve"] == pytest.approx(600, abs=2)

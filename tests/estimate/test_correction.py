"""Corrected shares: against an independent implementation, at the edges, and where years differ."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pipeline.estimate import CorrectionSettings, Sample, Strata, corrected_shares
from pipeline.estimate.correction import CONTEXT

ALONE = CorrectionSettings(year_minimum=50)


def made_up(size: int = 4000, coded: int = 400, seed: int = 3) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return what is true of statements, what the pipeline says, and which of them are coded."""
    draw = np.random.default_rng(seed)
    truth = draw.random(size) < 0.2
    said = np.where(truth, draw.random(size) < 0.7, draw.random(size) < 0.1)
    return truth, said, draw.choice(size, coded, replace=False)


def one_year(truth: np.ndarray, said: np.ndarray, coded: np.ndarray) -> tuple[Strata, Sample]:
    strata = Strata({"2010": (int(said.sum()), int((~said).sum()), 0)})
    ones = np.ones(len(coded))
    sample = Sample(
        np.full(len(coded), "2010"),
        coded.astype(str),
        np.where(said[coded], 0, 1),
        ones,
        truth[coded].astype(float),
        ones * len(truth) / len(coded),
    )
    return strata, sample


def test_the_corrected_share_is_the_prediction_powered_one() -> None:
    ppi = pytest.importorskip("ppi_py")
    truth, said, coded = made_up()
    strata, sample = one_year(truth, said, coded)
    found = corrected_shares(strata, sample, ALONE)["2010"]
    y, f, everything = truth[coded].astype(float), said[coded].astype(float), said.astype(float)
    slope = y[f == 1].mean() - y[f == 0].mean()
    assert found.share == pytest.approx(ppi.ppi_mean_pointestimate(y, f, everything, lam=slope).item())
    assert found.share == pytest.approx(ppi.ppi_mean_pointestimate(y, f, everything).item(), abs=0.005)
    low, high = ppi.ppi_mean_ci(y, f, everything, alpha=0.05)
    assert found.low == pytest.approx(float(np.squeeze(low)), abs=0.01)
    assert found.high == pytest.approx(float(np.squeeze(high)), abs=0.01)
    assert found.status == "corrected"


def test_the_corrected_interval_is_narrower_than_that_of_the_coded_statements_alone() -> None:
    found = corrected_shares(*one_year(*made_up()), ALONE)["2010"]
    assert found.high - found.low < 0.9 * (found.sample_high - found.sample_low)


def test_all_statements_coded_leave_nothing_unknown() -> None:
    truth, said, _ = made_up(size=300, coded=300)
    found = corrected_shares(*one_year(truth, said, np.arange(300)))["2010"]
    assert found.status == "corrected"
    assert found.share == pytest.approx(truth.mean())
    assert found.high - found.low < 0.001


def test_findings_missed_as_context_count_in_numerator_and_denominator() -> None:
    strata = Strata({"2010": (100, 300, 200)})
    stratum = np.repeat([0, 1, CONTEXT], 100)
    finding = np.concatenate([np.ones(200), np.repeat([1, 0], 50)]).astype(float)
    theme = np.concatenate([np.ones(100), np.zeros(100), np.repeat([1, 0], [20, 80])]).astype(float)
    ids = np.arange(300).astype(str)
    weight = np.repeat([1.0, 3.0, 2.0], 100)
    found = corrected_shares(strata, Sample(np.full(300, "2010"), ids, stratum, finding, theme, weight))["2010"]
    assert found.share == pytest.approx((100 + 0.2 * 200) / (400 + 0.5 * 200))


def several_years(rates: dict[str, float], coded: int) -> tuple[Strata, Sample]:
    """Return years of 1,000 findings, 200 said to have the theme, of which a given rate has it in truth."""
    draw = np.random.default_rng(11)
    year = np.repeat(list(rates), coded)
    stratum = (draw.random(len(year)) > 0.2).astype(int)
    theme = (stratum == 0) & (draw.random(len(year)) < np.array([rates[y] for y in year]))
    ids = np.arange(len(year)).astype(str)
    ones = np.ones(len(year))
    sample = Sample(year, ids, stratum, ones, theme.astype(float), ones * 1000 / coded)
    return Strata(dict.fromkeys([*rates, "2030"], (200, 800, 0))), sample


def test_a_year_without_coded_statements_takes_the_rates_of_all() -> None:
    strata, sample = several_years(dict.fromkeys(["2010", "2011", "2012", "2013"], 0.5), 60)
    found = corrected_shares(strata, sample)
    assert {c.status for c in found.values()} == {"pooled"}
    assert found["2030"].share == pytest.approx(0.1, abs=0.03)
    assert found["2030"].own_weight == 0
    assert found["2030"].coded_sample == 240
    assert found["2030"].high - found["2030"].low > found["2010"].high - found["2010"].low


def test_years_that_differ_keep_their_own_course_and_leave_others_without_correction() -> None:
    strata, sample = several_years({"2010": 0.05, "2011": 0.95, "2012": 0.05, "2013": 0.95}, 140)
    found = corrected_shares(strata, sample)
    assert found["2010"].homogeneity < 0.001
    assert found["2011"].share > found["2010"].share + 0.1
    assert found["2030"].status == "insufficient"
    assert np.isnan(found["2030"].share)


def test_few_coded_statements_or_none_said_to_have_the_theme_are_not_enough() -> None:
    strata, sample = several_years({"2010": 0.5}, 20)
    assert corrected_shares(strata, sample)["2010"].status == "insufficient"
    strata, sample = several_years({"2010": 0.5}, 100)
    without = replace(sample, stratum=np.ones(100, int))
    assert corrected_shares(strata, without)["2010"].status == "insufficient"


def test_no_coded_statements_make_no_correction() -> None:
    strata, sample = several_years({"2010": 0.5}, 20)
    assert corrected_shares(strata, sample.those(np.zeros(20, bool))) == {}


def test_statements_coded_by_document_widen_the_interval() -> None:
    strata, sample = one_year(*made_up())
    by_document = np.argsort(np.argsort(sample.has_theme, kind="stable")) // 10
    clumped = replace(sample, document=by_document.astype(str))
    plain, wide = (corrected_shares(strata, s, ALONE)["2010"] for s in (sample, clumped))
    assert wide.share == pytest.approx(plain.share)
    assert wide.high - wide.low > 1.5 * (plain.high - plain.low)

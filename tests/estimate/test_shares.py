"""Estimators against figures worked out elsewhere."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest

from pipeline.estimate import clustered_share, wilson
from pipeline.tabulate.series import ClusterSums


@pytest.mark.parametrize(("x", "n"), [(0, 10), (1, 10), (5, 10), (10, 10), (3, 400), (1, 1)])
def test_wilson_agrees_with_scipy(x: int, n: int) -> None:
    low, high = wilson([x], [n])
    expected = binomtest(x, n).proportion_ci(0.95, method="wilson")
    assert low[0] == pytest.approx(expected.low)
    assert high[0] == pytest.approx(expected.high)


def test_no_trials_give_no_interval() -> None:
    low, high = wilson([0], [0])
    assert np.isnan(low[0])
    assert np.isnan(high[0])


def sums(counts: list[tuple[int, int]]) -> ClusterSums:
    """Return the sums of one row from (findings of the theme, findings in all) of its documents."""
    c, m = (np.array([pair[i] for pair in counts], float) for i in (0, 1))
    totals = (len(counts), c.sum(), m.sum(), (c * c).sum(), (c * m).sum(), (m * m).sum())
    return ClusterSums(*(np.array([float(t)]) for t in totals))


def test_findings_that_come_in_clumps_widen_the_interval() -> None:
    spread = clustered_share(sums([(2, 10)] * 5 + [(3, 10)] * 5))
    clumped = clustered_share(sums([(10, 10)] * 2 + [(0, 10)] * 7 + [(5, 10)]))
    plain = wilson([25], [100])
    assert spread[0][0] == pytest.approx(plain[0][0])
    assert spread[1][0] == pytest.approx(plain[1][0])
    assert clumped[1][0] - clumped[0][0] > 1.5 * (plain[1][0] - plain[0][0])


def test_a_share_of_none_still_has_an_upper_end() -> None:
    low, high = clustered_share(sums([(0, 10)] * 4))
    assert low[0] == 0
    assert 0 < high[0] < 0.2


def test_clustered_intervals_cover_the_truth() -> None:
    """Coverage over simulated corpora whose documents differ in how often the theme occurs."""
    draw = np.random.default_rng(7)
    rounds, covered = 400, 0
    for _ in range(rounds):
        sizes = draw.integers(5, 60, 40)
        rates = draw.beta(0.15 * 8, 0.85 * 8, 40)
        low, high = clustered_share(sums(list(zip(draw.binomial(sizes, rates), sizes, strict=True))))
        covered += bool(low[0] <= 0.15 <= high[0])
    assert 0.91 <= covered / rounds <= 0.985

"""Estimators against figures worked out elsewhere."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest

from pipeline.estimate import wilson


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

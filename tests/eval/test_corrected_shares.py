"""Floors for corrected shares on corpora whose truth is known; `python -m benchmarks simulation` runs all of them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="module", autouse=True)
def _benchmarks(root: Path) -> Iterator[None]:
    sys.path.insert(0, str(root))
    yield
    sys.path.remove(str(root))


@pytest.mark.parametrize("name", ["many false alarms", "rare theme", "changing mix", "errors differ by year"])
def test_intervals_hold_the_truth_and_the_bias_goes(name: str) -> None:
    from benchmarks.simulation import SCENARIOS, simulate

    found = simulate(SCENARIOS[name], rounds=20)
    assert 0.9 <= found.coverage <= 0.995
    assert found.none < 0.05
    if found.raw_bias > 5:
        assert found.bias_where_raw_is_off < 1.5


def test_a_perfect_classifier_is_not_harmed() -> None:
    from benchmarks.simulation import SCENARIOS, simulate

    found = simulate(SCENARIOS["perfect classifier"], rounds=5)
    assert found.coverage == 1
    assert found.corrected_bias < 1e-6
    assert found.width < 2


def test_intervals_hold_what_experts_counted(material: Path) -> None:
    from benchmarks.upr import code, measure

    found = measure(code(material / "upr" / "recommendations_sessions_1_5.csv"), draws=2, coded=500)
    assert found.coverage >= 0.94
    assert found.none < 0.05
    assert found.corrected_error < 0.8 * found.raw_error

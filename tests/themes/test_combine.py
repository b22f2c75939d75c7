"""Terms and model together: each can lift a theme, and a silent model leaves the terms their say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pipeline.errors import ConfigError
from pipeline.themes.combine import Combination, Weights, load_combination

HOW = Combination(Weights(model=1.0, terms=2.0, fired=0.5, shift=-1.0), cut=0.4)


def p(by_terms: float, by_model: float) -> float:
    return float(HOW.probability(np.array([[by_terms]]), np.array([[by_model]]), ["thresholds"])[0, 0])


def test_both_witnesses_raise_the_probability() -> None:
    assert p(0.0, 0.5) < p(0.3, 0.5) < p(0.8, 0.5)
    assert p(0.5, 0.1) < p(0.5, 0.5) < p(0.5, 0.9)


def test_a_silent_model_leaves_the_terms_their_say() -> None:
    assert p(0.7, float("nan")) == 0.7


def test_the_cut_lies_at_one_half() -> None:
    how = Combination(Weights(model=1.0, terms=0.0, fired=0.0, shift=0.0), cut=0.4)
    out = how.probability(np.zeros((1, 3)), np.array([[0.399, 0.4, 1.0]]), ["a", "b", "c"])[0]
    assert out[0] < 0.5 <= out[1] <= out[2] <= 1


def test_a_theme_with_weights_of_its_own_uses_them() -> None:
    own = {"b": Weights(model=1.0, terms=0.0, fired=0.0, shift=2.0)}
    how = Combination(Weights(model=1.0, terms=0.0, fired=0.0, shift=0.0), cut=0.5, by_theme=own)
    out = how.probability(np.zeros((1, 2)), np.full((1, 2), 0.5), ["a", "b"])[0]
    assert out[0] == 0.5
    assert out[1] > 0.8


def test_the_shipped_combination_can_be_read() -> None:
    assert 0 < load_combination("student").cut < 1


def test_an_unknown_part_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="combination of 'nothing'"):
        load_combination("nothing")
    with pytest.raises(ConfigError):
        load_combination("student", tmp_path)

"""The networks behind the student: whole numbers that stay exact, and where the words that matter stand."""

from __future__ import annotations

import numpy as np

from pipeline.themes.net import LAYERS, best_run, by_length, laid_out
from pipeline.themes.student import SHIPPED


def test_every_product_stays_exact_in_float32() -> None:
    with np.load(SHIPPED / "student.npz") as arrays:
        weights = [arrays[name] for name in arrays.files if name.endswith("_weight")]
        assert len(weights) == 2 * len(LAYERS)
        for weight in weights:
            assert np.abs(weight.astype(np.int64)).sum(axis=0).max() * 127 < 2**24


def test_texts_are_read_with_those_of_like_length_and_each_once() -> None:
    texts = [[1] * size for size in (3, 40, 38, 0, 5, 160)]
    parts = list(by_length(texts))
    assert sorted(place for part in parts for place in part) == list(range(len(texts)))
    for part in parts:
        own = laid_out([texts[place] for place in part])
        assert own.sizes == [len(texts[place]) for place in part]
        assert len(own.flat) - len(own.blank) == sum(own.sizes)


def test_best_run_is_the_stretch_above_the_mean() -> None:
    assert best_run(np.array([0, 0, 3, 2, 0, 1, 0], np.float32)) == (2, 3)

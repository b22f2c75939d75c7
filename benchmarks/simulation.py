"""Corrected shares on made-up corpora whose truth is known: coverage of the 95% intervals, bias, width.

Usage: python -m benchmarks simulation [--rounds N]. One row a scenario: how often the interval holds the corpus's true
share, the largest absolute bias of a year's raw and corrected share (in points, over the rounds), the mean bias of the
years whose raw share is off by more than five points, the mean width in points, and how many cells got no correction.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.estimate import CorrectionSettings, Sample, Strata, corrected_shares

Floats = NDArray[np.float64]
SEED = 20240607


@dataclass(frozen=True, slots=True)
class Scenario:
    """What a corpus is like, how the pipeline errs on it, and how many statements are coded.

    Pairs are values of the first and the last year, and years between lie between them; `jitter` moves the error
    rates of each year at random, by as many logits; `clumped` is the size of documents' own differences (0 to 1).
    """

    share: tuple[float, float] = (0.12, 0.18)
    sensitivity: tuple[float, float] = (0.8, 0.8)
    specificity: tuple[float, float] = (0.95, 0.95)
    jitter: float = 0.0
    kind_accuracy: float = 0.93
    clumped: float = 0.08
    news: tuple[float, float] = (0.3, 0.3)
    coded: int = 800
    by_document: bool = False
    unequal: bool = False
    years: int = 10
    documents: int = 40
    statements: int = 30


DRIFT = Scenario(sensitivity=(0.9, 0.6), specificity=(0.99, 0.88))
SCENARIOS: Mapping[str, Scenario] = {
    "steady errors": Scenario(),
    "many false alarms": Scenario(specificity=(0.88, 0.88)),
    "errors differ by year": Scenario(specificity=(0.9, 0.9), jitter=0.4),
    "errors drift": DRIFT,
    "errors drift, much coded": replace(DRIFT, coded=1800),
    "rare theme": Scenario(share=(0.015, 0.025), specificity=(0.99, 0.99)),
    "very rare theme": Scenario(share=(0.004, 0.006), specificity=(0.995, 0.995)),
    "documents differ much": Scenario(clumped=0.3),
    "whole documents coded": Scenario(clumped=0.15, by_document=True, coded=1200),
    "changing mix": Scenario(news=(0.1, 0.8), specificity=(0.92, 0.92)),
    "unequal probabilities": Scenario(unequal=True, specificity=(0.92, 0.92)),
    "few coded": Scenario(coded=200),
    "perfect classifier": Scenario(sensitivity=(1, 1), specificity=(1, 1), kind_accuracy=1),
    "growing theme": Scenario(share=(0.02, 0.3), specificity=(0.95, 0.95)),
}


@dataclass(frozen=True, slots=True)
class Corpus:
    """One entry a statement: where it is, what it is, and what the pipeline says that it is."""

    year: NDArray[np.int64]
    document: NDArray[np.int64]
    finding: NDArray[np.bool_]
    theme: NDArray[np.bool_]
    stratum: NDArray[np.int64]


def _between(pair: tuple[float, float], at: Floats) -> Floats:
    return np.asarray(pair[0] + (pair[1] - pair[0]) * at, dtype=np.float64)


def _moved(rate: Floats, by: Floats) -> Floats:
    sure = (rate <= 0) | (rate >= 1)
    safe = np.where(sure, 0.5, rate)
    return np.where(sure, rate, 1 / (1 + np.exp(-np.log(safe / (1 - safe)) - by)))


def draw_corpus(case: Scenario, draw: np.random.Generator) -> Corpus:
    """Return a corpus drawn as the scenario says."""
    at = np.linspace(0, 1, case.years)
    doc_year = np.repeat(np.arange(case.years), case.documents)
    news = draw.random(len(doc_year)) < _between(case.news, at)[doc_year]
    mean = _between(case.share, at)[doc_year] * np.where(news, 1.4, 0.9)
    own = draw.beta(mean / case.clumped, (1 - mean) / case.clumped)
    sizes = draw.negative_binomial(4, 4 / (4 + case.statements), len(doc_year)) + 3
    document = np.repeat(np.arange(len(doc_year)), sizes)
    year = doc_year[document]
    finding = draw.random(len(document)) < 0.65
    theme = finding & (draw.random(len(document)) < own[document])
    sens = _moved(_between(case.sensitivity, at), case.jitter * draw.normal(size=case.years))[doc_year]
    spec = _moved(_between(case.specificity, at), case.jitter * draw.normal(size=case.years))[doc_year]
    of_document = 0.3 * draw.normal(size=len(doc_year)) - 0.5 * news
    sens, spec = _moved(sens, of_document), _moved(spec, of_document)
    said_finding = np.where(draw.random(len(document)) < case.kind_accuracy, finding, ~finding)
    rate = np.where(theme, sens[document], 1 - spec[document])
    said_theme = said_finding & (draw.random(len(document)) < rate)
    return Corpus(year, document, finding, theme, np.where(said_theme, 0, np.where(said_finding, 1, 2)))


def draw_sample(corpus: Corpus, case: Scenario, draw: np.random.Generator) -> Sample:
    """Return a sample of statements at random, by whole documents, or with unequal probabilities."""
    size = len(corpus.year)
    if case.by_document:
        documents = corpus.document.max() + 1
        rate = case.coded / size
        chosen = np.isin(corpus.document, draw.choice(documents, round(rate * documents), replace=False))
        probability = np.full(size, round(rate * documents) / documents)
    else:
        liking = np.array([4.0, 1.0, 0.5])[corpus.stratum] if case.unequal else np.ones(size)
        probability = np.minimum(1, case.coded * liking / liking.sum())
        steps = np.cumsum(probability[order := draw.permutation(size)]) + draw.random()
        chosen = np.zeros(size, bool)
        chosen[order] = np.floor(steps) > np.floor(steps - probability[order])
    return Sample(
        corpus.year[chosen].astype(str),
        corpus.document[chosen].astype(str),
        corpus.stratum[chosen],
        corpus.finding[chosen].astype(float),
        corpus.theme[chosen].astype(float),
        1 / probability[chosen],
    )


def strata_of(corpus: Corpus, years: int) -> Strata:
    """Return the sizes of the strata of each year."""
    counts = {str(y): np.bincount(corpus.stratum[corpus.year == y], minlength=3) for y in range(years)}
    return Strata({year: (int(n[0]), int(n[1]), int(n[2])) for year, n in counts.items()})


@dataclass(frozen=True, slots=True)
class Result:
    """What a scenario came to over all rounds and years; shares in points."""

    coverage: float
    raw_bias: float
    corrected_bias: float
    bias_where_raw_is_off: float
    width: float
    none: float


def simulate(case: Scenario, rounds: int, settings: CorrectionSettings | None = None, seed: int = SEED) -> Result:
    """Return how the corrected share fares over `rounds` corpora and samples."""
    truth, raw, made = (np.full((rounds, case.years), np.nan) for _ in range(3))
    low, high = np.full_like(truth, np.nan), np.full_like(truth, np.nan)
    for at in range(rounds):
        draw = np.random.default_rng([seed, at])
        corpus = draw_corpus(case, draw)
        strata = strata_of(corpus, case.years)
        found = corrected_shares(strata, draw_sample(corpus, case, draw), settings)
        for year, cell in found.items():
            mine = corpus.year == int(year)
            truth[at, int(year)] = corpus.theme[mine].sum() / corpus.finding[mine].sum()
            sizes = strata.sizes[year]
            raw[at, int(year)] = sizes[0] / (sizes[0] + sizes[1])
            made[at, int(year)], low[at, int(year)], high[at, int(year)] = cell.share, cell.low, cell.high
    known = ~np.isnan(made)
    inside = (low <= truth + 1e-12) & (truth <= high + 1e-12)
    raw_bias = 100 * np.nanmean(raw - truth, axis=0)
    bias = 100 * np.nanmean(np.where(known, made - truth, np.nan), axis=0)
    off = np.abs(raw_bias) > 5
    return Result(
        coverage=float(inside[known].mean()),
        raw_bias=float(np.abs(raw_bias).max()),
        corrected_bias=float(np.abs(bias).max()),
        bias_where_raw_is_off=float(np.abs(bias[off]).mean()) if off.any() else float("nan"),
        width=float(100 * np.nanmean(high - low)),
        none=float(1 - known.mean()),
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=SEED, help="the page's figures need another than the tuning's")
    options = parser.parse_args()
    print(f"{'scenario':<26} coverage  raw bias  bias  where raw off  width  no cell")
    for name, case in SCENARIOS.items():
        r = simulate(case, options.rounds, seed=options.seed)
        print(
            f"{name:<26} {r.coverage:8.3f} {r.raw_bias:9.2f} {r.corrected_bias:5.2f} {r.bias_where_raw_is_off:14.2f}"
            f" {r.width:6.2f} {r.none:8.3f}",
            flush=True,
        )


if __name__ == "__main__":
    main()

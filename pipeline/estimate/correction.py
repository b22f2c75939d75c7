"""Shares of findings corrected by a probability sample of coded statements.

The pipeline's own answer parts the statements of a year into three strata: findings with the theme, findings without
it, and context. In each stratum the coded sample says how many statements are findings, and how many have the theme,
in truth; the corrected share puts these rates together, weighed by the strata's known sizes. With a yes-or-no answer
this post-stratified estimator is the regression (power-tuned, prediction-powered) one: Angelopoulos et al. (2023),
Science 382, 669-674; Egami et al. (2023), Design-based supervised learning, NeurIPS 36.

Intervals: Jeffreys intervals of each rate at its effective sample size, joined by the method of variance estimates
recovery (Zou & Donner 2008, Statistics in Medicine 27, 1693-1702), which stays honest for rates near 0 and 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta, chi2_contingency

from pipeline.tabulate import Correction

WITH_THEME, WITHOUT_THEME, CONTEXT = 0, 1, 2
STRATA = 3


@dataclass(frozen=True, slots=True)
class CorrectionSettings:
    """When a year stands on its own coded statements, when years are pooled, and when neither is enough."""

    year_minimum: int = 150  # coded statements in a year, to use them alone
    minimum: int = 30  # coded statements in all, below which nothing is corrected
    homogeneity_alpha: float = 0.01  # below this p-value rates differ between years and are not pooled


@dataclass(frozen=True, slots=True)
class Strata:
    """Sizes of the strata by year for one theme: year -> (with the theme, without it, context)."""

    sizes: Mapping[str, tuple[int, int, int]]


@dataclass(frozen=True, slots=True)
class Sample:
    """The coded sample for one theme, one entry a statement; `weight` is 1 / inclusion probability."""

    year: NDArray[np.str_]
    document: NDArray[np.str_]
    stratum: NDArray[np.int64]
    is_finding: NDArray[np.bool_]
    has_theme: NDArray[np.bool_]
    weight: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Rate:
    """A rate in a stratum with its 95% interval; a stratum without coded statements is taken at the pipeline's word."""

    value: float
    low: float
    high: float
    coded: int


def corrected_shares(
    strata: Strata, sample: Sample, settings: CorrectionSettings | None = None
) -> dict[str, Correction]:
    """Return a correction for each year of `strata`; none where there are too few coded statements."""
    limits = settings or CorrectionSettings()
    if len(sample.year) == 0:
        return {}
    alike = homogeneous(sample, limits.homogeneity_alpha)
    return {year: _year(year, sizes, sample, alike, limits) for year, sizes in strata.sizes.items() if sum(sizes[:2])}


def _year(year: str, sizes: Sequence[int], sample: Sample, alike: bool, limits: CorrectionSettings) -> Correction:
    mine = sample.year == year
    own = int(mine.sum())
    if own >= limits.year_minimum and _covers(sample.stratum[mine], sizes):
        return _correction(sizes, sample, mine, own, "corrected")
    everything = np.ones(len(sample.year), bool)
    if len(mine) < limits.minimum or not alike or not _covers(sample.stratum, sizes):
        return _correction(sizes, sample, everything, own, "insufficient")
    return _correction(sizes, sample, everything, len(mine), "pooled")


def _covers(stratum: NDArray[np.int64], sizes: Sequence[int]) -> bool:
    """Return whether every stratum of findings that has statements has coded ones."""
    return all(not sizes[s] or (stratum == s).any() for s in (WITH_THEME, WITHOUT_THEME))


def _correction(sizes: Sequence[int], sample: Sample, chosen: NDArray[np.bool_], coded: int, status: str) -> Correction:
    nan = float("nan")
    if status == "insufficient":
        return Correction(nan, nan, nan, coded, "insufficient")
    rates = [_rates(sample, chosen & (sample.stratum == s), s) for s in range(STRATA)]
    findings = sum(size * kind.value for size, (kind, _) in zip(sizes, rates, strict=True))
    if findings <= 0:
        return Correction(nan, nan, nan, coded, "insufficient")
    share = sum(size * theme.value for size, (_, theme) in zip(sizes, rates, strict=True)) / findings
    below = above = 0.0
    for size, (kind, theme) in zip(sizes, rates, strict=True):
        weight = size / findings
        below += (weight * (theme.value - theme.low)) ** 2 + (weight * share * (kind.high - kind.value)) ** 2
        above += (weight * (theme.high - theme.value)) ** 2 + (weight * share * (kind.value - kind.low)) ** 2
    low, high = max(0.0, share - below**0.5), min(1.0, share + above**0.5)
    return Correction(min(1.0, share), low, high, coded, "corrected" if status == "corrected" else "pooled")


def _rates(sample: Sample, chosen: NDArray[np.bool_], stratum: int) -> tuple[_Rate, _Rate]:
    """Return the rate of findings and the rate of the theme in one stratum."""
    if not chosen.any():
        said = float(stratum != CONTEXT), float(stratum == WITH_THEME)
        return _Rate(said[0], said[0], said[0], 0), _Rate(said[1], said[1], said[1], 0)
    weight, document = sample.weight[chosen], sample.document[chosen]
    return _rate(sample.is_finding[chosen], weight, document), _rate(sample.has_theme[chosen], weight, document)


def _rate(yes: NDArray[np.bool_], weight: NDArray[np.float64], document: NDArray[np.str_]) -> _Rate:
    value = float((weight * yes).sum() / weight.sum())
    size = effective_size(yes, weight, document)
    low, high = jeffreys(value * size, size)
    # A rate that no coded statement speaks against is certain on that side only if it is so by definition.
    if yes.all():
        high = 1.0
    return _Rate(value, low, high, len(yes))


def jeffreys(successes: float, trials: float) -> tuple[float, float]:
    """Return the 95% Jeffreys interval of a rate; an end is 0 or 1 where all trials agree.

    Source: Brown, Cai & DasGupta (2001), Statistical Science 16, 101-133.
    """
    low = 0.0 if successes <= 0 else float(beta.ppf(0.025, successes + 0.5, trials - successes + 0.5))
    high = 1.0 if successes >= trials else float(beta.ppf(0.975, successes + 0.5, trials - successes + 0.5))
    return low, high


def effective_size(yes: NDArray[np.bool_], weight: NDArray[np.float64], document: NDArray[np.str_]) -> float:
    """Return how many independent statements the coded ones are worth, with their weights and their documents."""
    kish = weight.sum() ** 2 / (weight**2).sum()
    mean = (weight * yes).sum() / weight.sum()
    apart = float(((weight * (yes - mean)) ** 2).sum())
    _, place = np.unique(document, return_inverse=True)
    together = float((np.bincount(place, weight * (yes - mean)) ** 2).sum())
    effect = max(1.0, together / apart) if apart > 0 else 1.0
    return float(kish / effect)


def homogeneous(sample: Sample, alpha: float) -> bool:
    """Return whether the rates of the theme in the strata may be the same in all years (chi-squared, by stratum)."""
    for stratum in (WITH_THEME, WITHOUT_THEME):
        mine = sample.stratum == stratum
        years = np.unique(sample.year[mine])
        counts = np.array([_counts(sample, mine & (sample.year == year)) for year in years])
        counts = counts[counts.sum(axis=1) >= 5] if len(counts) else counts
        if len(counts) < 2 or (counts.sum(axis=0) == 0).any():
            continue
        if chi2_contingency(counts).pvalue < alpha / 2:
            return False
    return True


def _counts(sample: Sample, chosen: NDArray[np.bool_]) -> tuple[int, int]:
    yes = int(sample.has_theme[chosen].sum())
    return yes, int(chosen.sum()) - yes

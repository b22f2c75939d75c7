"""Shares of findings corrected by a probability sample of coded statements.

The pipeline's own answer parts the statements of a year into three strata: findings with the theme, findings without
it, and context. The coded sample says how many statements of a stratum are findings in truth, and how many have the
theme; the strata's known sizes put these rates together to the share of true findings that have the theme. With a
yes-or-no answer this post-stratified estimator is the power-tuned prediction-powered one: Angelopoulos, Duchi & Zrnic
(2023), PPI++, arXiv:2311.01453; Egami et al. (2023), Design-based supervised learning, NeurIPS 36.

A year with enough coded statements of its own stands alone (`corrected`). Any other year (`pooled`) takes the rates of
all years and moves towards what its own coded statements say, as far as the years have been found to differ: the
composite estimator of Fay & Herriot (1979), Journal of the American Statistical Association 74, 269-277.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

from pipeline.estimate.rates import Rates, clustered_effect, effective_size, jeffreys, joined, stratum_rates
from pipeline.estimate.shares import Z95
from pipeline.tabulate.series import Correction

Floats = NDArray[np.float64]
WITH_THEME, WITHOUT_THEME, CONTEXT = 0, 1, 2
STRATA = 3
NAN = float("nan")


@dataclass(frozen=True, slots=True)
class CorrectionSettings:
    """When a year stands on its own coded statements, when years are pooled, and when neither is enough."""

    year_minimum: int = 150  # coded statements in a year, to use them alone
    year_part: float = 0.8  # or this part of the year's statements
    minimum: int = 30  # coded statements in all, below which nothing is corrected
    differing_minimum: int = 20  # coded statements that a year must have where the years are found to differ
    homogeneity_alpha: float = 0.01  # p-value below which they are


@dataclass(frozen=True, slots=True)
class Strata:
    """Sizes of the strata by year for one theme: year -> (with the theme, without it, context)."""

    sizes: Mapping[str, tuple[int, int, int]]


@dataclass(frozen=True, slots=True)
class Sample:
    """The coded sample for one theme, one entry a statement; `weight` is 1 / inclusion probability.

    `is_finding` and `has_theme` are the shares of coders who say so: 0 or 1 where they agree.
    """

    year: NDArray[np.str_]
    document: NDArray[np.str_]
    stratum: NDArray[np.int64]
    is_finding: Floats
    has_theme: Floats
    weight: Floats

    def those(self, chosen: NDArray[np.bool_]) -> Sample:
        """Return the chosen statements."""
        names = ("year", "document", "stratum", "is_finding", "has_theme", "weight")
        return Sample(*(getattr(self, name)[chosen] for name in names))


@dataclass(frozen=True, slots=True)
class _Differences:
    """How far each year is from what the pooled rates say of it, as its coded statements and all years tell it.

    `mean` and `variance` are in shares; `weight` is how far a year follows its own coded statements; `p_value` is that
    of the test that the years do not differ.
    """

    mean: Floats
    variance: Floats
    weight: Floats
    p_value: float


def corrected_shares(
    strata: Strata, sample: Sample, settings: CorrectionSettings | None = None
) -> dict[str, Correction]:
    """Return a correction for each year of `strata` that has predicted findings; none without a coded sample."""
    limits = settings or CorrectionSettings()
    years = [year for year, sizes in strata.sizes.items() if sum(sizes[:2])]
    if not len(sample.year) or not years:
        return {}
    sizes = np.array([strata.sizes[year] for year in years], float)
    pooled = stratum_rates(sample.stratum, sample.is_finding, sample.has_theme, sample.weight, sample.document, STRATA)
    apart = _differences(years, sizes, sample, pooled)
    out = {}
    for at, year in enumerate(years):
        mine = sample.those(sample.year == year)
        own = _sample_only(mine)
        status = _status(sizes[at], mine, sample, apart.p_value, limits)
        if status == "corrected":
            rates = stratum_rates(mine.stratum, mine.is_finding, mine.has_theme, mine.weight, mine.document, STRATA)
            ends, weight, coded = joined(sizes[at], rates), 1.0, len(mine.year)
        elif status == "pooled":
            ends, weight, coded = _composite(sizes[at], pooled, apart, at), float(apart.weight[at]), len(sample.year)
        else:
            ends, weight, coded = (NAN, NAN, NAN), NAN, len(mine.year)
        out[year] = Correction(*ends, coded, status, *own, len(mine.year), weight, apart.p_value)
    return out


def _status(
    sizes: Floats, mine: Sample, sample: Sample, p_value: float, limits: CorrectionSettings
) -> Literal["corrected", "pooled", "insufficient"]:
    enough = min(limits.year_minimum, limits.year_part * sizes.sum())
    if len(mine.year) >= enough and _covers(mine.stratum, sizes):
        return "corrected"
    if len(sample.year) < limits.minimum or not _covers(sample.stratum, sizes):
        return "insufficient"
    differ = p_value < limits.homogeneity_alpha
    return "insufficient" if differ and len(mine.year) < limits.differing_minimum else "pooled"


def _covers(stratum: NDArray[np.int64], sizes: Floats) -> bool:
    """Return whether every stratum of findings that has statements has coded ones."""
    return all(not sizes[s] or bool((stratum == s).any()) for s in (WITH_THEME, WITHOUT_THEME))


def _sample_only(mine: Sample) -> tuple[float, float, float]:
    """Return the share, with its interval, that the coded statements of a year give without the pipeline."""
    found = mine.those(mine.is_finding > 0)
    weight = found.weight * found.is_finding
    if not weight.sum():
        return NAN, NAN, NAN
    said = found.has_theme / found.is_finding
    share = float((weight * said).sum() / weight.sum())
    size = effective_size(weight) / clustered_effect(weight * (said - share), found.document)
    return share, *jeffreys(share * size, float(size))


def _differences(years: list[str], sizes: Floats, sample: Sample, pooled: Rates) -> _Differences:
    """Return how far the years are from the pooled rates.

    What a year's coded statements say is its rectifier: their weighted mean residual from the pooled rates.
    """
    findings = np.maximum(sizes @ pooled.finding, 1e-9)
    shares = sizes @ pooled.theme / findings
    place = {year: at for at, year in enumerate(years)}
    at = np.array([place.get(year, -1) for year in sample.year])
    sample, at = sample.those(at >= 0), at[at >= 0]
    s, share = sample.stratum, shares[at]
    residual = (sample.has_theme - pooled.theme[s]) - share * (sample.is_finding - pooled.finding[s])
    total = np.maximum(np.bincount(at, sample.weight, len(years)), 1e-9)
    scale = sizes.sum(axis=1) / findings / total
    value = scale * np.bincount(at, sample.weight * residual, len(years))
    # Of a statement that was certain to be drawn nothing is unknown: it adds no variance.
    noise = sample.weight * (sample.weight - 1) * pooled.residual_variance(s, share)
    effect = clustered_effect(sample.weight * residual, sample.document)
    variance = np.maximum(scale**2 * effect * np.bincount(at, noise, len(years)), 1e-12)
    known = np.bincount(at, minlength=len(years)) > 0
    prior = _prior(sizes, findings, shares, pooled, effect)
    return _posterior(value, variance, known, prior, float(shares.mean()))


@dataclass(frozen=True, slots=True)
class _Prior:
    """What is known of the years' differences before any is coded: mean, a common direction, variance of each alone."""

    mean: Floats
    direction: Floats
    alone: Floats


def _prior(sizes: Floats, findings: Floats, shares: Floats, pooled: Rates, effect: float) -> _Prior:
    """Return the prior of the differences.

    Where a theme is more frequent, more of what is said to have it has it. If the pipeline's sensitivity and
    specificity are the same in all years, the true share rises with the raw one by 1 / (sensitivity - (1 -
    specificity)) and not by the slope of the pooled rates (Rogan & Gladen 1978, American Journal of Epidemiology 107,
    71-76); which of the two holds, or what lies between, is left to the coded statements. A year's own statements also
    differ from any rate by chance, the more so as they come in documents (`effect`).
    """
    raw = sizes[:, WITH_THEME] / sizes[:, :CONTEXT].sum(axis=1)
    totals = sizes.sum(axis=0)
    true, false = totals * pooled.theme, totals * (pooled.finding - pooled.theme)
    apart = true[WITH_THEME] / max(true.sum(), 1e-9) - false[WITH_THEME] / max(false.sum(), 1e-9)
    rates = pooled.theme / np.maximum(pooled.finding, 1e-9)
    steeper = min(3.0, max(0.0, 1 / max(apart, 0.05) - (rates[WITH_THEME] - rates[WITHOUT_THEME])))
    direction = 0.5 * steeper * (raw - np.average(raw, weights=findings))
    strata = np.arange(STRATA)
    chance = np.array(
        [(n * pooled.residual_variance(strata, s)).sum() for n, s in zip(sizes, shares[:, None], strict=True)]
    )
    return _Prior(direction, direction, effect * chance / findings**2)


def _posterior(value: Floats, variance: Floats, known: NDArray[np.bool_], prior: _Prior, level: float) -> _Differences:
    """Return the differences given what the coded statements of the years say, over all sizes that they may have.

    The standard deviation between years is half-Cauchy with three tenths of the mean share as its scale (Gelman 2006,
    Bayesian Analysis 1, 515-534); it is summed over rather than set to its likeliest value, which is 0 too often.
    """
    scale = 0.3 * max(level, 1e-6)
    found, logs = [], []
    for deviation in scale * (np.arange(30) + 0.5) / 8:
        between = np.diag(prior.alone + deviation**2) + np.outer(prior.direction, prior.direction)
        joint = between[np.ix_(known, known)] + np.diag(variance[known])
        gap = (value - prior.mean)[known]
        gain = np.asarray(np.linalg.solve(joint, between[known]).T, dtype=np.float64)
        mean = prior.mean + gain @ gap
        found.append((mean, np.diag(between - gain @ between[known]), _own(gain, known)))
        fit = gap @ np.linalg.solve(joint, gap) + np.linalg.slogdet(joint)[1]
        logs.append(-0.5 * fit - np.log1p((deviation / scale) ** 2))
    belief = np.exp(np.array(logs) - max(logs))
    belief /= belief.sum()
    means, variances, weights = (np.array(part) for part in zip(*found, strict=True))
    mean = belief @ means
    return _Differences(
        mean=mean,
        variance=belief @ (variances + (means - mean) ** 2),
        weight=belief @ weights,
        p_value=_p_value(value[known], variance[known] + prior.alone[known]),
    )


def _own(gain: Floats, known: NDArray[np.bool_]) -> Floats:
    """Return the weight of each year's own value in its mean, 0 where it has none."""
    out = np.zeros(len(known))
    out[known] = np.diag(gain[known])
    return out


def _p_value(value: Floats, variance: Floats) -> float:
    """Return the p-value of Cochran's test (1954, Biometrics 10, 101-129) that the years do not differ."""
    if len(value) < 2:
        return 1.0
    mean = (value / variance).sum() / (1 / variance).sum()
    return float(chi2.sf(((value - mean) ** 2 / variance).sum(), len(value) - 1))


def _composite(sizes: Floats, pooled: Rates, apart: _Differences, at: int) -> tuple[float, float, float]:
    """Return the pooled share of a year moved by its difference, with its 95% interval."""
    share, low, high = joined(sizes, pooled)
    spread = Z95 * float(apart.variance[at]) ** 0.5
    below, above = ((1 - apart.weight[at]) * (end - share) for end in (low, high))
    moved = min(1.0, max(0.0, share + float(apart.mean[at])))
    return moved, max(0.0, moved - float(np.hypot(below, spread))), min(1.0, moved + float(np.hypot(above, spread)))

"""Rates in strata from a weighted, clustered sample, with intervals that hold near 0 and 1, and their combination."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rates:
    """For each stratum: the rate of findings and of the theme, each with its interval, and the sample's worth.

    `size` is the number of independent statements that the coded ones are worth, 0 where there are none: such a
    stratum is taken at the pipeline's word.
    """

    finding: Floats
    finding_low: Floats
    finding_high: Floats
    theme: Floats
    theme_low: Floats
    theme_high: Floats
    size: Floats

    def residual_variance(self, stratum: NDArray[np.int64], share: Floats) -> Floats:
        """Return the variance of theme - share * finding for statements of these strata, rates moved off 0 and 1."""
        theme = (self.theme * self.size + 0.5) / (self.size + 1)
        finding = np.maximum(theme, (self.finding * self.size + 0.5) / (self.size + 1))
        t, k = theme[stratum], finding[stratum]
        return np.asarray(t * (1 - t) - 2 * share * t * (1 - k) + share**2 * k * (1 - k), dtype=np.float64)


def stratum_rates(
    stratum: NDArray[np.int64],
    is_finding: Floats,
    has_theme: Floats,
    weight: Floats,
    document: NDArray[np.str_],
    strata: int,
) -> Rates:
    """Return the rates of each stratum; the last stratum is context, the first has the theme, by the pipeline."""
    rows = [
        _rate(at, chosen=stratum == at, yes=(is_finding, has_theme), weight=weight, document=document, last=strata - 1)
        for at in range(strata)
    ]
    return Rates(*(np.array(column) for column in zip(*rows, strict=True)))


def _rate(
    at: int,
    *,
    chosen: NDArray[np.bool_],
    yes: tuple[Floats, Floats],
    weight: Floats,
    document: NDArray[np.str_],
    last: int,
) -> tuple[float, ...]:
    if not chosen.any():
        finding, theme = float(at != last), float(at == 0)
        return finding, finding, finding, theme, theme, theme, 0.0
    w, doc = weight[chosen], document[chosen]
    out: list[float] = []
    sizes = []
    for said in yes:
        rate = float((w * said[chosen]).sum() / w.sum())
        size = effective_size(w) / clustered_effect(w * (said[chosen] - rate), doc)
        out += [rate, *jeffreys(rate * size, size)]
        sizes.append(size)
    return *out, min(sizes)


def effective_size(weight: Floats) -> float:
    """Return how many statements of equal weight the weighted ones are worth (Kish 1965, Survey Sampling).

    Those that were certain to be drawn (weight 1) leave nothing unknown, so a sample of all counts as very large.
    """
    unsure = float((weight**2 * (1 - 1 / np.maximum(weight, 1.0))).sum())
    return float(weight.sum() ** 2 / max(unsure, 1e-9 * float((weight**2).sum())))


def clustered_effect(residual: Floats, document: NDArray[np.str_]) -> float:
    """Return how much wider the variance is because statements come in documents; at least 1."""
    apart = float((residual**2).sum())
    if apart <= 0:
        return 1.0
    _, place = np.unique(document, return_inverse=True)
    return max(1.0, float((np.bincount(place, residual) ** 2).sum()) / apart)


def jeffreys(successes: float, trials: float) -> tuple[float, float]:
    """Return the 95% Jeffreys interval of a rate; an end is 0 or 1 where all trials agree.

    Source: Brown, Cai & DasGupta (2001), Statistical Science 16, 101-133.
    """
    near = 1e-9 * trials
    low = 0.0 if successes <= near else float(beta.ppf(0.025, successes + 0.5, trials - successes + 0.5))
    high = 1.0 if successes >= trials - near else float(beta.ppf(0.975, successes + 0.5, trials - successes + 0.5))
    return low, high


def joined(sizes: Floats, rates: Rates) -> tuple[float, float, float]:
    """Return the share of findings with the theme over all strata, with its 95% interval.

    The rates' intervals are joined by the method of variance estimates recovery, which keeps their asymmetry:
    Zou & Donner (2008), Statistics in Medicine 27, 1693-1702, with the correlation of the two rates of a stratum.
    """
    findings = float(sizes @ rates.finding)
    if findings <= 0:
        return float("nan"), float("nan"), float("nan")
    share = min(1.0, float(sizes @ rates.theme) / findings)
    part = sizes / findings
    spread = np.sqrt(np.maximum(rates.theme * (1 - rates.theme) * rates.finding * (1 - rates.finding), 1e-12))
    alike = np.clip(rates.theme * (1 - rates.finding) / spread, 0, 1)  # a statement with the theme is a finding
    down = rates.theme - rates.theme_low, share * (rates.finding_high - rates.finding)
    up = rates.theme_high - rates.theme, share * (rates.finding - rates.finding_low)
    below, above = (part**2 * (a**2 + b**2 - 2 * alike * a * b) for a, b in (down, up))
    return share, max(0.0, share - float(below.sum()) ** 0.5), min(1.0, share + float(above.sum()) ** 0.5)

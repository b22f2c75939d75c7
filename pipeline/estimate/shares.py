"""Shares of counts with honest intervals."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import norm

from pipeline.tabulate.series import ClusterSums, Ends

Z95 = float(norm.ppf(0.975))


def wilson(successes: ArrayLike, trials: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the ends of the 95% Wilson score interval of successes / trials; NaN where there are no trials.

    Source: Wilson (1927), Journal of the American Statistical Association 22, 209-212.
    """
    x, n = np.asarray(successes, float), np.asarray(trials, float)
    with np.errstate(invalid="ignore", divide="ignore"):
        p = x / n
        centre = (p + Z95**2 / (2 * n)) / (1 + Z95**2 / n)
        half = Z95 * np.sqrt(p * (1 - p) / n + Z95**2 / (4 * n**2)) / (1 + Z95**2 / n)
    low = np.where(x == 0, 0.0, np.clip(centre - half, 0, 1))
    high = np.where(x == n, 1.0, np.clip(centre + half, 0, 1))
    return np.where(n > 0, low, np.nan), np.where(n > 0, high, np.nan)


def clustered_share(sums: ClusterSums) -> Ends:
    """Return the ends of the 95% interval of a share of findings when findings come in documents.

    The ratio's linearised variance over documents gives the number of independent findings that would be as telling
    (Kish 1965, Survey Sampling); the Wilson interval is taken at that number. A row whose documents cannot show the
    variance (one document, or none or all of the findings) borrows the design effect of the rows that can.
    """
    share = np.divide(sums.findings, sums.total, out=np.zeros_like(sums.total), where=sums.total > 0)
    spread = sums.squares - 2 * share * sums.cross + share**2 * sums.total_squares
    can_show = (sums.documents > 1) & (share > 0) & (share < 1) & (spread > 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        variance = sums.documents / (sums.documents - 1) * spread / sums.total**2
        effect = np.where(can_show, variance * sums.total / (share * (1 - share)), np.nan)
    typical = float(np.nanmedian(effect)) if can_show.any() else 1.0
    effect = np.maximum(1.0, np.where(can_show, effect, typical))
    return wilson(sums.findings / effect, sums.total / effect)


class ClusteredEstimators:
    """The intervals of every series: shares of findings clustered by document, shares of documents by Wilson."""

    def share_of_findings(self, sums: ClusterSums) -> Ends:
        """Return clustered intervals of findings / total."""
        return clustered_share(sums)

    def share_of_documents(self, documents: NDArray[np.float64], total: NDArray[np.float64]) -> Ends:
        """Return Wilson intervals of documents / total."""
        return wilson(documents, total)

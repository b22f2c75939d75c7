"""Estimators: shares with honest intervals."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import norm

from pipeline.tabulate import ClusterSums, Ends

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


class ClusteredEstimators:
    """The intervals of every series: shares of findings clustered by document, shares of documents by Wilson."""

    def share_of_findings(self, sums: ClusterSums) -> Ends:
        """Return Wilson intervals of findings / total."""
        return wilson(sums.findings, sums.total)

    def share_of_documents(self, documents: NDArray[np.float64], total: NDArray[np.float64]) -> Ends:
        """Return Wilson intervals of documents / total."""
        return wilson(documents, total)

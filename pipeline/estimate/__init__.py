"""Estimators: shares with honest intervals, and shares corrected by coded statements."""

from pipeline.estimate.correction import CorrectionSettings, Sample, Strata, corrected_shares
from pipeline.estimate.shares import ClusteredEstimators, clustered_share, wilson

__all__ = [
    "ClusteredEstimators",
    "CorrectionSettings",
    "Sample",
    "Strata",
    "clustered_share",
    "corrected_shares",
    "wilson",
]

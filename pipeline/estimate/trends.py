"""Which themes rise, fall, recur or vanish: a test for each theme that knows that findings come in documents.

The trend is that of a logistic regression of a document's findings with the theme, of all its findings, on the year,
with standard errors that hold whatever the variance within documents (quasi-binomial, sandwich): Papke & Wooldridge
(1996), Journal of Applied Econometrics 11, 619-632. Testing many themes, the false discovery rate is held at 5%:
Benjamini & Hochberg (1995), Journal of the Royal Statistical Society B 57, 289-300.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import statsmodels.api as sm
from numpy.typing import NDArray
from scipy.stats import f as f_distribution
from scipy.stats import norm
from statsmodels.stats.multitest import multipletests

from pipeline.tabulate import Correction

Floats = NDArray[np.float64]
NAN = float("nan")
RATE = 0.05  # false discovery rate
FEWEST_YEARS, FEWEST_FINDINGS, FEWEST_DOCUMENTS = 4, 10, 8


@dataclass(frozen=True, slots=True)
class _Slope:
    """Change of the log odds a year, its standard error and p-value; NaN where it cannot be estimated."""

    value: float = NAN
    error: float = NAN
    p_value: float = NAN


@dataclass(frozen=True, slots=True)
class _Theme:
    """One theme over dated documents: findings with the theme, all findings, years; and the yearly sums."""

    having: Floats
    total: Floats
    year: Floats
    years: Floats
    having_by_year: Floats
    total_by_year: Floats

    @property
    def share(self) -> float:
        """Return the share over all years."""
        return float(self.having.sum() / self.total.sum()) if self.total.sum() else NAN

    @property
    def enough(self) -> bool:
        """Return whether there is enough to say anything of a course in time."""
        with_findings = int((self.total_by_year > 0).sum())
        documents = int((self.total > 0).sum())
        return with_findings >= FEWEST_YEARS and self.having.sum() >= FEWEST_FINDINGS and documents >= FEWEST_DOCUMENTS


def trends(
    documents: pd.DataFrame,
    counts: pd.DataFrame,
    labels: Mapping[str, str],
    breaks: Sequence[int],
    corrections: Mapping[tuple[str, str], Correction],
) -> list[dict[str, Any]]:
    """Return the rows of the table `trends`, one a theme.

    `documents`: doc_id, year (blank: left out), findings. `counts`: doc_id, theme_id, findings. `breaks`: first years
    of new templates or frameworks; the second slope is that between them.
    """
    dated = documents[(documents["year"] != "") & (documents["findings"] > 0)]
    having = counts.pivot_table(index="doc_id", columns="theme_id", values="findings", aggfunc="sum")
    having = having.reindex(index=dated["doc_id"], columns=list(labels), fill_value=0).fillna(0)
    year, total = dated["year"].astype(int).to_numpy(float), dated["findings"].to_numpy(float)
    within = [b for b in breaks if len(year) and year.min() < b <= year.max()]
    rows = []
    for theme_id, label in labels.items():
        theme = _theme(having[theme_id].to_numpy(float), total, year)
        rows.append(_row(theme_id, label, theme, within, corrections))
    return _classified(rows)


def _theme(having: Floats, total: Floats, year: Floats) -> _Theme:
    years = np.arange(year.min(), year.max() + 1) if len(year) else np.zeros(0)
    at = (year - years[0]).astype(int) if len(year) else np.zeros(0, int)
    having_by_year, total_by_year = (
        np.asarray(np.bincount(at, part, len(years)), dtype=np.float64) for part in (having, total)
    )
    return _Theme(having, total, year, years, having_by_year, total_by_year)


def _row(
    theme_id: str,
    label: str,
    theme: _Theme,
    breaks: Sequence[int],
    corrections: Mapping[tuple[str, str], Correction],
) -> dict[str, Any]:
    slope = _slope(theme, ()) if theme.enough else _Slope()
    between = _slope(theme, breaks) if theme.enough and breaks else _Slope()
    corrected = _corrected_slope(theme_id, corrections)
    ends = [np.exp(slope.value + side * 1.96 * slope.error) for side in (-1, 1)]
    return {
        "theme_id": theme_id,
        "theme_label": label,
        "years": int((theme.total_by_year > 0).sum()),
        "findings": int(theme.having.sum()),
        "findings_total": int(theme.total.sum()),
        "share_early": _third(theme, 0),
        "share_middle": _third(theme, 1),
        "share_late": _third(theme, 2),
        "change_a_year": slope.value * theme.share * (1 - theme.share) if theme.enough else NAN,
        "odds_ratio_a_year": float(np.exp(slope.value)),
        "odds_ratio_low": float(ends[0]),
        "odds_ratio_high": float(ends[1]),
        "p_value": slope.p_value,
        "p_years_differ": _years_differ(theme) if theme.enough else NAN,
        "corrected_change_a_year": corrected.value,
        "corrected_p_value": corrected.p_value,
        "breaks": ";".join(map(str, breaks)),
        "odds_ratio_between_breaks": float(np.exp(between.value)),
        "p_between_breaks": between.p_value,
        "_enough": theme.enough,
        "_vanishes": theme.enough and _vanishes(theme),
        "_comes_back": _comes_back(theme),
    }


def _slope(theme: _Theme, breaks: Sequence[int]) -> _Slope:
    """Return the slope of the log odds on the year, beside a step at each break."""
    if not 0 < theme.having.sum() < theme.total.sum() or len(np.unique(theme.year)) < 2 + len(breaks):
        return _Slope()
    centred = theme.year - theme.year.mean()
    columns = [np.ones_like(centred), centred, *((theme.year >= b).astype(float) for b in breaks)]
    outcome = np.column_stack([theme.having, theme.total - theme.having])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a theme that is in one year only fits perfectly; the checks below see it
        try:
            fit = sm.GLM(outcome, np.column_stack(columns), family=sm.families.Binomial()).fit(
                cov_type="HC1", use_t=True
            )
        except (ValueError, np.linalg.LinAlgError, FloatingPointError):
            return _Slope()
    value, error, p_value = (float(part[1]) for part in (fit.params, fit.bse, fit.pvalues))
    usable = fit.converged and np.isfinite([value, error, p_value]).all() and error > 1e-9 and abs(value) < 5
    return _Slope(value, error, p_value) if usable else _Slope()


def _years_differ(theme: _Theme) -> float:
    """Return the p-value of the F test that all years have the same share, with the documents' own dispersion."""
    known = theme.total_by_year > 0
    at = (theme.year - theme.years[0]).astype(int)
    own = np.divide(theme.having_by_year, theme.total_by_year, out=np.zeros_like(theme.years), where=known)[at]
    all_years = np.full_like(own, theme.share)
    free, groups = len(theme.year) - known.sum(), known.sum() - 1
    if free < 1 or groups < 1:
        return NAN
    scale = max(1.0, float(_pearson(theme, np.clip(own, 1e-6, 1 - 1e-6)).sum() / free))
    apart = theme.total * (own - all_years) ** 2 / (theme.share * (1 - theme.share))
    return float(f_distribution.sf(apart.sum() / groups / scale, groups, free))


def _pearson(theme: _Theme, share: Floats) -> Floats:
    return np.asarray((theme.having - theme.total * share) ** 2 / (theme.total * share * (1 - share)), np.float64)


def _third(theme: _Theme, which: int) -> float:
    """Return the share in the first, middle or last third of the years."""
    parts = np.array_split(np.arange(len(theme.years)), 3)[which]
    total = theme.total_by_year[parts].sum()
    return float(theme.having_by_year[parts].sum() / total) if total else NAN


def _vanishes(theme: _Theme) -> bool:
    """Return whether the last years have none, and so many findings that chance does not explain it.

    The years are those after the last finding with the theme, two at least; a finding counts for half an independent
    one, because findings come in documents.
    """
    last = int(np.flatnonzero(theme.having_by_year)[-1]) + 1
    before, after = theme.total_by_year[:last].sum(), theme.total_by_year[last:].sum()
    if (theme.total_by_year[last:] > 0).sum() < 2 or not before:
        return False
    share = float(theme.having_by_year[:last].sum() / before)
    return bool((1 - share) ** (after / 2) < RATE)


def _comes_back(theme: _Theme) -> bool:
    """Return whether years above the overall share come in two runs or more, with years below it between them."""
    known = theme.total_by_year > 0
    above = (theme.having_by_year[known] / theme.total_by_year[known]) > theme.share
    return bool((np.diff(np.concatenate([[0], above.astype(int)])) == 1).sum() >= 2)


def _corrected_slope(theme_id: str, corrections: Mapping[tuple[str, str], Correction]) -> _Slope:
    """Return the change a year of the corrected shares, weighed by their intervals."""
    found = [(int(y), c) for (y, t), c in corrections.items() if t == theme_id and y.isdecimal() and c.share == c.share]
    if len(found) < FEWEST_YEARS:
        return _Slope()
    year = np.array([y for y, _ in found], float)
    share = np.array([c.share for _, c in found])
    error = np.array([max((c.high - c.low) / (2 * 1.96), 1e-4) for _, c in found])
    x = np.column_stack([np.ones_like(year), year - year.mean()])
    precision = x.T @ (x / error[:, None] ** 2)
    value = np.linalg.solve(precision, x.T @ (share / error**2))
    rest = float((((share - x @ value) / error) ** 2).sum() / (len(year) - 2))
    spread = float(np.linalg.inv(precision)[1, 1] * max(1.0, rest)) ** 0.5
    return _Slope(float(value[1]), spread, float(2 * norm.sf(abs(value[1]) / spread)))


def _classified(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows with q-values over all themes and the class of each theme."""
    for name, p_name in (("q_value", "p_value"), ("q_years_differ", "p_years_differ")):
        known = [row for row in rows if row[p_name] == row[p_name]]
        values = multipletests([row[p_name] for row in known], method="fdr_bh")[1] if known else []
        for row in rows:
            row[name] = NAN
        for row, q in zip(known, values, strict=True):
            row[name] = float(q)
    return [{**row, "class": (found := _class(row)), "with_breaks": _with_breaks(row, found)} for row in rows]


def _class(row: Mapping[str, Any]) -> str:
    if not row["_enough"]:
        return "insufficient"
    if row["_vanishes"]:
        return "vanishes"
    if row["q_value"] < RATE:
        return "rises" if row["odds_ratio_a_year"] > 1 else "falls"
    return "recurs" if row["q_years_differ"] < RATE and row["_comes_back"] else "steady"


def _with_breaks(row: Mapping[str, Any], found: str) -> str:
    """Return what becomes of the trend between breaks: holds, goes (no longer told from chance) or turns."""
    if found not in ("rises", "falls") or row["p_between_breaks"] != row["p_between_breaks"]:
        return ""
    if (row["odds_ratio_between_breaks"] > 1) != (row["odds_ratio_a_year"] > 1):
        return "turns"
    return "holds" if row["p_between_breaks"] < RATE else "goes"

"""Which themes rise, fall, recur or vanish: a test for each theme that knows that findings come in documents.

The trend is that of a logistic regression of a document's findings with the theme, of all its findings, on the year,
with standard errors that hold whatever the variance within documents (quasi-binomial, sandwich): Papke & Wooldridge
(1996), Journal of Applied Econometrics 11, 619-632. Testing many themes, the false discovery rate is held at 5%:
Benjamini & Hochberg (1995), Journal of the Royal Statistical Society B 57, 289-300.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import f as f_distribution
from scipy.stats import norm
from scipy.stats import t as t_distribution
from statsmodels.stats.multitest import multipletests

from pipeline.tabulate.series import Correction

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
    """One theme over dated documents: findings with the theme, all findings, years; and the yearly sums.

    Documents that are alike in all three are one entry, `times` as many: a million short documents are few entries.
    """

    having: Floats
    total: Floats
    year: Floats
    times: Floats
    years: Floats
    having_by_year: Floats
    total_by_year: Floats

    @property
    def share(self) -> float:
        """Return the share over all years."""
        total = self.total_by_year.sum()
        return float(self.having_by_year.sum() / total) if total else NAN

    @property
    def enough(self) -> bool:
        """Return whether there is enough to say anything of a course in time."""
        with_findings = int((self.total_by_year > 0).sum())
        few = self.having_by_year.sum() < FEWEST_FINDINGS or self.times.sum() < FEWEST_DOCUMENTS
        return with_findings >= FEWEST_YEARS and not few


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
    dated = documents.loc[(documents["year"] != "") & (documents["findings"] > 0), ["doc_id", "year", "findings"]]
    dated = dated.assign(year=dated["year"].astype(int)).rename(columns={"findings": "total"})
    alike = dated.groupby(["year", "total"]).size().rename("times").reset_index()
    having = counts[["doc_id", "theme_id", "findings"]].merge(dated, on="doc_id")
    within = [b for b in breaks if len(dated) and dated["year"].min() < b <= dated["year"].max()]
    rows = []
    for theme_id, label in labels.items():
        mine = having[having["theme_id"] == theme_id].groupby(["year", "total", "findings"]).size().rename("times")
        rows.append(_row(theme_id, label, _theme(alike, mine.reset_index()), within, corrections))
    return _classified(rows)


def _theme(alike: pd.DataFrame, mine: pd.DataFrame) -> _Theme:
    """Return a theme; `alike`: year, total, times of all documents; `mine`: the same and findings, of those with it."""
    taken = mine.groupby(["year", "total"])["times"].sum()
    without = alike.assign(findings=0, times=alike["times"] - _looked_up(alike, taken))
    rows = pd.concat([without[without["times"] > 0], mine], ignore_index=True)
    having, total, year, times = (rows[name].to_numpy(float) for name in ("findings", "total", "year", "times"))
    years = np.arange(year.min(), year.max() + 1) if len(year) else np.zeros(0)
    at = (year - years[0]).astype(int) if len(year) else np.zeros(0, int)
    having_by_year, total_by_year = (
        np.asarray(np.bincount(at, times * part, len(years)), dtype=np.float64) for part in (having, total)
    )
    return _Theme(having, total, year, times, years, having_by_year, total_by_year)


def _looked_up(alike: pd.DataFrame, taken: pd.Series) -> NDArray[np.int64]:
    keys = pd.MultiIndex.from_frame(alike[["year", "total"]])
    return np.asarray(taken.reindex(keys, fill_value=0).to_numpy(), dtype=np.int64)


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
        "findings": int(theme.having_by_year.sum()),
        "findings_total": int(theme.total_by_year.sum()),
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
    """Return the slope of the log odds on the year, beside a step at each break; t-test on documents."""
    if not 0 < theme.having_by_year.sum() < theme.total_by_year.sum() or len(np.unique(theme.year)) < 2 + len(breaks):
        return _Slope()
    centred = (theme.year - theme.year.mean()) / 10  # decades, so that the columns are of one size
    x = np.column_stack([np.ones_like(centred), centred, *((theme.year >= b).astype(float) for b in breaks)])
    fit = logistic(x, theme.having, theme.total, theme.times)
    if fit is None:
        return _Slope()
    value, error = float(fit[0][1]) / 10, float(fit[1][1, 1]) ** 0.5 / 10
    if not (np.isfinite([value, error]).all() and error > 1e-9 and abs(value) < 5):
        return _Slope()
    free = theme.times.sum() - x.shape[1]
    return _Slope(value, error, float(2 * t_distribution.sf(abs(value) / error, free)))


def logistic(x: Floats, having: Floats, total: Floats, times: Floats) -> tuple[Floats, Floats] | None:
    """Return coefficients of the logistic regression of having / total on x, and their sandwich variance (HC1).

    Newton's method; `times` is how many documents a row stands for. None where it does not converge.
    """
    beta = np.zeros(x.shape[1])
    beta[0] = np.log((times @ having + 0.5) / (times @ (total - having) + 0.5))
    try:
        for _ in range(50):
            mean = 1 / (1 + np.exp(-np.clip(x @ beta, -30, 30)))
            bread = x.T @ (x * (times * total * mean * (1 - mean))[:, None])
            step = np.linalg.solve(bread, x.T @ (times * (having - total * mean)))
            beta = beta + np.clip(step, -5, 5)
            if np.abs(step).max() < 1e-10:
                break
        else:
            return None
        scores = x * (having - total * mean)[:, None]
        meat = scores.T @ (scores * times[:, None])
        documents = times.sum()
        inverse = np.linalg.inv(bread)
    except np.linalg.LinAlgError:
        return None
    return beta, inverse @ meat @ inverse * documents / max(1.0, documents - x.shape[1])


def _years_differ(theme: _Theme) -> float:
    """Return the p-value of the F test that all years have the same share, with the documents' own dispersion."""
    known = theme.total_by_year > 0
    at = (theme.year - theme.years[0]).astype(int)
    own = np.divide(theme.having_by_year, theme.total_by_year, out=np.zeros_like(theme.years), where=known)
    free, groups = theme.times.sum() - known.sum(), known.sum() - 1
    if free < 1 or groups < 1:
        return NAN
    mean = np.clip(own, 1e-6, 1 - 1e-6)[at]
    pearson = (theme.having - theme.total * mean) ** 2 / (theme.total * mean * (1 - mean))
    scale = max(1.0, float(theme.times @ pearson) / free)
    apart = theme.total_by_year * (own - theme.share) ** 2 / (theme.share * (1 - theme.share))
    return float(f_distribution.sf(apart.sum() / groups / scale, groups, free))


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

"""How well the pipeline does against coded statements: by theme and kind, by period and source type, with intervals."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.estimate import wilson
from pipeline.estimate.rates import clustered_effect
from pipeline.tables.schema import KINDS, UNDATED
from pipeline.validate.align import CodedStatement

Floats = NDArray[np.float64]
PERIOD = 5  # years
DRAWS = 300
NAN = float("nan")
_BINS = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


@dataclass(frozen=True, slots=True)
class Compared:
    """Coded statements with the year and source type of their documents, and the pipeline's themes of each.

    `probabilities`: statement_id -> theme_id -> probability of each theme that the pipeline gives.
    """

    statements: Sequence[CodedStatement]
    years: Sequence[str]
    source_types: Sequence[str]
    said: Sequence[frozenset[str]]
    probabilities: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    def weights(self) -> Floats:
        """Return 1 / inclusion probability, mean 1; all 1 unless every statement has a probability."""
        given = [one.inclusion_probability for one in self.statements]
        known = [p for p in given if p is not None]
        if not known or len(known) < len(given):
            return np.ones(len(given))
        weight = 1 / np.array(known)
        return np.asarray(weight / weight.mean(), dtype=np.float64)


def performance(data: Compared, theme_ids: Sequence[str], seed: int) -> list[dict[str, Any]]:
    """Return the rows of the table `performance`: for all, by period and by source type, each theme and kind.

    Weighed by inclusion probabilities where all statements have one. A statement coded by several people counts in
    parts. Intervals: Wilson at the effective number of statements for precision and recall, documents drawn anew for
    F1. The id 'micro' is all themes together, 'macro' their mean.
    """
    if not data.statements:
        return []
    weight, rows = data.weights(), []
    documents = np.array([one.doc_id for one in data.statements])
    groups: dict[tuple[str, str], NDArray[np.bool_]] = {("all", ""): np.ones(len(documents), bool)}
    for by, names in (("period", [_period(y) for y in data.years]), ("source_type", list(data.source_types))):
        values = np.array(names)
        groups |= {(by, str(name)): values == name for name in np.unique(values)}
    answers = {**_theme_answers(data, theme_ids), **_kind_answers(data)}
    for (by, group), chosen in groups.items():
        mine = {key: (t[chosen], s[chosen]) for key, (t, s) in answers.items()}
        rows += _group(by, group, mine, weight[chosen], documents[chosen], seed)
    return rows


def _period(year: str) -> str:
    if not year.isdecimal():
        return UNDATED
    first = int(year) // PERIOD * PERIOD
    return f"{first}-{first + PERIOD - 1}"


Answers = dict[tuple[str, str], tuple[Floats, Floats]]


def _theme_answers(data: Compared, theme_ids: Sequence[str]) -> Answers:
    """Return ('theme', id) -> what people say of each statement, and what the pipeline says."""
    return {
        ("theme", theme): (
            np.array([one.has(theme) for one in data.statements]),
            np.array([float(theme in said) for said in data.said]),
        )
        for theme in theme_ids
    }


def _kind_answers(data: Compared) -> Answers:
    def people(one: CodedStatement, kind: str) -> float:
        return sum((code.kind or one.said_kind) == kind for code in one.codes) / len(one.codes)

    if not any(code.kind for one in data.statements for code in one.codes):
        return {}
    return {
        ("kind", kind): (
            np.array([people(one, kind) for one in data.statements]),
            np.array([float(one.said_kind == kind) for one in data.statements]),
        )
        for kind in KINDS
    }


def _group(
    by: str, group: str, answers: Answers, weight: Floats, documents: NDArray[np.str_], seed: int
) -> list[dict[str, Any]]:
    rows = []
    for what in ("theme", "kind"):
        mine = {key[1]: pair for key, pair in answers.items() if key[0] == what}
        if not mine:
            continue
        found = {key: _Counts.of(t, s, weight, documents, seed) for key, (t, s) in mine.items()}
        truth, said = (np.concatenate([pair[at] for pair in mine.values()]) for at in (0, 1))
        together = _Counts.of(truth, said, np.tile(weight, len(mine)), np.tile(documents, len(mine)), seed)
        seen = [c for c in found.values() if c.true or c.predicted]
        rows += [_row(by, group, what, key, c, len(weight)) for key, c in found.items() if c.true or c.predicted]
        rows.append(_row(by, group, what, "micro", together, len(weight)))
        macro = {name: float(np.nanmean([getattr(c, name) for c in seen])) for name in ("precision", "recall", "f1")}
        if seen:
            blank = dict.fromkeys((f"{n}_{e}" for n in macro for e in ("low", "high")), NAN)
            rows.append({**_row(by, group, what, "macro", together, len(weight)), **blank, **macro})
    return rows


@dataclass(frozen=True, slots=True)
class _Counts:
    """Weighed counts of one theme or kind, and the measures with their intervals."""

    true: float
    predicted: float
    both: float
    precision: float
    precision_low: float
    precision_high: float
    recall: float
    recall_low: float
    recall_high: float
    f1: float
    f1_low: float
    f1_high: float

    @classmethod
    def of(cls, truth: Floats, said: Floats, weight: Floats, documents: NDArray[np.str_], seed: int) -> _Counts:
        both = truth * said
        precision = _ratio(both, said, weight, documents)
        recall = _ratio(both, truth, weight, documents)
        f1 = _f1(truth, said, weight, documents, seed)
        true, predicted, right = (float((weight * part).sum()) for part in (truth, said, both))
        return cls(true, predicted, right, *precision, *recall, *f1)


def _ratio(part: Floats, whole: Floats, weight: Floats, documents: NDArray[np.str_]) -> tuple[float, float, float]:
    """Return part / whole with the Wilson interval at the number of independent statements that it rests on."""
    chosen = whole > 0
    w = (weight * whole)[chosen]
    if not w.sum():
        return NAN, NAN, NAN
    yes = part[chosen] / whole[chosen]
    share = float((w * yes).sum() / w.sum())
    size = w.sum() ** 2 / (w**2).sum() / clustered_effect(w * (yes - share), documents[chosen])
    low, high = wilson([share * size], [size])
    return share, float(low[0]), float(high[0])


def _f1(
    truth: Floats, said: Floats, weight: Floats, documents: NDArray[np.str_], seed: int
) -> tuple[float, float, float]:
    """Return F1 with its interval over documents drawn anew."""
    _, place = np.unique(documents, return_inverse=True)
    size = place.max() + 1
    sums = np.array([np.bincount(place, weight * p, size) for p in (truth * said, truth + said)])
    if not sums[1].sum():
        return NAN, NAN, NAN
    draw = np.random.default_rng(seed)
    times = draw.multinomial(size, np.full(size, 1 / size), size=DRAWS)
    both, either = times @ sums[0], times @ sums[1]
    made = np.divide(2 * both, either, out=np.full(DRAWS, np.nan), where=either > 0)
    low, high = np.nanpercentile(made, [2.5, 97.5])
    return float(2 * sums[0].sum() / sums[1].sum()), float(low), float(high)


def _row(by: str, group: str, what: str, key: str, counts: _Counts, coded: int) -> dict[str, Any]:
    measures = {name: getattr(counts, name) for name in _Counts.__slots__}
    return {"by": by, "group": group, "what": what, "id": key, "coded": coded, **measures}


def calibration(data: Compared) -> list[dict[str, Any]]:
    """Return the rows of the table `calibration`: how often assignments of about the same probability are right."""
    pairs = [
        (probability, one.has(theme))
        for one in data.statements
        for theme, probability in sorted(data.probabilities.get(one.statement_id, {}).items())
    ]
    rows = []
    for low, high in pairwise(_BINS):
        mine = [(p, right) for p, right in pairs if low <= p < high or (p == high == 1.0)]
        right = sum(r for _, r in mine)
        ends = wilson([right], [len(mine)])
        rows.append(
            {
                "probability_from": low,
                "probability_to": high,
                "assignments": len(mine),
                "mean_probability": sum(p for p, _ in mine) / len(mine) if mine else NAN,
                "share_right": right / len(mine) if mine else NAN,
                "share_right_low": float(ends[0][0]),
                "share_right_high": float(ends[1][0]),
            }
        )
    return rows


def confusion(data: Compared, quotes: int = 3) -> list[dict[str, Any]]:
    """Return how often the pipeline's kind differs from people's, and which themes it gives or misses, with quotes."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for one, said in zip(data.statements, data.said, strict=True):
        code = one.codes[0]
        if code.kind and code.kind != one.said_kind:
            found.setdefault(("kind", code.kind, one.said_kind), []).append(one.text)
        missed, extra = sorted(set(code.themes) - said), sorted(said - set(code.themes))
        for theme in missed or [""] * bool(extra):
            for other in extra or [""]:
                found.setdefault(("theme", theme, other), []).append(one.text)
    rows = [
        {"what": what, "people": people, "pipeline": pipeline, "statements": len(texts), "quotes": texts[:quotes]}
        for (what, people, pipeline), texts in found.items()
    ]
    return sorted(rows, key=lambda row: (row["what"], -row["statements"], row["people"], row["pipeline"]))


def learning_curve(width_at: Callable[[float], Mapping[str, float]], coded: int) -> list[dict[str, Any]]:
    """Return for each theme the mean width of its corrected intervals and how many more rows would halve it.

    `width_at` returns theme_id -> mean width when a given part of the coded rows is used. The width falls as a power of
    the rows; the power is fitted to the parts, and taken as that of a simple random sample where it cannot be.
    """
    parts = (0.25, 0.5, 1.0)
    widths = [width_at(part) for part in parts]
    rows = []
    for theme, now in sorted(widths[-1].items()):
        seen = [(p, w[theme]) for p, w in zip(parts, widths, strict=True) if w.get(theme, 0) > 0]
        power = -0.5
        if len(seen) > 1:
            power = float(np.polyfit(np.log([p for p, _ in seen]), np.log([w for _, w in seen]), 1)[0])
        power = min(-0.35, max(-0.65, power))  # few rows give wild slopes
        rows.append(
            {
                "theme_id": theme,
                "coded": coded,
                "width": now,
                "power": power,
                "more_rows_to_halve": round(coded * (2 ** (-1 / power) - 1)),
            }
        )
    return rows

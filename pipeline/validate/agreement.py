"""How far coders agree: Krippendorff's alpha with its interval, Cohen's kappa, and what they disagree about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from pipeline.validate.gold import CodedRow

Floats = NDArray[np.float64]
Distance = Callable[[Hashable, Hashable], float]
DRAWS = 1000


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement on one question (`what`: kind, themes or a theme_id) over the statements that several coders coded.

    `alpha` with its 95% bootstrap interval; `kappa` is Cohen's, the mean over pairs of coders; `agreed` is the share of
    pairs of codes that are the same; `coded` how many of all codes say yes (blank for kind and themes). NaN: undefined,
    because no two coders coded the same statement or because all codes are the same.
    """

    what: str
    statements: int
    coders: int
    agreed: float
    alpha: float
    alpha_low: float
    alpha_high: float
    kappa: float
    coded: float


def by_statement(rows: Sequence[CodedRow]) -> dict[tuple[object, ...], dict[str, CodedRow]]:
    """Return statement -> coder -> row, for statements that at least two coders coded."""
    found: dict[tuple[object, ...], dict[str, CodedRow]] = defaultdict(dict)
    for row in rows:
        found[row.key].setdefault(row.coder, row)
    return {key: found[key] for key in sorted(found, key=str) if len(found[key]) > 1}


def agreement(rows: Sequence[CodedRow], theme_ids: Sequence[str], seed: int) -> list[Agreement]:
    """Return the agreement on kinds, on sets of themes (distance of Jaccard), and on each theme that anybody coded."""
    units = list(by_statement(rows).values())
    kinds = [{c: r.kind for c, r in unit.items() if r.kind} for unit in units]
    sets = [{c: frozenset(r.themes) for c, r in unit.items()} for unit in units]
    out = [_agreement("kind", kinds, seed), _agreement("themes", sets, seed, jaccard)]
    for theme in theme_ids:
        said = [{c: theme in r.themes for c, r in unit.items()} for unit in units]
        if any(any(one.values()) for one in said):
            out.append(_agreement(theme, said, seed))
    return out


def jaccard(first: Hashable, second: Hashable) -> float:
    """Return 1 minus the share of two sets' themes that they have in common; 0 where both are empty."""
    assert isinstance(first, frozenset)
    assert isinstance(second, frozenset)
    joined = first | second
    return 1 - len(first & second) / len(joined) if joined else 0.0


def _unlike(first: Hashable, second: Hashable) -> float:
    return float(first != second)


def _agreement(
    what: str, units: Sequence[Mapping[str, Hashable]], seed: int, distance: Distance = _unlike
) -> Agreement:
    units = [unit for unit in units if len(unit) > 1]
    codes = [list(unit.values()) for unit in units]
    alpha, low, high = krippendorff(codes, distance, seed)
    pairs = [pair for said in codes for pair in combinations(said, 2)]
    every = [code for said in codes for code in said]
    yes = isinstance(every[0], bool) if every else False
    return Agreement(
        what=what,
        statements=len(units),
        coders=len({coder for unit in units for coder in unit}),
        agreed=sum(a == b for a, b in pairs) / len(pairs) if pairs else float("nan"),
        alpha=alpha,
        alpha_low=low,
        alpha_high=high,
        kappa=cohen(units),
        coded=sum(bool(code) for code in every) / len(every) if yes else float("nan"),
    )


def krippendorff(codes: Sequence[Sequence[Hashable]], distance: Distance, seed: int) -> tuple[float, float, float]:
    """Return alpha and its 95% interval over statements drawn anew; `codes`: two or more codes a statement.

    alpha = 1 - observed / expected disagreement. Source: Krippendorff (2004), Content Analysis, chapter 11.
    """
    values = sorted({code for said in codes for code in said}, key=repr)
    if len(values) < 2:
        return float("nan"), float("nan"), float("nan")
    place = {value: at for at, value in enumerate(values)}
    apart = np.array([[distance(a, b) for b in values] for a in values])
    counts = np.zeros((len(codes), len(values)))
    for at, said in enumerate(codes):
        for code in said:
            counts[at, place[code]] += 1
    size = counts.sum(axis=1)
    within = ((counts @ apart) * counts).sum(axis=1) / (size - 1)
    draw = np.random.default_rng(seed)
    times = draw.multinomial(len(codes), np.full(len(codes), 1 / len(codes)), size=DRAWS).astype(float)
    made = _alpha(times, counts, within, apart)
    low, high = np.nanpercentile(made, [2.5, 97.5]) if not np.isnan(made).all() else (np.nan, np.nan)
    return float(_alpha(np.ones((1, len(codes))), counts, within, apart)[0]), float(low), float(high)


def _alpha(times: Floats, counts: Floats, within: Floats, apart: Floats) -> Floats:
    """Return alpha for each row of `times`: how often each statement is in."""
    total = times @ counts
    size = total.sum(axis=1)
    expected = ((total @ apart) * total).sum(axis=1) / (size - 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(expected > 0, 1 - (times @ within) / expected, np.nan)


def cohen(units: Sequence[Mapping[str, Hashable]]) -> float:
    """Return Cohen's kappa, the mean over pairs of coders weighed by the statements that both coded.

    Source: Cohen (1960), Educational and Psychological Measurement 20, 37-46.
    """
    both: dict[tuple[str, str], list[tuple[Hashable, Hashable]]] = defaultdict(list)
    for unit in units:
        for first, second in combinations(sorted(unit), 2):
            both[first, second].append((unit[first], unit[second]))
    found = [(len(pairs), _kappa(pairs)) for pairs in both.values()]
    known = [(size, kappa) for size, kappa in found if kappa == kappa]
    return sum(size * kappa for size, kappa in known) / sum(s for s, _ in known) if known else float("nan")


def _kappa(pairs: Sequence[tuple[Hashable, Hashable]]) -> float:
    size = len(pairs)
    seen = sum(a == b for a, b in pairs) / size
    values = {value for pair in pairs for value in pair}
    chance = sum(sum(a == v for a, _ in pairs) * sum(b == v for _, b in pairs) for v in values) / size**2
    return (seen - chance) / (1 - chance) if chance < 1 else float("nan")


def disagreements(rows: Sequence[CodedRow]) -> list[dict[str, str]]:
    """Return a row for each pair of coders that code a statement differently, with its text."""
    out = []
    for unit in by_statement(rows).values():
        for first, second in combinations(sorted(unit), 2):
            one, two = unit[first], unit[second]
            if (one.kind, one.themes) != (two.kind, two.themes):
                out.append(
                    {
                        "statement_id": one.statement_id or one.item,
                        "coder_1": first,
                        "kind_1": one.kind,
                        "themes_1": ";".join(one.themes),
                        "coder_2": second,
                        "kind_2": two.kind,
                        "themes_2": ";".join(two.themes),
                        "text": one.text or two.text,
                    }
                )
    return out

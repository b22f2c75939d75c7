"""Two codebooks on the same findings: what moves, with quotes, and what that does to each year's counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.cluster import Coded, FindingText
from pipeline.themes.coder import CodebookCoder
from pipeline.themes.instrument import Findings

# A theme of one codebook is taken for one of the other from this share of common findings on.
SAME = 0.5


@dataclass(frozen=True, slots=True)
class Moved:
    """A finding that gains or loses a theme of the new codebook; `evidence`: the words that decided, where known."""

    finding: int
    theme_id: str
    change: str
    probability: float
    evidence: str


@dataclass(frozen=True, slots=True)
class YearCount:
    """A theme's findings in a year under both codebooks; only where they differ."""

    theme_id: str
    year: str
    old: int
    new: int


@dataclass(frozen=True, slots=True)
class Difference:
    """How two codebooks differ on the same findings.

    `became`: themes of the old codebook without a namesake -> themes of the new one that hold their findings, each with
    the share that it holds. Counts of an old theme go by the name of what it became where that is one theme.
    """

    added: tuple[str, ...]
    removed: tuple[str, ...]
    became: Mapping[str, Mapping[str, float]]
    moved: tuple[Moved, ...]
    years: tuple[YearCount, ...]


def compare(old: CodebookCoder, new: CodebookCoder, findings: Findings) -> Difference:
    """Code the same findings by both coders and return what differs."""
    texts = [FindingText(r.text, r.stem, r.section, r.before) for r in findings.rows]
    before, after = old.code(texts), new.code(texts)
    old_ids, new_ids = old.lexicon.theme_ids, new.lexicon.theme_ids
    removed = tuple(t for t in old_ids if t not in new_ids)
    became = {t: _heirs(t, before, after) for t in removed}
    names = {t: t for t in old_ids} | {t: next(iter(heirs)) for t, heirs in became.items() if len(heirs) == 1}
    renamed = [_by_name(themes, names) for themes in before]
    now = [_by_name(themes, {}) for themes in after]
    return Difference(
        added=tuple(t for t in new_ids if t not in old_ids),
        removed=removed,
        became=became,
        moved=_moved(renamed, now, texts),
        years=_years(renamed, now, findings.years or ("undated",) * len(texts)),
    )


def _by_name(themes: Sequence[Coded], names: Mapping[str, str]) -> dict[str, Coded]:
    return {names.get(coded.theme_id, coded.theme_id): coded for coded in themes}


def _heirs(theme_id: str, before: Sequence[Sequence[Coded]], after: Sequence[Sequence[Coded]]) -> dict[str, float]:
    """Return which new themes hold the findings of a removed one: one that holds half of them (renamed or merged).

    Without such a one, all that hold a fifth of its findings: the theme was split.
    """
    mine = _has(theme_id, before)
    if not mine.any():
        return {}
    counts = Counter(coded.theme_id for at in np.flatnonzero(mine).tolist() for coded in after[at])
    shares = {t: round(n / int(mine.sum()), 4) for t, n in sorted(counts.items(), key=lambda c: (-c[1], c[0]))}
    best = next(iter(shares.items()), ("", 0.0))
    if best[1] >= SAME:
        rivals = {t: s for t, s in shares.items() if s == best[1]}
        closest = max(rivals, key=lambda t: _jaccard(mine, _has(t, after)))
        return {closest: shares[closest]}
    return {t: s for t, s in shares.items() if s >= 0.2}


def _has(theme_id: str, coded: Sequence[Sequence[Coded]]) -> NDArray[np.bool_]:
    return np.array([any(c.theme_id == theme_id for c in themes) for themes in coded], bool)


def _jaccard(a: NDArray[np.bool_], b: NDArray[np.bool_]) -> float:
    return float((a & b).sum() / max(1, (a | b).sum()))


def _moved(
    before: Sequence[Mapping[str, Coded]], after: Sequence[Mapping[str, Coded]], texts: Sequence[FindingText]
) -> tuple[Moved, ...]:
    moved = []
    for at, (old, new) in enumerate(zip(before, after, strict=True)):
        for theme_id in sorted(old.keys() ^ new.keys()):
            coded, change = (new[theme_id], "gained") if theme_id in new else (old[theme_id], "lost")
            evidence = texts[at].text[coded.start : coded.end] if coded.start >= 0 else ""
            moved.append(Moved(at, theme_id, change, coded.probability, evidence))
    return tuple(sorted(moved, key=lambda m: (m.theme_id, m.change, m.finding)))


def _years(
    before: Sequence[Mapping[str, Coded]], after: Sequence[Mapping[str, Coded]], years: Sequence[str]
) -> tuple[YearCount, ...]:
    old = Counter((t, y or "undated") for themes, y in zip(before, years, strict=True) for t in themes)
    new = Counter((t, y or "undated") for themes, y in zip(after, years, strict=True) for t in themes)
    return tuple(YearCount(*pair, old[pair], new[pair]) for pair in sorted(old | new) if old[pair] != new[pair])

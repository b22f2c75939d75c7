"""Themes that the text itself suggests: findings without a theme, clustered, named and tried for stability."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.decomposition import NMF
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfVectorizer

_WORD = r"(?u)\b[^\W\d_][\w'’-]*[^\W\d_]\b"
NO_THEME = -1


@dataclass(frozen=True, slots=True)
class EmergentTheme:
    """A theme found in the text: distinctive words, its findings (positions), the most central one, stability."""

    terms: tuple[str, ...]
    members: tuple[int, ...]
    weights: tuple[float, ...]
    central: int
    stability: float


def find_themes(texts: Sequence[str], *, most: int, smallest: int, seed: int) -> list[EmergentTheme]:
    """Return at most `most` themes of at least `smallest` findings each, largest first; a finding may have none.

    Non-negative matrix factorisation of TF-IDF weights, begun from the singular vectors (so the result does not hang
    on chance), a finding going to its strongest component. Lee & Seung (1999), Nature 401, 788-791.
    """
    groups = min(most, len(texts) // max(1, smallest))
    if groups < 2:
        return []
    weights, words = word_weights(texts)
    if weights.shape[1] < groups:
        return []
    strength, components = factorise(weights, groups, seed)
    label = groups_of(strength)
    stability = _stability(weights, label, groups, seed)
    themes = [
        _theme(group, label, strength, components, words, weights, stability[group])
        for group in range(groups)
        if (label == group).sum() >= smallest
    ]
    return sorted(themes, key=lambda theme: (-len(theme.members), theme.terms))


def word_weights(texts: Sequence[str]) -> tuple[sparse.csr_matrix, NDArray[np.str_]]:
    """Return TF-IDF weights of words and pairs, texts by words, and the words; no columns where all are stop words."""
    rare = 2 if len(texts) < 2_000 else 5
    vectorizer = TfidfVectorizer(
        token_pattern=_WORD,
        stop_words="english",
        ngram_range=(1, 2),
        min_df=rare,
        max_df=0.3,
        sublinear_tf=True,
        max_features=20_000,
    )
    try:
        weights = vectorizer.fit_transform(texts)
    except ValueError:  # nothing but stop words
        return sparse.csr_matrix((len(texts), 0)), np.array([], str)
    return weights, vectorizer.get_feature_names_out()


def factorise(weights: sparse.csr_matrix, groups: int, seed: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the strength of each group in each text, and of each word in each group."""
    model = NMF(groups, init="nndsvd", random_state=seed, max_iter=300, tol=1e-4)
    with warnings.catch_warnings():  # stopping early is fine: the stability of each theme is measured and reported
        warnings.simplefilter("ignore", ConvergenceWarning)
        strength = model.fit_transform(weights)
    return strength, model.components_


def groups_of(strength: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the strongest component of each finding, or NO_THEME where none stands out."""
    label: NDArray[np.int64] = strength.argmax(axis=1)
    label[strength.max(axis=1) <= 1e-6] = NO_THEME
    return label


def _stability(
    weights: sparse.csr_matrix, label: NDArray[np.int64], groups: int, seed: int, rounds: int = 5
) -> NDArray[np.float64]:
    """Return each group's mean best Jaccard overlap when half of the findings are drawn anew and clustered again.

    Hennig (2007), Computational Statistics & Data Analysis 52, 258-271.
    """
    draw = np.random.default_rng(seed)
    overlap = np.zeros((rounds, groups))
    for turn in range(rounds):
        half = np.sort(draw.choice(len(label), size=max(groups, len(label) // 2), replace=False))
        again = groups_of(factorise(weights[half], groups, seed)[0])
        overlap[turn] = [_best_overlap(label[half] == group, again, groups) for group in range(groups)]
    mean: NDArray[np.float64] = overlap.mean(axis=0)
    return mean


def _best_overlap(members: NDArray[np.bool_], again: NDArray[np.int64], groups: int) -> float:
    best = 0.0
    for group in range(groups):
        other = again == group
        union = (members | other).sum()
        best = max(best, float((members & other).sum() / union) if union else 0.0)
    return best


def _theme(
    group: int,
    label: NDArray[np.int64],
    strength: NDArray[np.float64],
    components: NDArray[np.float64],
    words: NDArray[np.str_],
    weights: sparse.csr_matrix,
    stability: float,
) -> EmergentTheme:
    members = np.flatnonzero(label == group)
    share = strength[members, group] / strength[members].sum(axis=1)
    centre = np.asarray(weights[members].mean(axis=0)).ravel()
    central = members[int(np.argmax(weights[members] @ centre))]
    return EmergentTheme(
        terms=_terms(components, group, words),
        members=tuple(members.tolist()),
        weights=tuple(np.round(share, 4).tolist()),
        central=int(central),
        stability=round(float(stability), 4),
    )


def _terms(components: NDArray[np.float64], group: int, words: NDArray[np.str_], most: int = 8) -> tuple[str, ...]:
    """Return the words that the group has more than the other groups have, without parts of longer ones."""
    rest = (components.sum(axis=0) - components[group]) / max(1, len(components) - 1)
    ranked = np.lexsort((words, -(components[group] - rest)))
    chosen: list[str] = []
    for word in words[ranked[: 4 * most]]:
        if not any(set(word.split()) & set(other.split()) for other in chosen):
            chosen.append(str(word))
    return tuple(chosen[:most])

"""Themes that the text itself suggests: findings without a theme, clustered, named and tried for stability."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.cluster import KMeans
from sklearn.decomposition import NMF, TruncatedSVD
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import normalize
from threadpoolctl import threadpool_limits

_WORD = r"(?u)\b[^\W\d_][\w'’-]*[^\W\d_]\b"
NO_THEME = -1
MANY = 2_000  # findings from which on k-means agrees better with coders than NMF does: docs/themes-benchmark.md
_COMMON = 0.3
_ROOM = 1.5  # a group may hold so many times its even share of the texts and keep its words
_DIMENSIONS = 100
_PROFILE = 40  # words by which a theme is known again

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class EmergentTheme:
    """A theme found in the text: distinctive words, its findings (positions), the most central one, stability.

    `profile` holds its most distinctive words with weights whose squares add up to 1, to know it again by.
    """

    terms: tuple[str, ...]
    members: tuple[int, ...]
    weights: tuple[float, ...]
    central: int
    stability: float
    profile: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Grouping:
    """Each text's group (or NO_THEME), the strength of each group in each text, and of each word in each group."""

    label: Labels
    strength: Floats
    words: Floats


Way = Callable[[sparse.csr_matrix, int, int], Grouping]


def find_themes(texts: Sequence[str], *, most: int, smallest: int, seed: int) -> list[EmergentTheme]:
    """Return at most `most` themes of at least `smallest` findings each, largest first; a finding may have none.

    Few findings are grouped by non-negative matrix factorisation, MANY or more by k-means.
    """
    groups = min(most, len(texts) // max(1, smallest))
    if groups < 2:
        return []
    weights, words = word_weights(texts, groups)
    if weights.shape[1] < groups:
        return []
    way = by_k_means if len(texts) >= MANY else by_factors
    found = way(weights, groups, seed)
    stability = _stability(weights, found.label, groups, seed, way)
    themes = [
        _theme(group, found, words, weights, stability[group])
        for group in range(groups)
        if (found.label == group).sum() >= smallest
    ]
    return sorted(themes, key=lambda theme: (-len(theme.members), theme.terms))


def by_factors(weights: sparse.csr_matrix, groups: int, seed: int) -> Grouping:
    """Group by the strongest component of a non-negative factorisation of TF-IDF weights, texts by words.

    Begun from the singular vectors, so that the result does not hang on chance. Lee & Seung (1999), Nature 401,
    788-791.
    """
    strength, components = factorise(weights, groups, seed)
    return Grouping(groups_of(strength), strength, components)


def by_k_means(weights: sparse.csr_matrix, groups: int, seed: int) -> Grouping:
    """Group by k-means on latent semantic vectors of TF-IDF weights, texts by words; texts without words get no group.

    Strength is the cosine with a group's centre. Deerwester and others (1990), J. Am. Soc. Inf. Sci. 41, 391-407.
    """
    with threadpool_limits(1):  # sums in the same order on every machine
        size = max(1, min(_DIMENSIONS, weights.shape[1] - 1, weights.shape[0] - 1))
        latent = normalize(TruncatedSVD(size, random_state=seed).fit_transform(weights))
        model = KMeans(groups, n_init=5, random_state=seed).fit(latent)
        strength = np.clip(latent @ normalize(model.cluster_centers_).T, 0.0, None)
    label = model.labels_.astype(np.int64)
    empty = np.asarray(weights.getnnz(axis=1) == 0)
    label[empty] = NO_THEME
    mean = np.vstack([_mean(weights, label == group) for group in range(groups)])
    return Grouping(label, strength, mean)


def _mean(weights: sparse.csr_matrix, mine: NDArray[np.bool_]) -> Floats:
    return np.asarray(weights[np.flatnonzero(mine)].sum(axis=0)).ravel() / max(1, int(mine.sum()))


def word_weights(texts: Sequence[str], groups: int) -> tuple[sparse.csr_matrix, NDArray[np.str_]]:
    """Return TF-IDF weights of words and pairs, texts by words, and the words; no columns where all are stop words.

    Words of more than _COMMON of the texts tell no group from another, unless groups are so few that one holds more.
    """
    rare = 2 if len(texts) < 2_000 else 5
    vectorizer = TfidfVectorizer(
        token_pattern=_WORD,
        stop_words="english",
        ngram_range=(1, 2),
        min_df=rare,
        max_df=max(_COMMON, _ROOM / groups),
        sublinear_tf=True,
        max_features=20_000,
    )
    try:
        weights = vectorizer.fit_transform(texts)
    except ValueError:  # nothing but stop words
        return sparse.csr_matrix((len(texts), 0)), np.array([], str)
    return weights, vectorizer.get_feature_names_out()


def factorise(weights: sparse.csr_matrix, groups: int, seed: int) -> tuple[Floats, Floats]:
    """Return the strength of each group in each text, and of each word in each group."""
    model = NMF(groups, init="nndsvd", random_state=seed, max_iter=300, tol=1e-4)
    with warnings.catch_warnings():  # stopping early is fine: the stability of each theme is measured and reported
        warnings.simplefilter("ignore", ConvergenceWarning)
        strength = model.fit_transform(weights)
    return strength, model.components_


def groups_of(strength: Floats) -> Labels:
    """Return the strongest component of each finding, or NO_THEME where none stands out."""
    label: Labels = strength.argmax(axis=1)
    label[strength.max(axis=1) <= 1e-6] = NO_THEME
    return label


def _stability(weights: sparse.csr_matrix, label: Labels, groups: int, seed: int, way: Way, rounds: int = 5) -> Floats:
    """Return each group's mean best Jaccard overlap when half of the findings are drawn anew and grouped again.

    Hennig (2007), Computational Statistics & Data Analysis 52, 258-271.
    """
    draw = np.random.default_rng(seed)
    overlap = np.zeros((rounds, groups))
    for turn in range(rounds):
        half = np.sort(draw.choice(len(label), size=max(groups, len(label) // 2), replace=False))
        again = way(weights[half], groups, seed).label
        overlap[turn] = [_best_overlap(label[half] == group, again, groups) for group in range(groups)]
    mean: Floats = overlap.mean(axis=0)
    return mean


def _best_overlap(members: NDArray[np.bool_], again: Labels, groups: int) -> float:
    best = 0.0
    for group in range(groups):
        other = again == group
        union = (members | other).sum()
        best = max(best, float((members & other).sum() / union) if union else 0.0)
    return best


def _theme(
    group: int, found: Grouping, words: NDArray[np.str_], weights: sparse.csr_matrix, stability: float
) -> EmergentTheme:
    members = np.flatnonzero(found.label == group)
    strength = found.strength[members] + 1e-9
    share = strength[:, group] / strength.sum(axis=1)
    centre = np.asarray(weights[members].mean(axis=0)).ravel()
    central = members[int(np.argmax(weights[members] @ centre))]
    return EmergentTheme(
        terms=_terms(found.words, group, words),
        members=tuple(members.tolist()),
        weights=tuple(np.round(share, 4).tolist()),
        central=int(central),
        stability=round(float(stability), 4),
        profile=_profile(centre, _mean(weights, found.label != group), words),
    )


def _profile(centre: Floats, others: Floats, words: NDArray[np.str_]) -> tuple[tuple[str, float], ...]:
    """Return the words that the theme's findings have more than the other findings have, heaviest first."""
    more = np.clip(centre - others, 0.0, None).round(9)
    top = np.lexsort((words, -more))[:_PROFILE]
    top = top[more[top] > 0]
    shares = more[top] / max(1e-12, float(np.linalg.norm(more[top])))
    return tuple((str(word), round(float(w), 4)) for word, w in zip(words[top], shares, strict=True) if w >= 1e-3)


def _terms(components: Floats, group: int, words: NDArray[np.str_], most: int = 8) -> tuple[str, ...]:
    """Return the words that the group has more than the other groups have, without parts of longer ones."""
    rest = (components.sum(axis=0) - components[group]) / max(1, len(components) - 1)
    more = components[group] - rest
    ranked = np.lexsort((words, -more))[: 4 * most]
    chosen: list[str] = []
    for word in words[ranked[more[ranked] > 0]]:
        if not any(set(word.split()) & set(other.split()) for other in chosen):
            chosen.append(str(word))
    return tuple(chosen[:most])

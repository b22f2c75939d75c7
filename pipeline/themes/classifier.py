"""Learning from coded statements: logistic regression on words and on what terms and model say, one for each theme."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from pipeline.language import lemmas, tokenise
from pipeline.themes.rows import Row, lead

Floats = NDArray[np.float64]
FEWEST = 5  # coded statements with a theme, and as many without, before anything is learned about it
PRIOR = 10.0  # what is known already counts as much as so many coded statements with the theme,
MOST = 0.7  # and never for less than the rest of this: texts of another genre say the same in other words
FOLDS = 5
_PENALTY = 10.0  # inverse strength of the L2 penalty
_OWN, _FOUND, _OTHER = 1.5, 0.75, 0.5  # scale of: the theme's own share, whether it is found, all themes' shares
_HALF = 0.5


@dataclass(frozen=True, slots=True)
class Example:
    """A finding coded by people: what a coder reads, its themes (none is an answer too), and its document."""

    row: Row
    themes: frozenset[str]
    document: str = ""


@dataclass(frozen=True, slots=True)
class Learned:
    """What was learned: a vocabulary of words and pairs, and for each theme learned (column) its weights.

    `trust` is 0 for a theme about which too little is known to learn anything. `name` says how much from what.
    """

    name: str
    vectorizer: TfidfVectorizer | None
    weights: NDArray[np.float32]
    shift: Floats
    trust: Floats

    def probability(self, rows: Sequence[Row], known: Floats) -> Floats:
        """Return rows by themes, four digits, from what was known before (rows by themes, 0 to 1) and what was learned.

        The two are averaged; what was learned from n coded statements with the theme weighs MOST * n / (n + PRIOR).
        """
        if self.vectorizer is None or not rows:
            return known
        words = self.vectorizer.transform([lead(row) for row in rows])
        size = words.shape[1]
        logit = words @ self.weights[:size].astype(np.float64) + self.shift
        for column in np.flatnonzero(self.trust).tolist():
            logit[:, column] += _shares(known, column) @ self.weights[size:, column].astype(np.float64)
        learned = 1 / (1 + np.exp(-logit))
        return np.asarray((self.trust * learned + (1 - self.trust) * known).round(4))

    def evidence(self, row: Row, column: int) -> tuple[int, int] | None:
        """Return start and end in `row.text` of the word or pair that spoke most for a theme; None where none did."""
        if self.vectorizer is None:
            return None
        tokens = tokenise(row.text)
        number = self.vectorizer.vocabulary_
        best, place = 0.0, None
        for width in (1, 2):
            for at in range(len(tokens.lemmas) - width + 1):
                known = number.get(" ".join(tokens.lemmas[at : at + width]))
                weight = 0.0 if known is None else float(self.weights[known, column] * self.vectorizer.idf_[known])
                if weight > best:
                    best, place = weight, (tokens.starts[at], tokens.ends[at + width - 1])
        return place


def words_and_pairs(text: str) -> list[str]:
    """Return the lemmas of a text and the pairs of neighbours, each once."""
    words = lemmas(text)
    return list(dict.fromkeys((*words, *(f"{a} {b}" for a, b in pairwise(words)))))


def fit(examples: Sequence[Example], known: Floats, theme_ids: Sequence[str]) -> Learned:
    """Learn from coded statements; `known` is what terms and model say of them, examples by themes (0 to 1).

    Themes with fewer than FEWEST statements with them, or without, stay as they are known.
    """
    coded = np.array([[t in e.themes for t in theme_ids] for e in examples], bool).reshape(-1, len(theme_ids))
    enough = (coded.sum(axis=0) >= FEWEST) & ((~coded).sum(axis=0) >= FEWEST)
    blank = np.zeros(len(theme_ids))
    name = f"{len(examples)} coded statements {digest(examples)[:12]}"
    if not enough.any():
        return Learned(name, None, np.zeros((0, len(theme_ids)), np.float32), blank, blank)
    vectorizer = TfidfVectorizer(analyzer=words_and_pairs, min_df=2, sublinear_tf=True)
    words = vectorizer.fit_transform([lead(e.row) for e in examples])
    weights = np.zeros((words.shape[1] + 2 + len(theme_ids), len(theme_ids)), np.float32)
    shift = blank.copy()
    for column in np.flatnonzero(enough).tolist():
        features = sparse.hstack([words, sparse.csr_matrix(_shares(known, column))]).tocsr()
        model = LogisticRegression(C=_PENALTY, solver="liblinear", random_state=0).fit(features, coded[:, column])
        weights[:, column], shift[column] = model.coef_[0], model.intercept_[0]
    number = coded.sum(axis=0)
    return Learned(name, vectorizer, weights, shift.round(6), np.where(enough, MOST * number / (number + PRIOR), 0.0))


def _shares(known: Floats, column: int) -> Floats:
    own = known[:, [column]]
    return np.hstack([own * _OWN, (own >= _HALF) * _FOUND, known * _OTHER])


def cross_fitted(examples: Sequence[Example], known: Floats, theme_ids: Sequence[str]) -> Floats:
    """Return examples by themes: each example's probabilities by what was learned without its document.

    A document's statements stay together; where all are of one document, statements are parted by their text.
    """
    whole = len({e.document for e in examples}) < FOLDS
    fold = np.array([_fold(e.row.text if whole else e.document) for e in examples])
    out = known.copy()
    for number in range(FOLDS):
        held = np.flatnonzero(fold == number).tolist()
        rest = np.flatnonzero(fold != number).tolist()
        learned = fit([examples[i] for i in rest], known[rest], theme_ids)
        out[held] = learned.probability([examples[i].row for i in held], known[held])
    return out


def _fold(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big") % FOLDS


def in_order(examples: Iterable[Example]) -> list[Example]:
    """Return examples in an order that depends on nothing but what they say."""
    return sorted(examples, key=_said)


def digest(examples: Sequence[Example]) -> str:
    """Return a hash of what coded statements say, whatever their order."""
    return hashlib.sha256("\n".join(sorted(map(_said, examples))).encode()).hexdigest()


def _said(example: Example) -> str:
    row = example.row
    return json.dumps([row.text, row.stem, row.section, row.before, sorted(example.themes), example.document])

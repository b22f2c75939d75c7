"""What kind a statement is, by open rules: cues with weights, section roles, stems, shape, negation and contrast."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from pipeline.segment.cues import (
    CUE_MARKS,
    DIMINISHER,
    INNOCENT,
    NEGATOR,
    Atoms,
    CueFinder,
    Hits,
    Phrase,
    cue_marks,
    phrase_of,
)
from pipeline.segment.rules import OPPOSITE, SUMS, KindRules
from pipeline.segment.sections import SEPARATOR
from pipeline.segment.shapes import SHAPES, WORD_MARKS, shapes_of, word_marks
from pipeline.segment.tokens import Bools, Numbers, Tokens, Vocabulary, Word
from pipeline.segment.types import KINDS, KindInput

_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z“\"‘])")
_ASIDE_SHARE = 0.4  # what a cue beside the main point counts
_MOST = 2.0  # a cue counts twice at most
_FINDING = ("concern", "strength", "recommendation")
_CONCERN, _STRENGTH, _, _LAST = range(len(KINDS))
_TURN_MARKS = (_CONTRAST, _OPENER, _COMMA, _ANAPHORA) = ("contrast", "opener", "comma", "anaphora")
_STEM, _BEFORE = slice(8, 12), slice(16, 20)  # of SUMS
_CHUNK = 2000  # statements read at once: what is made on the way takes little room
_ADVICE = np.array([0, 0, 1, 0])


class KindReader:
    """Reads statements by the rules: which features they show, and what these add up to."""

    def __init__(self, rules: KindRules) -> None:
        self.rules = rules
        cues, roles = rules.cues, rules.roles
        self.names = (
            *(f"{part}{cue.name}" for part in ("", "not ") for cue in cues),
            *SUMS,
            *SHAPES,
            *(f"role {role.name}" for role in roles),
        )
        rows = [cue.weights for cue in cues] + [cue.negated for cue in cues]
        rows += [rules.sums[name] for name in SUMS] + [rules.shapes[name] for name in SHAPES]
        self.matrix = np.array([*rows, *(role.weights for role in roles)], dtype=np.float64)
        self._atoms = Atoms()
        self._vocabulary = Vocabulary(self._word, (*CUE_MARKS, *WORD_MARKS, *_TURN_MARKS))
        self._finder = CueFinder(list(self._phrases()), self._vocabulary.words)
        self._kinds = np.array([KINDS.index(cue.kind) if cue.kind else -1 for cue in cues], np.int64)
        turned = [KINDS.index(OPPOSITE.get(cue.kind, "context")) if cue.kind else -1 for cue in cues]
        self._turned = np.array(turned, np.int64)
        self._negatable = np.array([cue.negatable for cue in cues], np.bool_)
        self._headings = [_pattern(role.headings) for role in roles]
        self._leading = tuple(n for n, role in enumerate(roles) if role.kind in _FINDING)
        self._advising = tuple(n for n, role in enumerate(roles) if role.kind == "recommendation")
        self._roles = lru_cache(maxsize=4096)(self._roles_of)

    def _phrases(self) -> Iterator[Phrase]:
        rules = self.rules
        named = [(at, cue.phrases) for at, cue in enumerate(rules.cues)]
        named += [(NEGATOR, rules.negators), (DIMINISHER, rules.diminishers), (INNOCENT, rules.not_negators)]
        for cue, texts in named:
            yield from (phrase_of(cue, text, self._atoms) for text in texts)

    def _word(self, word: str) -> Word:
        """Return what the rules know of a word."""
        rules = self.rules
        turns = (rules.contrast, rules.concession | rules.subordination, (",", ";"), rules.anaphora)
        marks = (mark for mark, members in zip(_TURN_MARKS, turns, strict=True) if word in members)
        return Word(self._atoms.of(word), frozenset((*cue_marks(word), *word_marks(word), *marks)))

    def scores(self, statements: Sequence[KindInput], items: Sequence[bool] = ()) -> NDArray[np.float64]:
        """Return the rule scores (logits) of each kind, (n, 4) in the order of `KINDS`."""
        if not statements:
            return np.zeros((0, len(KINDS)))
        total: NDArray[np.float64] = self.features(statements, items) @ self.matrix + np.array(self.rules.bias)
        return total

    def features(self, statements: Sequence[KindInput], items: Sequence[bool] = ()) -> NDArray[np.float64]:
        """Return the features of statements, (n, features) in the order of `names`."""
        flags = np.array(items or [False] * len(statements), np.bool_)
        out = np.zeros((len(statements), len(self.names)))
        for at in range(0, len(statements), _CHUNK):
            part = slice(at, at + _CHUNK)
            self._read(statements[part], flags[part], out[part])
        return out

    def _read(self, statements: Sequence[KindInput], items: Bools, out: NDArray[np.float64]) -> None:
        """Write the features of some statements into `out`."""
        texts = [statement.text for statement in statements]
        tokens = self._vocabulary.read(texts)
        self._add_cues(out, tokens)
        at = 2 * len(self.rules.cues)
        sums, at = out[:, at : at + len(SUMS)], at + len(SUMS)
        self._add_sums(sums[:, _STEM], [statement.stem for statement in statements])
        goes_on = zip(tokens.marked(_ANAPHORA)[tokens.starts].tolist(), statements, strict=True)
        self._add_sums(sums[:, _BEFORE], [_last_sentence(said.before) if on else "" for on, said in goes_on])
        roles = np.array([self._roles(statement.section) for statement in statements])
        led = roles[:, self._leading].any(axis=1) | np.array([bool(s.stem) for s in statements])
        advised = roles[:, self._advising].any(axis=1) | (sums[:, _STEM][:, 2] > 0)
        out[:, at : at + len(SHAPES)] = shapes_of(texts, tokens, items, led, advised)
        out[:, at + len(SHAPES) :] = roles

    def _add_cues(self, out: NDArray[np.float64], tokens: Tokens) -> None:
        """Add the values of the cues, plain and negated, and of the SUMS that are the statement's own."""
        count = len(self._kinds)
        hits = self._hits(tokens)
        rows, kinds, negated = tokens.rows[hits.start], self._kind(hits), hits.negation >= 0
        beside = _asides(tokens)[hits.start]
        cues = hits.cue + count * negated
        telling = kinds >= 0
        own = (2 * count + len(KINDS) * beside + kinds)[telling]
        places = np.concatenate([rows, rows[telling]]) * out.shape[1] + np.concatenate([cues, own])
        shares = np.concatenate([np.where(beside, _ASIDE_SHARE, 1.0), np.ones(len(own))])
        np.minimum(np.bincount(places, shares, out.size).reshape(out.shape), _MOST, out=out)
        said = telling & ~beside & (kinds != _LAST)
        first, at = np.unique(rows[said], return_index=True)  # what is said first is mostly what is meant
        out[first, 2 * count + 3 * len(KINDS) + kinds[said][at]] = 1.0

    def _add_sums(self, sums: NDArray[np.float64], texts: Sequence[str]) -> None:
        """Add how often the cues of each kind stand in stems, or in the sentences that statements go on with."""
        number = {text: at for at, text in enumerate(dict.fromkeys(filter(None, texts)))}
        if not number:
            return
        tokens = self._vocabulary.read(number)
        hits = self._hits(tokens)
        kinds = self._kind(hits)
        places = tokens.rows[hits.start] * len(KINDS) + kinds
        found = np.bincount(places[kinds >= 0], minlength=len(number) * len(KINDS)).reshape(-1, len(KINDS))
        found[found[:, 2] > 0] *= _ADVICE  # "X should" leaves nothing else open
        told = [at for at, text in enumerate(texts) if text]
        sums[told] = np.minimum(found, _MOST)[[number[texts[at]] for at in told]]

    def _hits(self, tokens: Tokens) -> Hits:
        """Return the cues found, without the "no" of "no delay": a negation that turned a concern is none in itself."""
        hits = self._finder.find(tokens)
        strength = self._kinds[hits.cue] == _STRENGTH
        turns = self._negatable[hits.cue] & (strength | ~hits.weak)  # whether a negation touches the cue
        hits = replace(hits, negation=np.where(turns, hits.negation, -1))
        negated = hits.negation >= 0
        spent = np.zeros(len(tokens.numbers), np.bool_)
        spent[hits.negation[negated & (self._kinds[hits.cue] == _CONCERN)]] = True
        return hits.where(negated | ~spent[hits.start] | (hits.end > hits.start + 1))

    def _kind(self, hits: Hits) -> Numbers:
        return np.where(hits.negation >= 0, self._turned[hits.cue], self._kinds[hits.cue])

    def plays_role(self, heading: str) -> bool:
        """Return whether a heading tells what kind the statements under it are."""
        return any(pattern.search(heading) for pattern in self._headings)

    def _roles_of(self, section: str) -> tuple[float, ...]:
        """Return for each role 1 where the innermost heading plays it, a half where one above does."""
        path = section.split(SEPARATOR)[::-1] if section else []
        found = [0.0] * len(self._headings)
        for depth, heading in enumerate(path):
            for number, pattern in enumerate(self._headings):
                if not found[number] and pattern.search(heading):
                    found[number] = 1.0 if depth == 0 else 0.5
        return tuple(found)


def _last_sentence(before: str) -> str:
    return _SENTENCE.split(before.strip())[-1] if before else ""


def _asides(tokens: Tokens) -> Bools:
    """Tell for each token whether it stands beside the main point: before a "but", or in a concession."""
    asides = np.zeros(len(tokens.numbers), np.bool_)
    contrast, opener = tokens.marked(_CONTRAST), tokens.marked(_OPENER)
    turns = np.flatnonzero(contrast | opener)
    stops = np.union1d(np.flatnonzero(tokens.marked(_COMMA)), tokens.ends)
    begins, ends = tokens.starts[tokens.rows[turns]], stops[np.searchsorted(stops, turns)]
    start = 0
    for at, begin, end in zip(turns.tolist(), begins.tolist(), ends.tolist(), strict=True):
        if contrast[at] and at > begin + 2:
            asides[max(start, begin) : at] = True
            start = at
        if opener[at]:
            asides[at:end] = True
    return asides


@lru_cache(maxsize=4)
def reader_of(rules: KindRules) -> KindReader:
    """Return the reader of these rules, made once."""
    return KindReader(rules)


def _pattern(headings: Sequence[str]) -> re.Pattern[str]:
    words = (re.escape(heading).replace(r"\*", r"\w*") for heading in headings)
    return re.compile(r"\b(?:" + "|".join(words) + r")\b", re.IGNORECASE)


def probabilities(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn (n, 4) scores into probabilities."""
    raised = np.exp(scores - scores.max(axis=1, keepdims=True)) if len(scores) else scores
    return raised / raised.sum(axis=1, keepdims=True) if len(scores) else scores

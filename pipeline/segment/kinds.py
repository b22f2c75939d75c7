"""What kind a statement is, by open rules: cues with weights, section roles, stems, shape, negation and contrast."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from pipeline.segment.cues import CueFinder, Hit, tokens_of
from pipeline.segment.rules import OPPOSITE, SUMS, KindRules
from pipeline.segment.sections import SEPARATOR
from pipeline.segment.shapes import SHAPES, shapes_of
from pipeline.segment.types import KINDS, KindInput

_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z“\"‘])")
_ASIDE_SHARE = 0.4  # what a cue beside the main point counts
_MOST = 2.0  # a cue counts twice at most
_FINDING = ("concern", "strength", "recommendation")
_LAST = len(KINDS) - 1  # context


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
        self._finder = CueFinder([c.phrases for c in cues], rules.negators, rules.diminishers, rules.not_negators)
        self._kinds = [KINDS.index(cue.kind) if cue.kind else -1 for cue in cues]
        self._turned = [KINDS.index(OPPOSITE.get(cue.kind, "context")) if cue.kind else -1 for cue in cues]
        self._headings = [_pattern(role.headings) for role in roles]
        self._leading = tuple(n for n, role in enumerate(roles) if role.kind in _FINDING)
        self._advising = tuple(n for n, role in enumerate(roles) if role.kind == "recommendation")
        self._openers = rules.concession | rules.subordination
        self._turning = self._openers | rules.contrast
        self._stem_sums = lru_cache(maxsize=256)(self._sums_of)
        self._roles = lru_cache(maxsize=4096)(self._roles_of)

    def scores(self, statements: Sequence[KindInput], items: Sequence[bool] = ()) -> NDArray[np.float64]:
        """Return the rule scores (logits) of each kind, (n, 4) in the order of `KINDS`."""
        if not statements:
            return np.zeros((0, len(KINDS)))
        total: NDArray[np.float64] = self.features(statements, items) @ self.matrix + np.array(self.rules.bias)
        return total

    def features(self, statements: Sequence[KindInput], items: Sequence[bool] = ()) -> NDArray[np.float64]:
        """Return the features of statements, (n, features) in the order of `names`."""
        flags = items or [False] * len(statements)
        out = np.zeros((len(statements), len(self.names)))
        for at, (statement, is_item) in enumerate(zip(statements, flags, strict=True)):
            out[at] = self._features(statement, is_item)
        return out

    def _features(self, statement: KindInput, is_item: bool) -> list[float]:
        tokens = tokens_of(statement.text)
        values = self._cue_values(tokens)
        if statement.stem:
            values[-12:-8] = self._stem_sums(statement.stem)
        if tokens and tokens[0] in self.rules.anaphora and statement.before:
            values[-4:] = self._stem_sums(_SENTENCE.split(statement.before.strip())[-1])
        roles = self._roles(statement.section)
        led = bool(statement.stem) or any(roles[number] for number in self._leading)
        advised = values[-10] > 0 or any(roles[number] for number in self._advising)
        values += shapes_of(statement.text, tokens, is_item=is_item, led=led, advised=advised)
        values += roles
        return values

    def _cue_values(self, tokens: Sequence[str]) -> list[float]:
        """Return the values of the cues, plain and negated, and of SUMS; those of stem and sentence before are 0."""
        count = len(self._kinds)
        values = [0.0] * (2 * count + len(SUMS))
        asides = self._asides(tokens)
        main, aside, first = 2 * count, 2 * count + 4, -1
        for hit in self._without_spent(self._finder.find(tokens)):
            kind = self._kind(hit)
            beside = asides[hit.start] if asides else False
            at = hit.cue + (count if hit.negation >= 0 else 0)
            values[at] = min(_MOST, values[at] + (_ASIDE_SHARE if beside else 1.0))
            if kind < 0:
                continue
            at = (aside if beside else main) + kind
            values[at] = min(_MOST, values[at] + 1)
            if first < 0 and not beside and kind != _LAST:
                first = kind
        if first >= 0:  # what is said first is mostly what is meant
            values[2 * count + 12 + first] = 1.0
        return values

    def _without_spent(self, hits: list[Hit]) -> list[Hit]:
        """Leave out the "no" of "no delay": a negation that turned a concern is none in itself."""
        if all(hit.negation < 0 for hit in hits):
            return hits
        hits = [hit if hit.negation < 0 or self._turns(hit) else hit._replace(negation=-1) for hit in hits]
        spent = {hit.negation for hit in hits if hit.negated and self.rules.cues[hit.cue].kind == "concern"}
        return [h for h in hits if h.negated or h.start not in spent or h.end > h.start + 1] if spent else hits

    def _turns(self, hit: Hit) -> bool:
        """Tell whether the negation over a hit touches its cue."""
        cue = self.rules.cues[hit.cue]
        return cue.negatable and not (hit.weak and cue.kind != "strength")

    def _kind(self, hit: Hit) -> int:
        return (self._turned if hit.negation >= 0 else self._kinds)[hit.cue]

    def _sums_of(self, text: str) -> tuple[float, ...]:
        """Return how often the cues of each kind stand in a stem, or in the sentence that a statement goes on with."""
        found = [0.0, 0.0, 0.0, 0.0]
        for hit in self._without_spent(self._finder.find(tokens_of(text))):
            kind = self._kind(hit)
            if kind >= 0:
                found[kind] = min(_MOST, found[kind] + 1)
        if found[2]:  # "X should" leaves nothing else open
            return 0.0, 0.0, found[2], 0.0
        return tuple(found)

    def _asides(self, tokens: Sequence[str]) -> list[bool]:
        """Tell for each token whether it stands beside the main point: before a "but", or in a concession.

        Empty where nothing does.
        """
        if self._turning.isdisjoint(tokens):
            return []
        asides: list[bool] = []
        start = 0
        for at, token in enumerate(tokens):
            contrast = token in self.rules.contrast and at > 2
            if not contrast and token not in self._openers:
                continue
            asides = asides or [False] * len(tokens)
            if contrast:
                asides[start:at] = [True] * (at - start)
                start = at
            if token in self._openers:
                stop = next((i for i in range(at, len(tokens)) if tokens[i] in (",", ";")), len(tokens))
                asides[at:stop] = [True] * (stop - at)
        return asides

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

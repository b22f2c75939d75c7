"""What kind a statement is, by open rules: cues with weights, section roles, stems, shape, negation and contrast."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import ConfigError
from pipeline.segment.cues import CueFinder, Hit, tokens_of
from pipeline.segment.sections import SEPARATOR
from pipeline.segment.shapes import SHAPES, shapes_of
from pipeline.segment.types import KINDS, KindInput

Weights = tuple[float, float, float, float]
_KEYS = frozenset(
    (
        "bias",
        "negators",
        "diminishers",
        "not_negators",
        "contrast",
        "concession",
        "subordination",
        "anaphora",
        "cues",
        "roles",
        "sums",
        "shapes",
        "mixing",
    )
)
_CUE_KEYS = frozenset(("kind", "phrases", "weights", "negated", "negatable"))
_ROLE_KEYS = frozenset(("kind", "headings", "weights"))
SUMS = tuple(f"{part}_{kind}" for part in ("main", "aside", "stem", "first", "before") for kind in KINDS)
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z“\"‘])")
_OPPOSITE = {"concern": "strength", "strength": "concern"}


@dataclass(frozen=True, slots=True)
class Cue:
    """A group of phrases that speak for one kind; `negated` weighs them under a negation."""

    name: str
    kind: str
    phrases: tuple[str, ...]
    weights: Weights
    negated: Weights
    negatable: bool = True  # False where a negation is part of the cue, or does not touch it


@dataclass(frozen=True, slots=True)
class Role:
    """What statements under certain headings tend to be; headings are matched as phrases inside the path."""

    name: str
    kind: str
    headings: tuple[str, ...]
    weights: Weights


@dataclass(frozen=True, slots=True)
class Mixing:
    """How rule scores and a model's log-probabilities add up, and the scale that makes rules alone calibrated."""

    alone: float = 1.0
    rules: float = 0.7
    model: float = 1.0


@dataclass(frozen=True)
class KindRules:
    """The rule layer: every figure in it is open to change in `configs/kinds.yml`."""

    bias: Weights
    cues: tuple[Cue, ...]
    roles: tuple[Role, ...]
    sums: Mapping[str, Weights]
    shapes: Mapping[str, Weights]
    negators: tuple[str, ...]
    diminishers: tuple[str, ...]
    not_negators: tuple[str, ...]
    contrast: frozenset[str]
    concession: frozenset[str]
    subordination: frozenset[str] = frozenset()
    anaphora: frozenset[str] = frozenset()
    mixing: Mixing = Mixing()

    @classmethod
    def build(cls, mapping: Mapping[str, Any], *, place: str = "configs/kinds.yml") -> KindRules:
        """Build the rules from a loaded mapping; raise ConfigError on an unknown key or a wrong value."""
        _check_keys(mapping, _KEYS, place, "")
        cues, roles = _table(mapping, "cues", place), _table(mapping, "roles", place)
        return cls(
            bias=_weights(mapping.get("bias", [0, 0, 0, 0]), place, "bias"),
            cues=tuple(_cue(name, cue, place) for name, cue in cues.items()),
            roles=tuple(_role(name, role, place) for name, role in roles.items()),
            sums=_named(mapping, "sums", SUMS, place),
            shapes=_named(mapping, "shapes", SHAPES, place),
            negators=_strings(mapping.get("negators", []), place, "negators"),
            diminishers=_strings(mapping.get("diminishers", []), place, "diminishers"),
            not_negators=_strings(mapping.get("not_negators", []), place, "not_negators"),
            contrast=frozenset(_strings(mapping.get("contrast", []), place, "contrast")),
            concession=frozenset(_strings(mapping.get("concession", []), place, "concession")),
            subordination=frozenset(_strings(mapping.get("subordination", []), place, "subordination")),
            anaphora=frozenset(_strings(mapping.get("anaphora", []), place, "anaphora")),
            mixing=_mixing(mapping, place),
        )

    @cached_property
    def finder(self) -> CueFinder:
        """The compiled phrases."""
        return CueFinder([cue.phrases for cue in self.cues], self.negators, self.diminishers, self.not_negators)

    @cached_property
    def feature_names(self) -> tuple[str, ...]:
        """The names of the features, in the order of `features`."""
        cues = [f"{part}{cue.name}" for part in ("", "not ") for cue in self.cues]
        return (*cues, *SUMS, *SHAPES, *(f"role {role.name}" for role in self.roles))

    @cached_property
    def matrix(self) -> NDArray[np.float64]:
        """The weights, (features, 4)."""
        rows = [cue.weights for cue in self.cues] + [cue.negated for cue in self.cues]
        rows += [self.sums[name] for name in SUMS] + [self.shapes[name] for name in SHAPES]
        return np.array([*rows, *(role.weights for role in self.roles)], dtype=np.float64)

    @cached_property
    def _headings(self) -> list[re.Pattern[str]]:
        return [
            re.compile(r"\b(?:" + "|".join(re.escape(h).replace(r"\*", r"\w*") for h in role.headings) + r")\b", re.I)
            for role in self.roles
        ]

    def features(self, statement: KindInput, *, is_item: bool = False) -> NDArray[np.float64]:
        """Return the features of one statement, (features,)."""
        values = np.zeros(len(self.feature_names))
        tokens = tokens_of(statement.text)
        hits = self._without_spent(self.finder.find(tokens))
        asides = self._asides(tokens)
        count, sums_at = len(self.cues), 2 * len(self.cues)
        for hit in hits:
            kind, aside = self._kind(hit), asides[hit.start]
            share = 0.4 if aside else 1.0
            values[hit.cue + (count if hit.negated else 0)] += share
            values[sums_at + (4 if aside else 0) + KINDS.index(kind)] += 1
        values[sums_at + 12 : sums_at + 16] = self._first(hits, asides)
        if tokens and tokens[0] in self.anaphora:
            values[sums_at + 16 : sums_at + 20] = self._before(statement.before)
        values[sums_at + 8 : sums_at + 12] = self._stem(statement.stem)
        np.minimum(values, 2.0, out=values)
        shapes_at = sums_at + len(SUMS)
        roles = self._roles(statement.section)
        led = bool(statement.stem) or any(roles[number] for number in self._leading_roles)
        advising = (role for number, role in enumerate(self.roles) if roles[number])
        advised = values[sums_at + 10] > 0 or any(role.kind == "recommendation" for role in advising)
        values[shapes_at : shapes_at + len(SHAPES)] = shapes_of(
            statement.text, tokens, is_item=is_item, led=led, advised=advised
        )
        values[shapes_at + len(SHAPES) :] = roles
        return values

    def _without_spent(self, hits: list[Hit]) -> list[Hit]:
        """Leave out the "no" of "no delay": a negation that turned a concern is none in itself."""
        hits = [hit if self._turns(hit) else replace(hit, negation=-1) for hit in hits]
        spent = {hit.negation for hit in hits if hit.negated and self.cues[hit.cue].kind == "concern"}
        return [h for h in hits if h.negated or h.start not in spent or h.end > h.start + 1] if spent else hits

    def _turns(self, hit: Hit) -> bool:
        """Tell whether the negation over a hit, if any, touches its cue."""
        cue = self.cues[hit.cue]
        return cue.negatable and not (hit.weak and cue.kind != "strength")

    def _kind(self, hit: Hit) -> str:
        kind = self.cues[hit.cue].kind
        return _OPPOSITE.get(kind, "context") if hit.negated else kind

    def _first(self, hits: Sequence[Hit], asides: Sequence[bool]) -> list[float]:
        """Tell the kind of the first judging cue of the main point: what is said first is mostly what is meant."""
        kinds = (self._kind(hit) for hit in hits if not asides[hit.start])
        first = next((kind for kind in kinds if kind != "context"), "")
        return [float(kind == first) for kind in KINDS]

    def _before(self, before: str) -> NDArray[np.float64]:
        """Return the cues of the sentence before, for one that goes on with it ("This means that ...")."""
        last = _SENTENCE.split(before.strip())[-1]
        return np.array(self._stem_sums(last)) if last else np.zeros(4)

    def _stem(self, stem: str) -> NDArray[np.float64]:
        return np.array(self._stem_sums(stem)) if stem else np.zeros(4)

    @cached_property
    def _stem_sums(self) -> Any:
        @lru_cache(maxsize=256)
        def sums(stem: str) -> tuple[float, ...]:
            found = [0.0, 0.0, 0.0, 0.0]
            for hit in self._without_spent(self.finder.find(tokens_of(stem))):
                found[KINDS.index(self._kind(hit))] += 1
            if found[2]:  # "X should" leaves nothing else open
                return 0.0, 0.0, min(2.0, found[2]), 0.0
            return tuple(min(2.0, value) for value in found)

        return sums

    def _asides(self, tokens: Sequence[str]) -> list[bool]:
        """Tell for each token whether it stands beside the main point: before a "but", or in a concession."""
        asides = [False] * len(tokens)
        start = 0
        for at, token in enumerate(tokens):
            if token in self.contrast and at > 2:
                asides[start:at] = [True] * (at - start)
                start = at
            if token in self.concession or token in self.subordination:
                stop = next((i for i in range(at, len(tokens)) if tokens[i] in (",", ";")), len(tokens))
                asides[at:stop] = [True] * (stop - at)
        return asides

    @cached_property
    def _leading_roles(self) -> tuple[int, ...]:
        """The roles whose statements need no verb of their own to be findings."""
        return tuple(n for n, role in enumerate(self.roles) if role.kind in ("concern", "strength", "recommendation"))

    @cached_property
    def _roles(self) -> Any:
        @lru_cache(maxsize=4096)
        def roles(section: str) -> tuple[float, ...]:
            path = section.split(SEPARATOR)[::-1] if section else []
            found = [0.0] * len(self.roles)
            for depth, heading in enumerate(path):
                for number, pattern in enumerate(self._headings):
                    if not found[number] and pattern.search(heading):
                        found[number] = 1.0 if depth == 0 else 0.5
            return tuple(found)

        return roles

    def scores(self, statements: Sequence[KindInput], items: Sequence[bool] = ()) -> NDArray[np.float64]:
        """Return the rule scores (logits) of each kind, (n, 4) in the order of `KINDS`."""
        if not statements:
            return np.zeros((0, 4))
        flags = items or [False] * len(statements)
        features = np.array([self.features(s, is_item=item) for s, item in zip(statements, flags, strict=True)])
        total: NDArray[np.float64] = features @ self.matrix + np.array(self.bias)
        return total


def probabilities(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn (n, 4) scores into probabilities."""
    raised = np.exp(scores - scores.max(axis=1, keepdims=True)) if len(scores) else scores
    return raised / raised.sum(axis=1, keepdims=True) if len(scores) else scores


def _check_keys(mapping: Mapping[str, Any], allowed: frozenset[str], place: str, inside: str) -> None:
    if not isinstance(mapping, Mapping):
        raise ConfigError(f"{inside or 'the file'} must be a mapping", place=place)
    unknown = sorted(str(key) for key in mapping if key not in allowed)
    if unknown:
        where = f" in {inside}" if inside else ""
        raise ConfigError(
            f"unknown key {unknown[0]!r}{where}", place=place, remedy=f"Allowed are: {', '.join(sorted(allowed))}"
        )


def _table(mapping: Mapping[str, Any], key: str, place: str) -> Mapping[str, Any]:
    table = mapping.get(key, {})
    if not isinstance(table, Mapping):
        raise ConfigError(f"`{key}` must be a mapping", place=place)
    return table


def _weights(value: Any, place: str, inside: str) -> Weights:
    numbers = isinstance(value, list) and all(isinstance(v, int | float) and not isinstance(v, bool) for v in value)
    if not numbers or len(value) != len(KINDS) or not all(math.isfinite(v) for v in value):
        raise ConfigError(
            f"{inside}: weights must be four numbers", place=place, remedy=f"In the order {', '.join(KINDS)}"
        )
    return (float(value[0]), float(value[1]), float(value[2]), float(value[3]))


def _mixing(mapping: Mapping[str, Any], place: str) -> Mixing:
    table = _table(mapping, "mixing", place)
    _check_keys(table, frozenset(("alone", "rules", "model")), place, "mixing")
    for key, value in table.items():
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= 10:
            raise ConfigError(f"mixing: {key} must be a number from 0 to 10", place=place)
    return Mixing(**{key: float(value) for key, value in table.items()})


def _strings(value: Any, place: str, inside: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) and item.strip(" ^*~") for item in value):
        raise ConfigError(f"{inside} must be a list of phrases", place=place, remedy='Put "no" and "yes" in quotes')
    return tuple(value)


def _cue(name: str, cue: Any, place: str) -> Cue:
    inside = f"cue {name!r}"
    _check_keys(cue, _CUE_KEYS, place, inside)
    kind = cue.get("kind")
    if kind not in KINDS:
        raise ConfigError(f"{inside}: unknown kind {kind!r}", place=place, remedy=f"Use one of {', '.join(KINDS)}")
    phrases = _strings(cue.get("phrases", []), place, inside)
    if not phrases:
        raise ConfigError(f"{inside} has no phrases", place=place)
    own = [1.0 if kind == k else 0.0 for k in KINDS]
    turned = [0.7 if _OPPOSITE.get(kind) == k else 0.0 for k in KINDS]
    weights = _weights(cue.get("weights", own), place, inside)
    negated = _weights(cue.get("negated", turned), place, inside)
    negatable = cue.get("negatable", True)
    if not isinstance(negatable, bool):
        raise ConfigError(f"{inside}: negatable must be true or false", place=place)
    return Cue(str(name), kind, phrases, weights, negated, negatable)


def _role(name: str, role: Any, place: str) -> Role:
    inside = f"role {name!r}"
    _check_keys(role, _ROLE_KEYS, place, inside)
    headings = _strings(role.get("headings", []), place, inside)
    if not headings:
        raise ConfigError(f"{inside} has no headings", place=place)
    kind = role.get("kind", "")
    if kind and kind not in KINDS:
        raise ConfigError(f"{inside}: unknown kind {kind!r}", place=place, remedy=f"Use one of {', '.join(KINDS)}")
    own = [1.5 if kind == k else 0.0 for k in KINDS]
    return Role(str(name), kind, headings, _weights(role.get("weights", own), place, inside))


def _named(mapping: Mapping[str, Any], key: str, names: Sequence[str], place: str) -> Mapping[str, Weights]:
    table = _table(mapping, key, place)
    _check_keys(table, frozenset(names), place, key)
    return {name: _weights(table.get(name, [0, 0, 0, 0]), place, f"{key}: {name}") for name in names}

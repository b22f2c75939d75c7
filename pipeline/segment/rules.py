"""The open rules on kinds: what `configs/kinds.yml` says, checked and ready to be matched."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.errors import ConfigError
from pipeline.segment.shapes import SHAPES
from pipeline.segment.types import KINDS

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
OPPOSITE = {"concern": "strength", "strength": "concern"}


@dataclass(frozen=True, slots=True)
class Cue:
    """A group of phrases that speak for one kind, or for none; `negated` weighs them under a negation."""

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


@dataclass(frozen=True, eq=False)
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
    kind = cue.get("kind", "")
    if kind and kind not in KINDS:
        raise ConfigError(f"{inside}: unknown kind {kind!r}", place=place, remedy=f"Use one of {', '.join(KINDS)}")
    phrases = _strings(cue.get("phrases", []), place, inside)
    if not phrases:
        raise ConfigError(f"{inside} has no phrases", place=place)
    own = [1.0 if kind == k else 0.0 for k in KINDS]
    turned = [0.7 if OPPOSITE.get(kind) == k else 0.0 for k in KINDS]  # nothing where the cue speaks for no kind
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

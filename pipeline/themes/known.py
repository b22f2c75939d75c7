"""Emergent themes known from an earlier run: the file that keeps them, and which of a run's themes they are."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from scipy.optimize import linear_sum_assignment

from pipeline.config import YamlFile, dump_yaml, load_yaml
from pipeline.themes.emergent import EmergentTheme

FILE = "emergent.yml"
ALIKE = 0.6  # cosine of two profiles from which on they are one theme: docs/themes-benchmark.md
_HEAD = """\
# Themes found in the text by a run. Keep a copy outside the run's folder and name it under cluster.emergent.previous:
# a later run then keeps the identifiers and labels of the themes that it finds again. Labels may be changed here.
"""
_ID = re.compile(r"emergent_\d{2,6}\Z")
_MOST_THEMES, _MOST_WORDS, _LONGEST = 10_000, 200, 200

Status = Literal["kept", "new", "gone"]


@dataclass(frozen=True, slots=True)
class Known:
    """An emergent theme as a file keeps it; `found` is false where the last run did not find it again."""

    id: str
    label: str
    findings: int
    found: bool
    words: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Match:
    """A theme of this run or the last: `at` is its place among this run's (None: gone), `before` what it was then.

    `likeness` is the cosine of both profiles, None where there is only one.
    """

    theme_id: str
    label: str
    status: Status
    at: int | None
    before: Known | None = None
    likeness: float | None = None


def read_known(path: Path) -> tuple[Known, ...]:
    """Return the themes of a file that a run wrote; ConfigError where it is not one."""
    source = load_yaml(path)
    rows = source.value.get("themes") if isinstance(source.value, Mapping) else None
    if not isinstance(rows, list) or len(rows) > _MOST_THEMES:
        raise source.error("does not hold emergent themes", (), f"Name the {FILE} of a finished run")
    found = tuple(_known(source, at, row) for at, row in enumerate(rows))
    if len({one.id for one in found}) < len(found):
        raise source.error("has a theme twice", ("themes",), "Keep one of the two")
    return found


def _known(source: YamlFile, at: int, row: Any) -> Known:
    place = ("themes", at)
    if not isinstance(row, Mapping) or set(row) != {"id", "label", "findings", "found", "words"}:
        raise source.error("is not a theme with id, label, findings, found and words", place)
    words = row["words"]
    good = (
        _ID.match(str(row["id"])) is not None
        and isinstance(row["label"], str)
        and 0 < len(row["label"].strip()) <= _LONGEST
        and type(row["findings"]) is int
        and isinstance(row["found"], bool)
        and isinstance(words, Mapping)
        and len(words) <= _MOST_WORDS
        and all(isinstance(w, str) and type(v) in (float, int) and 0 < v <= 1 for w, v in words.items())
    )
    if not good:
        raise source.error(
            f"has a value that no run writes, in theme '{row['id']}'", place, "Only labels may be changed"
        )
    return Known(row["id"], " ".join(row["label"].split()), row["findings"], row["found"], dict(words))


def label_of(theme: EmergentTheme) -> str:
    """Return a name for people: the theme's most distinctive words."""
    return ", ".join(theme.terms[:3])


def match(found: Sequence[EmergentTheme], known: Sequence[Known]) -> list[Match]:
    """Return this run's themes in their order, then those that are gone, each under the identifier that it keeps.

    Themes are paired so that their likeness adds up to most (Kuhn 1955), pairs below ALIKE are parted. A new theme gets
    a number that no theme had before.
    """
    like = likeness([theme.profile for theme in found], [tuple(one.words.items()) for one in known])
    ours, theirs = linear_sum_assignment(-like)
    pairs = {int(i): int(j) for i, j in zip(ours, theirs, strict=True) if like[i, j] >= ALIKE}
    number = max((int(one.id.removeprefix("emergent_")) for one in known), default=0)
    out = []
    for at, theme in enumerate(found):
        if at in pairs:
            before = known[pairs[at]]
            out.append(Match(before.id, before.label, "kept", at, before, float(like[at, pairs[at]])))
        else:
            number += 1
            out.append(Match(f"emergent_{number:02d}", label_of(theme), "new", at))
    gone = [one for j, one in enumerate(known) if j not in pairs.values()]
    return out + [Match(one.id, one.label, "gone", None, one) for one in gone]


Profile = Sequence[tuple[str, float]]


def likeness(ours: Sequence[Profile], theirs: Sequence[Profile]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return the cosine of each of our profiles with each of theirs, six digits."""
    out = np.zeros((len(ours), len(theirs)))
    long = [float(np.sqrt(sum(w * w for _, w in profile))) for profile in (*ours, *theirs)]
    for i, mine in enumerate(ours):
        weight = dict(mine)
        for j, other in enumerate(theirs):
            product = sum(weight.get(word, 0.0) * w for word, w in other)
            out[i, j] = product / max(1e-12, long[i] * long[len(ours) + j])
    return out.round(6)


def as_yaml(matches: Sequence[Match], found: Sequence[EmergentTheme]) -> str:
    """Return the text of the file that keeps a run's themes and those that were known before and are gone."""
    themes = []
    for one in sorted(matches, key=lambda m: int(m.theme_id.removeprefix("emergent_"))):
        theme = found[one.at] if one.at is not None else None
        words = dict(theme.profile) if theme else dict(one.before.words) if one.before else {}
        findings = len(theme.members) if theme else one.before.findings if one.before else 0
        themes.append(
            {
                "id": one.theme_id,
                "label": one.label,
                "findings": findings,
                "found": theme is not None,
                "words": words,
            }
        )
    return _HEAD + dump_yaml({"themes": themes})

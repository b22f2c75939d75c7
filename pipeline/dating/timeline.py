"""Dated facts of a field: who held which office when, which bodies stood when, on which day a thing became public."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from pipeline.dating.words import fold
from pipeline.errors import ConfigError

KINDS = ("office", "body", "event")
_KEYS = {
    "office": {"id", "kind", "role", "holder", "begins", "ends", "known", "source"},
    "body": {"id", "kind", "names", "with", "begins", "ends", "known", "source"},
    "event": {"id", "kind", "names", "with", "public", "source", "expected_where"},
}
_DATE = re.compile(r"^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$")


@dataclass(frozen=True, slots=True)
class Fact:
    """One dated fact.

    `known`: nobody could speak of it before. `begins`: from then on it is there; spoken of as to come, the text is older.
    `ends`: the last day on which it can be spoken of as present. `names`: any of them in the text is a mention (for an
    office the holder's names, with one of `role` beside). `beside`: one of these must stand in the document too.
    `expected_where`: a text that holds one of these phrases and not the fact speaks for a day before it.
    """

    id: str
    kind: str
    names: tuple[str, ...]
    source: str
    role: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    known: dt.date | None = None
    begins: dt.date | None = None
    ends: dt.date | None = None
    expected_where: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Timeline:
    """The facts of a field, by id."""

    facts: tuple[Fact, ...] = ()

    @classmethod
    def build(cls, mapping: Mapping[str, object], *, place: str = "timeline") -> Timeline:
        """Return the timeline that a loaded timeline file holds.

        Raises ConfigError for an unknown key, a fact without name, date or source, a date that is none, an id used twice.
        """
        _check_keys(mapping, {"facts"}, place)
        rows = mapping.get("facts")
        if not isinstance(rows, list):
            raise ConfigError("`facts` must be a list", place=place, remedy="Start the file with `facts:`.")
        facts: dict[str, Fact] = {}
        for number, row in enumerate(rows, start=1):
            fact = _fact(row, f"{place}, fact {number}")
            if fact.id in facts:
                raise ConfigError(
                    f"the id {fact.id!r} is used twice", place=f"{place}, fact {number}", remedy="Rename one."
                )
            facts[fact.id] = fact
        return cls(tuple(facts[key] for key in sorted(facts)))

    def joined(self, other: Timeline) -> Timeline:
        """Return these facts with those of `other`, which win where an id is in both."""
        merged = {fact.id: fact for fact in (*self.facts, *other.facts)}
        return Timeline(tuple(merged[key] for key in sorted(merged)))

    def without(self, *ids: str) -> Timeline:
        """Return the timeline without the facts of these ids."""
        return Timeline(tuple(fact for fact in self.facts if fact.id not in ids))


def _check_keys(mapping: Mapping[str, object], allowed: set[str], place: str) -> None:
    for key in mapping:
        if key not in allowed:
            close = get_close_matches(str(key), sorted(allowed), n=1)
            hint = f"Did you mean {close[0]!r}?" if close else f"Allowed: {', '.join(sorted(allowed))}."
            raise ConfigError(f"unknown key {key!r}", place=place, remedy=hint)


def _fact(row: object, place: str) -> Fact:
    if not isinstance(row, Mapping):
        raise ConfigError("a fact must be a mapping", place=place, remedy="Write `- id: ...` and its keys below it.")
    kind = row.get("kind")
    if kind not in KINDS:
        raise ConfigError(f"unknown kind {kind!r}", place=place, remedy=f"Use one of: {', '.join(KINDS)}.")
    _check_keys(row, _KEYS[str(kind)], place)
    identity, source = _text(row, "id", place), _text(row, "source", place)
    place = f"{place} ({identity})"
    names = _texts(row, "holder" if kind == "office" else "names", place, required=True)
    role = _texts(row, "role", place, required=kind == "office")
    begins, ends = _date(row, "begins", place, last=False), _date(row, "ends", place, last=True)
    known = _date(row, "public" if kind == "event" else "known", place, last=False)
    if (known or begins or ends) is None or (kind == "event" and known is None):
        raise ConfigError(
            "a fact needs a date", place=place, remedy="Give `public` for an event, else `begins` or `ends`."
        )
    if begins and ends and begins > ends:
        raise ConfigError("`begins` is after `ends`", place=place, remedy="Exchange them.")
    return Fact(
        identity,
        str(kind),
        names,
        source,
        role=role,
        beside=_texts(row, "with", place),
        known=known,
        begins=begins,
        ends=ends,
        expected_where=_texts(row, "expected_where", place),
    )


def _text(row: Mapping[str, object], key: str, place: str) -> str:
    value = row.get(key)
    if not isinstance(value, str) or not value.strip():
        raise ConfigError(f"`{key}` is missing", place=place, remedy=f"Give `{key}` as text.")
    return value.strip()


def _texts(row: Mapping[str, object], key: str, place: str, *, required: bool = False) -> tuple[str, ...]:
    value = row.get(key, [])
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, list) or not all(isinstance(item, str) and item.strip() for item in items):
        raise ConfigError(
            f"`{key}` must be text or a list of texts", place=place, remedy="Put names with a colon in quotes."
        )
    if required and not items:
        raise ConfigError(f"`{key}` is missing", place=place, remedy=f"Give `{key}` as a list of names.")
    return tuple(fold(item).strip() for item in items)


def _date(row: Mapping[str, object], key: str, place: str, *, last: bool) -> dt.date | None:
    value = row.get(key)
    if value is None:
        return None
    match = _DATE.match(str(value)) if not isinstance(value, bool) else None
    try:
        if match:
            year, month = int(match[1]), int(match[2] or (12 if last else 1))
            return dt.date(year, month, int(match[3] or (calendar.monthrange(year, month)[1] if last else 1)))
    except (ValueError, IndexError):
        pass
    raise ConfigError(f"`{key}` is not a date: {value!r}", place=place, remedy="Write 2009-03-12, 2009-03 or 2009.")

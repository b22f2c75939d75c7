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
    "office": {"id", "kind", "role", "holders", "source"},
    "body": {"id", "kind", "names", "with", "without", "begins", "ends", "known", "source"},
    "event": {"id", "kind", "names", "with", "without", "public", "source", "expected_where"},
}
_DATE = re.compile(r"^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$")


@dataclass(frozen=True, slots=True)
class Fact:
    """One dated fact.

    `known`: nobody could speak of it before. `begins`: from then on it is there; if still to come, the text is older.
    `ends`: the last day on which it can be spoken of as present. `names`: any of them in the text is a mention (for an
    office the holder's names, with one of `role` near). `beside`: one of these must stand in the document too; `apart`:
    none of these. `expected_where`: a text with one of these phrases and without the fact is probably older.
    """

    id: str
    kind: str
    names: tuple[str, ...]
    source: str
    role: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()
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

        Raises ConfigError for an unknown key, a fact without name, date or source, a wrong date, an id used twice.
        """
        _check_keys(mapping, {"facts"}, place)
        rows = mapping.get("facts")
        if not isinstance(rows, list):
            raise ConfigError("`facts` must be a list", place=place, remedy="Start the file with `facts:`.")
        facts: dict[str, Fact] = {}
        for number, row in enumerate(rows, start=1):
            at = f"{place}, fact {number}"
            for fact in _facts(row, at):
                if fact.id in facts:
                    raise ConfigError(f"the id {fact.id!r} is used twice", place=at, remedy="Rename one.")
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


def _facts(row: object, place: str) -> list[Fact]:
    """Return the fact of a row, or one for each holder of an office."""
    if not isinstance(row, Mapping):
        raise ConfigError("a fact must be a mapping", place=place, remedy="Write `- id: ...` and its keys below it.")
    kind = row.get("kind")
    if kind not in KINDS:
        raise ConfigError(f"unknown kind {kind!r}", place=place, remedy=f"Use one of: {', '.join(KINDS)}.")
    _check_keys(row, _KEYS[str(kind)], place)
    place = f"{place} ({_text(row, 'id', place)})"
    return _holders(row, place) if kind == "office" else [_named_fact(row, str(kind), place)]


def _holders(row: Mapping[str, object], place: str) -> list[Fact]:
    holders = row.get("holders")
    if not isinstance(holders, list) or not holders:
        raise ConfigError("`holders` is missing", place=place, remedy="List holders with `name`, `begins` and `ends`.")
    office, role, source = (
        _text(row, "id", place),
        _texts(row, "role", place, required=True),
        _text(row, "source", place),
    )
    facts = []
    for holder in holders:
        if not isinstance(holder, Mapping):
            raise ConfigError(
                "a holder must be a mapping", place=place, remedy="Write {name: ..., begins: ..., ends: ...}."
            )
        _check_keys(holder, {"name", "begins", "ends"}, place)
        names = _texts(holder, "name", place, required=True)
        begins, ends = _span(holder, place)
        key = "-".join(re.findall(r"[a-z0-9]+", names[0].lower()))
        facts.append(Fact(f"{office}/{key}", "office", names, source, role=role, begins=begins, ends=ends))
    return facts


def _named_fact(row: Mapping[str, object], kind: str, place: str) -> Fact:
    begins, ends = (None, None) if kind == "event" else _span(row, place, known=row.get("known") is not None)
    known = _date(row, "public" if kind == "event" else "known", place, last=False)
    if kind == "event" and known is None:
        raise ConfigError("an event needs a date", place=place, remedy="Give `public`.")
    return Fact(
        _text(row, "id", place),
        kind,
        _texts(row, "names", place, required=True),
        _text(row, "source", place),
        beside=_texts(row, "with", place),
        apart=_texts(row, "without", place),
        known=known,
        begins=begins,
        ends=ends,
        expected_where=_texts(row, "expected_where", place),
    )


def _span(row: Mapping[str, object], place: str, *, known: bool = False) -> tuple[dt.date | None, dt.date | None]:
    begins, ends = _date(row, "begins", place, last=False), _date(row, "ends", place, last=True)
    if begins is None and ends is None and not known:
        raise ConfigError("a fact needs a date", place=place, remedy="Give `begins`, `ends` or both.")
    if begins and ends and begins > ends:
        raise ConfigError("`begins` is after `ends`", place=place, remedy="Exchange them.")
    return begins, ends


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

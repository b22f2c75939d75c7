"""What DOCX styles and numbering definitions say of a paragraph: heading level, list level, marker."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import etree

from pipeline.readers.guard import attr, child, local

_HEADING_NAME = re.compile(r"\b(?:sub)?head(?:ing|er)?s?\b.*?(\d)?$", re.IGNORECASE)
_TITLE_NAME = re.compile(r"^(?:sub)?title\b", re.IGNORECASE)
_BULLET_NAME = re.compile(r"\b(?:list\s*)?bullet|^list (?:number|continue)?\s*\d*$", re.IGNORECASE)
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"))
_ROMAN_LOW = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))


@dataclass(frozen=True, slots=True)
class Style:
    """A paragraph style with what it inherits: `outline` and `num_level` count from 0, -1 where it sets none."""

    name: str = ""
    outline: int = -1
    num_id: str = ""
    num_level: int = 0
    bold: bool = False
    hidden: bool = False

    @property
    def heading_level(self) -> int:
        """Return the heading level from 1, or 0 for body text."""
        if 0 <= self.outline <= 8:
            return self.outline + 1
        if _TITLE_NAME.search(self.name):
            return 1
        named = _HEADING_NAME.search(self.name)
        if named and "char" not in self.name.lower():
            return int(named.group(1) or 2)
        return 0

    @property
    def bullet(self) -> bool:
        """Say whether the style's name alone makes a list item."""
        return bool(_BULLET_NAME.search(self.name))


def read_styles(root: etree._Element | None) -> dict[str, Style]:
    """Return the styles by id, each with what its parents set."""
    raw = {attr(item, "styleId"): item for item in (root if root is not None else ()) if local(item) == "style"}
    resolved: dict[str, Style] = {}

    def resolve(key: str, seen: frozenset[str]) -> Style:
        if key in resolved:
            return resolved[key]
        item = raw.get(key)
        if item is None or key in seen or len(seen) > 64:
            return Style()
        parent = resolve(attr(child(item, "basedOn"), "val"), seen | {key})
        resolved[key] = _style(item, parent)
        return resolved[key]

    for key in raw:
        resolve(key, frozenset())
    return resolved


def _style(item: etree._Element, parent: Style) -> Style:
    props, runs = child(item, "pPr"), child(item, "rPr")
    outline = attr(child(props, "outlineLvl"), "val")
    num_id = attr(child(props, "numPr", "numId"), "val")
    level = attr(child(props, "numPr", "ilvl"), "val")
    return Style(
        name=attr(child(item, "name"), "val"),
        outline=int(outline) if outline.isdecimal() else parent.outline,
        num_id=num_id or parent.num_id,
        num_level=int(level) if level.isdecimal() else parent.num_level,
        bold=toggle(child(runs, "b"), parent.bold),
        hidden=toggle(child(runs, "vanish"), parent.hidden),
    )


def toggle(element: etree._Element | None, inherited: bool) -> bool:
    """Return an on-off property; absent means inherited, present without a value means on."""
    if element is None:
        return inherited
    return attr(element, "val", "true").lower() not in {"0", "false", "off", "none"}


@dataclass(slots=True)
class Numbering:
    """List definitions with their counters, advanced in document order by `marker`."""

    levels: dict[str, dict[int, tuple[str, str, int]]] = field(default_factory=dict)
    counters: dict[str, dict[int, int]] = field(default_factory=dict)

    def known(self, num_id: str) -> bool:
        """Say whether the list exists; number id 0 takes a paragraph out of its list."""
        return bool(num_id) and num_id != "0"

    def marker(self, num_id: str, level: int) -> str:
        """Count one item of a list and return its marker: "•" for bullets, else the number as printed."""
        definition = self.levels.get(num_id, {})
        form, pattern, start = definition.get(level, ("bullet", "", 1))
        counters = self.counters.setdefault(num_id, {})
        counters[level] = counters.get(level, start - 1) + 1
        for deeper in [key for key in counters if key > level]:
            del counters[deeper]
        if form == "bullet":
            return "–" if pattern in {"-", "–", "—"} else "•"
        if form == "none":
            return ""
        return re.sub(
            r"%(\d)", lambda match: self._number(definition, counters, int(match.group(1)) - 1), pattern
        ).strip()

    @staticmethod
    def _number(definition: dict[int, tuple[str, str, int]], counters: dict[int, int], level: int) -> str:
        form, _, start = definition.get(level, ("decimal", "", 1))
        return _as_form(counters.get(level, start), form)


def _as_form(number: int, form: str) -> str:
    if form in {"lowerLetter", "upperLetter"} and 0 < number < 500:
        letter = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)
        return letter.upper() if form == "upperLetter" else letter
    if form in {"lowerRoman", "upperRoman"} and 0 < number < 4000:
        roman = ""
        for value, sign in _ROMAN + _ROMAN_LOW:
            roman += sign * (number // value)
            number %= value
        return roman.upper() if form == "upperRoman" else roman
    return str(number)


def read_numbering(root: etree._Element | None) -> Numbering:
    """Return the list definitions of numbering.xml."""
    if root is None:
        return Numbering()
    abstract = {attr(item, "abstractNumId"): _levels(item) for item in root if local(item) == "abstractNum"}
    lists = {
        attr(item, "numId"): abstract.get(attr(child(item, "abstractNumId"), "val"), {}) | _overrides(item)
        for item in root
        if local(item) == "num"
    }
    return Numbering(lists)


def _levels(item: etree._Element) -> dict[int, tuple[str, str, int]]:
    return {_int(attr(level, "ilvl")): _level(level) for level in item if local(level) == "lvl"}


def _overrides(item: etree._Element) -> dict[int, tuple[str, str, int]]:
    found = {}
    for override in item:
        level = child(override, "lvl")
        if local(override) == "lvlOverride" and level is not None:
            found[_int(attr(override, "ilvl"))] = _level(level)
    return found


def _level(level: etree._Element) -> tuple[str, str, int]:
    form = attr(child(level, "numFmt"), "val", "decimal")
    return form, attr(child(level, "lvlText"), "val"), _int(attr(child(level, "start"), "val"), 1)


def _int(value: str, default: int = 0) -> int:
    return int(value) if value.lstrip("-").isdecimal() else default

"""Personal names, dates of birth, addresses and numbers masked in what a run writes, each character for one.

A mask keeps the shape ("Ann Reed" becomes "Xxx Xxxx", "01632 960123" becomes "00000 000000"), so that every offset,
sentence and line stays where it was. Rules find names by what stands around them; docs/privacy.md says what they miss.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pipeline.ingest.settings import Kind, RedactSettings


@dataclass(frozen=True, slots=True)
class Masked:
    """A piece of text to mask: offsets and what it is."""

    start: int
    end: int
    kind: Kind


def _listed(*lines: str) -> frozenset[str]:
    return frozenset(word for line in lines for word in line.split())


_MONTH = r"(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)[a-z]*"
_DATE = (
    rf"(?:\d{{1,2}}(?:st|nd|rd|th)?(?:\s+of)?\s+{_MONTH},?\s+(?:19|20)\d\d|{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+(?:19|20)\d\d"
    r"|\d{1,2}[./-]\d{1,2}[./-](?:19|20)?\d\d|(?:19|20)\d\d-\d\d-\d\d)"
)
_BORN = re.compile(
    r"(?:\bborn\b|\bd\.?\s?o\.?\s?b\b\.?|\b(?:date of birth|birth ?date|birthday)\b)(?:\s+(?:on|is|was))?"
    rf"\W{{0,12}}({_DATE})",
    re.IGNORECASE,
)
_STREET = (
    r"(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Close|Drive|Way|Court|Crescent|Place|Gardens|Grove|Terrace|Row|Hill|"
    r"Square|Walk|Mews|Green|Park|View|Rise|Boulevard|Parade)"
)
_WORD = r"[A-ZÀ-ÖØ-Þ][\w’'-]*"
_ADDRESS = re.compile(
    r"\b(?:(?:Flat|Apartment|Unit)[ \t]+\d+\w?,?[ \t]+)?\d{1,4}[A-Za-z]?(?:[-–]\d+)?,?[ \t]+"
    rf"(?:{_WORD}[ \t]+){{1,3}}{_STREET}\b"
    r"|\b\d{1,4},?[ \t]+(?:rue|avenue|boulevard|place|via|calle)[ \t]+(?:d\w{0,2}[’']?[ \t]?)?[A-ZÀ-Þ][\w-]+"
    r"|\b[A-ZÄÖÜ][a-zäöüß]+(?:straße|strasse|weg|platz|gasse)[ \t]+\d{1,4}[a-z]?\b"
    r"|\b(?:GIR[ \t]?0AA|[A-Z]{1,2}\d[A-Z\d]?[ \t]+\d[A-Z]{2})\b|\b[A-Z]{2}[ \t]\d{5}(?:-\d{4})?\b"
)
_PHONE = re.compile(
    r"(?<![\w/.-])(?:\+\d{1,3}[\s.-]?(?:\(0\)\s?)?(?:\d[\s.-]?){7,11}\d|\(0\d{2,5}\)\s?\d{3,4}[\s.-]?\d{3,4}|"
    r"0\d{2,4}[\s.-]?\d{3,4}[\s.-]?\d{3,4}|\(?\d{3}\)?[\s.-]\d{3}[.-]\d{4})(?![\w/])"
)
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_NUMBER = re.compile(
    r"\b[A-CEGHJ-PR-TW-Z]{2}\s?\d{2}\s?\d{2}\s?\d{2}\s?[A-D]\b"
    r"|(?<=NHS )(?:(?:no\.?|number)\W{0,3})?\d{3}[\s-]?\d{3}[\s-]?\d{4}\b|\b(?:\d{3}-\d{2}-\d{4})\b"
)
_PATTERNS: dict[Kind, re.Pattern[str]] = {
    "email": _EMAIL, "date_of_birth": _BORN, "address": _ADDRESS, "number": _NUMBER, "phone": _PHONE,
}  # fmt: skip

_RUN = re.compile(rf"{_WORD}(?:\s+(?:(?:de|van|von|der|al|bin|ap)\s+)?{_WORD}|\s+[A-Z]\.){{0,3}}")
_TITLE = re.compile(r"^(?:Mr|Mrs|Ms|Miss|Mx|Master|Dr|Prof|Professor|Rev|Reverend)\.?$")
_OFFICE_TITLE = re.compile(
    r"^(?:Sir|Dame|Lord|Lady|Baroness|Baron|Viscount|Earl|Judge|Justice|Councillor|Cllr|Bishop|Archbishop|Senator|"
    r"President|Minister|Secretary|Commissioner|Inspector|Superintendent|Sergeant|Constable|Detective|Mayor)\.?$"
)
_OFFICE = (
    r"(?:minister|secretary|chancellor|commissioner|inspectors?|director|chief executive|chief officer|mayor|"
    r"councillor|leader|chair(?:man|woman|person)?|president|ombudsman|judge|coroner|spokes\w+|MP|MSP|MEP|senator|"
    r"congress\w+|governor|head ?teacher|principal|rapporteur|ambassador|registrar)"
)
_OFFICE_BEFORE = re.compile(
    rf"\b{_OFFICE}s?(?:\s+(?:for|of)(?:\s+[\w’'-]+){{1,6}})?,?\s+(?:\w+\.?\s+)?$", re.IGNORECASE
)
_OFFICE_AFTER = re.compile(rf"^(?:,|\s\(|\s+is|\s+was)\s*(?:[\w’'-]+\s+){{0,6}}{_OFFICE}\b", re.IGNORECASE)
_KIN = re.compile(
    r"\b(?:son|daughter|brother|sister|sibling|baby|toddler|twin|child|boy|girl|mother|father|mum|dad|stepfather|"
    r"stepmother|partner|husband|wife|boyfriend|girlfriend|grandmother|grandfather|aunt|uncle|cousin|nephew|niece|"
    r"named|called|name is|name was|known as)[,:]?\s+(?:was\s|is\s)?[‘“\"']?$",
)
_AGED = re.compile(r"^,?\s+(?:\(?aged\s+\d|\(\d{1,2}\)|was born\b)|^,\s\d{1,2},", re.IGNORECASE)
_NOT_NAMES = _listed(
    "The A An And But Or So If As At In On By For From To Of With When While Where After Before Since During Then",
    "There This That These Those It He She They We I You His Her Their Its Our My Your What Who Not No Some Many Most",
    "All Both January February March April May June July August September October November December Monday Tuesday",
    "Wednesday Thursday Friday Saturday Sunday English British Welsh Scottish Irish Children Child Staff Section Part",
    "Year Key Stage Social Council Inspectors Schools School Act",
)
_BODY = re.compile(
    r"^(?:Council|Trust|Board|Services?|Commission|Committee|Inspectorate|Authority|Department|Office|Agency|Association|"
    r"Society|Union|Foundation|Government|Ministry|Court|Police|Constabulary|Partnership|Panel|College|Schools?|Hospital|"
    r"University|Institute|Centre|Group|Network|Alliance|Charity|Team|Church|House|Home|Review|Report|Inquiry|Act|"
    r"Party|Academy|Nursery|Unit|Project|Programme|Street|Road|Avenue|Lane|Park|Ward|County|City|Borough|Bill|Law)s?$"
)


class Redactor:
    """Masks the texts of one document, whose names it knows from all of them."""

    def __init__(self, texts: Sequence[str], settings: RedactSettings) -> None:
        """Learn the names that `texts`, all texts of a document, hold."""
        self._settings = settings
        self._names = _Names(texts, settings) if "name" in settings.kinds else None

    def find(self, text: str) -> list[Masked]:
        """Return what is to be masked, in order and without overlaps."""
        found = [
            Masked(*match.span(1 if kind == "date_of_birth" else 0), kind)
            for kind, pattern in _PATTERNS.items()
            if kind in self._settings.kinds
            for match in pattern.finditer(text)
        ]
        if self._names is not None:
            found += [Masked(start, end, "name") for start, end in self._names.find(text)]
        kept: list[Masked] = []
        for place in sorted(found, key=lambda one: (one.start, -one.end)):
            if not kept or place.start >= kept[-1].end:
                kept.append(place)
        return kept

    def masked(self, text: str, places: Iterable[Masked] | None = None) -> str:
        """Return the text with every found place masked."""
        for place in self.find(text) if places is None else places:
            text = text[: place.start] + mask(text[place.start : place.end]) + text[place.end :]
        return text


def mask(text: str) -> str:
    """Return a text of the same length and shape that says nothing: letters x, digits 0, the rest as it is."""
    return "".join("0" if c.isdigit() else c if not c.isalpha() else "X" if c.isupper() else "x" for c in text)


@cache
def _given_names() -> frozenset[str]:
    return frozenset((Path(__file__).parent / "given_names.txt").read_text(encoding="utf-8").split())


class _Names:
    """The people whom a document names and who hold no public office, by every word of their names."""

    def __init__(self, texts: Sequence[str], settings: RedactSettings) -> None:
        self._keep_office = not settings.office_holders
        self._private: set[str] = set()
        self._office: set[str] = set()
        self._small = {word for text in texts for word in re.findall(r"(?<![\w’'-])[a-z][a-z’'-]+", text)}
        people = [person for text in texts for person in self._people(text)]
        for words, office in people:
            if office and self._keep_office:
                self._office.update(word for word, _ in words)
        for words, office in people:
            later_mention = len(words) == 1 and words[0][0] in self._office
            if not (office and self._keep_office) and not later_mention:
                self._private.update(word for word, _ in words)
        self._private -= _NOT_NAMES

    def find(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield start and end of each name; words of a name that stand together are one."""
        for run in _RUN.finditer(text):
            words = _words(run)
            if any(_BODY.match(word) for word, _ in words):
                continue
            hits = [(at, at + len(word)) for word, at in words if self._is_private(word)]
            if hits and not self._is_kept(words):
                yield hits[0][0], hits[-1][1]

    def _is_private(self, word: str) -> bool:
        bare = re.sub(r"[’']s?$", "", word)
        return bare in self._private and bare not in _NOT_NAMES

    def _is_kept(self, words: Sequence[tuple[str, int]]) -> bool:
        """Say whether a whole run names an office holder and nobody else."""
        return all(word in self._office or _is_title(word) for word, _ in words) and not all(
            word in self._private or _is_title(word) for word, _ in words
        )

    def _people(self, text: str) -> Iterator[tuple[list[tuple[str, int]], bool]]:
        """Yield the words of each person's name and whether an office is named with it."""
        for run in _RUN.finditer(text):
            words = _words(run)
            while words and words[0][0] in _NOT_NAMES:
                words.pop(0)
            titles = [word for word, _ in words if _is_title(word)]
            first = next((place for place, (word, _) in enumerate(words) if _is_title(word)), 0)
            bare = [(word, at) for word, at in words[first:] if not _is_title(word) and not word.isupper()]
            if not bare or any(_BODY.match(word) for word, _ in bare):
                continue
            before, after = text[max(0, bare[0][1] - 80) : bare[0][1]], text[run.end() : run.end() + 80]
            if not self._is_person(bare, titles, text[max(0, words[0][1] - 40) : words[0][1]], after):
                continue
            office = any(_OFFICE_TITLE.match(title) for title in titles)
            yield bare, office or bool(_OFFICE_BEFORE.search(before) or _OFFICE_AFTER.search(after))

    def _is_person(self, bare: list[tuple[str, int]], titles: list[str], before: str, after: str) -> bool:
        first = bare[0][0]
        if titles:
            return True
        if len(bare) > 1 and first in _given_names():
            return True
        new = first.lower() not in self._small and first not in _NOT_NAMES and first[1:3].islower()
        return new and len(bare) <= 3 and bool(_KIN.search(before) or _AGED.search(after))


def _is_title(word: str) -> bool:
    return bool(_TITLE.match(word) or _OFFICE_TITLE.match(word))


def _words(run: re.Match[str]) -> list[tuple[str, int]]:
    """Return the capital words of a run with their offsets, without possessive endings and initials."""
    return [
        (re.sub(r"[’']s?$", "", found.group()), run.start() + found.start())
        for found in re.finditer(_WORD, run.group())
        if len(found.group()) > 1
    ]

"""Agencies: which bodies and professions a statement is about, by gazetteer and by the short forms a text defines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from pipeline.errors import ConfigError
from pipeline.segment.wordlists import words

_Index = Mapping[str, Sequence[tuple[tuple[str, ...], str]]]  # names and their class by the word that they begin with
_WORD = re.compile(r"[^\W\d_]+(?:[’'&-][^\W\d_]+)*|\d+")
_DEFINITION = re.compile(r"\(\s*[‘'“\"]?(?:the\s+)?([A-Z][A-Za-z&]{1,9}?)s?[’'”\"]?\s*\)")
_INFLECTED = re.compile(r"(?:[’']s|s[’']|[’']|s)$")
_SMALL = words(
    "of the and for in on to a an at by with",
)


@dataclass(frozen=True)
class AgencyRules:
    """The gazetteer: agency class -> names. A name is matched on whole words; one in capitals is matched as it is."""

    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def build(cls, mapping: Mapping[str, Any], *, place: str = "configs/agencies.yml") -> AgencyRules:
        """Build the gazetteer from `{agencies: {class: [name, ...]}}`; raise ConfigError on anything else."""
        unknown = sorted(set(mapping) - {"agencies"})
        if unknown:
            raise ConfigError(f"unknown key {unknown[0]!r}", place=place, remedy="Use `agencies:` only")
        agencies = mapping.get("agencies")
        if not isinstance(agencies, Mapping) or not agencies:
            raise ConfigError("`agencies` must map classes to lists of names", place=place)
        for name, terms in agencies.items():
            if not isinstance(terms, list) or not terms or not all(isinstance(t, str) and t.strip() for t in terms):
                raise ConfigError(f"agency class {name!r} needs a list of names", place=place)
        return cls({str(name): tuple(terms) for name, terms in agencies.items()})

    @cached_property
    def index(self) -> dict[str, list[tuple[tuple[str, ...], str]]]:
        """Names by their first word, longest first; names of one word also by their plural and genitive."""
        index: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for label, terms in self.names.items():
            for term in terms:
                words = tuple(_WORD.findall(term if term.isupper() else term.lower()))
                for opening in words[:1] if len(words) > 1 else _forms(words[0]):
                    index.setdefault(opening, []).append((words, label))
        for entries in index.values():
            entries.sort(key=lambda entry: (-len(entry[0]), entry))
        return index

    @cached_property
    def openings(self) -> frozenset[str]:
        """The words that names begin with, in small letters."""
        return frozenset(word.lower() for word in self.index)


def find_agencies(text: str, rules: AgencyRules, short_forms: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Return the agency classes named in a text, in the gazetteer's order."""
    words = _WORD.findall(text)
    lower = [word.lower().replace("’", "'") for word in words]
    found = set()
    past = 0
    opening, openings = rules.index, rules.openings
    for at, low in enumerate(lower):
        if at < past:
            continue
        if low in openings:
            label, length = _longest_name(words, lower, at, opening)
            if label:
                found.add(label)
                past = at + length
                continue
        if short_forms and words[at][0].isupper():
            label = short_forms.get(words[at].removesuffix("s"), "")
            if label:
                found.add(label)
    return tuple(label for label in rules.names if label in found)


def _longest_name(words: Sequence[str], lower: Sequence[str], at: int, index: _Index) -> tuple[str, int]:
    for key, line in ((words[at], words), (lower[at], lower)):
        for name, label in index.get(key, ()):
            if _same(name, line[at : at + len(name)]):
                return label, len(name)
    return "", 0


def _forms(word: str) -> tuple[str, ...]:
    """Return a word with its plural and genitives."""
    plural = word[:-1] + "ies" if word.endswith("y") and not word.endswith(("ay", "ey", "oy")) else word + "s"
    return tuple(dict.fromkeys((word, plural, f"{word}'s", f"{plural}'")))


def _same(name: tuple[str, ...], words: Sequence[str]) -> bool:
    """Compare whole words; the last may stand in the plural or the genitive."""
    if len(words) < len(name) or tuple(words[:-1]) != name[:-1]:
        return False
    last, wanted = words[-1], name[-1]
    if last == wanted:
        return True
    bare = _INFLECTED.sub("", last)
    return bare == wanted or bare == wanted.removesuffix("s") or bare == wanted.removesuffix("y") + "ie"


def short_forms(texts: Iterable[str], rules: AgencyRules) -> dict[str, str]:
    """Return the short forms that the texts define, as in "Crown Court Centre (CCC)", with their agency class."""
    forms: dict[str, str] = {}
    for text in texts:
        if "(" not in text:
            continue
        for match in _DEFINITION.finditer(text):
            name = defined_name(text, match.start(), match.group(1))
            labels = find_agencies(name, rules) if name else ()
            if labels and match.group(1) not in forms:
                forms[match.group(1)] = labels[-1] if len(labels) == 1 else labels[0]
    return forms


def defined_name(text: str, at: int, short: str) -> str:
    """Return the words before `at` whose initials make up `short` ("Area Child Protection Committee"), or nothing."""
    words = list(re.finditer(r"[^\W\d_][\w’'&-]*", text[max(0, at - 120) : at]))
    letters = [letter for letter in short if letter.isupper()]
    start = len(words)
    for letter in reversed(letters):
        start -= 1
        while start >= 0 and (words[start].group()[0].upper() != letter) and words[start].group().lower() in _SMALL:
            start -= 1
        if start < 0 or words[start].group()[0].upper() != letter:
            return ""
    return text[max(0, at - 120) + words[start].start() : at].strip() if words and letters else ""

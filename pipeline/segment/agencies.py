"""Agencies: which bodies and professions a statement is about, by gazetteer and by the short forms a text defines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import Any

from pipeline.errors import ConfigError
from pipeline.segment.wordlists import Remembered, words

_Name = tuple[tuple[str, ...], str]  # a name's words, and its class
# A word as it stands and in small letters; whether a name begins with it; the short form that it may be, or "".
_Word = tuple[str, str, bool, str]
_SETTLED = 2  # words that tell whether a name no longer than they are is there
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
    def index(self) -> _Index:
        """The names, ready to be looked up."""
        return _Index(self.names)


class _Index:
    """Names by their first word, longest first; names of one word also by their plural and genitive."""

    def __init__(self, names: Mapping[str, Sequence[str]]) -> None:
        self._names: dict[str, list[_Name]] = {}
        for label, terms in names.items():
            for term in terms:
                words = tuple(_WORD.findall(term if term.isupper() else term.lower()))
                for opening in words[:1] if len(words) > 1 else _forms(words[0]):
                    self._names.setdefault(opening, []).append((words, label))
        for entries in self._names.values():
            entries.sort(key=lambda entry: (-len(entry[0]), entry))
        self._openings = frozenset(word.lower() for word in self._names)
        self._words = Remembered(self._words_of)
        self._opened = Remembered(self._opened_by)

    def words(self, text: str) -> list[_Word]:
        """Return the words of a text."""
        return list(chain.from_iterable(map(self._words.__getitem__, text.split())))

    def longest_name(self, words: Sequence[_Word], at: int) -> tuple[str, int]:
        """Return the class of the longest name that begins at word `at` and its words, or nothing."""
        after = words[at + 1][0] if at + 1 < len(words) else ""
        for as_written, name, label in self._opened[f"{words[at][0]} {after}"]:
            if len(name) <= _SETTLED or _same(name, _line(words[at : at + len(name)], as_written)):
                return label, len(name)
        return "", 0

    def _words_of(self, chunk: str) -> tuple[_Word, ...]:
        return tuple(map(self._word, _WORD.findall(chunk)))

    def _word(self, text: str) -> _Word:
        low = text.lower().replace("’", "'")
        return text, low, low in self._openings, text.removesuffix("s") if text[0].isupper() else ""

    def _opened_by(self, pair: str) -> tuple[tuple[bool, tuple[str, ...], str], ...]:
        """Return the names that two words may open, or of short names those that they are; first those as written."""
        words = self.words(pair)
        found = []
        for as_written in (True, False):
            line = _line(words, as_written)
            for name, label in self._names.get(line[0], ()):
                if line[:_SETTLED] == name[:_SETTLED] if len(name) > _SETTLED else _same(name, line[: len(name)]):
                    found.append((as_written, name, label))
        return tuple(found)


def find_agencies(text: str, rules: AgencyRules, short_forms: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Return the agency classes named in a text, in the gazetteer's order."""
    words = rules.index.words(text)
    forms = short_forms or {}
    found = set()
    past = 0
    for at, (_, _, opens, short) in enumerate(words):
        if at < past or not (opens or short in forms):
            continue
        label, length = rules.index.longest_name(words, at) if opens else ("", 0)
        past = at + length
        label = label or forms.get(short, "")
        if label:
            found.add(label)
    return tuple(label for label in rules.names if label in found)


def _line(words: Iterable[_Word], as_written: bool) -> tuple[str, ...]:
    return tuple(word if as_written else low for word, low, *_ in words)


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

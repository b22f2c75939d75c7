"""Names of people and bodies in one document, and the fullest form of each."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property, lru_cache
from itertools import chain

from pipeline.segment.agencies import defined_name
from pipeline.segment.wordlists import Remembered, words

TITLE = (
    r"(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof(?:essor)?|Sir|Dame|Lord|Lady|Baroness|Baron|Viscount|Earl|Judge|"
    r"Justice|Councillor|Cllr|Rev(?:erend)?|"
    r"Bishop|Archbishop|Canon|Father|Sister|Senator|Inspector|Superintendent|Supt|Sergeant|Sgt|Detective|"
    r"Det|Constable|Con|Chief|Insp|PC|DC|DS|DI|DCI|"
    r"Captain|Major|Colonel|General|Commander|Elder|Aunty|Uncle)\.?"
)
CAPITAL = r"(?:(?:[A-Z]\.|(?:Mc|Mac|O[’']|D[’'])?[A-Z][\w-]*)(?:[’'](?!s\b)[A-Z]?[\w-]+)?)"
NAME = rf"(?=[A-Z])(?:{TITLE}\s+)*{CAPITAL}(?:\s+(?:(?:of|for|and|the|de|van|von|al|der)\s+){{0,2}}{CAPITAL}){{0,7}}"
_PERSON_LIKE = re.compile(rf"(?=[A-Z])(?:{TITLE}\s+)*{CAPITAL}(?:\s+(?:de|van|von|der|al)?\s?{CAPITAL}){{1,4}}")
TWO_CAPITALS = re.compile(r"[A-Z][\w.’'-]*\s+(?:[a-z]{2,3}\s)?[A-Z]")
_SHORT_DEFINITION = re.compile(r"\(\s*[‘'“\"]?(?:the\s+)?([A-Z][A-Za-z&]{1,9}?)[’'”\"]?\s*\)")
_AFTER_NAME = re.compile(r"(?<=[a-z]),?\s+(?:MP|MSP|MLA|TD|MS|AM|QC|KC|SC|OBE|MBE|CBE|JP)$")
_QUESTION = re.compile(r"[QA]\.?\d*\.?")  # of a transcript: "Q12 Mr Bell"
_GENITIVE = re.compile(r"[’']s?$")
_PLAIN_TITLE = re.compile(rf"^(?:Mr|Mrs|Ms|Miss|Mx)\.?\s+(?={CAPITAL}\s+{CAPITAL})(?!(?:Justice|Recorder)\b)")
_SMALL_WORD = re.compile(r"(?<![\w’'-])[a-z][a-z-]+")
_INSIDE = re.compile(r"(?<=[a-z,;] )[A-Z][\w-]+")
_TITLED = re.compile(rf"^(?:{TITLE}\s+)+")
_NOT_NAMES = words(
    "The A An And But Or So Yet If As At In On By For From To Of With When While Where Although Though However",
    "Meanwhile After Before Since Despite During Then There This That These Those It He She They We I You His Her",
    "Their Its Our My Your What Who Now Today Yesterday Last Also Not No Some Many Most All Both Each Few One Two",
    "Three Another Other Such Speaking Reporting Please Nobody Everyone Everybody Someone Anyone None Neither",
    "Every Any Asked Because Once Only Even Still Just According Crucially Sadly Earlier Later Under Monday",
    "Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May June July August",
    "September October November December Honour",
)
_OFFICE = re.compile(
    r"^(?:.*\s)?(?:Secretary|Minister|Commissioner|Spokesman|Spokeswoman|President|Leader|MP|MSP|MLA|TD|"
    r"Chancellor|Mayor|Director|Executive|Convener|Chairman|Chairwoman|Chair)\s+"
)


class Names:
    """What a document calls its people and bodies: full names by surname, long forms by short form."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._by_last: dict[str, list[str]] = {}
        self._by_first: dict[str, list[str]] = {}
        self._long: dict[str, str] = {}
        self._texts = tuple(texts)
        self._full = Remembered(self._fullest)
        for text in self._texts:
            self._take(text)

    def _take(self, text: str) -> None:
        for match in _PERSON_LIKE.finditer(text) if TWO_CAPITALS.search(text) else ():
            name = tidy(match.group())
            parts = name.split()
            if len(parts) < 2:
                continue
            self._by_last.setdefault(parts[-1], []).append(name)
            if _TITLED.match(name):
                self._by_first.setdefault(" ".join(parts[:2]), []).append(name)
        if "(" in text:
            for match in _SHORT_DEFINITION.finditer(text):
                long = defined_name(text, match.start(), match.group(1))
                if long:
                    self._long.setdefault(match.group(1), long)

    @cached_property
    def _common(self) -> set[str]:
        """The words that the document has in small letters; asked for in few documents."""
        chunks = set(chain.from_iterable(text.split() for text in self._texts))
        return {word for chunk in chunks for word in _SMALL_WORD.findall(chunk)}

    @cached_property
    def _inside(self) -> set[str]:
        """The capital words that stand inside a sentence."""
        return {word for text in self._texts for word in _INSIDE.findall(text)}

    def is_common(self, word: str) -> bool:
        """Tell whether a word is capital at a sentence's start alone: it also stands small, and never inside."""
        return word not in self._inside and word[:1].lower() + word[1:] in self._common

    def full(self, name: str) -> str:
        """Return the fullest form of a name that the document holds."""
        return self._full[name]

    def _fullest(self, name: str) -> str:
        name = tidy(name)
        if name in self._long:
            return self._long[name]
        bare = _TITLED.sub("", name)
        known: list[str] = []
        if " " not in bare:
            known = [k for k in self._by_last.get(bare, []) if k != name and not self._is_body(k)]
            if bare != name:
                known += self._by_first.get(name, [])
        longer = [k for k in known if len(_TITLED.sub("", k).split()) > len(bare.split())]
        return max(longer, key=len) if longer else name

    @staticmethod
    def _is_body(name: str) -> bool:
        return bool(re.search(r"\b(?:and|of|for|the)\b", name))

    def is_short_form(self, name: str) -> bool:
        """Tell whether the document defines this short form."""
        return name in self._long


@lru_cache(maxsize=8192)
def tidy(name: str) -> str:
    """Return a name without opening small words, possessive or office."""
    name = _PLAIN_TITLE.sub("", _GENITIVE.sub("", name.strip()))
    parts = _AFTER_NAME.sub("", name).split()
    while parts and (parts[0] in _NOT_NAMES or parts[0].lower() in ("the", "and") or _QUESTION.fullmatch(parts[0])):
        parts.pop(0)
    name = " ".join(parts)
    cut = _OFFICE.match(name)
    if cut and len(name[cut.end() :].split()) >= 2:
        name = name[cut.end() :]
    return name


def is_titled(name: str) -> bool:
    """Tell whether a name carries a title."""
    return bool(_TITLED.match(name))


@lru_cache(maxsize=8192)
def is_person(name: str) -> bool:
    """Tell whether a name looks like a person's: titled, or two to four capitals with nothing between."""
    if _TITLED.match(name):
        return True
    parts = name.split()
    return (
        2 <= len(parts) <= 4
        and all(part[0].isupper() and not part.isupper() for part in parts)
        and not _BODY.search(name)
    )


_BODY = re.compile(
    r"\b(?:Council|Trust|Board|Service|Services|Commission|Committee|Inspectorate|Authority|Department|"
    r"Office|Agency|Association|"
    r"Society|Union|Federation|Foundation|Government|Ministry|Court|Police|Constabulary|Partnership|Panel|"
    r"College|School|Hospital|"
    r"University|Institute|Centre|Group|Network|Alliance|Charity|Team|Church|House|Review|Report|Inquiry|"
    r"Party|Executive|Academy)\b"
)

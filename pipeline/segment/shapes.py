"""The shape of a statement: what can be told of its kind without any cue."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from pipeline.segment.stems import opens_list
from pipeline.segment.wordlists import words

_CONTACT = re.compile(
    r"https?://|www\.|\S@\S+\.\w|\b(?:tel|telephone|fax|e-?mail|website|textphone|isbn|po box)\b\s*[:.]?"
    r"|\b[a-z]{1,2}\d[a-z\d]? \d[a-z]{2}\b|\b0\d{3,4} ?\d{3}"
)
# What a contact line without figures cannot do without: looked for first, since the pattern is slow.
_CONTACT_SIGNS = ("@", "://", "www", "tel", "fax", "mail", "website", "isbn", "box")
# A judgement that stands alone, as on a cover: "The experiences of children in care: good".
_GRADE = re.compile(
    r"(?:^|:|–|-)\s*(?:inadequate|adequate|satisfactory|good|outstanding|requires improvement(?: to be good)?)"
    r"\W*(?:\d+\W*)?$",
    re.IGNORECASE,
)
_DATE = re.compile(r"\b(?:19|20)\d\d\b")
_NAMED_CASE = re.compile(
    r"\b(?:(?:Child|Baby|Family|Mother|Father|Adult|Mr|Mrs|Ms|Miss) [A-Z]{1,2}\b|[A-Z]\.?’?'?s (?:mother|father))"
)
_CASE = ("child", "baby", "family", "mother", "father", "adult", "mr", "ms", "miss")  # one begins a word of each
_FINITE = words(
    "is are was were be been being has have had do does did can could may might must shall should will would says",
    "said",
)
_THIRD = words(
    "he she him her his hers",
)
_FIRST = words(
    "i my me mine i'm i've i'd",
)
_WE = words(
    "we our us we've we're ours",
)
_NUMBERS = words(
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen",
    "nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand dozen half third quarter",
)
_BASE_VERBS = words(
    "abolish accelerate accept act adapt address adopt advise agree align allocate allow amend analyse apply",
    "appoint arrange ask assess assign assure audit bring build carry cease challenge check clarify close collect",
    "commission commit complete conduct confirm consider consult continue convene create cut define deliver",
    "designate develop devise disseminate draw drop embed enable encourage end engage enhance ensure establish",
    "evaluate examine expand explore extend find free fund give guarantee hold identify implement improve include",
    "increase inform introduce invest investigate issue join keep learn listen lobby maintain make monitor offer",
    "place prepare prioritise produce promote protect provide publish put raise record recruit reduce reform",
    "refresh reinforce remind remove replace report require resolve review revise secure see seek set share",
    "simplify speed standardise start stop strengthen support tackle take test track train undertake update urge",
    "use verify widen work write",
)
_CAPITAL = re.compile(r" (?<=[a-z,] )[A-Z]")  # the space first, which is quick to find
_JOINTS = re.compile(r"[’'-]")
_KEPT_WORDS = 200_000
SHAPES = (
    "fragment",
    "contact",
    "stem",
    "question",
    "quoted",
    "figure",
    "dated",
    "named case",
    "third person",
    "first person",
    "we",
    "imperative",
    "past",
    "item",
    "short",
    "long",
    "no stop",
    "advised fragment",
    "names",
    "bracket",
    "colon",
    "number words",
    "clauses",
)


def shapes_of(text: str, tokens: Sequence[str], *, is_item: bool, led: bool, advised: bool) -> list[float]:
    """Return the values of `SHAPES` for a statement, each between 0 and 1.

    Where a stem or heading leads (`led`), a phrase without verb or stop is no mere fragment; under one that leads into
    advice (`advised`) it is what the advice is about.
    """
    words = [token for token in tokens if token[0].isalnum()]
    stop = text.rstrip("\"'”’)] ")[-1:]
    has = _CLASSES.found(words)
    finite = "finite" in has
    bare = stop not in ".!?" or len(words) < 4
    low = text.lower()
    opening = words[0] if words else ""
    figures = "digit" in has
    contact = (figures or any(sign in low for sign in _CONTACT_SIGNS)) and _CONTACT.search(low) is not None
    values = (
        not finite and ((not led and len(words) <= 12 and bare) or _GRADE.search(text) is not None),
        contact,
        not is_item and opens_list(text),
        stop == "?",
        text[:1] in '“"‘' or "“" in text or ' "' in text,
        has.get("digit", 0) >= 2,
        figures and _DATE.search(text) is not None,
        "case" in has and _NAMED_CASE.search(text) is not None,
        "third" in has,
        "first" in has,
        "we" in has,
        opening in _BASE_VERBS and not contact,  # "See www..." asks nobody to do anything
        min(1.0, has.get("past", 0) / 3),
        is_item or led,
        not led and len(words) <= 7,
        0.4 if led else min(1.0, len(words) / 40),
        not led and stop not in ".!?;:,",
        advised and (not finite or opening in _BASE_VERBS),
        min(1.0, len(_CAPITAL.findall(text)) / 5),
        "(" in text,
        ":" in text[:-1],
        min(1.0, has.get("number", 0) / 2),
        min(1.0, (text.count(",") + text.count(";")) / 4),
    )
    return [float(value) for value in values]


class _WordClasses(dict[str, tuple[str, ...]]):
    """The classes of words that shapes are told by; each word is classed once."""

    def __missing__(self, word: str) -> tuple[str, ...]:
        if len(self) >= _KEPT_WORDS:
            self.clear()
        classes = self[word] = tuple(_classes(word))
        return classes

    def found(self, words: Iterable[str]) -> dict[str, int]:
        """Return how many of the words are in each class."""
        counts: dict[str, int] = {}
        for classes in filter(None, map(self.__getitem__, words)):  # most words are in none
            for name in classes:
                counts[name] = counts.get(name, 0) + 1
        return counts


def _classes(word: str) -> Iterator[str]:
    ends_past = len(word) > 3 and word.endswith("ed")
    if word in _FINITE or "n't" in word or ends_past:
        yield "finite"
    if ends_past or word in ("was", "were", "had", "did"):
        yield "past"
    if word[0].isdigit():
        yield "digit"
    if any(part.startswith(_CASE) for part in _JOINTS.split(word)):
        yield "case"
    for name, members in (("third", _THIRD), ("first", _FIRST), ("we", _WE), ("number", _NUMBERS)):
        if word in members:
            yield name


_CLASSES = _WordClasses()

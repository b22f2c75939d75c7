"""The shape of a statement: what can be told of its kind without any cue."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.segment.stems import opens_list
from pipeline.segment.tokens import Bools, Tokens
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
    "abolish accelerate accept act adapt address adopt advise agree align allocate allow amend analyse apologise",
    "apply appoint arrange ask assess assign assure audit bring build calibrate carry cease challenge check clarify",
    "clean close collect commission commit communicate complete conduct confirm consider consult continue convene",
    "correct create cut define deliver demonstrate designate develop devise disclose discontinue display dispose",
    "disseminate draw drop eliminate embed enable encourage end enforce engage enhance ensure establish evaluate",
    "examine expand explore extend finalise find fit fix formalise free fund give guarantee harmonise hold identify",
    "implement improve include incorporate increase inform inspect install integrate introduce invest investigate",
    "issue join keep learn liaise limit listen lobby maintain make mitigate monitor notify obtain offer pay place",
    "prepare prioritise produce promote protect provide publish put raise ratify record recruit rectify reduce reform",
    "refrain refresh refund rehouse reinforce reinstate relocate remind remove renew repair repeal replace report",
    "require resolve respond restore restrict retain retrain review revise rewrite scrap secure see seek segregate",
    "separate set share simplify specify speed standardise start stop strengthen submit support suspend switch tackle",
    "take tell test tighten track train transfer trial undertake update upgrade urge use verify widen withdraw work",
    "write",
)
_MEMBERS = {"third": _THIRD, "first": _FIRST, "we": _WE, "number": _NUMBERS, "base verb": _BASE_VERBS}
_CAPITAL = re.compile(r" (?<=[a-z,] )[A-Z]")  # the space first, which is quick to find
_JOINTS = re.compile(r"[’'-]")
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


WORD_MARKS = ("word", "finite", "past", "digit", "case", "third", "first", "we", "number", "base verb")


def word_marks(word: str) -> Iterator[str]:
    """Yield the marks of a word, of `WORD_MARKS`, that shapes are told by."""
    if not word[:1].isalnum():
        return
    yield "word"
    ends_past = len(word) > 3 and word.endswith("ed")
    if word in _FINITE or "n't" in word or ends_past:
        yield "finite"
    if ends_past or word in ("was", "were", "had", "did"):
        yield "past"
    if word[0].isdigit():
        yield "digit"
    if any(part.startswith(_CASE) for part in _JOINTS.split(word)):
        yield "case"
    for name, members in _MEMBERS.items():
        if word in members:
            yield name


def shapes_of(texts: Sequence[str], tokens: Tokens, items: Bools, led: Bools, advised: Bools) -> NDArray[np.float64]:
    """Return the values of `SHAPES` for statements, (n, shapes), each between 0 and 1.

    Where a stem or heading leads (`led`), a phrase without verb or stop is no mere fragment; under one that leads into
    advice (`advised`) it is what the advice is about.
    """
    stops = [text.rstrip("\"'”’)] ")[-1:] for text in texts]
    words, finite, figures = tokens.count("word"), tokens.count("finite") > 0, tokens.count("digit")
    base = (tokens.first("base verb") == tokens.first("word")) & (words > 0)
    bare = _flags(stop not in ".!?" for stop in stops) | (words < 4)
    lows = [text.lower() for text in texts]
    signs = _flags(any(map(low.__contains__, _CONTACT_SIGNS)) for low in lows)
    contact = _found(_CONTACT, lows, signs | (figures > 0))
    columns = (
        ~finite & ((~led & (words <= 12) & bare) | _found(_GRADE, texts, ~finite)),
        contact,
        _flags(map(opens_list, texts)) & ~items,
        _flags(stop == "?" for stop in stops),
        _flags(text[:1] in '“"‘' or "“" in text or ' "' in text for text in texts),
        figures >= 2,
        _found(_DATE, texts, figures > 0),
        _found(_NAMED_CASE, texts, tokens.count("case") > 0),
        tokens.count("third") > 0,
        tokens.count("first") > 0,
        tokens.count("we") > 0,
        base & ~contact,  # "See www..." asks nobody to do anything
        np.minimum(1.0, tokens.count("past") / 3),
        items | led,
        ~led & (words <= 7),
        np.where(led, 0.4, np.minimum(1.0, words / 40)),
        ~led & _flags(stop not in ".!?;:," for stop in stops),
        advised & (~finite | base),
        np.minimum(1.0, np.array([len(_CAPITAL.findall(text)) for text in texts]) / 5),
        _flags("(" in text for text in texts),
        _flags(":" in text[:-1] for text in texts),
        np.minimum(1.0, tokens.count("number") / 2),
        np.minimum(1.0, np.array([text.count(",") + text.count(";") for text in texts]) / 4),
    )
    return np.stack(columns, axis=1).astype(np.float64)


def _flags(told: Iterable[bool]) -> Bools:
    return np.fromiter(told, np.bool_)


def _found(pattern: re.Pattern[str], texts: Sequence[str], asked: Bools) -> Bools:
    """Return in which of the texts that are asked for the pattern is found."""
    found = np.zeros(len(texts), np.bool_)
    for at in np.flatnonzero(asked).tolist():
        found[at] = pattern.search(texts[at]) is not None
    return found

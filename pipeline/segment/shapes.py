"""The shape of a statement: what can be told of its kind without any cue."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.segment.stems import opens_list
from pipeline.segment.wordlists import words

_CONTACT = re.compile(
    r"https?://|www\.|\S@\S+\.\w|\b(?:tel|telephone|fax|e-?mail|website|textphone|isbn|po box)\b\s*[:.]?"
    r"|\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b|\b0\d{3,4} ?\d{3}",
    re.IGNORECASE,
)
# A judgement that stands alone, as on a cover: "The experiences of children in care: good".
_GRADE = re.compile(
    r"(?:^|:|–|-)\s*(?:inadequate|adequate|satisfactory|good|outstanding|requires improvement(?: to be good)?)"
    r"\W*(?:\d+\W*)?$",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"\b(?:january|february|march|april|may|june|july|august|september|october|november|december)\s+(?:19|20)\d\d\b|\b(?:19|20)\d\d\b",
    re.IGNORECASE,
)
_NAMED_CASE = re.compile(
    r"\b(?:(?:Child|Baby|Family|Mother|Father|Adult|Mr|Mrs|Ms|Miss) [A-Z]{1,2}\b|[A-Z]\.?’?'?s (?:mother|father))"
)
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
)


def shapes_of(text: str, tokens: Sequence[str], *, is_item: bool, led: bool, advised: bool) -> list[float]:
    """Return the values of `SHAPES` for a statement, each between 0 and 1.

    Where a stem or heading leads (`led`), a phrase without verb or stop is no mere fragment; under one that leads into
    advice (`advised`) it is what the advice is about.
    """
    words = [token for token in tokens if token[0].isalnum()]
    stop = text.rstrip("\"'”’)] ")[-1:]
    finite = any(w in _FINITE or "n't" in w or (len(w) > 3 and w.endswith("ed")) for w in words)
    bare = stop not in ".!?" or len(words) < 4
    past = sum(w in ("was", "were", "had", "did") or (len(w) > 3 and w.endswith("ed")) for w in words)
    values = (
        not finite and (_GRADE.search(text) is not None or (not led and len(words) <= 12 and bare)),
        bool(_CONTACT.search(text)),
        not is_item and opens_list(text),
        stop == "?",
        text[:1] in '“"‘' or "“" in text or ' "' in text,
        bool(words) and sum(w[0].isdigit() for w in words) >= 2,
        bool(_DATE.search(text)),
        bool(_NAMED_CASE.search(text)),
        any(w in _THIRD for w in words),
        any(w in _FIRST for w in words),
        any(w in _WE for w in words),
        bool(words) and words[0] in _BASE_VERBS,
        min(1.0, past / 3),
        is_item or led,
        not led and len(words) <= 7,
        0.4 if led else min(1.0, len(words) / 40),
        not led and stop not in ".!?;:,",
        advised and (not finite or words[0] in _BASE_VERBS),
    )
    return [float(value) for value in values]

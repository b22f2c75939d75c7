"""Facts of the timeline that a text mentions, and what each mention says of the day on which the text was written."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from pipeline.dating.evidence import quote_around
from pipeline.dating.timeline import Fact, Timeline

Side = Literal["after", "before"]

# How firmly a bound holds where two contradict each other: the loosest falls first.
FIRM, STATED, PRESENT, HOLDER, FORESEEN = 5, 4, 3, 2, 1

_ROLE_BEFORE = 70
_ROLE_AFTER = 110
_FORMER = re.compile(
    r"\b(?:former(?:ly)?|ex|then|previous(?:ly)?|old|erstwhile|late|defunct|abolished|predecessors?|replaced|succeeded"
    r"|successor\s+to|took\s+over\s+from|inherited\s+from|merged|known\s+as|called)\b[\s\-]*(?:\w+\s+){0,3}$",
    re.IGNORECASE,
)
_TO_COME = re.compile(
    r"\b(?:future|next|incoming|designate|shadow|prospective|proposed|planned|forthcoming|new)\s+(?:\w+\s+){0,2}$",
    re.IGNORECASE,
)
_CREATED_LATER = re.compile(
    r"^(?:\s*\([^)]{1,40}\))?,?\s*(?:which\s+|that\s+)?(?:will|is\s+to|are\s+to|is\s+due\s+to|are\s+due\s+to)\s+(?:also\s+)?"
    r"(?:be\s+(?:set\s+up|established|created|launched|introduced|formed)|begin|start|launch|come\s+into|replace|take\s+over|take\s+on)",
    re.IGNORECASE,
)
_WILL_CREATE = re.compile(
    r"\b(?:will|is\s+to|are\s+to|to)\s+(?:be\s+)?(?:replaced\s+by|merged\s+into|renamed|set\s+up|establish|create|launch|introduce"
    r"|become)\s+(?:as\s+)?(?:part\s+of\s+)?(?:the\s+|a\s+)?(?:new\s+)?$",
    re.IGNORECASE,
)
_ACTS = re.compile(
    r"^(?:s|'s)?(?:\s*\([^)]{1,40}\))?(?:,[^,.;]{1,60},)?\s+(?:also\s+|now\s+|still\s+|already\s+|currently\s+)?"
    r"(?P<verb>has|have|is|are|should|must|does|do|needs?|says?|can|cannot|remains?|continues?|was|were|had|did|said|found"
    r"|told|inspected|published|carried|undertook|visited|reported|warned|revealed|judged|checks?)\b",
    re.IGNORECASE,
)
_PRESENT = frozenset(
    (
        "will",
        "has",
        "have",
        "is",
        "are",
        "should",
        "must",
        "does",
        "do",
        "need",
        "needs",
        "say",
        "says",
        "can",
        "cannot",
        "remain",
        "remains",
        "continue",
        "continues",
    )
)
_SPEAKS = re.compile(
    r"\b(?:says?|said|adds?|added|told|tells|warn(?:s|ed)|welcom(?:es|ed)|urg(?:es|ed)|announc(?:es|ed)|insist(?:s|ed)|claim(?:s|ed)"
    r"|admit(?:s|ted)|writes?|wrote|should|must|calls?|called|respond(?:s|ed)|conclud(?:es|ed)|promis(?:es|ed)|today|yesterday"
    r"|describ(?:es|ed)|comment(?:s|ed)|explain(?:s|ed)|spoke|has|is|will)\b",
    re.IGNORECASE,
)
_WAS_BEFORE = re.compile(r"\b(?:former(?:ly)?|ex|then|previous|late|under|when|while|predecessor)\b", re.IGNORECASE)
_WAS_AFTER = re.compile(r"^,?\s+(?:the\s+)?(?:former|then|ex|who\s+was|was|when|while)\b", re.IGNORECASE)
_OLD_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


@dataclass(frozen=True, slots=True)
class Bound:
    """The text was published on or `after`, or on or `before`, `day`; `firmness` decides between contradictions."""

    side: Side
    day: dt.date
    firmness: int
    quote: str
    fact: str = ""


@dataclass(frozen=True, slots=True)
class Mention:
    """A fact named in a sentence, at `sentence[start:end]`."""

    fact: Fact
    sentence: str
    start: int
    end: int


def find_mentions(sentences: Sequence[str], timeline: Timeline) -> list[Mention]:
    """Return every mention of a fact whose conditions the text meets, in the text's order."""
    if not timeline.facts:
        return []
    pattern, facts_by_name = _index(timeline)
    text = " ".join(sentences)
    holds: dict[str, bool] = {}
    found = []
    for sentence in sentences:
        for match in pattern.finditer(sentence):
            for fact in facts_by_name[match[0]]:
                if holds.setdefault(fact.id, _conditions_hold(fact, text)):
                    found.append(Mention(fact, sentence, match.start(), match.end()))
    return found


@lru_cache(maxsize=4)
def _index(timeline: Timeline) -> tuple[re.Pattern[str], dict[str, tuple[Fact, ...]]]:
    by_name: dict[str, list[Fact]] = {}
    for fact in timeline.facts:
        for name in fact.names:
            by_name.setdefault(name, []).append(fact)
    names = sorted(by_name, key=lambda name: (-len(name), name))
    pattern = re.compile(r"(?<![\w])(?:" + "|".join(map(re.escape, names)) + r")(?!\w)")
    return pattern, {name: tuple(facts) for name, facts in by_name.items()}


def _conditions_hold(fact: Fact, text: str) -> bool:
    beside = not fact.beside or any(re.search(rf"(?<!\w){re.escape(word)}", text) for word in fact.beside)
    return beside and not any(re.search(rf"(?<!\w){re.escape(word)}", text) for word in fact.apart)


def mention_bounds(mentions: Sequence[Mention]) -> Iterator[Bound]:
    """Yield what each mention says of the day of publication."""
    for mention in mentions:
        yield from _of_office(mention) if mention.fact.kind == "office" else _of_thing(mention)


def _of_office(mention: Mention) -> Iterator[Bound]:
    fact, sentence = mention.fact, mention.sentence
    before = sentence[max(0, mention.start - _ROLE_BEFORE) : mention.start]
    after = sentence[mention.end : mention.end + _ROLE_AFTER]
    role = next((role for role in fact.role if _holds_role(role, before, after)), None)
    if role is None:
        return
    where = before[-45:] + after[:40]
    if re.search(r"\b(?:shadow|incoming|designate|prospective|future|acting)\b", where, re.IGNORECASE):
        return
    if fact.begins:
        yield _bound(mention, "after", fact.begins, FIRM)
    past = _WAS_BEFORE.search(before[-30:]) or _WAS_AFTER.match(after)
    if fact.ends and not past and _SPEAKS.search(sentence) and not _OLD_YEAR.search(sentence):
        yield _bound(mention, "before", fact.ends, HOLDER)


def _holds_role(role: str, before: str, after: str) -> bool:
    """Tell whether `role` stands right before the name or in apposition after it, in the same clause."""
    word = re.escape(role)
    if re.search(
        rf"(?<!\w){word}(?:s)?(?:,?\s+(?:for|of|at|and|in)\s+[^,.;]{{1,60}})?,?\s+(?:[A-Z]\w*\.?\s+){{0,3}}$", before
    ):
        return True
    return bool(
        re.match(rf"^(?:\s+\w{{2,4}})?,\s+(?:[^,.;\"]{{0,50}}\s)?(?:[A-Z]\w+'s\s+)?{word}(?!\w)", after)
        or re.match(rf"^\s+(?:is|as|, as)\s+(?:the\s+)?{word}(?!\w)", after)
    )


def _of_thing(mention: Mention) -> Iterator[Bound]:
    fact, sentence = mention.fact, mention.sentence
    before, after = sentence[: mention.start], sentence[mention.end :]
    if fact.known:
        yield _bound(mention, "after", fact.known, FIRM)
    if fact.kind == "event":
        return
    if fact.begins and (_CREATED_LATER.match(after) or _WILL_CREATE.search(before)):
        yield _bound(mention, "before", fact.begins, FORESEEN)
        return
    acts = _ACTS.match(after)
    if acts is None or _FORMER.search(before) or _TO_COME.search(before):
        return
    if fact.begins:
        yield _bound(mention, "after", fact.begins, STATED)
    if fact.ends and acts["verb"].lower() in _PRESENT and not _OLD_YEAR.search(sentence):
        yield _bound(mention, "before", fact.ends, PRESENT)


def _bound(mention: Mention, side: Side, day: dt.date, firmness: int) -> Bound:
    quote = quote_around(mention.sentence, mention.start, mention.end, 80)
    return Bound(side, day, firmness, quote, mention.fact.id)

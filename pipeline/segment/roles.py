"""The role of a speaker, for tables of who says what."""

from __future__ import annotations

import re
from collections.abc import Iterable

ROLES = ("inspectorate", "minister", "council", "charity", "child or family", "professional", "other")
_CUES: tuple[tuple[str, str], ...] = (
    (
        "child or family",
        r"child|children|young (?:person|people|wom[ae]n|m[ae]n)|boys?|girls?|teenagers?|pupils?|parents?|"
        r"mothers?|fathers?|mums?|dads?|grand(?:mother|father|parents?)|"
        r"aunt|uncle|sister|brother|sibling|famil(?:y|ies)|care leavers?|\d+-year-olds?|residents?|patients?",
    ),
    (
        "inspectorate",
        r"inspectors?|inspectorates?|ofsted|cqc|care quality commission|hmic(?:frs)?|hmip?|estyn|watchdog|"
        r"regulator|audit(?:or|ors)?|ombudsman|"
        r"children[’']s commissioner|commissioner for (?:children|wales|scotland|england)|inspection|"
        r"care and social services inspectorate|hiqa|"
        r"(?:review|inquiry|panel|report)(?: team)?",
    ),
    (
        "minister",
        r"ministers?|secretary of state|(?:home|health|education|justice|children[’']s|foreign|"
        r"prime) (?:secretary|minister)|government|department (?:for|of)|"
        r"home office|ministry|mps?|msps?|parliament|spokesman on|opposition|shadow|white ?hall|senator|"
        r"select committee|liberal democrat|labour|conservative",
    ),
    (
        "council",
        r"councils?|councillors?|cllr|local authorit(?:y|ies)|director of (?:children|social)|"
        r"children[’']s services|social services|local government association|"
        r"adcs|adss|lga|borough|leaders?|council leader",
    ),
    (
        "charity",
        r"charit(?:y|ies)|nspcc|barnardo[’']s|action for children|children[’']s society|kidscape|"
        r"save the children|childline|trust|foundation|campaigners?|"
        r"voluntary|advocates?|women[’']s aid|coram|become|church|diocese",
    ),
    (
        "professional",
        r"social workers?|workers?|staff|teachers?|head ?teachers?|doctors?|nurses?|midwi(?:fe|ves)|"
        r"paediatricians?|health visitors?|gps?|police|officers?|constable|detective|"
        r"sergeant|superintendent|constabulary|force|judge|magistrates?|coroner|solicitor|barrister|"
        r"lawyers?|managers?|practitioners?|professionals?|consultants?|carers?|"
        r"union|unison|association|federation|college|probation|nhs|hospital|board|psychologist|"
        r"psychiatrist|professor|dr|chief executive|governors?|court|adviser|researchers?",
    ),
)
_PATTERNS = tuple((role, re.compile(rf"\b(?:{cue})\b", re.IGNORECASE)) for role, cue in _CUES)
_TITLES = re.compile(r"^(?:Councillor|Cllr)\b")


def speaker_role(speaker: str, texts: Iterable[str] = ()) -> str:
    """Return the role of a speaker, one of `ROLES`, or "" for none.

    A bare name tells little: given the document's texts, the words beside it ("Jo Bell, director of a charity")
    decide first.
    """
    if not speaker:
        return ""
    if _TITLES.match(speaker):
        return "council"
    for text in texts:
        described = _apposition(speaker, text)
        role = _role_of(described) if described else ""
        if role:
            return role
    return _role_of(speaker) or "other"


def _apposition(speaker: str, text: str) -> str:
    at = text.find(speaker)
    if at < 0:
        return ""
    after = re.match(r",\s+([^,.:;“\"]{3,90})", text[at + len(speaker) :])
    before = re.search(r"((?:[\w’'-]+\s+){1,6})$", text[:at])
    return f"{after.group(1) if after else ''} {before.group(1) if before and not after else ''}".strip()


def _role_of(text: str) -> str:
    """The earliest cue decides; of two at one place the first role in the list."""
    hits = [
        (match.start(), number, role)
        for number, (role, pattern) in enumerate(_PATTERNS)
        if (match := pattern.search(text))
    ]
    return min(hits)[2] if hits else ""

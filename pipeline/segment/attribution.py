"""Who a single sentence attributes its matter to, read outside its quotation marks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from pipeline.segment.names import NAME, TITLE, is_person, tidy
from pipeline.segment.wordlists import Remembered

Sort = Literal["name", "pronoun", "report", "role"]
QUOTED = "\x00"  # stands for each character inside quotation marks

# Verbs of speech report whoever their subject is; verbs of judging do so of people in office and of bodies; verbs of
# thinking and finding only of a named person, a body or a report.
_SAY = (
    r"said|says|say|told|tells|tell|add(?:s|ed)|warn(?:s|ed)?|wrote|writes|claim(?:s|ed)?|explain(?:s|"
    r"ed)?|argue[sd]?|insist(?:s|ed)?|"
    r"admit(?:s|ted)|stress(?:es|ed)|comment(?:s|ed)|repl(?:ies|ied)|conced(?:es|ed)|remark(?:s|ed)|"
    r"testified|complain(?:s|ed)?|recall(?:s|ed)|"
    r"spoke(?= (?:of|warmly|highly|about))|speaks? (?:of|warmly|highly)|point(?:s|ed) out|call(?:s|"
    r"ed) for|urge[sd]?|demand(?:s|ed)|"
    r"protest(?:s|ed)|object(?:s|ed)|cited|assert(?:s|ed)|described"
)
_JUDGE = (
    r"ask(?:s|ed)|conclude[sd]?|note[sd]?|critici[sz]e[sd]|recommend(?:s|ed)?|suggest(?:s|ed)?|state[sd]|"
    r"report(?:s|ed)|describes?|"
    r"welcome[sd]|accuse[sd]|promise[sd]|pledge[sd]|den(?:ies|ied)|acknowledge[sd]|hope[sd]|"
    r"emphasi[sz]e[sd]|observe[sd]?|declare[sd]|"
    r"confirm(?:s|ed)|announce[sd]|advise[sd]|question(?:s|ed)|praise[sd]|condemn(?:s|ed)|attack(?:s|ed)|"
    r"blame[sd]|ruled|judged|"
    r"pronounced|propose[sd]|voiced|quer(?:ies|ied)|credit(?:s|ed)|liken(?:s|ed)|single[sd]? out|"
    r"apologised|paid tribute|"
    r"undertook|thanked|invite[sd]|directed|defended|rejected|agreed"
)
_SEVERE = "(?:scathing|critical|damning)"
_HOLD = (
    r"respond(?:s|ed)?|continue[sd]|found|finds?|reveal(?:s|ed)?|highlight(?:s|ed)?|accept(?:s|ed)|"
    r"believe[sd]?|agrees|fear(?:s|ed)|"
    r"wants?|wanted|thinks?|thought|raise[sd]?|express(?:es|ed)|identif(?:ies|ied)|estimate[sd]|"
    r"maintain(?:s|ed)|feels?|felt|"
    rf"sent (?:\w+ ){{0,2}}message|would like|looks? forward|(?:was|is|were|are) (?:\w+ )?{_SEVERE}|"
    r"makes? \d+ recommendations|made (?:it )?clear|makes (?:it )?clear|put it|set out"
)
_PASSIVE = "".join(
    rf"(?<!\b{word} )" for word in ("to", "be", "been", "being", "was", "were", "is", "are", "not", "the", "a")
)
_VERB = re.compile(rf"\b(?=[a-z]){_PASSIVE}(?:(?P<say>{_SAY})|(?P<judge>{_JUDGE})|(?P<hold>{_HOLD}))\b(?! by\b)")
_ALTERNATIVE = re.compile(r"(?:[^|(]|\((?:[^()]|\([^()]*\))*\))+")
_FIRST_WORD = re.compile(r"[^ (](?:[^ (]|\((?!\?=)[^()]*\))*")


def _signs(*patterns: str) -> re.Pattern[str]:
    """Return what finds one of the words without which no pattern of this module finds anything: of verbs the first."""
    words = [_FIRST_WORD.match(verb) for pattern in patterns for verb in _ALTERNATIVE.findall(pattern)]
    verbs = "|".join(word.group() for word in words if word)
    others = "[Aa]ccording|words|view|opinion|described|condemned|criticised|welcomed|praised|labelled|judged"
    return re.compile(rf"\b(?:{verbs}|{others}|{_SEVERE})\b")


_SIGNS = _signs(_SAY, _JUDGE, _HOLD)
_ATTRIBUTES = Remembered(lambda word: _SIGNS.search(word) is not None)


def may_attribute(masked: str) -> bool:
    """Tell whether a sentence has a word that could attribute it to somebody: quick, and never wrong in saying no."""
    return any(map(_ATTRIBUTES.__getitem__, masked.split()))


_ASIDES = re.compile(
    r"(?:\s+(?:also|has|have|had|then|once|again|yesterday|today|tonight|later|further|however|repeatedly|"
    r"strongly|jointly|recently|already|now|"
    r"[a-z]+ly|nonetheless|rightly|publicly|frequently|often|consistently|simply|still|both|all|(?:this|"
    r"last) (?:week|month|year|night)|"
    r"on (?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|earlier(?: this \w+)?|\([^)]*\)))+$"
)
_REPORT_NOUN = (
    r"(?:reports?|reviews?|inquiry|inquiries|study|studies|survey|audit|inspection|research|findings|investigation)"
)
_ROLE_NOUN = (
    r"(?:inspectors?|inspectorates?|watchdog|panel|spokes(?:man|woman|person)|officials?|ministers?|"
    r"secretary|social workers?|workers?|managers?|parents?|"
    r"mother|father|grandmother|grandfather|aunt|uncle|sister|brother|famil(?:y|ies)|child|children|"
    r"young (?:person|people|women|woman|men|man)|boys?|girls?|"
    r"pupils?|residents?|prisoners?|judge|magistrate|coroner|sheriff|chair(?:man|woman|person)?|director|"
    r"directors|head|heads|head ?teachers?|headmaster|"
    r"union|charity|council|councillors?|campaigners?|experts?|officers?|police|force|constabulary|"
    r"constable|detective|sergeant|superintendent|doctors?|"
    r"paediatricians?|nurses?|midwi(?:fe|ves)|teachers?|members?|mp|lawyers?|solicitor|barrister|"
    r"prosecutor|witness(?:es)?|source|author|authors|"
    r"researchers?|commissioner|ombudsman|leaders?|practitioners?|health visitors?|carers?|foster carers?|"
    r"adopters?|department|government|board|committee|trust|authority|"
    r"authorities|agency|agencies|service|partners|partnership|governors?|chief executives?|president|"
    r"general secretary|staff|professionals?|consultants?|"
    r"founder|adviser|advocates?|assistant|archbishop|bishop|vicar|minister|auditors?|owner|patients?|"
    r"volunteers?|coordinator|employers?|tribunal|team|teams|commission|year-olds?|"
    r"neighbours?|friend|tutor|student|students|reviewers?|psychologist|psychiatrist|gp|side|regulator|"
    r"mentor|guardian|speaker|housemaster)"
)
# Those whose office it is to judge: what they find is attributed to them.
_OFFICE = re.compile(
    r"\b(?:inspect\w+|watchdog|panel|tribunal|inquiry|coroner|judge|sheriff|ombudsman|commissioner|"
    r"auditors?|reviewers?|regulator|committee|"
    r"department|government|agency|authority|trust|council|board|minister|secretary|chair\w*|charity|"
    r"union|association|commission|"
    r"spokes\w+|officer|director|governor|coordinator|chief executive|service|force)\b",
    re.IGNORECASE,
)
_DETERMINER = (
    r"(?:the|a|an|one|some|another|many|several|most|two|three|four|five|six|\d+|former|newly|local|senior|"
    r"other|our|their|its|his|her|these|those|this|that)"
)
_ROLE = (
    rf"(?:{_DETERMINER}\s+)?(?:[\w’'-]+\s+){{0,4}}?{_ROLE_NOUN}(?:\s+(?:of|from|for|at|"
    rf"in)\s+(?:[\w’'-]+\s+){{0,5}}[\w’'-]+)?"
)
_PREPOSITION = (
    r"(?:of|for|in|by|from|into|with|at|to|on|between|across|about|under|after|before|during|through|against|over)"
)
_REPORT = rf"(?:{_DETERMINER}\s+)?(?:(?!{_PREPOSITION}\b|that\b|who\b)[\w’'-]+\s+){{0,4}}?{_REPORT_NOUN}"
_SUBJECT_END = re.compile(
    rf"(?:(?P<pronoun>\b(?:[Hh]e|[Ss]he|[Tt]hey|[Ii]t))|(?P<report>\b{_REPORT})|"
    rf"(?P<name>(?<![\w’'-]){NAME})|(?P<role>\b{_ROLE}))$",
    0,
)
_SUBJECT_START = re.compile(
    rf"(?:\W|{QUOTED})*(?:(?:And|But|However|Meanwhile|Then|Yesterday|Today),?\s+)?"
    rf"(?:(?P<report>(?:(?:The|A|An|Its|Their|This|One|"
    rf"Another)\s+)?(?:[\w’'-]+\s+){{0,3}}?(?i:{_REPORT_NOUN})\b)|(?P<name>{NAME})(?=\s*[,(–])|"
    rf"(?P<role>(?i:{_ROLE})\b))"
)
_SUBJECT_AFTER = re.compile(
    rf"\s*(?:(?P<pronoun>(?:he|she|they|it)\b)|(?P<report>(?:the|a|an|its|their|"
    rf"this)\s+(?:[\w’'-]+\s+){{0,4}}?{_REPORT_NOUN}\b)|(?P<name>(?:the\s+)?{NAME})|"
    rf"(?P<role>{_ROLE}\b))"
)
_ACCORDING = re.compile(
    r"\b(?:[Aa]ccording to|in the (?:words|view|opinion) of|(?:described|condemned|criticised|welcomed|"
    r"praised|labelled|judged) by)(?=\s)"
)
_CRITICISED_IN = re.compile(
    rf"\bcriticised\b.{{0,80}}?\b(?:in|by)\s+(?P<name>{NAME})[’']s?\s+(?:\w+\s+){{0,3}}{_REPORT_NOUN}"
)
_VIEW = re.compile(r"\b[Ii]n (?P<role>(?:the )?[\w -]{2,30}?)[’']s? (?:view|words|opinion)\b")
_LEADS = re.compile(
    r"^(?:For example,?|For instance,?|Then|And|But|So|Yet|However|Meanwhile|Today|Yesterday|When|While|As|Now|Even|"
    r"Because)\s+"
)
_APPOSED = re.compile(rf"[a-z][’']?,\s+(?P<name>{NAME}),$")
_SENTENCE_NAME = re.compile(rf"(?:{TITLE}\s+)*[A-Z]")

_REPORT_OPENS = re.compile(rf"(?:(?:The|A|An)\s+)?(?:[\w’'-]+\s+){{0,3}}?(?i:{_REPORT_NOUN})\s+{_PREPOSITION}\b")
_GOVERNED = re.compile(rf"\b{_PREPOSITION}(?: the| a| an| its| their)?$")
_INSPECTING = re.compile(r"\binspect|\bwatchdog|\bpanel\b")
_REPORT_ENDS = re.compile(rf"{_REPORT_NOUN}$")
_RELATIVE = re.compile(r"\b(?:that|who|whom|which|whether|if|where|what|unless|until|because|how|when)\b")
_CLAUSE_END = re.compile(rf"[,;:(—]|{QUOTED}")
_NOBODY = re.compile(r"(?i:nobody|no one|none|neither|every|each|any)\b")


@dataclass(frozen=True, slots=True)
class Source:
    """Someone to whom a sentence is attributed, as named there."""

    sort: Sort
    text: str
    strong: bool = True


def _source(sort: str | None, text: str, strong: bool) -> Source | None:
    known: dict[str, Sort] = {"name": "name", "pronoun": "pronoun", "report": "report", "role": "role"}
    return Source(known[sort], text, strong) if text and sort in known else None


def attribution(masked: str) -> Source | None:
    """Return who says it, from a sentence whose quoted parts are masked; None where the document speaks itself."""
    if not may_attribute(masked):
        return None
    match = _ACCORDING.search(masked)
    if match:
        found = _after(masked, match.end(), strong=True)
        if found:
            return found
    match = _CRITICISED_IN.search(masked) if "criticised" in masked else None
    if match:
        return Source("name", match.group("name"))
    verbs = list(_VERB.finditer(masked))
    for verb in verbs:
        found = _inverted(masked, verb) or _before(masked, verb)
        if found:
            return found
    match = _VIEW.search(masked) if any(word in masked for word in (" view", " words", " opinion")) else None
    return Source("role", match.group("role")) if match else None


def _inverted(masked: str, verb: re.Match[str]) -> Source | None:
    """`..., said the chair of the panel`: a verb right after the quotation or its comma."""
    left = masked[: verb.start()].rstrip()
    if not left or left[-1] not in f",?!”\"’'{QUOTED}":
        return None
    return _after(masked, verb.end(), strong=verb.group("say") is not None)


def _after(masked: str, at: int, *, strong: bool) -> Source | None:
    match = _SUBJECT_AFTER.match(masked, at)
    if not match:
        return None
    sort = match.lastgroup
    text = match.group(sort) if sort else ""
    if text.startswith("that "):  # "said that members ...": what is said, not who says it
        return None
    if sort == "name" and not _SENTENCE_NAME.match(re.sub(r"^the\s+", "", text)):
        return None
    return _source(sort, text, strong)


def _before(masked: str, verb: re.Match[str]) -> Source | None:
    """The subject in front of the verb, over adverbs and appositions."""
    strong = verb.group("say") is not None
    left = masked[: verb.start()].rstrip()
    trimmed = _ASIDES.sub("", left)
    if trimmed.endswith((",", ")", "–", "-", "—")):
        beside = _APPOSED.search(trimmed)
        if beside and is_person(tidy(beside.group("name"))):
            return Source("name", beside.group("name"), strong)
        return _opening(masked, verb.start(), strong)
    if _REPORT_OPENS.match(masked):
        return _opening(masked, verb.start(), strong)
    clause = _clause(trimmed)
    match = _SUBJECT_END.search(clause)
    if match is None:
        return _opening(masked, verb.start(), strong)
    lead = clause[: match.start()].rstrip()
    if _GOVERNED.search(lead):
        return _opening(masked, verb.start(), strong)
    judging = verb.group("judge") is not None and bool(_OFFICE.search(match.group()))
    return _subject(match, lead, strong or judging or bool(_INSPECTING.search(match.group())))


def _subject(match: re.Match[str], lead: str, strong: bool) -> Source | None:
    sort = match.lastgroup
    text = match.group(sort) if sort else ""
    if sort == "name":
        if text.split()[0] in ("I", "We"):
            return None
        return (
            Source("report", f"the {text} report", strong)
            if _REPORT_ENDS.search(lead)
            else Source("name", text, strong)
        )
    if sort == "role":
        text = _role_phrase(text)
        named = bool(re.search(r"\b[A-Z]", text[1:]))
        return Source("role", text, strong or named) if text else None
    return _source(sort, text, strong)


def _role_phrase(text: str) -> str:
    """Return a role without the words that open its sentence; none inside a relative clause."""
    if _RELATIVE.search(text):
        return ""
    text = re.sub(r"^.*\b(?:is|are|was|were|has|have|had|been|and|but)\s+(?:even|also|now)?\s*", "", text)
    text = re.sub(r"^(?:\d+(?:\.\d+)*\s+)(?=(?:One|Two|A|The|Some|Several)\b)", "", text)
    if _NOBODY.match(text):
        return ""
    return _LEADS.sub("", text)


def _clause(left: str) -> str:
    """The last clause of the words before a verb, at most 90 characters."""
    return _CLAUSE_END.split(left)[-1][-90:].lstrip()


def _opening(masked: str, end: int, strong: bool) -> Source | None:
    """The sentence's first noun phrase, where an apposition or a long phrase parts it from its verb."""
    match = _SUBJECT_START.match(masked[:end])
    if not match:
        return None
    sort = match.lastgroup
    text = match.group(sort).strip() if sort else ""
    rest = masked[match.end() : end]
    if sort == "role":
        text = _role_phrase(text)
    if (
        sort == "report"
        and not strong
        and not re.match(rf"\s*(?:,|\(|{_PREPOSITION}\b|published|carried|commissioned|which|that)", rest)
    ):
        return None
    if sort == "role" and not strong:
        return None
    if sort == "role" and re.search(r"\b(?:is|are|was|were|has|have|had|will|would|can|could)\b", rest):
        return None
    return _source(sort, text, strong)

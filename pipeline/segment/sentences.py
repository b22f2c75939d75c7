"""Sentence boundaries inside one block, by rule: fast, and without a model of the language."""

from __future__ import annotations

import re

from pipeline.segment.wordlists import words

# A place where a sentence may end: stops, closing quotes or brackets, then space; or a stop glued to the next sentence.
# Most places are ruled out by their first character; what stands before is looked at last.
_CANDIDATE = re.compile(
    r"(?=[.!?…\s])(?:(?P<stop>[.!?…]+)(?P<close>[\"'”’»)\]]*)(?P<note>(?<=[a-z][.!?”’\"])\d{1,2}(?=\s+[\"“‘'(]?[A-Z]))?(?P<space>\s+)"
    r"|(?P<glued>[.!?](?<=[a-z]{3}[.!?])[\"”’]?)(?=[A-Z][a-z]{1,}\s)"
    r"|(?P<break>\n[^\S\n]*\n\s*|\s+(?=[•▪●■]\s)))"
)
_TITLES = words(
    "mr mrs ms miss mx dr prof rev revd fr st sr hon cllr gov sen rep capt col gen lt maj sgt insp supt det ds di",
    "dci dcs pc cc messrs mme mlle pres supt sec asst ch",
)
# Short forms that go on to a name or a figure; a capital after them opens no sentence.
_LEADING = words(
    "no nos para paras p pp vol vols fig figs art arts reg regs sch ed eds e.g i.e eg ie cf viz vs v al c ca",
    "approx ref refs tel ext cm cmnd sec col ss nr op ibid incl esp min max est dept tab app appx annexe",
)
# Short forms that may stand at a sentence's end; only a plain opening word after them starts a new one.
_TRAILING = words(
    "etc ltd plc inc co corp bros jr jnr snr esq ph.d a.m p.m am pm u.k u.s u.s.a u.n e.u d.c b.c a.d govt jan",
    "feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri sat sun st rd ave approx",
    "hrs mins",
)
_OPENERS = words(
    "The A An In It Its It's He She They We You I This That These Those There Their His Her Our My Your But And",
    "However Although While When Where What Why How If As At By For From On Of Of To With Without After Before",
    "Since Some Many Most All Both Each Few No Not Nor Or So Then Thus Such Other Others Once Only One Two Three",
    "Despite During Under Until Following Meanwhile Staff Children Inspectors Ministers Leaders Managers Parents",
    "Yet Still Even Every Because Instead Overall",
)
_WORD_BEFORE = re.compile(r"([\w'’&-]+(?:\.[\w'’&-]+)*)$")
_LABELS = words(
    "appendix annex plan part category grade class section schedule level band team group ward hepatitis vitamin",
    "option type",
)
_REPORTING = re.compile(
    r"(?:[A-Z][\w.’'-]*\s+){1,4}(?:said|says|asked|asks|added|adds|told|wondered|demanded|replied|wrote|continued|shouted)\b"
)
_SMALL_OPENING = re.compile(r"e-[a-z]|i[A-Z]")  # "e-learning", "iPads"
_CLOCK = frozenset(("a.m", "p.m", "am", "pm"))
_SHORT_FORMS = _TITLES | _LEADING | _TRAILING | _CLOCK
_LONG = 5  # letters: a longer word, if no short form, is neither an initial nor the number of a paragraph
_DAYS = re.compile(
    r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|January|February|March|April|May|June|July|August|September|October|November|December"
)
_OPENING = re.compile(r"[\"“‘'«(\[\s–—-]*")
_ENUMERATOR = re.compile(r"\W*(?:\d{1,3}|[A-Za-z]|[ivx]{1,5})(?:\.\d{1,3})*$", re.IGNORECASE)


def cut(text: str) -> list[tuple[int, int]]:
    """Return the (start, end) of each sentence of a block's text; white space between sentences belongs to none.

    Quotation marks and brackets that close a sentence stay with it. Nothing but white space is lost.
    """
    spans: list[tuple[int, int]] = []
    start = len(text) - len(text.lstrip())
    for match in _CANDIDATE.finditer(text):
        if match.start() < start:
            continue
        end = match.end() - len(match.group("space") or "") if match.lastgroup != "break" else match.start()
        if match.lastgroup == "break" or match.group("glued") or _ends(text, start, match):
            if text[start:end].strip():
                spans.append((start, end))
            start = match.end()
    tail = len(text.rstrip())
    if tail > start:
        spans.append((start, tail))
    return spans


def _ends(text: str, start: int, match: re.Match[str]) -> bool:
    """Tell whether the stop at `match` ends the sentence that began at `start`."""
    after = match.end()
    opening = _OPENING.match(text, after)
    first = text[opening.end() : opening.end() + 1] if opening else ""
    if first.islower() and not _SMALL_OPENING.match(text, opening.end() if opening else after):
        return False
    if not first or not (first.isalnum() or first in "£$€…"):
        return False
    stop, close = match.group("stop"), match.group("close")
    if stop[-1] in "!?":
        return not (close and _REPORTING.match(text, after))
    if stop == "." and not close:
        return _full_stop_ends(text, start, match.start(), after, first)
    return not (close == ")" and _inside_brackets_only(text, start, match.start()) and first.isdigit())


def _inside_brackets_only(text: str, start: int, at: int) -> bool:
    return text[max(start, at - 8) : at].strip().startswith("(")


def _full_stop_ends(text: str, start: int, at: int, after: int, first: str) -> bool:
    last = text[text.rfind(" ", start, at) + 1 : at]
    if len(last) > _LONG and last.isalpha() and last.islower() and last not in _SHORT_FORMS:
        return True
    before = _WORD_BEFORE.search(text, max(start, at - 40), at)
    word = before.group(1) if before else ""
    low = word.lower()
    if _ENUMERATOR.fullmatch(text, start, at):
        return False
    following = re.match(r"[\w'’]+", text[after : after + 24])
    opener = following is not None and following.group() in _OPENERS
    if len(word) == 1 and word.isalpha():
        return _initial_ends(text, start, before.start(1) if before else at, word, opener)
    if low in _TITLES and (word[0].isupper() or low in ("st",)):
        return False
    if low in _CLOCK:
        return following is not None and not _DAYS.fullmatch(following.group()) and not first.isdigit()
    if low in _TRAILING or (word.isupper() and "." in word):
        return opener
    if low in _LEADING:
        return (opener and low not in ("no", "nos", "p", "pp", "para", "paras")) or (
            low == "no" and not first.isdigit()
        )
    return True


def _initial_ends(text: str, start: int, at: int, letter: str, opener: bool) -> bool:
    """A single letter before a stop is an initial, unless it labels something or is the pronoun."""
    previous = _WORD_BEFORE.search(text[max(start, at - 30) : at].rstrip())
    label = previous.group(1).lower() if previous else ""
    if label in _LABELS or (letter == "I" and label in ("and", "than", "as", "do", "did", "am", "was", "or")):
        return True
    if letter.islower():
        return opener
    return opener and label.islower() and bool(label) and previous is not None and previous.group(1).islower()

"""The lines of a text, each told apart, with the place in the source of every character that is kept."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from html import unescape

import ftfy

_MENDING = ftfy.TextFixerConfig(uncurl_quotes=False, fix_latin_ligatures=False, max_decode_length=10_000_000)
_BULLET = re.compile(r"([-–—*+•▪●■◦‣∙·○❖➢►✓]|o(?=\s{1,8}[A-Za-z]))\s+(?=\S)")
_NUMBER = re.compile(
    r"(\(?(?:\d{1,3}|[a-z]|[ivx]{1,5})\)|\d{1,3}\.(?!\d)|\d{1,3}(?:\.\d{1,3}){1,3}\.?|[a-z]\.|[ivx]{2,4}\.)\s+(?=[\w\"“‘'(\[£])"
)
_MARKDOWN_HEADING = re.compile(r"(#{1,6})\s+(.+?)\s*#*$")
_RULE = re.compile(r"([-*_=~#.•])(?:\s?\1){2,}$")
_FENCE = re.compile(r"(```|~~~)")
_MARKUP = re.compile(
    r"(?P<image>!\[(?P<alt>[^\]\n]*)\]\([^)\s]*(?:\s+\"[^\"]*\")?\))"
    r"|(?P<link>\[(?P<label>[^\]\n]+)\]\((?:https?:|mailto:|/|#|\.)[^)\s]*(?:\s+\"[^\"]*\")?\))"
    r"|(?P<stars>(?<![\w*\\])(?P<mark>\*{1,3})(?=[^\s*])(?P<strong>[^*\n]+?)(?<=[^\s*])(?P=mark)(?![\w*]))"
)
_UNDERSCORES = re.compile(r"(?<![\w_\\])(_{1,2})(?=[^\s_])(?P<strong>[^_\n]+?)(?<=[^\s_])\1(?![\w_])")
_SPACES = re.compile(r"[^\S\n]+")
_WINDOW = 64  # characters compared at a time: mending is local, and a line may be as long as its file
_ENTITY = re.compile(r"&#?\w{1,32};")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x7f]+")  # they carry no text; an escape is left to be mended


@dataclass(frozen=True, slots=True)
class Mapped:
    """A text and, for each of its characters, the place in the source that it came from."""

    text: str
    places: Sequence[int]

    def cut(self, start: int, end: int | None = None) -> Mapped:
        """Return the slice `[start:end]`."""
        return Mapped(self.text[start:end], self.places[start:end])

    def strip(self) -> Mapped:
        """Return the text without white space at its ends."""
        lead = len(self.text) - len(self.text.lstrip())
        return self.cut(lead, len(self.text.rstrip()) if self.text.strip() else lead)

    def keep(self, spans: Sequence[tuple[int, int]]) -> Mapped:
        """Return only the given spans, joined."""
        places = [place for start, end in spans for place in self.places[start:end]]
        return Mapped("".join(self.text[start:end] for start, end in spans), places)


@dataclass(slots=True)
class Line:
    """One line of the source, told apart: what it is, how deep it stands and what it says."""

    kind: str  # blank, text, heading, bullet, number, rule, code or row
    body: Mapped
    indent: int = 0
    width: int = 0
    marker: str = ""
    level: int = 0
    page: int | None = None


def split_lines(source: str, start: int, markdown: bool) -> Iterator[Line]:
    """Yield the lines of a source from `start` on, each told apart; form feeds count pages."""
    page = 1 if "\f" in source else None
    fenced = False
    for match in re.finditer(r"[^\n\r\f\v\u2028\u2029]*(\r\n|[\n\r\f\v\u2028\u2029]|$)", source[start:]):
        raw = match.group()
        body = mend(Mapped(raw, range(start + match.start(), start + match.end())))
        if markdown and _FENCE.match(body.text.strip()):
            fenced = not fenced
        elif raw.strip():
            yield _classify(body, page, markdown, fenced)
        else:
            yield Line("blank", body.cut(0, 0), page=page)
        if raw.endswith("\f") and page is not None:
            page += 1


def mend(line: Mapped) -> Mapped:
    """Undo mojibake, odd spaces, control characters and entities, character by character so that the map holds."""
    line = _without_controls(line)
    if line.text.isascii() and "&" not in line.text and "\x1b" not in line.text:
        return line
    mended = ftfy.fix_text(line.text, _MENDING)
    if mended == line.text:
        return line
    return Mapped(mended, [line.places[at] for at in _origins(line.text, mended)])


def _origins(source: str, mended: str) -> list[int]:
    """Return the place in the source that each character of the mended text came from: word by word where it can be.

    The time grows as the text does, whatever the text: a line may be as long as its file.
    """
    words, becoming = source.split(" "), mended.split(" ")
    if len(words) != len(becoming):
        return _by_windows(source, mended)
    found: list[int] = []
    at = 0
    for word, became in zip(words, becoming, strict=True):
        places = range(len(word)) if word == became else _by_windows(word, became)
        found += (at + place for place in (*places, len(word)))  # with the space after it
        at += len(word) + 1
    return found[:-1]


def _by_windows(source: str, mended: str) -> list[int]:
    """Return the same for a text that is gone through a window at a time."""
    found: list[int] = []
    at = 0
    while len(found) < len(mended):
        same = _same(source, at, mended, len(found))
        found += range(at, at + same)
        at += same
        back = int(same > 0 and source[at - 1] == "&")
        entity = _ENTITY.match(source, at - back)
        if entity and mended.startswith(stands_for := unescape(entity.group()), len(found) - back):
            found[len(found) - back :] = [at - back] * len(stands_for)
            at = entity.end()
            continue
        here, there = source[at : at + _WINDOW], mended[len(found) : len(found) + _WINDOW]
        whole = at + _WINDOW >= len(source) and len(found) + _WINDOW >= len(mended)
        past, origins = _window(here, there, whole)
        found += (min(at + place, len(source) - 1) for place in origins)
        at += past
    return found


def _same(one: str, here: int, other: str, there: int) -> int:
    """Return how many characters two texts have alike from these places on."""
    alike, step = 0, 1 << 16
    while step:
        piece = one[here + alike : here + alike + step]
        if len(piece) == step and other.startswith(piece, there + alike):
            alike += step
        else:
            step //= 2
    return alike


def _window(here: str, there: str, whole: bool) -> tuple[int, list[int]]:
    """Return how much of `here` was gone through, and the place in it of each character of `there` that this gave.

    What is no longer `whole` is gone through only up to where both run alike again, the last time in their first half:
    what they have in common may lie beyond their ends.
    """
    codes = SequenceMatcher(None, here, there, False).get_opcodes()
    if not whole:
        half = _WINDOW // 2
        last = max((n for n, c in enumerate(codes, 1) if c[0] == "equal" and c[1] < half and c[3] < half), default=0)
        codes = codes[:last] or [("replace", 0, min(half, len(here)), 0, min(half, len(there)))]
    origins = [
        min(start + step, max(start, end - 1)) for _, start, end, to, to_end in codes for step in range(to_end - to)
    ]
    return (codes[-1][2] if codes else 0), origins


def _without_controls(line: Mapped) -> Mapped:
    ends = [0, *(at for match in _CONTROLS.finditer(line.text) for at in match.span()), len(line.text)]
    return line.keep(list(zip(ends[::2], ends[1::2], strict=True))) if len(ends) > 2 else line


def _classify(line: Mapped, page: int | None, markdown: bool, fenced: bool) -> Line:
    expanded = line.text.expandtabs(4).rstrip()
    indent, width = len(expanded) - len(expanded.lstrip()), len(expanded)
    body = line.strip()
    if fenced:
        return Line("code", body, indent, width, page=page)
    if markdown:
        quote = re.match(r"(?:>\s?)+", body.text)
        body = body.cut(quote.end() if quote else 0).strip()
    if _RULE.match(body.text) or not body.text:
        return Line("rule", body, indent, width, page=page)
    heading = _MARKDOWN_HEADING.match(body.text)
    if heading:
        inner = _plain(body.cut(heading.start(2), heading.end(2)), markdown)
        return Line("heading", inner, indent, width, level=len(heading.group(1)), page=page)
    if markdown and body.text.startswith("|"):
        return Line("row", body, indent, width, page=page)
    for kind, pattern in (("bullet", _BULLET), ("number", _NUMBER)):
        match = pattern.match(body.text)
        if match:
            rest = _plain(body.cut(match.end()), markdown)
            return Line(kind, rest, indent, width, marker=match.group(1), page=page)
    return Line("text", _plain(body, markdown), indent, width, page=page)


def _plain(body: Mapped, markdown: bool) -> Mapped:
    """Take out emphasis and link marks, and squeeze white space."""
    if "*" in body.text or "](" in body.text:
        body = _unmark(body, _MARKUP)
    if markdown and "_" in body.text:
        body = _unmark(body, _UNDERSCORES)
    if "  " in body.text or "\t" in body.text or "\xa0" in body.text:
        spans = [(m.start(), m.end()) for m in re.finditer(r"\S+|\s(?=\S)", body.text)]
        body = body.keep(spans)
        body = Mapped(_SPACES.sub(" ", body.text), body.places)
    return body


def _unmark(body: Mapped, pattern: re.Pattern[str]) -> Mapped:
    spans, at = [], 0
    for match in pattern.finditer(body.text):
        group = next(name for name in ("strong", "label", "alt") if match.groupdict().get(name) is not None)
        spans += [(at, match.start()), match.span(group)]
        at = match.end()
    return body.keep([*spans, (at, len(body.text))]) if spans else body

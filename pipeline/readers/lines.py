"""The lines of a text, each told apart, with the place in the source of every character that is kept."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

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
    places: list[int] = []
    for _, from_start, from_end, to_start, to_end in SequenceMatcher(None, line.text, mended, False).get_opcodes():
        for step in range(to_end - to_start):
            at = min(from_start + step, max(from_start, from_end - 1), len(line.places) - 1)
            places.append(line.places[at])
    return Mapped(mended, places)


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

"""From a PDF page to lines with position and font, with as few calls into PDFium as will do.

A call for every character would take most of the time. So the text comes a page at a time, the boxes come a text object
at a time, and the font is looked up three times a line; single characters are asked for only where a line holds a gap
or a jump.
"""

from __future__ import annotations

import ctypes
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal, NamedTuple

import pypdfium2.raw as pdfium

from pipeline.readers import pdf_calls as calls
from pipeline.readers.layout.markers import marker_end
from pipeline.readers.layout.model import Box, Line, PageLines

_LINE_END = re.compile("\r\n|[\x02￾]")  # PDFium ends a line with both characters; a lone one is a space
_UNKNOWN = re.compile("[\x00-\x08\x0e-\x1f\ue000-\uf8ff\ufffd]")
_PRINT_DPI = 300.0
_SPACES = re.compile(r"\s+")
_HYPHENS = "\x02￾\xad"
_WIDE_GAP = 1.3  # in ems: wider than a justified line's spaces
_DENSITY = 0.5  # ems a character takes, to begin with
_SPARSE = 1.2  # times the usual density: a line this wide for its length may hide a gap
_JUMP = 0.7  # in ems: a baseline further off than a superscript's
_MAX_OBJECTS = 4000  # of a page, looked at for rules: a map or a drawing has more
_SYMBOL_FONTS = (b"symbol", b"wingding", b"dingbat", b"webding")
_BOLD_FONTS = (b"bold", b"black", b"heavy", b"demi")
_SLANT = 0.15  # shear that makes upright letters look italic
_SCAN = 0.3  # share of a page without text that an image covers where the page is a scan
_SHORT = 8.0  # points: a rule this short frames nothing
_THIN = 3.0  # points: a drawn box this thin is a rule


class _Style(NamedTuple):
    """How characters are set. `turned`: they do not run straight across the page."""

    size: float
    bold: bool
    italic: bool
    symbol: bool
    turned: bool


@dataclass(frozen=True, slots=True)
class PageRead:
    """One page as read. `characters`: its share of the document's source characters.

    `fault` says why the page has no lines; `scan_dpi` is the resolution of the image that makes up a page without
    (legible) text, 0 for other pages.
    """

    found: PageLines
    characters: int = 0
    fault: Literal["", "corrupt", "too_large"] = ""
    scan_dpi: float = 0.0


class PageReader:
    """Reads the pages of one open document. Keeps the buffers that PDFium writes into, and a page's fonts."""

    def __init__(self, document: Any, max_characters: int = 1_000_000) -> None:
        self._document = document
        self._max_characters = max_characters
        self._edges = (ctypes.c_double * 4)()
        first = ctypes.addressof(self._edges)
        self._at = (first, first + 8, first + 16, first + 24)
        self._matrix = pdfium.FS_MATRIX()
        self._matrix_at = ctypes.addressof(self._matrix)
        self._name = ctypes.create_string_buffer(256)
        self._fonts: dict[int, tuple[bool, bool, bool]] = {}
        self._styles: dict[int, _Style] = {}
        self._density = _DENSITY
        self._text_page = 0
        self._frame = _Frame()

    def read(self, index: int, offset: int) -> PageRead:
        """Return page `index` (from 0); its first character has place `offset` in the document's source characters."""
        page = pdfium.FPDF_LoadPage(self._document, index)
        if not page:
            return PageRead(PageLines(index + 1, 0.0, 0.0, []), fault="corrupt")
        try:
            return self._page(page, index + 1, offset)
        finally:
            pdfium.FPDF_ClosePage(page)

    def _page(self, page: Any, number: int, offset: int) -> PageRead:
        self._fonts.clear()
        self._styles.clear()
        self._frame = _Frame(page)
        found = PageLines(number, self._frame.width, self._frame.height, [])
        handle = pdfium.FPDFText_LoadPage(page)
        if not handle:
            return PageRead(found, fault="corrupt")
        try:
            self._text_page = calls.address(handle)
            if pdfium.FPDFText_CountChars(handle) > self._max_characters:
                return PageRead(found, fault="too_large")
            text = _page_text(handle, self._text_page)
            legible = _is_legible(text)
            if legible:
                for begin, end in _line_spans(text):
                    found.lines.extend(self._line(begin, text[begin:end], number, offset))
        finally:
            pdfium.FPDFText_ClosePage(handle)
        image = _add_drawn(page, self._frame, found)
        return PageRead(found, len(text), scan_dpi=0.0 if legible else _scan_dpi(page, image, self._frame, text))

    def _line(self, begin: int, raw: str, page: int, offset: int) -> list[Line]:
        """Return the pieces of one of PDFium's lines: cut where it jumps to another height or over a wide gap."""
        text = raw.strip()
        hyphen = text[-1:] in _HYPHENS and bool(text)
        if hyphen:
            text = text[:-1].rstrip()
        if not text:
            return []
        first = begin + len(raw) - len(raw.lstrip())
        boxes = self._boxes(first, len(text))
        lines = []
        for start, piece, parts in self._runs(first, text, boxes):
            lines.extend(self._pieces(start, piece, parts, page, offset))
        if lines:
            lines[-1].hyphen = hyphen
        return lines

    def _boxes(self, first: int, count: int) -> list[Box]:
        """Return the boxes of a line's text objects, in order."""
        edges, (left, top, right, bottom) = self._edges, self._at
        found = []
        for i in range(calls.count_rects(self._text_page, first, count)):
            if calls.get_rect(self._text_page, i, left, top, right, bottom):
                found.append(self._frame.box(edges[0], edges[3], edges[2], edges[1]))
        return found

    def _runs(self, first: int, text: str, boxes: list[Box]) -> list[tuple[int, str, list[Box]]]:
        """Return the runs of a line that keep to one height, as (first character, text, boxes)."""
        if not any(b.top >= a.bottom or b.bottom <= a.top for a, b in pairwise(boxes)):
            return [(first, text, boxes)] if boxes else []
        em = self._style(first).size
        runs: list[tuple[int, str, list[Box]]] = []
        current: list[Box] = []
        start, baseline = 0, 0.0
        for i, char in enumerate(text):
            if char.isspace():
                continue
            at = self._baseline(first + i)
            if current and abs(at - baseline) > _JUMP * em:
                runs.append((first + start, text[start:i].rstrip(), current))
                start, current = i, []
            if not current:
                baseline = at
            current.append(self._char(first + i))
        runs.append((first + start, text[start:], current))
        return runs

    def _pieces(self, first: int, text: str, boxes: list[Box], page: int, offset: int) -> list[Line]:
        """Return the lines that the wide gaps of a run of text leave."""
        style = self._style(first)
        x0, x1 = min(b.x0 for b in boxes), max(b.x1 for b in boxes)
        top, bottom = min(b.top for b in boxes), max(b.bottom for b in boxes)
        em = style.size or bottom - top or 1.0
        density = (x1 - x0) / (em * len(text))
        wide = _WIDE_GAP * em
        if any(b.x0 - a.x1 > wide for a, b in pairwise(boxes)) or density > _SPARSE * self._density:
            cuts = self._gaps(first, text, wide)
        else:
            cuts = []
            if len(text) > 30:
                self._density += 0.1 * (density - self._density)
        baseline = self._baseline(first)
        lines = []
        begin, left = 0, x0
        for end, right, after, following in [*cuts, (len(text), x1, 0, 0.0)]:
            piece = text[begin:end]
            line = Line(page, piece, offset + first + begin, left, right, top, bottom, baseline, em)
            self._set_style(line, first + begin)
            self._set_behind(line, first + begin)
            lines.append(line)
            begin, left = after, following
        return lines

    def _gaps(self, first: int, text: str, wide: float) -> list[tuple[int, float, int, float]]:
        """Return the wide gaps of a run: (end before, right edge before, first character after, left edge after)."""
        found = []
        for match in _SPACES.finditer(text):
            before = self._char(first + match.start() - 1).x1
            after = self._char(first + match.end()).x0
            if after - before > wide:
                found.append((match.start(), before, match.end(), after))
        return found

    def _set_style(self, line: Line, first: int) -> None:
        """Set most of a line's style, by its first, middle and last character."""
        last = len(line.text) - 1
        style = begins = self._style(first)
        if last > 2 and self._style(first + last) != begins:
            style = self._style(first + last // 2 + (line.text[last // 2] == " "))
        line.size, line.bold, line.italic, _, line.turned = style
        line.symbol = begins.symbol

    def _set_behind(self, line: Line, first: int) -> None:
        """Note where the text behind a marker begins."""
        after = marker_end(line.text, line.symbol)
        if after:
            right = self._char(first + len(line.text[:after].rstrip()) - 1).x1
            line.behind = (after, right, self._char(first + after).x0)

    def _char(self, index: int) -> Box:
        edges, (left, right, bottom, top) = self._edges, self._at
        calls.get_char_box(self._text_page, index, left, right, bottom, top)
        return self._frame.box(edges[0], edges[2], edges[1], edges[3])

    def _baseline(self, index: int) -> float:
        calls.get_origin(self._text_page, index, self._at[0], self._at[1])
        x, y = self._edges[0], self._edges[1]
        return self._frame.box(x, y, x, y).bottom

    def _style(self, index: int) -> _Style:
        item = calls.get_text_object(self._text_page, index) or 0
        known = self._styles.get(item)
        if known is None:
            known = self._styles[item] = self._new_style(item, index)
        return known

    def _new_style(self, item: int, index: int) -> _Style:
        size = calls.get_font_size(self._text_page, index)
        slant = turned = False
        if calls.get_matrix(self._text_page, index, self._matrix_at):
            m = self._matrix
            size *= math.hypot(m.c, m.d)
            slant = abs(m.c) > _SLANT * abs(m.d) > 0 and abs(m.b) < 0.05 * abs(m.a)
            turned = not self._frame.runs_across(m.a, m.b)
        bold, italic, symbol = self._font(item) if item else (False, False, False)
        if item and not bold:
            bold = calls.get_render_mode(item) == pdfium.FPDF_TEXTRENDERMODE_FILL_STROKE
        return _Style(round(size * 4) / 4, bold, italic or slant, symbol, turned)

    def _font(self, item: int) -> tuple[bool, bool, bool]:
        font = calls.get_font(item)
        if font not in self._fonts:
            calls.get_font_name(font, ctypes.addressof(self._name), len(self._name))
            name = self._name.value.lower()
            bold = any(word in name for word in _BOLD_FONTS)
            italic = b"italic" in name or b"oblique" in name
            self._fonts[font] = (bold, italic, any(word in name for word in _SYMBOL_FONTS))
        return self._fonts[font]


class _Frame:
    """Turns PDFium's page coordinates (upwards, before rotation) into points from the top left of the page as seen."""

    def __init__(self, page: Any = None) -> None:
        self.width = self.height = self._left = self._bottom = self._right = self._top = 0.0
        self._turn = 0
        if page is not None:
            self.width = pdfium.FPDF_GetPageWidthF(page)
            self.height = pdfium.FPDF_GetPageHeightF(page)
            self._turn = pdfium.FPDFPage_GetRotation(page)
            bounds = pdfium.FS_RECTF()
            pdfium.FPDF_GetPageBoundingBox(page, ctypes.byref(bounds))
            self._left, self._bottom, self._right, self._top = bounds.left, bounds.bottom, bounds.right, bounds.top

    def box(self, left: float, bottom: float, right: float, top: float) -> Box:
        if self._turn == 0:
            return Box(left - self._left, self._top - top, right - self._left, self._top - bottom)
        if self._turn == 1:
            return Box(bottom - self._bottom, left - self._left, top - self._bottom, right - self._left)
        if self._turn == 2:
            return Box(self._right - right, bottom - self._bottom, self._right - left, top - self._bottom)
        return Box(self._top - top, self._right - right, self._top - bottom, self._right - left)

    def runs_across(self, right: float, up: float) -> bool:
        """Say whether a text direction runs from left to right on the page as seen."""
        for _ in range(self._turn):
            right, up = up, -right
        return right > 0 and abs(up) < 0.1 * right


def _page_text(handle: Any, text_page: int) -> str:
    """Return a page's characters, one code point for each character that PDFium counts."""
    count = pdfium.FPDFText_CountChars(handle)
    if count <= 0:
        return ""
    buffer = ctypes.create_string_buffer(2 * (count + 1))
    calls.get_text(text_page, 0, count, ctypes.addressof(buffer))
    text = buffer.raw[: 2 * count].decode("utf-16-le", "surrogatepass")
    if len(text) == count and "\x00" not in text:
        return text
    return "".join(chr(pdfium.FPDFText_GetUnicode(handle, i) or 32) for i in range(count))


def _line_spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each line of a page's text begins and ends, a line-end hyphen included."""
    begin = 0
    for match in _LINE_END.finditer(text):
        at = match.start()
        yield begin, at + (text[at] != "\r")
        begin = match.end()
    yield begin, len(text)


def _is_legible(text: str) -> bool:
    """Say whether a page has text whose characters are known; a broken font gives private or replacement ones."""
    if _UNKNOWN.search(text) is None:
        return not (not text or text.isspace())
    solid = len("".join(text.split()))
    return len(_UNKNOWN.findall(text)) <= 0.5 * solid


def _scan_dpi(page: Any, image: tuple[float, int], frame: _Frame, text: str) -> float:
    """Return the resolution of the image that covers a page, 0 where the page is no scan."""
    share, index = image
    if share <= _SCAN:
        return _PRINT_DPI if text.strip() else 0.0
    width, height = ctypes.c_uint(), ctypes.c_uint()
    item = pdfium.FPDFPage_GetObject(page, index)
    if not pdfium.FPDFImageObj_GetImagePixelSize(item, ctypes.byref(width), ctypes.byref(height)):
        return _PRINT_DPI
    inches = (share * frame.width * frame.height) ** 0.5 / 72
    return float(max(1.0, (width.value * height.value) ** 0.5 / max(inches, 0.1)))


def _add_drawn(page: Any, frame: _Frame, found: PageLines) -> tuple[float, int]:
    """Add a page's straight rules and boxes; return its largest image: the share it covers, its place among objects."""
    at = calls.address(page)
    largest = (0.0, 0)
    edges = (ctypes.c_float * 4)()
    first = ctypes.addressof(edges)
    for i in range(min(calls.count_objects(at), _MAX_OBJECTS)):
        item = calls.get_object(at, i)
        kind = calls.get_object_type(item)
        if kind not in (pdfium.FPDF_PAGEOBJ_PATH, pdfium.FPDF_PAGEOBJ_IMAGE):
            continue
        if not calls.get_bounds(item, first, first + 4, first + 8, first + 12):
            continue
        box = frame.box(*edges)
        width, height = box.x1 - box.x0, box.bottom - box.top
        if kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            largest = max(largest, (width * height / max(1.0, frame.width * frame.height), i))
        elif min(width, height) <= _THIN:
            if max(width, height) > _SHORT:
                found.rules.append(box)
        elif width > 40 and height > 10 and width * height < 0.9 * frame.width * frame.height:
            found.frames.append(box)
    return largest

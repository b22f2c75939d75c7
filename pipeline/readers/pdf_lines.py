"""From a PDF page to lines with position and font, with as few calls into PDFium as will do.

A call for every character would take most of the time. So the text comes a page at a time, the boxes come a text object
at a time, and the font is looked up three times a line; single characters are asked for only where a line holds a gap
or a jump.
"""

from __future__ import annotations

import ctypes
import math
import re
from itertools import pairwise
from typing import Any

import pypdfium2.raw as pdfium

from pipeline.readers.layout.markers import marker_end
from pipeline.readers.layout.model import Box, Line, PageLines

_LINE = re.compile("[^\r\n\x02￾]+[\x02￾]?")
_HYPHENS = "\x02￾\xad"
_WIDE_GAP = 1.3  # in ems: wider than a justified line's spaces
_JUMP = 0.7  # in ems: a baseline further off than a superscript's
_MAX_OBJECTS = 4000  # of a page, looked at for rules: a map or a drawing has more
_SYMBOL_FONTS = (b"symbol", b"wingding", b"dingbat", b"webding")
_SLANT = 0.15  # shear that makes upright letters look italic
_SCAN = 0.3  # share of a page without text that an image covers where the page is a scan
_SHORT = 8.0  # points: a rule this short frames nothing
_THIN = 3.0  # points: a drawn box this thin is a rule

_Style = tuple[float, bool, bool, bool, bool]  # size in points, bold, italic, symbol font, turned


class PageReader:
    """Reads the pages of one open document. Keeps the buffers that PDFium writes into, and the fonts of a page."""

    def __init__(self, document: Any) -> None:
        self._document = document
        self._edges = [ctypes.c_double() for _ in range(4)]
        self._edge_refs = [ctypes.byref(edge) for edge in self._edges]
        self._matrix = pdfium.FS_MATRIX()
        self._turn = 0
        self._name = ctypes.create_string_buffer(256)
        self._fonts: dict[int, tuple[bool, bool, bool]] = {}
        self._styles: dict[int, _Style] = {}

    def read(self, index: int, offset: int) -> tuple[PageLines, str, bool]:
        """Return page `index` (from 0) as lines, its source characters, and whether it looks like a scan.

        `offset` is the place of the page's first character in the document's source characters.
        """
        page = pdfium.FPDF_LoadPage(self._document, index)
        if not page:
            return PageLines(index + 1, 0.0, 0.0, []), "", False
        try:
            return self._page(page, index + 1, offset)
        finally:
            pdfium.FPDF_ClosePage(page)

    def _page(self, page: Any, number: int, offset: int) -> tuple[PageLines, str, bool]:
        self._fonts.clear()
        self._styles.clear()
        frame = _Frame(page)
        self._turn = frame.turn
        found = PageLines(number, frame.width, frame.height, [])
        text_page = pdfium.FPDFText_LoadPage(page)
        try:
            text = _page_text(text_page) if text_page else ""
            for match in _LINE.finditer(text):
                self._line(text_page, match, frame, found, offset)
        finally:
            if text_page:
                pdfium.FPDFText_ClosePage(text_page)
        images = _add_drawn(page, frame, found)
        return found, text, not text.strip() and images > _SCAN

    def _line(self, text_page: Any, match: re.Match[str], frame: _Frame, found: PageLines, offset: int) -> None:
        raw = match.group()
        text = raw.strip()
        if not text:
            return
        first = match.start() + len(raw) - len(raw.lstrip())
        hyphen = text[-1] in _HYPHENS
        if hyphen:
            text = text[:-1].rstrip()
        if not text:
            return
        boxes = self._boxes(text_page, first, len(text), frame)
        if not boxes:
            return
        for start, end, parts in self._runs(text_page, first, text, boxes, frame):
            piece = text[start:end]
            line = self._make(text_page, first + start, piece, parts, frame, found.number)
            line.start = offset + first + start
            line.hyphen = hyphen and end == len(text)
            found.lines.append(line)

    def _boxes(self, text_page: Any, first: int, count: int, frame: _Frame) -> list[Box]:
        left, top, right, bottom = self._edges
        found = []
        for i in range(pdfium.FPDFText_CountRects(text_page, first, count)):
            if pdfium.FPDFText_GetRect(text_page, i, *self._edge_refs):
                found.append(frame.box(left.value, bottom.value, right.value, top.value))
        return found

    def _runs(
        self, text_page: Any, first: int, text: str, boxes: list[Box], frame: _Frame
    ) -> list[tuple[int, int, list[Box]]]:
        """Cut a line where its characters jump to another height: (start, end, boxes) of each piece."""
        if not _jumps(boxes):
            return [(0, len(text), boxes)]
        em = self._style(text_page, first)[0]
        pieces: list[tuple[int, int, list[Box]]] = []
        current: list[Box] = []
        start, baseline = 0, 0.0
        for i, char in enumerate(text):
            if char.isspace():
                continue
            at = self._origin(text_page, first + i, frame)
            if current and abs(at - baseline) > _JUMP * em:
                pieces.append((start, i, current))
                start, current = i, []
            if not current:
                baseline = at
            current.append(self._char(text_page, first + i, frame))
        pieces.append((start, len(text), current))
        return pieces

    def _char(self, text_page: Any, index: int, frame: _Frame) -> Box:
        left, top, right, bottom = self._edges
        refs = self._edge_refs
        pdfium.FPDFText_GetCharBox(text_page, index, refs[0], refs[2], refs[3], refs[1])
        return frame.box(left.value, bottom.value, right.value, top.value)

    def _make(self, text_page: Any, first: int, piece: str, boxes: list[Box], frame: _Frame, page: int) -> Line:
        text = piece.rstrip()
        x0, x1 = min(b.x0 for b in boxes), max(b.x1 for b in boxes)
        top, bottom = min(b.top for b in boxes), max(b.bottom for b in boxes)
        style, symbol = self._style_of_line(text_page, first, text)
        size, bold, italic, _, turned = style
        origin = self._origin(text_page, first, frame)
        line = Line(page, text, 0, x0, x1, top, bottom, origin, size, bold, italic, symbol, turned)
        em = size or bottom - top
        after = marker_end(text, symbol)
        if _has_gap(boxes, em) or (x1 - x0) > 0.75 * em * len(text):
            line.gaps = self._gaps(text_page, first, text, em, frame)
        if after and not (line.gaps and line.gaps[0][0] == after):
            marker_right = self._char(text_page, first + len(text[:after].rstrip()) - 1, frame).x1
            gap = (after, marker_right, self._char(text_page, first + after, frame).x0)
            line.gaps = tuple(sorted({gap, *line.gaps}))
        return line

    def _origin(self, text_page: Any, index: int, frame: _Frame) -> float:
        x, y = self._edges[0], self._edges[1]
        pdfium.FPDFText_GetCharOrigin(text_page, index, self._edge_refs[0], self._edge_refs[1])
        return frame.box(x.value, y.value, x.value, y.value).bottom

    def _gaps(
        self, text_page: Any, first: int, text: str, em: float, frame: _Frame
    ) -> tuple[tuple[int, float, float], ...]:
        found = []
        for match in re.finditer(r"\s+", text):
            before = self._char(text_page, first + match.start() - 1, frame)
            after = self._char(text_page, first + match.end(), frame)
            if after.x0 - before.x1 > _WIDE_GAP * em:
                found.append((match.end(), before.x1, after.x0))
        return tuple(found)

    def _style_of_line(self, text_page: Any, first: int, text: str) -> tuple[_Style, bool]:
        """Return most of a line's style, by first, middle and last character, and whether it begins in symbols."""
        last = len(text) - 1
        places = [0, _solid(text, last // 2), last] if last > 2 else [0]
        styles = [self._style(text_page, first + i) for i in places]
        return max(styles[::-1], key=styles.count), styles[0][3]

    def _style(self, text_page: Any, index: int) -> _Style:
        item = pdfium.FPDFText_GetTextObject(text_page, index)
        key = ctypes.cast(item, ctypes.c_void_p).value or 0
        if key and key in self._styles:
            return self._styles[key]
        size = pdfium.FPDFText_GetFontSize(text_page, index)
        slant, turned = False, False
        if pdfium.FPDFText_GetMatrix(text_page, index, ctypes.byref(self._matrix)):
            m = self._matrix
            size *= math.hypot(m.c, m.d)
            slant = abs(m.c) > _SLANT * abs(m.d) > 0 and abs(m.b) < 0.05 * abs(m.a)
            turned = not self._across(m.a, m.b)
        bold, italic, symbol = self._font(item) if key else (False, False, False)
        if key and not bold:
            bold = pdfium.FPDFTextObj_GetTextRenderMode(item) == pdfium.FPDF_TEXTRENDERMODE_FILL_STROKE
        self._styles[key] = (round(size * 4) / 4, bold, italic or slant, symbol, turned)
        return self._styles[key]

    def _across(self, right: float, up: float) -> bool:
        """Say whether a text direction runs from left to right on the page as seen."""
        for _ in range(self._turn):
            right, up = up, -right
        return right > 0 and abs(up) < 0.1 * right

    def _font(self, item: Any) -> tuple[bool, bool, bool]:
        font = pdfium.FPDFTextObj_GetFont(item)
        key = ctypes.cast(font, ctypes.c_void_p).value or 0
        if key not in self._fonts:
            pdfium.FPDFFont_GetBaseFontName(font, self._name, len(self._name))
            name = self._name.value.lower()
            bold = any(word in name for word in (b"bold", b"black", b"heavy", b"demi"))
            symbol = any(word in name for word in _SYMBOL_FONTS)
            self._fonts[key] = (bold, b"italic" in name or b"oblique" in name, symbol)
        return self._fonts[key]


class _Frame:
    """Turns PDFium's page coordinates (upwards, before rotation) into points from the top left of the page as seen."""

    def __init__(self, page: Any) -> None:
        self.width = pdfium.FPDF_GetPageWidthF(page)
        self.height = pdfium.FPDF_GetPageHeightF(page)
        self.turn = pdfium.FPDFPage_GetRotation(page)
        bounds = pdfium.FS_RECTF()
        pdfium.FPDF_GetPageBoundingBox(page, ctypes.byref(bounds))
        self._left, self._bottom, self._right, self._top = bounds.left, bounds.bottom, bounds.right, bounds.top

    def box(self, left: float, bottom: float, right: float, top: float) -> Box:
        if self.turn == 0:
            return Box(left - self._left, self._top - top, right - self._left, self._top - bottom)
        if self.turn == 1:
            return Box(bottom - self._bottom, left - self._left, top - self._bottom, right - self._left)
        if self.turn == 2:
            return Box(self._right - right, bottom - self._bottom, self._right - left, top - self._bottom)
        return Box(self._top - top, self._right - right, self._top - bottom, self._right - left)


def _page_text(text_page: Any) -> str:
    """Return a page's characters, one code point for each character that PDFium counts."""
    count = pdfium.FPDFText_CountChars(text_page)
    if count <= 0:
        return ""
    buffer = ctypes.create_string_buffer(2 * (count + 1))
    pdfium.FPDFText_GetText(text_page, 0, count, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)))
    text = buffer.raw[: 2 * count].decode("utf-16-le", "surrogatepass")
    if len(text) == count and "\x00" not in text:
        return text
    return "".join(chr(pdfium.FPDFText_GetUnicode(text_page, i) or 32) for i in range(count))


def _solid(text: str, index: int) -> int:
    return index + 1 if text[index].isspace() and index + 1 < len(text) else index


def _jumps(boxes: list[Box]) -> bool:
    """Say whether a box lies wholly above or below the one before it."""
    return any(b.top >= a.bottom or b.bottom <= a.top for a, b in pairwise(boxes))


def _has_gap(boxes: list[Box], em: float) -> bool:
    return any(b.x0 - a.x1 > _WIDE_GAP * em for a, b in pairwise(boxes))


def _add_drawn(page: Any, frame: _Frame, found: PageLines) -> float:
    """Add the straight rules and boxes drawn on a page; return the share of it that the largest image covers."""
    count = pdfium.FPDFPage_CountObjects(page)
    images = 0.0
    edges = [ctypes.c_float() for _ in range(4)]
    refs = [ctypes.byref(edge) for edge in edges]
    for i in range(min(count, _MAX_OBJECTS)):
        item = pdfium.FPDFPage_GetObject(page, i)
        kind = pdfium.FPDFPageObj_GetType(item)
        if kind not in (pdfium.FPDF_PAGEOBJ_PATH, pdfium.FPDF_PAGEOBJ_IMAGE):
            continue
        if not pdfium.FPDFPageObj_GetBounds(item, *refs):
            continue
        box = frame.box(edges[0].value, edges[1].value, edges[2].value, edges[3].value)
        width, height = box.x1 - box.x0, box.bottom - box.top
        if kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            images = max(images, width * height / max(1.0, frame.width * frame.height))
        elif min(width, height) <= _THIN:
            if max(width, height) > _SHORT:
                found.rules.append(box)
        elif width > 40 and height > 10 and width * height < 0.9 * frame.width * frame.height:
            found.frames.append(box)
    return images

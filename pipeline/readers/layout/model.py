"""The shapes that page layout works on: lines with position and font, pages of them, and the text that they make."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from pipeline.readers.parsed import BlockKind

CROWDED = 1500  # lines: a page with more is a map or a drawing, and is read in its source's own order


class Box(NamedTuple):
    """A rectangle in points, measured from the page's top left corner downwards."""

    x0: float
    top: float
    x1: float
    bottom: float


@dataclass(slots=True)
class Line:
    """A run of text on one baseline. `start` is its first character's place in the document's source characters.

    Lengths are points; `baseline`, `top` and `bottom` are measured downwards. `hyphen`: the line ends in a hyphen that
    the source marks as a line break. `symbol`: it begins in a symbol font. `turned`: it does not run straight across
    the page. `behind`: where it seems to begin with a marker, (offset of the text behind it, marker's right edge,
    text's left edge). `marker` is set by the layout and stands left of the text at `marker_x`, `marker_start` in the
    source; `tight`: no more than a space parts them. `confidence` is the recogniser's (0 to 1), None for text that
    needed no recognition.
    """

    page: int
    text: str
    start: int
    x0: float
    x1: float
    top: float
    bottom: float
    baseline: float
    size: float
    bold: bool = False
    italic: bool = False
    symbol: bool = False
    turned: bool = False
    hyphen: bool = False
    behind: tuple[int, float, float] | None = None
    confidence: float | None = None
    marker: str = ""
    marker_x: float = 0.0
    marker_start: int = 0
    tight: bool = False

    @property
    def left(self) -> float:
        """The left edge, marker included."""
        return self.marker_x if self.marker else self.x0

    @property
    def middle(self) -> float:
        """The middle height."""
        return (self.top + self.bottom) / 2


@dataclass(slots=True)
class Table:
    """A table on a page: rows of cells of lines, and where it stands."""

    rows: list[list[list[Line]]]
    box: Box
    page: int


@dataclass(slots=True)
class PageLines:
    """The lines of one page in the order of its source. `rules` are drawn lines, `frames` drawn boxes."""

    number: int
    width: float
    height: float
    lines: list[Line]
    rules: list[Box] = field(default_factory=list)
    frames: list[Box] = field(default_factory=list)


@dataclass(slots=True)
class Built:
    """A block as built. `page_starts` holds (offset in text, page) for each page that the block runs on to."""

    kind: BlockKind
    text: str
    page: int
    level: int = 0
    marker: str = ""
    source: tuple[tuple[int, int], ...] = ()
    page_starts: tuple[tuple[int, int], ...] = ()
    size: float = 0.0
    confidence: float | None = None

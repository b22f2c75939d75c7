"""PDF files made on the fly for the tests of the PDF reader, with invented text about invented places."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence

import pypdfium2
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

WIDTH, HEIGHT = A4
Draw = Callable[[Canvas], None]
REGULAR, BOLD, ITALIC = "Helvetica", "Helvetica-Bold", "Helvetica-Oblique"


def make(*pages: Draw, **properties: str) -> bytes:
    """Return a PDF of one page a function; `title` and `password` are set where given."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1, encrypt=properties.get("password"))
    if "title" in properties:
        canvas.setTitle(properties["title"])
    for draw in pages:
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def put(canvas: Canvas, x: float, y: float, text: str, font: str = REGULAR, size: float = 11) -> None:
    """Draw a line of text at (x, y from the top)."""
    canvas.setFont(font, size)
    canvas.drawString(x, HEIGHT - y, text)


def lines(
    *rows: tuple[float, float, str] | tuple[float, float, str, str] | tuple[float, float, str, str, float],
) -> Draw:
    """Return a page with lines of text: (x, y from the top, text, font, size)."""

    def draw(canvas: Canvas) -> None:
        for row in rows:
            put(canvas, *row)

    return draw


def column(x: float, top: float, texts: Sequence[str], pitch: float = 14) -> list[tuple[float, float, str]]:
    """Return rows of text one under the other."""
    return [(x, top + i * pitch, text) for i, text in enumerate(texts)]


def both(*draws: Draw) -> Draw:
    """Return a page on which all of the functions draw."""

    def draw(canvas: Canvas) -> None:
        for one in draws:
            one(canvas)

    return draw


def grid(xs: Sequence[float], ys: Sequence[float]) -> Draw:
    """Return a page with ruled lines at the places given."""

    def draw(canvas: Canvas) -> None:
        canvas.grid(list(xs), [HEIGHT - y for y in ys])

    return draw


def scan(data: bytes, page: int = 0, dpi: float = 200) -> Draw:
    """Return a page that is nothing but a picture of another PDF's page."""
    document = pypdfium2.PdfDocument(data)
    picture = document[page].render(scale=dpi / 72, grayscale=True).to_pil()
    document.close()

    def draw(canvas: Canvas) -> None:
        canvas.drawImage(ImageReader(picture), 0, 0, WIDTH, HEIGHT)

    return draw

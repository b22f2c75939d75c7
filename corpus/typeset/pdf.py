"""Typeset a source as PDF in one or two columns, with running header, footer and page numbers."""

from __future__ import annotations

import io
from collections.abc import Iterator
from html import escape

from reportlab.lib import colors
from reportlab.lib.enums import TA_JUSTIFY
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    FrameBreak,
    NextPageTemplate,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)

from corpus.typeset.source import Block, Source

_WIDTH, _HEIGHT = A4
_MARGIN = 22 * mm
_GUTTER = 8 * mm
_TITLE_HEIGHT = 32 * mm


def to_pdf(source: Source) -> bytes:
    """Return the source as PDF; the same source gives the same bytes."""
    two_columns = source.get("layout") == "two-column"
    out = io.BytesIO()
    document = BaseDocTemplate(
        out, pagesize=A4, title=source.get("title"), author=source.get("publisher"), invariant=1, pageCompression=1
    )
    document.addPageTemplates(_page_templates(source, two_columns))
    document.build(list(_flowables(source, two_columns)))
    return out.getvalue()


def _page_templates(source: Source, two_columns: bool) -> list[PageTemplate]:
    def furniture(canvas: Canvas, document: BaseDocTemplate) -> None:
        _draw_furniture(canvas, source, document.page)

    width, height = _WIDTH - 2 * _MARGIN, _HEIGHT - 2 * _MARGIN
    if not two_columns:
        return [PageTemplate("later", [_frame(_MARGIN, _MARGIN, width, height)], onPage=furniture)]
    column = (width - _GUTTER) / 2
    right = _MARGIN + column + _GUTTER
    short = height - _TITLE_HEIGHT
    title = _frame(_MARGIN, _MARGIN + short, width, _TITLE_HEIGHT)
    first = [title, _frame(_MARGIN, _MARGIN, column, short), _frame(right, _MARGIN, column, short)]
    later = [_frame(_MARGIN, _MARGIN, column, height), _frame(right, _MARGIN, column, height)]
    return [PageTemplate("first", first, onPage=furniture), PageTemplate("later", later, onPage=furniture)]


def _frame(x: float, y: float, width: float, height: float) -> Frame:
    return Frame(x, y, width, height, leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0)


def _draw_furniture(canvas: Canvas, source: Source, page: int) -> None:
    canvas.saveState()
    canvas.setFont("Helvetica", 8)
    if page > 1 or source.get("cover") != "yes":
        canvas.drawString(_MARGIN, _HEIGHT - 14 * mm, source.get("header"))
    canvas.drawString(_MARGIN, 12 * mm, source.get("footer"))
    canvas.drawRightString(_WIDTH - _MARGIN, 12 * mm, str(page))
    canvas.restoreState()


def _styles(two_columns: bool, serif: bool) -> dict[str, ParagraphStyle]:
    size = 9 if two_columns else 11.5 if serif else 10.5
    font, bold = ("Times-Roman", "Times-Bold") if serif else ("Helvetica", "Helvetica-Bold")
    base = ParagraphStyle(
        "body",
        fontName=font,
        bulletFontName=font,
        bulletFontSize=size,
        fontSize=size,
        leading=size * 1.3,
        spaceAfter=size * 0.7,
    )
    styles = {"paragraph": base, "justified": ParagraphStyle("justified", base, alignment=TA_JUSTIFY)}
    for level, factor in ((1, 2.0), (2, 1.45), (3, 1.2), (4, 1.0)):
        large = size * factor
        styles[f"heading{level}"] = ParagraphStyle(
            f"heading{level}",
            base,
            fontName=bold,
            fontSize=large,
            leading=large * 1.2,
            spaceBefore=large * 0.5,
            keepWithNext=1,
        )
    styles["numbered"] = ParagraphStyle("numbered", base, leftIndent=size * 2.8, bulletIndent=0)
    for level in (0, 1):
        indent = size * (1.8 + 1.8 * level)
        styles[f"item{level}"] = ParagraphStyle(
            f"item{level}", base, leftIndent=indent, bulletIndent=indent - size * 1.5, spaceAfter=size * 0.35
        )
    styles["caption"] = ParagraphStyle("caption", base, fontName=bold, fontSize=size * 0.85, keepWithNext=1)
    styles["cell"] = ParagraphStyle("cell", base, fontSize=size * 0.9, leading=size * 1.1, spaceAfter=0)
    return styles


def _flowables(source: Source, two_columns: bool) -> Iterator[Flowable]:
    styles = _styles(two_columns, serif=two_columns or source.get("font") == "serif")
    in_title = two_columns
    if two_columns:
        yield NextPageTemplate("later")
    for number, block in enumerate(source.blocks):
        if in_title and number >= int(source.get("title_blocks") or 2):
            in_title = False
            yield FrameBreak()
        yield from _flowable(block, styles, two_columns)


def _flowable(block: Block, styles: dict[str, ParagraphStyle], two_columns: bool) -> Iterator[Flowable]:
    text = escape(block.text, quote=False)
    if block.kind == "table":
        yield from (_table(block, styles), Spacer(1, 4 * mm))
    elif block.kind == "heading":
        yield Paragraph(text, styles[f"heading{block.level}"])
    elif block.kind == "item":
        marker = "–" if block.level and block.marker == "•" else block.marker
        yield Paragraph(text, styles[f"item{min(block.level, 1)}"], bulletText=marker)
    elif block.kind == "caption":
        yield Paragraph(text, styles["caption"])
    elif block.marker:
        marker = block.marker if "." in block.marker else f"{block.marker}."
        yield Paragraph(text, styles["numbered"], bulletText=marker)
    else:
        yield Paragraph(text, styles["justified" if two_columns else "paragraph"])


def _table(block: Block, styles: dict[str, ParagraphStyle]) -> Flowable:
    cells = [[Paragraph(escape(cell, quote=False), styles["cell"]) for cell in row] for row in block.rows]
    # The first column holds words, the others mostly figures and grades.
    shares = [2, *[1] * (len(cells[0]) - 1)]
    table = Table(cells, colWidths=[f"{100 * share / sum(shares):.2f}%" for share in shares], hAlign="LEFT")
    table.setStyle(
        TableStyle(
            [
                ("GRID", (0, 0), (-1, -1), 0.5, colors.grey),
                ("BACKGROUND", (0, 0), (-1, 0), colors.HexColor("#e4e8ee")),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ]
        )
    )
    return table

"""DOCX, walked in document order: what an accepted revision would show, with lists, headings, tables and text boxes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from pipeline.readers.guard import Archive, RefusedError, attr, child, clean, local, parse_xml
from pipeline.readers.word.styles import Numbering, Style, read_numbering, read_styles, toggle

_THROUGH = {
    "ins",
    "moveTo",
    "hyperlink",
    "smartTag",
    "customXml",
    "fldSimple",
    "bdo",
    "dir",
    "r",
    "sdtContent",
    "sdt",
    "oMath",
    "oMathPara",
}
_SIGNS = {"tab": "\t", "cr": "\n", "noBreakHyphen": "-", "ptab": "\t"}


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph with its line breaks as line feeds. `heading` and `level` count from 1; 0 means neither."""

    text: str
    style: str = ""
    heading: int = 0
    level: int = 0
    marker: str = ""
    bold: bool = False
    bookmarks: tuple[str, ...] = ()
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A table as rows of cells; a cell holds paragraphs and tables."""

    rows: tuple[tuple[tuple[Item, ...], ...], ...]


Item = Paragraph | Table


@dataclass(frozen=True, slots=True)
class DocxText:
    """All text of a DOCX: body in order, what is printed in headers and footers, notes, and the file's properties."""

    body: tuple[Item, ...]
    furniture: tuple[str, ...]
    notes: tuple[str, ...]
    properties: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Inline:
    """What the walk over one paragraph gathers."""

    text: list[str] = field(default_factory=list)
    bold: list[bool] = field(default_factory=list)
    bookmarks: list[str] = field(default_factory=list)
    boxes: list[etree._Element] = field(default_factory=list)
    links: list[str] = field(default_factory=list)


class _Walk:
    """One pass over a part of the document, with the styles and list counters that it needs."""

    def __init__(self, styles: dict[str, Style], numbering: Numbering, relations: dict[str, str]) -> None:
        self.styles = styles
        self.numbering = numbering
        self.relations = relations

    def items(self, container: etree._Element) -> Iterator[Item]:
        """Yield the paragraphs and tables of a body, cell or text box in order."""
        carried = ""
        for element in container:
            name = local(element)
            if name == "p":
                paragraph, boxes, joined = self._paragraph(element, carried)
                carried = paragraph.text if joined else ""
                if not joined:
                    yield paragraph
                for box in boxes:
                    yield from self.items(box)
            elif name == "tbl":
                yield self._table(element)
            elif name in {"sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag"}:
                yield from self.items(element)
            elif name == "AlternateContent":
                yield from self.items(_choice(element))
        if carried:
            yield Paragraph(carried)

    def _paragraph(self, element: etree._Element, carried: str) -> tuple[Paragraph, list[etree._Element], bool]:
        """Return the paragraph, its text boxes, and whether its mark is deleted so that the next one continues it."""
        props = child(element, "pPr")
        style = self.styles.get(attr(child(props, "pStyle"), "val"), Style())
        inline = _Inline()
        self._inline(element, inline, style)
        text = carried + "".join(inline.text)
        num_id, level = self._list_place(props, style)
        listed = self.numbering.known(num_id)
        heading = self._heading(props, style)
        marker = self.numbering.marker(num_id, level) if listed and text.strip() else ""
        if style.bullet and not listed and not heading:
            listed, marker, level = True, "•", int(style.name[-1:]) - 1 if style.name[-1:].isdecimal() else 0
        paragraph = Paragraph(
            text,
            style.name,
            heading=heading,
            level=level + 1 if listed and not heading else 0,
            marker=marker,
            bold=bool(inline.bold) and all(inline.bold),
            bookmarks=tuple(inline.bookmarks),
            links=tuple(inline.links),
        )
        return paragraph, inline.boxes, child(props, "rPr", "del") is not None

    @staticmethod
    def _list_place(props: etree._Element | None, style: Style) -> tuple[str, int]:
        num_id = attr(child(props, "numPr", "numId"), "val") or style.num_id
        level = attr(child(props, "numPr", "ilvl"), "val")
        return num_id, int(level) if level.isdecimal() else style.num_level

    @staticmethod
    def _heading(props: etree._Element | None, style: Style) -> int:
        outline = attr(child(props, "outlineLvl"), "val")
        if outline.isdecimal():
            return int(outline) + 1 if int(outline) < 9 else 0
        return style.heading_level

    def _inline(self, element: etree._Element, into: _Inline, style: Style) -> None:
        bold, hidden = style.bold, False
        if local(element) == "r":
            props = child(element, "rPr")
            bold = toggle(child(props, "b"), style.bold)
            hidden = toggle(child(props, "vanish"), style.hidden)
        if hidden:
            return
        if local(element) == "hyperlink" and (target := self.relations.get(attr(element, "id"))):
            into.links.append(target)
        for item in element:
            name = local(item)
            if name == "t":
                into.text.append(item.text or "")
                if (item.text or "").strip():
                    into.bold.append(bold)
            elif name in _SIGNS:
                into.text.append(_SIGNS[name])
            elif name == "br":
                into.text.append("\n")
            elif name == "sym":
                into.text.append(_symbol(item))
            elif name == "bookmarkStart":
                into.bookmarks.append(attr(item, "name"))
            elif name in {"drawing", "pict", "object", "AlternateContent"}:
                into.boxes.extend(_boxes(item))
            elif name == "ruby":
                self._inline(child(item, "rubyBase") or item, into, style)
            elif name in _THROUGH or local(element) in {"oMath", "oMathPara"}:
                self._inline(item, into, style)

    def _table(self, element: etree._Element) -> Table:
        rows = []
        for row in _flat(element, "tr"):
            if child(row, "trPr", "del") is None:
                rows.append(tuple(tuple(self.items(cell)) for cell in _flat(row, "tc")))
        return Table(tuple(rows))


def _flat(element: etree._Element, name: str) -> Iterator[etree._Element]:
    """Yield rows or cells, also those inside content controls and insertions."""
    for item in element:
        if local(item) == name:
            yield item
        elif local(item) in {"sdt", "sdtContent", "ins", "moveTo", "customXml"}:
            yield from _flat(item, name)


def _choice(element: etree._Element) -> etree._Element:
    """Return the branch of alternate content that holds text: the choice, or where it has none the fallback."""
    branches = sorted((item for item in element if local(item) in {"Choice", "Fallback"}), key=local)
    texts = [item for item in branches if any(local(inner) == "t" for inner in item.iter())]
    return (texts or branches or [element])[0]


def _boxes(element: etree._Element) -> Iterator[etree._Element]:
    """Yield the outermost text boxes below a drawing."""
    for item in [_choice(element)] if local(element) == "AlternateContent" else element:
        if local(item) == "txbxContent":
            yield item
        else:
            yield from _boxes(item)


def _symbol(item: etree._Element) -> str:
    try:
        code = int(attr(item, "char", "2022"), 16)
    except ValueError:
        return ""
    # Symbol fonts live in the private area, where a character's look is known only to the font; most are bullets.
    return "•" if 0xE000 <= code <= 0xF8FF else chr(code) if code < 0x110000 else ""


def read_text(data: bytes) -> DocxText:
    """Return all text of a DOCX file; raises RefusedError where it is damaged, encrypted or a bomb."""
    archive = Archive(data)
    main = _main_part(archive)
    folder = main.rpartition("/")[0] + "/" if "/" in main else ""
    root = parse_xml(archive.read(main), main)
    body = child(root, "body")
    if body is None:
        raise RefusedError("corrupt", f"{main} holds no document body")
    styles = read_styles(_part(archive, f"{folder}styles.xml"))
    walk = _Walk(styles, read_numbering(_part(archive, f"{folder}numbering.xml")), _relations(archive, main))
    items = tuple(walk.items(body))
    return DocxText(
        items,
        _margins(archive, folder, walk),
        tuple(
            text for name in ("footnotes", "endnotes") for text in _notes(_part(archive, f"{folder}{name}.xml"), walk)
        ),
        _properties(_part(archive, "docprops/core.xml")),
    )


def _main_part(archive: Archive) -> str:
    """Return the name of the main part: the relations say it, and it is nearly always word/document.xml."""
    relations = _part(archive, "_rels/.rels")
    for item in relations if relations is not None else ():
        if attr(item, "Type").endswith("/officeDocument"):
            return attr(item, "Target").lstrip("/")
    return "word/document.xml"


def _relations(archive: Archive, main: str) -> dict[str, str]:
    """Return the targets of the main part's links by their ids."""
    folder, _, name = main.rpartition("/")
    root = _part(archive, f"{folder}/_rels/{name}.rels".lstrip("/"))
    return {attr(item, "Id"): attr(item, "Target") for item in (root if root is not None else ())}


def _part(archive: Archive, name: str) -> etree._Element | None:
    return parse_xml(archive.read(name), name) if name.lower() in archive.names else None


def _margins(archive: Archive, folder: str, walk: _Walk) -> tuple[str, ...]:
    """Return what headers and footers print, each text once."""
    names = sorted(
        name for name in archive.names if name.startswith((f"{folder}header".lower(), f"{folder}footer".lower()))
    )
    seen: dict[str, None] = {}
    for name in names:
        if not name.endswith(".xml"):
            continue
        for text in texts(walk.items(parse_xml(archive.read(name), name))):
            seen.setdefault(text)
    return tuple(seen)


def _notes(root: etree._Element | None, walk: _Walk) -> Iterator[str]:
    for note in root if root is not None else ():
        # Separators are notes too, of a type of their own.
        if attr(note, "type") in {"", "normal"} and (text := " ".join(texts(walk.items(note)))):
            yield text


def texts(items: Iterator[Item]) -> Iterator[str]:
    """Yield the cleaned texts of paragraphs, through tables, empty ones left out."""
    for item in items:
        if isinstance(item, Table):
            yield from texts(inner for row in item.rows for cell in row for inner in cell)
        elif text := clean(item.text):
            yield text


def _properties(root: etree._Element | None) -> dict[str, str]:
    return {local(item): clean(item.text or "") for item in (root if root is not None else ()) if item.text}

"""Nexis: the legacy exports (text, HTML, RTF) and those of Nexis Uni and Lexis+ (DOCX, RTF)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from pipeline.readers.guard import clean, text_of
from pipeline.readers.news.fields import COPYRIGHT, DATE, Article, export_result, split_field
from pipeline.readers.parsed import ReadResult, Reject
from pipeline.readers.word.docx import Item, Paragraph, Table

_COUNTER = re.compile(
    (
        r"^[ \t]*(?:Dokument\w*|Documents?|Documento)?[ \t]*(\d{1,6})\s+(?:of|von|de|sur|di|van)\s+"
        r"(\d{1,6})(?:[ \t]+(?:DOCUMENTS?|DOKUMENTEN?|DOCUMENTOS?|DOCUMENTI|RESULTS?))?[ \t]*$"
    ),
    re.IGNORECASE | re.MULTILINE,
)
_DOCUMENT_WORD = re.compile(r"do[ck]ument", re.IGNORECASE)
_REQUEST = re.compile(r"^[ \t]*Download Request:\s*[^:\n]*:\s*([\d,\s–-]+)$", re.IGNORECASE | re.MULTILINE)
_VENDOR_ERROR = re.compile(r"we are sorry but there is an error in this document", re.IGNORECASE)
_END = re.compile(
    (
        r"^\W*(?:End of Document|Ende des Dokuments|Fin du document|Fin del documento|Fine documento"
        r"|Einde van document|Fim do documento)\W*$"
    ),
    re.IGNORECASE,
)
_BODY = re.compile(r"^(?:Body|Text|Volltext|Hauptteil|Corps|Cuerpo|Corpo|Artikeltext)$", re.IGNORECASE)
_AFTER_BODY = re.compile(
    (
        r"^(?:Classification|Klassifi[kz]ierung|Clasificación|Classificazione|Classificação|Graphic"
        r"|Grafik|Graphique|Gráfico|Notes?|Correction)$"
    ),
    re.IGNORECASE,
)
_LABEL_LINE = re.compile(r"^(?:ABSTRACT|FULL TEXT|HIGHLIGHT)$")
_COVER_COUNT = re.compile(
    r"^(?:Documents?|Dokumente?|Documentos?|Documenti|Documenten)\s*\((\d{1,6})\)\s*$", re.IGNORECASE
)
_COVER_TITLE = re.compile(r"^(\d{1,6})\.\s+(\S.*)$", re.DOTALL)
_CONTENT_ID = re.compile(r"urn:contentItem:([0-9A-Z-]{10,60})", re.IGNORECASE)
_BOOKMARK = re.compile(r"^Bookmark_\d+$")
_HEAD_BLOCKS = 14  # blocks within which an article's date and fields stand


def split_text(text: str) -> list[str]:
    """Return a text's blocks: runs of lines between empty ones."""
    return [block.strip("\n") for block in re.split(r"\n[ \t\u00a0]*(?:\n[ \t\u00a0]*)+", text) if block.strip()]


def legacy_text(text: str) -> bool:
    """Say whether plain text is a legacy export: counters of documents, and fields in capitals."""
    counters = [found for found in _COUNTER.finditer(text) if _DOCUMENT_WORD.search(found.group(0))]
    return bool(counters) and bool(
        re.search(
            r"^\s*(?:LENGTH|LONGUEUR|LÄNGE|LAENGE|LONGITUD|BYLINE|LOAD-DATE|SECTION|AUTEUR|RUBRIQUE|BODY|HEADLINE):",
            text,
            re.MULTILINE,
        )
    )


def read_legacy(text: str, reader: str, *, wrapped: bool) -> ReadResult:
    """Read a legacy export in plain text; `wrapped`: lines of a paragraph are broken by the database."""
    counters = [found for found in _COUNTER.finditer(text) if _DOCUMENT_WORD.search(found.group(0))]
    ends = [found.start() for found in counters[1:]] + [len(text)]
    articles: list[Article | Reject] = []
    for found, end in zip(counters, ends, strict=True):
        blocks = split_text(text[found.end() : end])
        articles.append(_legacy_article(blocks, found.group(1), wrapped=wrapped))
    cover = text[: counters[0].start()] if counters else text
    return export_result(articles, reader, _legacy_announced(cover, counters))


def _legacy_announced(cover: str, counters: list[re.Match[str]]) -> int | None:
    """Return how many articles the file says it holds: by its request, else by its counters."""
    if request := _REQUEST.search(cover):
        total = 0
        for first, last in re.findall(r"(\d+)(?:\s*[-–]\s*(\d+))?", request.group(1)):
            total += int(last or first) - int(first) + 1
        return total
    if not counters:
        return None
    numbers = [int(found.group(1)) for found in counters]
    # A later part of a long result list counts on from the part before.
    return int(counters[0].group(2)) if min(numbers) == 1 else max(numbers) - min(numbers) + 1


def _legacy_article(blocks: list[str], item: str, *, wrapped: bool) -> Article | Reject:
    if any(_VENDOR_ERROR.search(block) for block in blocks[:4]):
        return Reject("not_an_article", "the database put an error message in the article's place", item)
    article = Article(item)
    rest = _masthead(blocks, article)
    rest = _head_fields(rest, article, capitals=True)
    article.add(_unwrap(block) if wrapped else block for block in _until_tail(rest, article, capitals=True))
    return article


def _unwrap(block: str) -> str:
    """Return a block as one paragraph; two lines that begin far apart are two paragraphs of a list or table."""
    return " ".join(line.strip() for line in block.split("\n"))


def _masthead(blocks: list[str], article: Article) -> list[str]:
    """Take publication, date and edition off the front, and return what follows."""
    place = next((n for n, block in enumerate(blocks[:_HEAD_BLOCKS]) if _is_date(block)), None)
    if place is None:
        kept = [block for block in blocks if not COPYRIGHT.match(block.strip())]
        article.publisher = kept[0] if kept else ""
        return kept[1:]
    lines = [line for block in blocks[:place] for line in block.split("\n") if line.strip()]
    article.publisher = next((line for line in reversed(lines) if not COPYRIGHT.match(line.strip())), "")
    # The edition stands under the date in the same block.
    article.date = blocks[place].strip().split("\n")[0]
    return blocks[place + 1 :]


def _is_date(block: str) -> bool:
    first = clean(block.strip().split("\n")[0])
    found = DATE.search(first)
    return (
        found is not None
        and len(first) <= 90
        and found.start() <= 14
        and not split_field(first, tail=False, capitals=False)[0]
        and not COPYRIGHT.match(first)
    )


def _head_fields(blocks: list[str], article: Article, *, capitals: bool) -> list[str]:
    """Read headline and fields, and return the blocks of the text."""
    kinds = [split_field(block, tail=False, capitals=capitals) for block in blocks[:_HEAD_BLOCKS]]
    fields = [place for place, (meaning, _) in enumerate(kinds) if meaning]
    if not fields:
        article.headline = clean(blocks[0]) if blocks else ""
        return blocks[1:]
    article.headline = " ".join(clean(block) for block in blocks[: fields[0]] if not COPYRIGHT.match(block.strip()))
    place = fields[0]
    lead: list[str] = []
    while place < len(kinds) and kinds[place][0]:
        meaning, value = kinds[place]
        place += 1
        if meaning in {"highlight", "body"}:
            # Text may begin on the field's own line.
            lead += [value] if value else []
            if meaning == "body":
                break
        elif meaning in {"byline", "section", "length", "headline"}:
            setattr(article, meaning, clean(value))
    return [*lead, *blocks[place:]]


def _until_tail(blocks: list[str], article: Article, *, capitals: bool) -> Iterator[str]:
    """Yield the text's blocks up to the first field behind it; take the language from those fields."""
    ended = False
    for block in blocks:
        meaning, value = split_field(block, tail=True, capitals=capitals)
        if meaning == "language" and (ended or len(value) < 60):
            article.language = value
        ended = ended or bool(meaning)
        if not ended and not COPYRIGHT.match(block.strip()):
            yield block


def html_is_legacy(root: etree._Element) -> bool:
    """Say whether a page is a legacy export: its articles begin at anchors of documents."""
    return any(re.fullmatch(r"DOC_ID_\d+_\d+", element.get("name") or "", re.IGNORECASE) for element in root.iter("a"))


def read_legacy_html(root: etree._Element) -> ReadResult:
    """Read a legacy export in HTML: a block a paragraph, line breaks kept, tables kept as tables."""
    parts: list[list[str]] = []
    for block in _html_blocks(root):
        if block is None:
            parts.append([])
        elif parts:
            parts[-1].append(block)
    articles: list[Article | Reject] = []
    counters = []
    for number, blocks in enumerate(parts, start=1):
        counter = next((found for block in blocks[:3] if (found := _COUNTER.match(block.strip()))), None)
        if counter:
            counters.append(counter)
        item = counter.group(1) if counter else f"document {number}"
        articles.append(
            _legacy_article([block for block in blocks if not _COUNTER.match(block.strip())], item, wrapped=False)
        )
    cover = "\n".join(clean(line) for line in text_of(root).split("\n")[:200])
    return export_result(articles, "nexis_html", _html_announced(root, cover, counters))


def _html_announced(root: etree._Element, cover: str, counters: list[re.Match[str]]) -> int | None:
    stated = next((element.get("documents") or "" for element in root.iter("meta") if element.get("documents")), "")
    return int(stated) if stated.isdecimal() else _legacy_announced(cover, counters)


def _html_blocks(root: etree._Element) -> Iterator[str | None]:
    """Yield the text of paragraphs and tables in order; None where an article begins."""
    for element in root.iter("a", "p", "table"):
        if element.tag == "a":
            if re.fullmatch(r"DOC_ID_\d+_\d+", element.get("name") or "", re.IGNORECASE):
                yield None
        elif any(up.tag == "table" for up in element.iterancestors()):
            continue
        elif element.tag == "table":
            yield "\n".join(
                "\t".join(clean(text_of(cell)) for cell in row.iter("td", "th")) for row in element.iter("tr")
            )
        elif (text := _with_breaks(element)).strip():
            yield text


def _with_breaks(element: etree._Element) -> str:
    parts = [re.sub(r"\s+", " ", (element.text or "").replace("\u00a0", " "))]
    for item in element:
        if item.tag == "br":
            parts.append("\n")
        elif isinstance(item.tag, str) and item.tag != "style":
            parts.append(_with_breaks(item))
        parts.append(re.sub(r"\s+", " ", (item.tail or "").replace("\u00a0", " ")))
    return "".join(parts)


@dataclass(frozen=True, slots=True)
class _Line:
    """A paragraph of a Nexis Uni file with what marks places in it."""

    text: str
    bookmarks: tuple[str, ...] = ()
    links: tuple[str, ...] = ()


def docx_lines(items: tuple[Item, ...]) -> list[_Line]:
    """Return the paragraphs of a walked DOCX, those of tables included."""
    lines: list[_Line] = []
    for item in items:
        if isinstance(item, Paragraph):
            lines.append(_Line(item.text, item.bookmarks, item.links))
        elif isinstance(item, Table):
            for row in item.rows:
                for cell in row:
                    lines.extend(docx_lines(cell))
    return lines


def uni_lines(lines: list[_Line]) -> bool:
    """Say whether paragraphs are an export of Nexis Uni or Lexis+."""
    marked = any(_BOOKMARK.match(name) for line in lines for name in line.bookmarks)
    ended = any(_END.match(line.text) for line in lines)
    fields = sum(
        bool(split_field(line.text.strip(), tail=False, capitals=False)[0] in {"length", "byline", "section"})
        for line in lines
    )
    body = any(_BODY.match(line.text.strip()) for line in lines)
    return (marked and (ended or body)) or (ended and (fields > 0 or body))


def read_uni(lines: list[_Line], reader: str) -> ReadResult:
    """Read an export of Nexis Uni or Lexis+: an article begins at its bookmark, or behind the end of the one before."""
    cover, parts = _uni_parts(lines)
    articles = [_uni_article(part, number) for number, part in enumerate(parts, start=1)]
    announced = next((int(found.group(1)) for line in cover if (found := _COVER_COUNT.match(line.text.strip()))), None)
    titles = [found.group(2) for line in cover if (found := _COVER_TITLE.match(line.text.strip()))]
    if announced is None and titles:
        announced = len(titles)
    return export_result([*articles, *_missing(articles, titles, announced)], reader, announced)


def _missing(articles: list[Article | Reject], titles: list[str], announced: int | None) -> list[Reject]:
    """Return a reject for each title on the cover that no article bears, where articles are missing at all."""
    if not announced or len(articles) >= announced:
        return []
    found = {_key(item.headline if isinstance(item, Article) else item.message.partition(": ")[2]) for item in articles}
    lost = [(number, title) for number, title in enumerate(titles, start=1) if _key(title) not in found]
    return [
        Reject("corrupt", f"announced on the cover but not in the file: {clean(title)[:120]}", f"announced {number}")
        for number, title in lost
    ]


def _key(title: str) -> str:
    return re.sub(r"\W+", "", title.lower())[:60]


def _uni_parts(lines: list[_Line]) -> tuple[list[_Line], list[list[_Line]]]:
    starts = [place for place, line in enumerate(lines) if any(_BOOKMARK.match(name) for name in line.bookmarks)]
    if starts:
        ends = [*starts[1:], len(lines)]
        marked = (lines[start:end] for start, end in zip(starts, ends, strict=True))
        return lines[: starts[0]], [part for part in marked if any(line.text.strip() for line in part)]
    parts: list[list[_Line]] = [[]]
    for line in lines:
        if _END.match(line.text):
            parts.append([])
        else:
            parts[-1].append(line)
    first = _first_headline(parts[0])
    cover, parts[0] = parts[0][:first], parts[0][first:]
    return cover, [part for part in parts if any(line.text.strip() for line in part)]


def _first_headline(lines: list[_Line]) -> int:
    """Return where the first article begins behind a cover without bookmarks: two lines above its date."""
    filled = [place for place, line in enumerate(lines) if line.text.strip()]
    for rank, place in enumerate(filled):
        follows = [
            split_field(lines[later].text.strip(), tail=False, capitals=False)[0]
            for later in filled[rank + 1 : rank + 8]
        ]
        if rank >= 2 and _is_date(lines[place].text.strip()) and {"length", "section", "byline"} & set(follows):
            return filled[rank - 2]
    return 0


def _uni_article(lines: list[_Line], number: int) -> Article | Reject:
    # A paragraph may hold several lines of the masthead, parted by line breaks.
    filled = [line for line in lines if line.text.strip() and not _END.match(line.text)]
    article = Article(_content_id(filled) or str(number))
    body = _body_place(filled)
    head = [part for line in filled[: body or 0] for part in line.text.split("\n") if part.strip()]
    if body is None:
        return Reject(
            "not_an_article",
            f"the item has no body, as graphics have none: {clean(filled[0].text)[:120] if filled else ''}",
            article.item,
        )
    _uni_head(head, article)
    article.add(_uni_body(filled[body:], article))
    return article


def _content_id(lines: list[_Line]) -> str:
    """Return the database's own id, which the headline links to."""
    links = (link for line in lines[:3] for link in line.links)
    return next((found.group(1) for link in links if (found := _CONTENT_ID.search(link))), "")


def _body_place(lines: list[_Line]) -> int | None:
    """Return where the text begins: behind the body's mark, else behind the last field where running text follows."""
    for place, line in enumerate(lines):
        if _BODY.match(line.text.strip()) and (
            place < _HEAD_BLOCKS or any(name.startswith("Body") for name in line.bookmarks)
        ):
            return place + 1
    fields = [
        place
        for place, line in enumerate(lines[:_HEAD_BLOCKS])
        if split_field(line.text.strip(), tail=False, capitals=False)[0]
    ]
    after = fields[-1] + 1 if fields else len(lines)
    words = sum(
        len(line.text.split())
        for line in lines[after:]
        if not split_field(line.text.strip(), tail=True, capitals=False)[0]
    )
    return after if words >= 40 else None


def _uni_head(head: list[str], article: Article) -> None:
    lines = [line for line in head if not COPYRIGHT.match(line.strip())]
    place = next((n for n, line in enumerate(lines[1:_HEAD_BLOCKS], start=1) if _is_date(line)), None)
    if place is None:
        fields = [n for n, line in enumerate(lines) if split_field(line, tail=False, capitals=False)[0]]
        titles = lines[: fields[0]] if fields else lines
        article.headline, article.publisher = clean(titles[0]) if titles else "", titles[1] if len(titles) > 1 else ""
    else:
        article.date = lines[place]
        article.publisher = lines[place - 1] if place > 1 else ""
        article.headline = " ".join(clean(line) for line in lines[: max(place - 1, 1)])
    for line in lines:
        meaning, value = split_field(line, tail=False, capitals=False)
        if meaning in {"byline", "section", "length"} and not getattr(article, meaning):
            setattr(article, meaning, clean(value))


def _uni_body(lines: list[_Line], article: Article) -> Iterator[str]:
    ended = False
    for line in lines:
        text = line.text.strip()
        if _AFTER_BODY.match(text) or split_field(text, tail=True, capitals=False)[0] == "date":
            ended = True
        meaning, value = split_field(text, tail=True, capitals=False)
        if ended and meaning == "language":
            article.language = value
        if not ended and not _LABEL_LINE.match(text):
            yield line.text


def text_lines(text: str) -> list[_Line]:
    """Return the lines of a text without bookmarks or links, as RTF gives it."""
    return [_Line(line) for line in text.split("\n")]

"""The exports of Nexis Uni and Lexis+: DOCX and RTF."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.readers.guard import clean
from pipeline.readers.news.fields import COPYRIGHT, Article, export_result, split_field
from pipeline.readers.news.nexis import HEAD_BLOCKS, is_date_line
from pipeline.readers.parsed import ReadResult, Reject
from pipeline.readers.word.docx import Item, Paragraph, Table

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


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph of a Nexis Uni file with what marks places in it."""

    text: str
    bookmarks: tuple[str, ...] = ()
    links: tuple[str, ...] = ()


def docx_lines(items: tuple[Item, ...]) -> list[Line]:
    """Return the paragraphs of a walked DOCX, those of tables included."""
    lines: list[Line] = []
    for item in items:
        if isinstance(item, Paragraph):
            lines.append(Line(item.text, item.bookmarks, item.links))
        elif isinstance(item, Table):
            for row in item.rows:
                for cell in row:
                    lines.extend(docx_lines(cell))
    return lines


def uni_lines(lines: list[Line]) -> bool:
    """Say whether paragraphs are an export of Nexis Uni or Lexis+."""
    marked = any(_BOOKMARK.match(name) for line in lines for name in line.bookmarks)
    ended = any(_END.match(line.text) for line in lines)
    fields = sum(
        bool(split_field(line.text.strip(), tail=False, capitals=False)[0] in {"length", "byline", "section"})
        for line in lines
    )
    body = any(_BODY.match(line.text.strip()) for line in lines)
    return (marked and (ended or body)) or (ended and (fields > 0 or body))


def read_uni(lines: list[Line], reader: str) -> ReadResult:
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


def _uni_parts(lines: list[Line]) -> tuple[list[Line], list[list[Line]]]:
    starts = [place for place, line in enumerate(lines) if any(_BOOKMARK.match(name) for name in line.bookmarks)]
    if starts:
        ends = [*starts[1:], len(lines)]
        marked = (lines[start:end] for start, end in zip(starts, ends, strict=True))
        return lines[: starts[0]], [part for part in marked if any(line.text.strip() for line in part)]
    parts: list[list[Line]] = [[]]
    for line in lines:
        if _END.match(line.text):
            parts.append([])
        else:
            parts[-1].append(line)
    first = _first_headline(parts[0])
    cover, parts[0] = parts[0][:first], parts[0][first:]
    return cover, [part for part in parts if any(line.text.strip() for line in part)]


def _first_headline(lines: list[Line]) -> int:
    """Return where the first article begins behind a cover without bookmarks: two lines above its date."""
    filled = [place for place, line in enumerate(lines) if line.text.strip()]
    for rank, place in enumerate(filled):
        follows = [
            split_field(lines[later].text.strip(), tail=False, capitals=False)[0]
            for later in filled[rank + 1 : rank + 8]
        ]
        if rank >= 2 and is_date_line(lines[place].text.strip()) and {"length", "section", "byline"} & set(follows):
            return filled[rank - 2]
    return 0


def _uni_article(lines: list[Line], number: int) -> Article | Reject:
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


def _content_id(lines: list[Line]) -> str:
    """Return the database's own id, which the headline links to."""
    links = (link for line in lines[:3] for link in line.links)
    return next((found.group(1) for link in links if (found := _CONTENT_ID.search(link))), "")


def _body_place(lines: list[Line]) -> int | None:
    """Return where the text begins: behind the body's mark, else behind the last field where running text follows."""
    for place, line in enumerate(lines):
        if _BODY.match(line.text.strip()) and (
            place < HEAD_BLOCKS or any(name.startswith("Body") for name in line.bookmarks)
        ):
            return place + 1
    fields = [
        place
        for place, line in enumerate(lines[:HEAD_BLOCKS])
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
    place = next((n for n, line in enumerate(lines[1:HEAD_BLOCKS], start=1) if is_date_line(line)), None)
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


def _uni_body(lines: list[Line], article: Article) -> Iterator[str]:
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


def text_lines(text: str) -> list[Line]:
    """Return the lines of a text without bookmarks or links, as RTF gives it."""
    return [Line(line) for line in text.split("\n")]

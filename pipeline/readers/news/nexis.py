"""The legacy exports of Nexis: text, HTML and RTF."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from pipeline.readers.guard import clean, text_of
from pipeline.readers.news.fields import COPYRIGHT, DATE, Article, export_result, split_field
from pipeline.readers.parsed import ReadResult, Reject

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
HEAD_BLOCKS = 14  # blocks within which an article's date and fields stand


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
    place = next((n for n, block in enumerate(blocks[:HEAD_BLOCKS]) if is_date_line(block)), None)
    if place is None:
        kept = [block for block in blocks if not COPYRIGHT.match(block.strip())]
        article.publisher = kept[0] if kept else ""
        return kept[1:]
    lines = [line for block in blocks[:place] for line in block.split("\n") if line.strip()]
    article.publisher = next((line for line in reversed(lines) if not COPYRIGHT.match(line.strip())), "")
    # The edition stands under the date in the same block.
    article.date = blocks[place].strip().split("\n")[0]
    return blocks[place + 1 :]


def is_date_line(block: str) -> bool:
    """Say whether a block's first line is the date of an article: a short line that begins with it."""
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
    kinds = [split_field(block, tail=False, capitals=capitals) for block in blocks[:HEAD_BLOCKS]]
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

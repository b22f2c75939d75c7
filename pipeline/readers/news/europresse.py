"""Europresse and Eureka: HTML in the two layouts in use."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from pipeline.readers.guard import clean, text_of
from pipeline.readers.news.fields import COPYRIGHT, DATE, Article, export_result
from pipeline.readers.parsed import ReadResult

_NUMBER = re.compile(r"\b((?:news|biz|soc|web|rep|bio|med)[·.]\d{8}[·.][\w·.]+)", re.IGNORECASE)
_NUMBER_LINE = re.compile(
    r"^(?:numéro de document|document number|news document|número de documento|dokumentnummer)\b", re.IGNORECASE
)
_PAGE = re.compile(r",?\s*(?:p|pp|pg|s|page)\.?\s*[\w*-]+\s*$", re.IGNORECASE)
_WEEKDAY = re.compile(
    (
        r"(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|(?:mon|tues|wednes|thurs|fri"
        r"|satur|sun)day|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch)\s*,?\s*$"
    ),
    re.IGNORECASE,
)


def _marked(root: etree._Element, name: str) -> list[etree._Element]:
    return [element for element in root.iter() if name in (element.get("class") or "").lower().split()]


def is_export(root: etree._Element) -> bool:
    """Say whether a page is an export: publication and headline stand in elements of the vendor's classes."""
    return bool(_marked(root, "docpublicationname")) and bool(
        _marked(root, "docheader") or _marked(root, "titrearticlevisu")
    )


def read_html(root: etree._Element) -> ReadResult:
    """Read the articles of a page: an `article` element each, or the table cell around a publication's name."""
    holders: list[etree._Element] = []
    for mark in _marked(root, "docpublicationname"):
        holder = next((up for up in mark.iterancestors() if up.tag == "article"), None)
        if holder is None:
            holder = next((up for up in mark.iterancestors() if up.tag in {"td", "section"}), mark.getparent())
        if holder is not None and holder not in holders:
            holders.append(holder)
    articles = (_article(holder, number) for number, holder in enumerate(holders, start=1))
    return export_result(articles, "europresse", None)


def _article(holder: etree._Element, number: int) -> Article:
    whole = " ".join(str(part) for part in holder.itertext())
    found = _NUMBER.search(whole)
    article = Article(found.group(1) if found else str(number), publisher=_one(holder, "docpublicationname"))
    header = " ".join(clean(text_of(element)) for element in _marked(holder, "docheader"))
    _read_header(clean(header), article)
    title = _marked(holder, "titrearticlevisu")
    article.headline = clean(" ".join(text_of(element) for element in title))
    if holder.tag == "article":
        _read_new(holder, title, article)
    else:
        _read_old(holder, title, article)
    return article


def _one(holder: etree._Element, name: str) -> str:
    return next((clean(text_of(element)) for element in _marked(holder, name)), "")


def _read_header(header: str, article: Article) -> None:
    """Read "section, weekday date, p. 16"."""
    found = DATE.search(header)
    if found is None:
        article.section = _PAGE.sub("", header)
        return
    article.date = found.group(0)
    article.section = _WEEKDAY.sub("", header[: found.start()]).strip(" ,")


def _read_new(holder: etree._Element, title: list[etree._Element], article: Article) -> None:
    text = _marked(holder, "dococcurcontainer") or _marked(holder, "doctext") or list(holder.iter("section"))
    if not text:
        # A stray end tag may close the section early; the text then stands between header and footer.
        text = [element for element in holder if element.tag not in {"header", "footer", "aside"}]
    for part in text:
        paragraphs = [clean(text_of(element)) for element in part.iter("p")]
        article.add(paragraphs or [clean(text_of(part))])
    box = next((up for up in title[0].iterancestors() if up.tag == "div"), None) if title else None
    after = box.getnext() if box is not None else None
    if after is not None and after.tag == "div":
        article.byline = clean(text_of(after))


def _read_old(holder: etree._Element, title: list[etree._Element], article: Article) -> None:
    """Read a cell whose text is parted by empty paragraphs and line breaks only."""
    lines = list(_lines_after(holder, title[-1] if title else None))
    end = next((n for n, line in enumerate(lines) if _NUMBER_LINE.match(line) or COPYRIGHT.match(line)), len(lines))
    body = lines[:end]
    # A short first line without a full stop, with text behind it, is the author.
    if len(body) > 1 and len(body[0].split()) <= 8 and body[0][-1] not in '.!?:;…»"':
        article.byline = body.pop(0)
    article.add(body)


def _lines_after(holder: etree._Element, start: etree._Element | None) -> Iterator[str]:
    """Yield the lines behind the headline; a paragraph or line break ends one."""
    parts: list[str] = []
    for kind, text in _stream(holder, start):
        if kind == "break":
            if line := clean("".join(parts)):
                yield line
            parts = []
        else:
            parts.append(text)
    if line := clean("".join(parts)):
        yield line


def _stream(holder: etree._Element, start: etree._Element | None) -> Iterator[tuple[str, str]]:
    begun = start is None
    for event, element in etree.iterwalk(holder, events=("start", "end")):
        if not isinstance(element.tag, str):
            continue
        inside = start is not None and (element is start or start in element.iterancestors())
        if event == "start" and begun and not inside:
            if element.tag in {"br", "p", "div", "table", "tr", "td"}:
                yield "break", ""
            yield "text", re.sub(r"\s+", " ", element.text or "")
        elif event == "end":
            begun = begun or element is start
            if begun and not (inside and element is not start) and element is not holder:
                if element.tag in {"p", "div", "table", "tr"} and element is not start:
                    yield "break", ""
                yield "text", re.sub(r"\s+", " ", element.tail or "")

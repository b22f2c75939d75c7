"""A web page as one document: main text by trafilatura, or by a plain walk where that finds none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy

from lxml import etree

from pipeline.readers.blocks import item_block, paragraph_blocks, rank_levels, split_marker, word_count
from pipeline.readers.guard import clean, clean_rows
from pipeline.readers.parsed import Block, Parsed, ReadResult, rejected
from pipeline.readers.web.hostile import check, drop_hidden, html_text, join_initials, parse
from pipeline.readers.web.meta import PageMeta, read_meta

_LEAF = {"p", "blockquote", "pre", "dd", "dt", "figcaption", "address"}
_SKIP = frozenset({"nav", "footer", "aside", "form", "button", "select", "head", "script", "style", "noscript"})
_SKIP |= {"template", "iframe", "svg", "textarea"}
_INLINE_TAGS = (
    "a abbr acronym b bdi bdo big br cite code data del dfn em font hi i img ins kbd label lb mark q ref s samp small "
    "span strike strong sub sup time tt u var wbr"
)
_INLINE = frozenset(_INLINE_TAGS.split())
_ERROR_PAGE = re.compile(
    r"\b(?:40[034]|410|50[0-4])\b|not found|no longer (?:exists|available)|does ?n[o']t exist"
    r"|cannot be found|can.t be found|access denied"
    r"|forbidden|server error|bad (?:request|gateway)|(?:page|file|document|report|service) "
    r"(?:is )?(?:missing|unavailable|removed)"
    r"|enable (?:javascript|cookies)|are you a robot|captcha|page introuvable|nicht gefunden|error\b",
    re.IGNORECASE,
)
_ERROR_WORDS = 150
_FEW_WORDS = 25


def read_page(data: bytes, name: str) -> ReadResult:
    """Read an HTML page as one document; raises RefusedError where its mark-up is an attack."""
    return page_result(check(html_text(data)))


def page_result(source: str, url: str = "") -> ReadResult:
    """Return the document of a checked page's source, or a reject where it holds no text or is an error page."""
    root = parse(source)
    meta = read_meta(root)
    drop_hidden(root)
    join_initials(root)
    blocks = _main_text(root)
    if not word_count(blocks):
        return rejected("empty", "the page holds no text outside scripts and menus")
    if problem := error_words(meta.title, blocks):
        return rejected("not_an_article", f"the page is an error message, not a document: {problem!r}")
    return ReadResult((_parsed(meta, blocks, url),))


def _parsed(meta: PageMeta, blocks: list[Block], url: str) -> Parsed:
    news = "NewsArticle" in meta.kind
    return Parsed(
        tuple(blocks),
        "web",
        title=meta.title,
        publisher=meta.publisher,
        source_type="news" if news else "",
        language=meta.language,
        byline=meta.byline,
        section=meta.section,
        url=meta.url or url,
        date_clues=meta.clues,
    )


def error_words(title: str, blocks: list[Block]) -> str:
    """Return the words by which a short page shows itself as an error message, or an empty string."""
    if word_count(blocks) > _ERROR_WORDS:
        return ""
    heads = [block.text for block in blocks if block.kind == "heading"] or [block.text for block in blocks[:1]]
    return next((text[:120] for text in [title, *heads] if _ERROR_PAGE.search(text) and len(text.split()) <= 12), "")


def _main_text(root: etree._Element) -> list[Block]:
    from trafilatura import bare_extraction  # slow to import, and needed by no other reader

    extracted = bare_extraction(
        deepcopy(root),
        include_comments=False,
        include_tables=True,
        include_formatting=False,
        with_metadata=False,
        deduplicate=False,
    )
    blocks: list[Block] = []
    body = getattr(extracted, "body", None)
    if body is not None:
        blocks = rank_levels(_extracted_blocks(body, 0))
    if word_count(blocks) < _FEW_WORDS:
        # A page of a few words, or one without the marks of an article: everything that is no menu.
        walked = walk(root)
        blocks = walked if word_count(walked) >= word_count(blocks) else blocks
    return blocks


def _extracted_blocks(element: etree._Element, level: int) -> Iterator[Block]:
    """Yield blocks from trafilatura's own tree."""
    for item in element:
        tag = item.tag if isinstance(item.tag, str) else ""
        if tag == "head":
            if text := clean(_flat(item)):
                rend = item.get("rend") or "h2"
                yield Block("heading", text, level=int(rend[1]) if rend[1:2].isdecimal() else 2)
        elif tag == "list":
            yield from _list_blocks(item, level + 1, "item", "list")
        elif tag == "table":
            yield from _table_blocks(item, "row", "cell")
        elif tag in {"quote", "div", "main"}:
            yield from paragraph_blocks(_own_text(item)) if not len(item) else _mixed(item, level)
        elif tag in {"p", "code", "ab"}:
            yield from _paragraph(item, level)
        elif tag not in {"graphic", "lb"} and (text := clean(_flat(item))):
            yield Block("paragraph", text)
        if tail := clean(item.tail or ""):
            yield Block("paragraph", tail)


def _paragraph(item: etree._Element, level: int) -> Iterator[Block]:
    if any(inner.tag in {"list", "table", "head", "p"} for inner in item):
        yield from _mixed(item, level)
    else:
        yield from paragraph_blocks(_own_text(item))


def _mixed(item: etree._Element, level: int) -> Iterator[Block]:
    if lead := clean(item.text or ""):
        yield Block("paragraph", lead)
    yield from _extracted_blocks(item, level)


def _list_blocks(element: etree._Element, level: int, item_tag: str, *list_tags: str) -> Iterator[Block]:
    ordered = (element.get("rend") or element.tag) == "ol"
    number = 0
    for item in element:
        if item.tag in list_tags:
            yield from _list_blocks(item, level + 1, item_tag, *list_tags)
        if item.tag != item_tag:
            continue
        number += 1
        if text := clean(_flat(item, skip=set(list_tags))):
            typed, rest = split_marker(text)
            yield item_block(rest, typed or (f"{number}." if ordered else "•"), level)
        for inner in item.iter(*list_tags):
            if next(up for up in inner.iterancestors() if up.tag == item_tag) is item:
                yield from _list_blocks(inner, level + 1, item_tag, *list_tags)


def _table_blocks(element: etree._Element, row_tag: str, *cell_tags: str) -> Iterator[Block]:
    rows = [[_flat(cell) for cell in row if cell.tag in cell_tags] for row in element.iter(row_tag)]
    if all(len(row) <= 1 for row in rows):
        for row in rows:
            for cell in row:
                yield from paragraph_blocks(cell)
    elif text := clean_rows(rows):
        yield Block("table", text)


def _own_text(element: etree._Element) -> str:
    """Return the text with line feeds for line breaks."""
    return _flat(element, breaks="\n")


def _flat(element: etree._Element, breaks: str = " ", skip: set[str] | None = None) -> str:
    parts = [(element.text or "").replace("\n", " ")]
    for item in element:
        if item.tag in {"lb", "br"}:
            parts.append(breaks)
        elif isinstance(item.tag, str) and item.tag not in (skip or set()):
            inner = _flat(item, breaks, skip)
            # Words of neighbouring blocks must not run together; those of inline tags may.
            parts.append(inner if item.tag in _INLINE else f" {inner} ")
        parts.append((item.tail or "").replace("\n", " "))
    return "".join(parts)


def walk(root: etree._Element) -> list[Block]:
    """Return every heading, paragraph, list item and table of a page outside its menus and forms, in order."""
    body = root.find(".//body") if root.tag != "body" else root
    return rank_levels(_walk(body if body is not None else root))


def _walk(element: etree._Element) -> Iterator[Block]:
    loose: list[str] = [element.text or ""]
    for item in element:
        tag = item.tag if isinstance(item.tag, str) else ""
        if tag in _INLINE:
            loose.append("\n" if tag == "br" else _own_text(item))
        elif tag not in _SKIP and tag:
            yield from paragraph_blocks("".join(loose))
            loose = []
            yield from _walk_block(item, tag)
        loose.append((item.tail or "").replace("\n", " "))
    yield from paragraph_blocks("".join(loose))


def _walk_block(item: etree._Element, tag: str) -> Iterator[Block]:
    if re.fullmatch(r"h[1-6]", tag):
        if text := clean(_flat(item)):
            yield Block("heading", text, level=int(tag[1]))
    elif tag in {"ul", "ol"}:
        yield from _list_blocks(item, 1, "li", "ul", "ol")
    elif tag == "table" and not any(
        cell.tag in {"p", "div", "h1", "h2", "h3", "ul", "table"} for cell in item.iter() if cell is not item
    ):
        yield from _table_blocks(item, "tr", "td", "th")
    elif tag in _LEAF and not any(inner.tag not in _INLINE for inner in item if isinstance(inner.tag, str)):
        yield from paragraph_blocks(_own_text(item))
    else:
        yield from _walk(item)

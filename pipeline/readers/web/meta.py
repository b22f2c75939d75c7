"""What a page says of itself outside its text: dates, title, publisher, canonical address, language."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

from pipeline.dating import DateClue
from pipeline.readers.guard import clean, text_of

_PUBLISHED_META_NAMES = (
    "article:published_time og:article:published_time og:published_time datepublished date.published "
    "dc.date.issued dcterms.issued dc.date.created dcterms.created dcterms.date dc.date dcterms.available "
    "citation_publication_date citation_date citation_online_date parsely-pub-date sailthru.date publish-date "
    "publish_date publication_date publicationdate pubdate published-date published originalpublicationdate "
    "article_date_original article.published article:created cxenseparse:recs:publishtime bt:pubdate created "
    "ptime date last-modified-date-first-published release_date rnews:datepublished govuk:first-published-at "
    "govuk:public-updated-at"
)
_MODIFIED_META_NAMES = (
    "article:modified_time og:updated_time dcterms.modified dc.date.modified datemodified last-modified "
    "lastmod revised govuk:updated-at"
)
_LD_DATES = ("datePublished", "dateCreated", "uploadDate", "dateModified")
_URL_DATE = re.compile(
    r"[/_=-]((?:19|20)\d\d)[/_-]([01]?\d|[a-z]{3,9})(?:[/_-]([0-3]?\d))?(?=[/_.?&-]|$)", re.IGNORECASE
)
_URL_DAY = re.compile(r"/((?:19|20)\d\d[01]\d[0-3]\d)(?=[/_.-]|$)")
_DATE_CLASS = re.compile(
    (
        r"(?:pub|post|article|entry|byline|story|news|time|meta)?.{0,2}(?:date|published|timestamp"
        r"|pubdate|dateline|posted)"
    ),
    re.IGNORECASE,
)
_LABEL = re.compile(
    (
        r"\b(?:published|posted|first published|publication date|date of publication|issued|last "
        r"updated|updated|created)\b\s*(?:on|at|:)?"
    ),
    re.IGNORECASE,
)
_DATE_LIKE = re.compile(r"\b(?:19|20)\d\d\b|\b\d{1,2}[./]\d{1,2}[./]\d{2}\b")
_MAX_LD = 2**21


@dataclass(frozen=True, slots=True)
class PageMeta:
    """A page's own account of itself; blank fields are unknown."""

    title: str = ""
    publisher: str = ""
    byline: str = ""
    section: str = ""
    url: str = ""
    language: str = ""
    kind: str = ""
    clues: tuple[DateClue, ...] = ()


def read_meta(root: etree._Element) -> PageMeta:
    """Return what JSON-LD, meta tags, time elements, labels and the address say; the scripts must still be there."""
    metas = _metas(root)
    nodes = list(_ld_nodes(root))
    article = next((node for node in nodes if _is_article(node)), {})
    url = _canonical(root, metas, article)
    clues = [*_ld_clues(nodes), *_meta_clues(metas), *_time_clues(root), *_label_clues(root), *_url_clues(url)]
    return PageMeta(
        title=_text(article.get("headline"))
        or _first(metas, "og:title", "dc.title", "dcterms.title", "twitter:title")
        or _h1(root),
        publisher=_publisher(article, nodes, metas, url),
        byline=_byline(article, metas),
        section=_text(article.get("articleSection")) or _first(metas, "article:section"),
        url=url,
        language=_language(root, metas, article),
        kind=" ".join(_types(article)) or _first(metas, "og:type"),
        clues=tuple(dict.fromkeys(clues)),
    )


def _metas(root: etree._Element) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for element in root.iter("meta"):
        key = (
            element.get("property") or element.get("name") or element.get("itemprop") or element.get("http-equiv") or ""
        )
        value = clean(element.get("content") or "")
        if key and value:
            found.setdefault(key.strip().lower(), []).append(value[:2000])
    return found


def _first(metas: dict[str, list[str]], *names: str) -> str:
    return next((metas[name][0] for name in names if metas.get(name)), "")


def _ld_nodes(root: etree._Element) -> Iterator[dict[str, Any]]:
    for script in root.iter("script"):
        if "ld+json" not in (script.get("type") or "").lower() or not script.text or len(script.text) > _MAX_LD:
            continue
        body = re.sub(r"^\s*(?://)?<!(?:\[CDATA\[|--)|(?://)?(?:\]\]|--)>\s*$", "", script.text).strip()
        try:
            yield from _flatten(json.loads(body, strict=False), 0)
        except (ValueError, RecursionError):
            continue


def _flatten(value: Any, depth: int) -> Iterator[dict[str, Any]]:
    """Yield the top-level things and what their graphs and main entities hold."""
    if depth > 6:
        return
    if isinstance(value, list):
        for item in value[:200]:
            yield from _flatten(item, depth + 1)
    elif isinstance(value, dict):
        yield value
        for key in ("@graph", "mainEntity", "mainEntityOfPage"):
            if isinstance(value.get(key), list | dict):
                yield from _flatten(value[key], depth + 1)


def _types(node: dict[str, Any]) -> list[str]:
    value = node.get("@type", [])
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]


def _is_article(node: dict[str, Any]) -> bool:
    return any(name.endswith(("Article", "BlogPosting", "Report", "LiveBlogPosting")) for name in _types(node))


def _ld_clues(nodes: list[dict[str, Any]]) -> Iterator[DateClue]:
    articles = [node for node in nodes if _is_article(node)] or [node for node in nodes if "WebPage" in _types(node)]
    for node in articles[:1]:
        for key in _LD_DATES:
            if value := _text(node.get(key)):
                yield DateClue("structured", key, value)


def _meta_clues(metas: dict[str, list[str]]) -> Iterator[DateClue]:
    for name in (*_PUBLISHED_META_NAMES.split(), *_MODIFIED_META_NAMES.split()):
        for value in metas.get(name, [])[:1]:
            yield DateClue("structured", name, value[:80])


def _time_clues(root: etree._Element) -> Iterator[DateClue]:
    for element in root.iter("time", "span", "abbr", "p", "div", "data"):
        prop = (element.get("itemprop") or element.get("property") or "").lower()
        value = (
            element.get("datetime") or element.get("content") or element.get("title") or clean(text_of(element))[:80]
        )
        if prop in {"datepublished", "datecreated", "datemodified"}:
            yield DateClue("structured", f"itemprop:{prop}", clean(value)[:80])
        elif element.tag == "time" and not _is_elsewhere(element):
            name = "time:published" if element.get("pubdate") is not None else f"time:{_label_of(element)}".rstrip(":")
            yield DateClue("label", name, clean(value)[:80])


def _is_elsewhere(element: etree._Element) -> bool:
    """Say whether an element stands in a page's frame: its masthead, menus, and lists of other articles."""
    inside_article = False
    for parent in element.iterancestors():
        if parent.tag == "article":
            inside_article = True
        if parent.tag in {"nav", "footer", "aside"} or (parent.tag in {"a", "li"} and not inside_article):
            return True
        above = parent.getparent()
        if parent.tag == "header" and not inside_article and above is not None and above.tag == "body":
            return True
    return False


def _label_of(element: etree._Element) -> str:
    before = element.getprevious()
    parent = element.getparent()
    text = (
        (before.tail or text_of(before)) if before is not None else (parent.text if parent is not None else "")
    ) or ""
    found = _LABEL.search(clean(text)[-60:])
    return found.group(0).rstrip(": ").lower() if found else ""


def _label_clues(root: etree._Element) -> Iterator[DateClue]:
    """Yield short texts that stand as dates: an element of a date's class, or a label with a date behind it."""
    count = 0
    for element in root.iter("span", "div", "p", "li", "dd", "td", "em", "small", "strong"):
        if count >= 12:
            return
        marked = (
            _DATE_CLASS.fullmatch(clean(element.get("class") or "").split(" ")[0]) if element.get("class") else None
        )
        text = clean(text_of(element)) if len(element) < 6 else ""
        if not 6 <= len(text) <= 120 or not _DATE_LIKE.search(text) or _is_elsewhere(element):
            continue
        labelled = _LABEL.match(text)
        if marked or labelled:
            count += 1
            yield DateClue("label", labelled.group(0).rstrip(": ").lower() if labelled else "date", text)


def _url_clues(url: str) -> Iterator[DateClue]:
    path = urlsplit(url).path if url else ""
    if found := _URL_DATE.search(path) or _URL_DAY.search(path):
        yield DateClue("url", "url", found.group(0).strip("/_=-"))


def _canonical(root: etree._Element, metas: dict[str, list[str]], article: dict[str, Any]) -> str:
    links = [
        element.get("href") or "" for element in root.iter("link") if (element.get("rel") or "").lower() == "canonical"
    ]
    page = article.get("mainEntityOfPage")
    own = page.get("@id") if isinstance(page, dict) else page
    candidates = [*links, _first(metas, "og:url"), _text(article.get("url")), _text(own)]
    return next((clean(item) for item in candidates if item and item.startswith(("http://", "https://"))), "")


def _publisher(article: dict[str, Any], nodes: list[dict[str, Any]], metas: dict[str, list[str]], url: str) -> str:
    named = _name(article.get("publisher"))
    site = _first(
        metas,
        "og:site_name",
        "dc.publisher",
        "dcterms.publisher",
        "citation_publisher",
        "publisher",
        "application-name",
    )
    organisation = next(
        (_text(node.get("name")) for node in nodes if any("Organization" in kind for kind in _types(node))), ""
    )
    host = (urlsplit(url).hostname or "").removeprefix("www.") if url else ""
    # A publisher's field often carries its address for letters; an e-mail address is no name.
    return re.sub(r"[\s.,;]*\S+@\S+", "", named or site or organisation).strip() or host


def _byline(article: dict[str, Any], metas: dict[str, list[str]]) -> str:
    named = _name(article.get("author")) or _first(
        metas, "author", "article:author", "dc.creator", "dcterms.creator", "byl"
    )
    return "" if named.startswith("http") else named[:200]


def _name(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(filter(None, (_name(item) for item in value[:6])))
    return _text(value.get("name")) if isinstance(value, dict) else _text(value)


def _text(value: Any) -> str:
    if isinstance(value, list):
        value = value[0] if value else ""
    return clean(unescape(value))[:500] if isinstance(value, str) else ""


def _h1(root: etree._Element) -> str:
    heads = [clean(text_of(element)) for element in root.iter("h1")]
    title = next((clean(text_of(element)) for element in root.iter("title")), "")
    return next((head for head in heads if head), "") or title


def _language(root: etree._Element, metas: dict[str, list[str]], article: dict[str, Any]) -> str:
    html = root if root.tag == "html" else root.find(".//html")
    tag = (html.get("lang") or html.get("{http://www.w3.org/XML/1998/namespace}lang") or "") if html is not None else ""
    named = tag or _text(article.get("inLanguage")) or _first(metas, "content-language", "dc.language", "og:locale")
    return named[:2].lower() if re.match(r"[a-zA-Z]{2}(?:[-_]|$)", named) else ""

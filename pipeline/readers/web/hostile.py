"""Limits that HTML must keep before a parser sees it, and a parser that never fetches."""

from __future__ import annotations

import re

from lxml import etree, html

from pipeline.readers.guard import NOT_XML, RefusedError, decode

MAX_HTML = 32 * 2**20
MAX_DEPTH = 250
MAX_TAG = 2**21  # characters of one tag: pages keep whole data sets in an attribute
MAX_ATTRIBUTES = 400
_DATA_URI = re.compile(r"""(["'])data:[^"']{1000,}\1""", re.IGNORECASE)
_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]{0,40})([^<>]*)")
_VOID = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
        "p",
        "li",
        "td",
        "tr",
        "th",
        "dd",
        "dt",
        "option",
    ]
)
_FORMATTING = re.compile(r"</?(?:font|b|i|u|s|big|small|strong|em|span|tt|strike|center)\b[^<>]*>", re.IGNORECASE)
_INITIAL_TAGS = ("span", "b", "strong", "big", "font", "em")
_HIDDEN_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?:px|pt|em|%)?\s*(?:;|$)", re.IGNORECASE
)
_DECLARED = re.compile(rb"""<meta[^>]{0,300}?charset\s*=\s*["']?\s*([\w-]{2,40})""", re.IGNORECASE)
_XML_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w-]{2,40})""", re.IGNORECASE)


def html_text(data: bytes) -> str:
    """Return a page's source as text: UTF-8 where that fits, else as declared, else by a guess."""
    if len(data) > MAX_HTML:
        raise RefusedError("too_large", f"the page has {len(data) // 2**20} MB, more than {MAX_HTML // 2**20}")
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        pass
    mixed = data.decode("utf-8", errors="replace")
    if mixed.count("\ufffd") * 20 < sum(char > "\x7f" for char in mixed):
        # UTF-8 with a few bytes damaged on the way.
        return mixed.replace("\r\n", "\n")
    declared = _DECLARED.search(data[:8192]) or _XML_DECLARED.search(data[:300])
    if declared and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        name = declared.group(1).decode("ascii").lower()
        # Browsers read Latin-1 as the code page of Windows, and pages rely on it. UTF-8 it is not.
        name = "cp1252" if name in {"iso-8859-1", "latin1", "us-ascii", "windows-1252", "utf-8", "utf8"} else name
        try:
            return data.decode(name, errors="replace").replace("\r\n", "\n")
        except LookupError:
            pass
    return decode(data)


def check(source: str) -> str:
    """Return the source without pictures in attributes; raises RefusedError where tags or nesting are an attack.

    One tag with 200,000 attributes hangs every parser, and lxml drops without a word what is nested too deep.
    """
    source = _DATA_URI.sub(r"\1\1", source)
    if not _too_deep(source):
        return source
    # Old pages open font and bold tags by the hundred and close none.
    plain = _FORMATTING.sub("", source)
    if _too_deep(plain):
        raise RefusedError("too_large", f"tags are nested more than {MAX_DEPTH} deep; no page needs that")
    return plain


def _too_deep(source: str) -> bool:
    opened: list[str] = []
    for found in _TAG.finditer(_without_comments(source)):
        closing, name, rest = found.groups()
        name = name.lower()
        if len(rest) > MAX_TAG or (len(rest) > 4 * MAX_ATTRIBUTES and _attributes(rest) > MAX_ATTRIBUTES):
            message = f"a <{name[:20]}> tag has {len(rest)} characters of attributes; no page needs that"
            raise RefusedError("too_large", message)
        if closing:
            _close(opened, name)
        elif name not in _VOID and not rest.endswith("/"):
            opened.append(name)
            if len(opened) > MAX_DEPTH:
                return True
    return False


def _without_comments(source: str) -> str:
    """Return the source without comments. A search by pattern would take quadratic time on comments never closed."""
    parts, at = [], 0
    while (start := source.find("<!--", at)) >= 0:
        parts.append(source[at:start])
        end = source.find("-->", start)
        if end < 0:
            return "".join(parts)
        at = end + 3
    return "".join([*parts, source[at:]])


def _close(opened: list[str], name: str) -> None:
    """Close a tag as parsers do: with it goes everything left open inside it."""
    for back in range(1, min(len(opened), 60) + 1):
        if opened[-back] == name:
            del opened[-back:]
            return


def _attributes(rest: str) -> int:
    return len(re.findall(r"""[^\s=]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"']+))?""", rest[:MAX_TAG]))


def parse(source: str) -> etree._Element:
    """Return the root of a checked page."""
    parser = html.HTMLParser(no_network=True, huge_tree=False, remove_comments=False, encoding="utf-8")
    try:
        root = html.fromstring(source.encode("utf-8", errors="replace"), parser=parser) if source.strip() else None
    except etree.ParserError:  # nothing but comments, or the like
        root = None
    if root is None:
        raise RefusedError("empty", "the page is empty")
    if any("depth" in entry.message for entry in parser.error_log):
        raise RefusedError("too_large", "tags are nested deeper than the parser goes")
    tree: etree._Element = root
    _drop_controls(tree)
    return tree


def _drop_controls(root: etree._Element) -> None:
    """Take out characters that a page can name (&#1;) but a tree that is changed cannot hold."""
    for element in root.iter(etree.Element):
        if element.text and NOT_XML.search(element.text):
            element.text = NOT_XML.sub("", element.text)
        if element.tail and NOT_XML.search(element.tail):
            element.tail = NOT_XML.sub("", element.tail)


def drop_hidden(root: etree._Element) -> None:
    """Take out what a reader of the page does not see: scripts, templates, hidden elements."""
    for element in list(root.iter("script", "style", "template", "noscript", "svg", "iframe", "object", "canvas")):
        _drop(element)
    for element in list(root.iter(etree.Element)):
        hidden = element.get("hidden") is not None or _HIDDEN_STYLE.search(element.get("style") or "")
        if hidden and element.tag not in {"html", "body"}:
            _drop(element)


def join_initials(root: etree._Element) -> None:
    """Put a paragraph's drop capital back to its word: "<span>T</span>he council" loses its letter in extraction."""
    for element in list(root.iter(*_INITIAL_TAGS)):
        letter = (element.text or "").strip()
        if len(letter) != 1 or not letter.isupper() or len(element):
            continue
        follower = element.getnext()
        if (element.tail or "")[:1].islower():
            element.text, element.tail = "", letter + (element.tail or "")
            _drop(element)
        elif not element.tail and follower is not None and (follower.text or "")[:1].islower():
            follower.text = letter + (follower.text or "")
            _drop(element)


def _drop(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        before = element.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    parent.remove(element)

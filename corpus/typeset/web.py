"""Typeset a source as a web page: the article among navigation, a cookie banner, adverts and related links."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from html import escape
from itertools import groupby

from corpus.typeset.source import Block, Source

_SECTIONS = ("Home", "News", "Sport", "Business", "What’s on", "Opinion", "Obituaries", "Jobs")
_PAGE = """<!DOCTYPE html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<title>{title} | {publisher}</title>
<meta property="og:type" content="article">
<meta property="og:title" content="{title}">
<meta property="og:site_name" content="{publisher}">
{dates}
<link rel="canonical" href="{url}">
<script>window.adUnits = ["top", "side"]; function accept() {{ document.cookie = "ok=1"; }}</script>
<style>.cookie {{ position: fixed; bottom: 0 }} nav li {{ display: inline }}</style>
</head>
<body>
<div class="cookie" role="dialog"><p>We and our partners store and read cookies on your device to show you
advertisements. You can change your mind at any time.</p><button onclick="accept()">Accept all</button>
<a href="/cookies">Manage choices</a></div>
<header><a class="logo" href="/">{publisher}</a>
<nav aria-label="Main"><ul>
{sections}
</ul></nav>
<form action="/search"><input name="q" placeholder="Search"><button>Go</button></form></header>
<main>
<article class="story">
<h1>{title}</h1>
{byline}
<div class="share"><a href="#">Share</a> <a href="#">Post</a> <a href="#comments">12 comments</a></div>
<div class="story-body">
{body}
</div>
</article>
<aside class="related"><h2>Read next</h2><ul>
{related}
</ul></aside>
<section class="newsletter"><h2>Sign up for our morning briefing</h2><p>The day’s headlines in your inbox.</p></section>
</main>
<footer><ul><li><a href="/contact">Contact us</a></li><li><a href="/privacy">Privacy policy</a></li>
<li><a href="/complaints">Editorial complaints</a></li></ul><p>© {publisher}. All rights reserved.</p></footer>
</body>
</html>
"""


def to_html(source: Source) -> bytes:
    """Return the source as a web page; its date stands where `dated_by` says: json-ld, meta or time (the byline)."""
    title, *blocks = source.blocks
    related = [link.strip() for link in source.get("related").split("|") if link.strip()]
    page = _PAGE.format(
        title=escape(title.text),
        publisher=escape(source.get("publisher")),
        dates=_dates(source),
        url=escape(source.get("url")),
        sections="\n".join(f'<li><a href="/{escape(name.lower())}">{escape(name)}</a></li>' for name in _SECTIONS),
        byline=_byline(source),
        body="\n".join(_html_blocks(blocks)),
        related="\n".join(f'<li><a href="#">{escape(link)}</a></li>' for link in related or _RELATED),
    )
    return page.encode()


_RELATED = ("Bin collections over the holiday: full list", "Five walks for a wet weekend", "Bridge shuts until Monday")


def _dates(source: Source) -> str:
    published = f"{source.get('published')}T06:00:00+00:00"
    if source.get("dated_by") == "meta":
        return f'<meta property="article:published_time" content="{published}">'
    if source.get("dated_by") == "time":
        return '<meta name="robots" content="index">'
    facts = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": source.get("title"),
        "datePublished": published,
        "dateModified": published,
        "publisher": {"@type": "Organization", "name": source.get("publisher")},
    }
    return f'<script type="application/ld+json">{json.dumps(facts, ensure_ascii=False)}</script>'


def _byline(source: Source) -> str:
    name = escape(source.get("byline"))
    written = f'<p class="byline">By <span class="author">{name}</span></p>' if name else ""
    if source.get("dated_by") == "time":
        written += f'\n<p><time datetime="{source.get("published")}">{escape(source.get("time"))}</time></p>'
    return written


def _html_blocks(blocks: Iterable[Block]) -> Iterator[str]:
    for listed, group in groupby(blocks, key=lambda block: block.kind == "item" and block.marker):
        if listed:
            tag = "ul" if listed == "•" else "ol"
            yield f"<{tag}>" + "".join(f"<li>{escape(block.text, quote=False)}</li>" for block in group) + f"</{tag}>"
        else:
            yield from map(_html_block, group)


def _html_block(block: Block) -> str:
    text = escape(block.text, quote=False)
    if block.kind == "heading":
        return f"<h{block.level}>{text}</h{block.level}>"
    if block.kind == "table":
        cells = ("".join(f"<td>{escape(cell)}</td>" for cell in row) for row in block.rows)
        return "<table>" + "".join(f"<tr>{row}</tr>" for row in cells) + "</table>"
    return f"<p>{text}</p>"


def to_error_page(source: Source) -> bytes:
    """Return the page that a web server sends in the place of a document that it does not have."""
    title, *blocks = source.blocks
    text = "\n".join(_html_blocks(blocks))
    head = f"<head><title>{escape(source.get('title'))} (404)</title></head>"
    body = f"<body><h1>{escape(title.text)}</h1>\n{text}\n</body>"
    return f'<!DOCTYPE html>\n<html lang="en">\n{head}\n{body}\n</html>\n'.encode()

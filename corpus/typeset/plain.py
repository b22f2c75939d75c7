"""Typeset a source as plain text, Markdown or a mail message."""

from __future__ import annotations

import datetime as dt
import textwrap
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from corpus.typeset.source import Block, Source

_WIDTH = 78


def to_text(source: Source) -> bytes:
    """Return the source as plain text; `wrap: yes` in the front matter breaks its lines at 78 characters."""
    return "\n".join(_text_lines(source, wrap=source.get("wrap") == "yes")).encode()


def _text_lines(source: Source, *, wrap: bool) -> Iterator[str]:
    before: Block | None = None
    for block in source.blocks:
        if before is not None and not (block.kind == before.kind == "item"):
            yield ""
        marker = "-" if block.marker == "•" else block.marker
        indent = "  " * block.level if block.kind == "item" else ""
        line = f"{indent}{marker} {block.text}" if marker else block.text
        if wrap and block.kind != "heading":
            hanging = " " * (len(indent) + len(marker) + 1) if marker else ""
            # Compounds stay whole, so that joining the lines gives back the words.
            yield from textwrap.wrap(
                line, _WIDTH, subsequent_indent=hanging, break_on_hyphens=False, break_long_words=False
            )
        else:
            yield line
        before = block
    yield ""


def to_markdown(source: Source) -> bytes:
    """Return the source as Markdown with a front matter of title, date and publisher."""
    return "\n".join(_markdown_lines(source)).encode()


def _markdown_lines(source: Source) -> Iterator[str]:
    yield from ("---", f'title: "{source.get("title")}"', f"date: {source.get('published')}")
    yield from (f"publisher: {source.get('publisher')}", "---", "")
    before: Block | None = None
    for block in source.blocks:
        if before is not None and not (block.kind == before.kind and block.kind == "item"):
            yield ""
        if block.kind == "heading":
            yield f"{'#' * block.level} {block.text}"
        elif block.kind == "table":
            yield from _markdown_table(block)
        elif block.kind == "item":
            yield f"{'  ' * block.level}{'-' if block.marker == '•' else block.marker} {block.text}"
        else:
            yield f"{block.marker}. {block.text}" if block.marker else block.text
        before = block
    yield ""


def _markdown_table(block: Block) -> Iterator[str]:
    head, *rows = block.rows
    yield f"| {' | '.join(head)} |"
    yield f"| {' | '.join('---' for _ in head)} |"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def to_mail(source: Source) -> bytes:
    """Return the source as a mail message (RFC 5322) with a plain text body."""
    message = EmailMessage(policy=SMTP.clone(max_line_length=76))
    message["From"] = source.get("from")
    message["To"] = source.get("to")
    message["Subject"] = source.get("title")
    sent = dt.datetime.fromisoformat(source.get("published")).replace(hour=7, minute=30, tzinfo=dt.UTC)
    message["Date"] = format_datetime(sent)
    message["Message-ID"] = f"<{source.name}@{source.get('from').partition('@')[2].rstrip('>')}>"
    message.set_content("\n".join(_text_lines(source, wrap=False)), charset="utf-8", cte="quoted-printable")
    return message.as_bytes()

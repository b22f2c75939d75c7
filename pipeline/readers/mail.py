"""E-mail: EML by the standard library, MSG by python-oxmsg. One message is one document."""

from __future__ import annotations

import email
import email.policy
import io
import re
from email.message import EmailMessage

from oxmsg import Message

from pipeline.dating import DateClue
from pipeline.readers.blocks import paragraph_blocks, word_count
from pipeline.readers.guard import RefusedError, clean, decode
from pipeline.readers.parsed import Block, Parsed, ReadResult, rejected
from pipeline.readers.web import page_result
from pipeline.readers.web.hostile import check, html_text

_QUOTED = re.compile(r"^\s*>")
_ADDRESS = re.compile(r"\s*<[^>]*>|[\"']")


def read_eml(data: bytes, name: str) -> ReadResult:
    """Read an RFC 5322 message: subject as title, sender as byline, plain text before HTML."""
    message = email.message_from_bytes(data.lstrip(), policy=email.policy.default)
    if not isinstance(message, EmailMessage):
        raise RefusedError("corrupt", "the message cannot be read")
    blocks = _eml_blocks(message)
    return _result(
        blocks,
        "eml",
        subject=_header(message, "Subject"),
        sender=_header(message, "From"),
        date=_header(message, "Date"),
        attachments=[part.get_filename() or "" for part in _attachments(message)],
    )


def _header(message: EmailMessage, name: str) -> str:
    # A header that cannot be parsed must not cost the message.
    try:
        return clean(str(message.get(name, "")))
    except (ValueError, IndexError, TypeError, AttributeError, OverflowError):
        raw = dict(message.raw_items()).get(name, "")
        return clean(str(raw))


def _attachments(message: EmailMessage) -> list[EmailMessage]:
    try:
        return [part for part in message.iter_attachments() if isinstance(part, EmailMessage)]
    except (AttributeError, KeyError, TypeError, ValueError):
        return []


def _eml_blocks(message: EmailMessage) -> list[Block]:
    body = message.get_body(preferencelist=("plain", "html"))
    if body is None:
        return []
    payload = body.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    if body.get_content_type() == "text/html":
        return _html_blocks(data)
    charset = body.get_content_charset()
    try:
        text = data.decode(charset) if charset else decode(data)
    except (LookupError, ValueError):  # no such character set, or not the one that the bytes are in
        text = decode(data)
    return text_blocks(text)


def _html_blocks(data: bytes) -> list[Block]:
    found = page_result(check(html_text(data)))
    return [block for document in found.documents for block in document.blocks]


def text_blocks(text: str) -> list[Block]:
    """Return the blocks of a message's plain text; what it quotes and its signature are furniture."""
    body, _, signature = text.replace("\r\n", "\n").partition("\n-- \n")
    lines = body.split("\n")
    own = "\n".join("" if _QUOTED.match(line) else line for line in lines)
    quoted = "\n".join(_QUOTED.sub("", line) for line in lines if _QUOTED.match(line))
    apart = [Block("furniture", block.text) for part in (quoted, signature) for block in paragraph_blocks(part)]
    return [*paragraph_blocks(own), *apart]


def read_msg(data: bytes, name: str) -> ReadResult:
    """Read an Outlook message: plain text, else HTML, else its compressed RTF."""
    try:
        message = Message.load(io.BytesIO(data))
        subject, sender, sent = message.subject, message.sender, message.sent_date
        headers = {key.lower(): value for key, value in (message.message_headers or {}).items()}
        body, markup = message.body, message.html_body
        attachments = [item.file_name or "" for item in message.attachments]
    except Exception as error:  # the library raises whatever its container parser raises
        raise RefusedError("corrupt", f"the Outlook message cannot be read: {type(error).__name__}: {error}") from error
    blocks = text_blocks(body) if body and body.strip() else _html_blocks((markup or "").encode("utf-8"))
    date = sent.isoformat() if sent else headers.get("date", "")
    return _result(blocks, "msg", subject=subject or "", sender=sender or "", date=date, attachments=attachments)


def _result(
    blocks: list[Block], reader: str, *, subject: str, sender: str, date: str, attachments: list[str]
) -> ReadResult:
    if not word_count(blocks):
        named = ", ".join(filter(None, attachments))
        return rejected(
            "empty",
            f"the message holds no text; save its attachments as files: {named}"
            if named
            else "the message holds no text",
        )
    # Attachments are documents of their own and are not read out of the message; their names stay searchable.
    apart = [Block("furniture", f"Attachment: {clean(item)}") for item in attachments if item]
    title = clean(subject)
    head = [Block("heading", title, level=1)] if title else []
    clues = (DateClue("structured", "sent", clean(date)),) if date else ()
    byline = clean(_ADDRESS.sub("", sender)) or clean(sender)
    return ReadResult((Parsed((*head, *blocks, *apart), reader, title=title, byline=byline, date_clues=clues),))

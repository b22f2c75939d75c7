"""WARC archives: the HTML pages among their responses, each a document."""

from __future__ import annotations

import gzip
import http.client
import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

from pipeline.dating import DateClue
from pipeline.readers.guard import RefusedError, inflate
from pipeline.readers.parsed import Parsed, ReadResult, Reject
from pipeline.readers.web.hostile import check, html_text
from pipeline.readers.web.page import page_result

_HTML_TYPES = ("text/html", "application/xhtml+xml")
_LENGTH = re.compile(r"\d{1,12}")


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a WARC: its headers in lower case and its content."""

    headers: dict[str, str]
    content: bytes


def records(data: bytes) -> Iterator[Record]:
    """Yield the records of an uncompressed WARC; raises RefusedError where its structure breaks off."""
    at = 0
    while at < len(data):
        while data[at : at + 1] in {b"\r", b"\n"}:
            at += 1
        if at >= len(data):
            return
        end = data.find(b"\r\n\r\n", at)
        if not data.startswith(b"WARC/", at) or end < 0:
            raise RefusedError("corrupt", f"no WARC record begins at byte {at}")
        headers = _headers(data[at:end].decode("utf-8", errors="replace").split("\r\n")[1:])
        length = headers.get("content-length", "")
        if not _LENGTH.fullmatch(length) or end + 4 + int(length) > len(data):
            raise RefusedError("corrupt", f"the WARC record at byte {at} is cut off or has no length")
        at = end + 4 + int(length)
        yield Record(headers, data[end + 4 : at])


def _headers(lines: list[str]) -> dict[str, str]:
    pairs = (line.partition(":") for line in lines)
    return {key.strip().lower(): value.strip() for key, _, value in pairs if key.strip()}


def read_warc(data: bytes, name: str) -> ReadResult:
    """Read the HTML responses of a WARC, compressed or not: one document a page, `item` its address."""
    plain = inflate(data) if data.startswith(b"\x1f\x8b") else data
    documents: list[Parsed] = []
    rejects: list[Reject] = []
    pages = 0
    try:
        for record in records(plain):
            if record.headers.get("warc-type") not in {"response", "resource"}:
                continue
            pages += 1
            found = _page(record)
            documents.extend(found.documents)
            rejects.extend(found.rejects)
    except RefusedError as error:
        rejects.append(error.reject)
    if not documents and not rejects:
        rejects.append(Reject("empty", "the archive holds no response with a page"))
    return ReadResult(tuple(documents), tuple(rejects), announced=pages)


def _page(record: Record) -> ReadResult:
    address = record.headers.get("warc-target-uri", "").strip("<>")
    try:
        status, kind, body = _payload(record)
        if status >= 400 or 300 <= status < 400:
            return ReadResult(rejects=(Reject("not_an_article", f"the server answered {status}", address),))
        if not kind.startswith(_HTML_TYPES):
            return ReadResult(
                rejects=(Reject("unsupported", f"a response of type {kind or 'unknown'} is not read", address),)
            )
        found = page_result(check(html_text(body)), address)
    except RefusedError as error:
        return ReadResult(rejects=(replace(error.reject, item=address),))
    captured = record.headers.get("warc-date", "")
    clues = (DateClue("property", "captured", captured),) if captured else ()
    return ReadResult(
        tuple(
            replace(item, item=address, reader="warc", date_clues=item.date_clues + clues) for item in found.documents
        ),
        tuple(replace(item, item=address) for item in found.rejects),
    )


class _Socket:
    """The little of a socket that the HTTP parser reads from."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def makefile(self, mode: str) -> io.BytesIO:
        return io.BytesIO(self._data)


def _payload(record: Record) -> tuple[int, str, bytes]:
    """Return status, media type and decoded body; a `resource` record has no HTTP header."""
    if record.headers.get("warc-type") == "resource":
        return 200, record.headers.get("content-type", "").lower(), record.content
    response = http.client.HTTPResponse(_Socket(record.content))  # type: ignore[arg-type]
    try:
        response.begin()
        body = response.read()
    except (http.client.HTTPException, OSError, ValueError) as error:
        raise RefusedError("corrupt", f"the stored response cannot be read: {error}") from error
    encoding = (response.getheader("content-encoding") or "").lower()
    try:
        if "gzip" in encoding and body.startswith(b"\x1f\x8b"):
            body = inflate(body)
        elif "deflate" in encoding:
            body = zlib.decompressobj().decompress(body, 64 * 2**20)
    except (zlib.error, gzip.BadGzipFile) as error:
        raise RefusedError("corrupt", f"the stored response is damaged: {error}") from error
    return response.status, (response.getheader("content-type") or "text/html").lower(), body

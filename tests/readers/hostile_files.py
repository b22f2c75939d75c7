"""Writes a folder of hostile files of every kind, with good ones among them; run it with the folder's name."""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import os
import random
import socket
import struct
import sys
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from office_files import OTHER, W, docx, odt, para, zipped

GOOD_TEXT = "Inspectors visited the harbour school in Marrow Bay and found that plans were late."
LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{("&" + chr(97 + n) + ";") * 10}">' for n in range(9))
    + "]>"
)
EXTERNAL = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'


def good_files() -> Iterator[tuple[str, bytes]]:
    """Yield files that must be read whatever lies beside them."""
    yield "good.docx", docx(para(GOOD_TEXT))
    yield "good.odt", odt(f"<text:p>{GOOD_TEXT}</text:p>")
    yield "good.rtf", b"{\\rtf1\\ansi " + GOOD_TEXT.encode() + b"\\par}"
    yield "good.html", f"<html><body><p>{GOOD_TEXT}</p></body></html>".encode()
    yield "good.html.gz", gzip.compress(f"<html><body><p>{GOOD_TEXT}</p></body></html>".encode())
    yield "good.csv", f"id,text\n1,{GOOD_TEXT}\n".encode()
    yield "good.jsonl", json.dumps({"text": GOOD_TEXT}).encode()
    yield "good.eml", f"From: a@example.org\nDate: 1 May 2012\nSubject: Visit\n\n{GOOD_TEXT}\n".encode()
    yield "good.txt", GOOD_TEXT.encode()


def hostile_files() -> Iterator[tuple[str, bytes]]:
    """Yield files that attack a reader or are damaged."""
    yield from _archives()
    yield from _office()
    yield from _markup()
    yield from _tables()
    yield from _mail_and_text()
    yield from _pdf()


def _bomb(name: str, megabytes: int, **members: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for other, content in members.items():
            archive.writestr(other, content)
        with archive.open(name, "w") as member:
            for _ in range(megabytes):
                member.write(b" " * 2**20)
    return buffer.getvalue()


def _gzip_bomb(head: bytes) -> bytes:
    # Members of a gzip file follow one another, so that one small member serves for any size.
    return gzip.compress(head) + gzip.compress(b" " * (16 * 2**20)) * 36


def _archives() -> Iterator[tuple[str, bytes]]:
    yield "bomb.docx", _bomb("word/document.xml", 150)
    yield "bomb.odt", _bomb("content.xml", 150, mimetype="application/vnd.oasis.opendocument.text")
    yield "bomb.xlsx", _bomb("xl/workbook.xml", 150)
    yield "bomb.html.gz", _gzip_bomb(b"<html>")
    yield "bomb.warc.gz", _gzip_bomb(b"WARC/1.0\r\n")
    yield "many_members.docx", zipped({f"word/{n}.xml": "" for n in range(20_500)})
    yield "dotdot.docx", zipped({"../../word/document.xml": "x", "word/document.xml": "<x/>"})
    yield "absolute.zip", zipped({"/etc/passwd": "x"})
    yield "nested.zip", zipped({"a.zip": zipped({"b.zip": zipped({"c": "x"})})})
    yield "cut.docx", docx(para(GOOD_TEXT * 50))[:-90]
    yield "damaged_member.docx", _flipped(docx(para(GOOD_TEXT * 50)))
    yield "lying_size.docx", docx(para(GOOD_TEXT)).replace(b"PK\x01\x02", b"PK\x01\x03")
    yield "encrypted_flag.docx", _encrypted(docx(para(GOOD_TEXT)))
    yield "empty.zip", zipped({})
    yield "cut.html.gz", gzip.compress(b"<html><body><p>text</p>" * 99)[:60]
    yield "not_gzip.gz", b"\x1f\x8b" + b"\xff" * 64


def _flipped(data: bytes) -> bytes:
    place = data.index(b"word/document.xml") + 40
    return data[:place] + bytes(255 - byte for byte in data[place : place + 30]) + data[place + 30 :]


def _encrypted(data: bytes) -> bytes:
    changed = bytearray(data)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = -1
        while (place := data.find(mark, place + 1)) >= 0:
            changed[place + offset] |= 1
    return bytes(changed)


def _office() -> Iterator[tuple[str, bytes]]:
    for name, head in (("laughs", LAUGHS), ("external", EXTERNAL)):
        entity = "&j;" if name == "laughs" else "&f;"
        body = f"<w:document {W}><w:body>{para(entity)}</w:body></w:document>"
        yield f"{name}.docx", zipped({"word/document.xml": head + body, "[Content_Types].xml": "<Types/>"})
        yield (
            f"{name}.odt",
            zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": head + "<a>&j;</a>"}),
        )
        yield f"{name}.xlsx", zipped({"xl/workbook.xml": head + "<workbook/>", "[Content_Types].xml": "<Types/>"})
    yield "deep_tables.docx", docx("<w:tbl><w:tr><w:tc>" * 3000 + para("x") + "</w:tc></w:tr></w:tbl>" * 3000)
    yield "deep_runs.docx", docx("<w:p>" + "<w:ins>" * 5000 + "<w:r><w:t>x</w:t></w:r>" + "</w:ins>" * 5000 + "</w:p>")
    yield "deep_boxes.docx", docx(f"<w:p {OTHER}>" + "<w:r><w:pict>" * 120 + "</w:pict></w:r>" * 120 + "</w:p>")
    yield (
        "circular_styles.docx",
        docx(
            para("x", "A"),
            styles=(
                f'<w:styles {W}><w:style w:styleId="A"><w:basedOn w:val="B"/></w:style>'
                '<w:style w:styleId="B"><w:basedOn w:val="A"/></w:style></w:styles>'
            ),
        ),
    )
    yield "huge_number.docx", docx(para("x", num="2", level=99999999))
    yield "unclosed.docx", docx("<w:p><w:r><w:t>x")
    yield "no_parts.docx", zipped({"word/document.xml": "", "[Content_Types].xml": ""})
    yield "binary_parts.docx", zipped({"word/document.xml": bytes(range(256)) * 40, "[Content_Types].xml": "x"})
    yield "wrong_parts.xlsx", zipped({"xl/workbook.xml": "<workbook/>", "[Content_Types].xml": "<Types/>"})
    yield "deep.rtf", b"{\\rtf1 " + b"{" * 200_000 + b"x" + b"}" * 200_000
    yield "unclosed.rtf", b"{\\rtf1 " + b"{\\*\\pict " + b"ab" * 500_000
    yield "bad_codes.rtf", b"{\\rtf1\\ansicpg99999 \\u99999999? \\'zz \\bin99999999 x}"
    yield "random.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + random.Random(1).randbytes(9000)
    yield (
        "random.msg",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "__substg1.0_".encode("utf-16-le") + random.Random(2).randbytes(9000),
    )
    yield (
        "looped.msg",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + struct.pack("<I", 0) * 300 + "__substg1.0_".encode("utf-16-le"),
    )


def _markup() -> Iterator[tuple[str, bytes]]:
    yield "deep.html", b"<html><body>" + b"<div>" * 100_000 + b"text"
    yield "deep_lists.html", b"<html><body>" + b"<ul><li>" * 60_000 + b"text"
    yield "many_attributes.html", b"<html><body><p " + b"a=1 " * 200_000 + b">text</p>"
    yield "bare_attributes.html", b"<html><body><p " + b"a " * 400_000 + b">text</p>"
    yield "long_tag.html", b"<html><body><p title='" + b"x" * 4_000_000 + b"'>"
    yield "open_comments.html", b"<html><body>" + b"<!-- " * 400_000
    yield "open_tags.html", b"<html><body>" + b"<a <b <c " * 200_000
    yield "entities.html", b"<html><body><p>" + b"&amp" * 500_000 + b"</p>"
    yield "scripts.html", b"<html><body>" + b"<script>" * 50_000
    yield "quotes.html", b"<html><body><p>" + b'<a href="data:' * 100_000
    yield (
        "json.html",
        b'<html><head><script type="application/ld+json">' + b"[" * 200_000 + b"</script></head><body><p>x</p>",
    )
    yield "laughs.html", (LAUGHS + "<html><body><p>&j;</p></body></html>").encode()
    yield "laughs.xml", ('<?xml version="1.0"?>' + LAUGHS + "<PPSResponse>&j;</PPSResponse>").encode()
    yield "deep.xml", b'<?xml version="1.0"?><PPSResponse>' + b"<a>" * 100_000
    yield "zeros.html", b"<html><body><p>a\0b</p>" + b"\0" * 10_000
    yield "cut.warc", b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 99999999999\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"
    yield "negative.warc", b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: -5\r\n\r\nx"
    yield "anchors.html", b"<html><body>" + b'<a name="DOC_ID_0_1"></a>' * 20_000 + b"</body></html>"
    yield "counters.txt", b"1 of 2 DOCUMENTS\n\nLENGTH: 5 words\n\n" * 20_000
    yield "underscores.txt", (b"_" * 60 + b"\nTitle: x\nPublication title: y\n") * 20_000


def _tables() -> Iterator[tuple[str, bytes]]:
    yield "open_quote.csv", b'id,text\n1,"' + b"never closed\n" * 100_000
    yield "wide.csv", b"text," + b"a," * 200_000 + b"\nx\n"
    yield "huge_cell.csv", b'text\n"' + b"x" * (17 * 2**20) + b'"\n'
    yield "zeros.csv", b"text\n" + b"\0" * 50_000
    yield "deep.jsonl", b'{"text": ' + b"[" * 200_000 + b"\n"
    yield "digits.jsonl", b'{"text": ' + b"9" * 100_000 + b"}\n"
    yield "array.json", b"[" * 300_000
    yield "scalar.jsonl", b'{"text": "a sentence"}\n5\n'
    yield "key.ris", b"TY  - NEWS\n" + b"AU  - x\n" * 50_000


def _mail_and_text() -> Iterator[tuple[str, bytes]]:
    head = b"From: a@example.org\nDate: x\nSubject: y\nMIME-Version: 1.0\n"
    nested = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(400))
    yield "nested.eml", head + nested
    yield "long_header.eml", head + b"X: " + b"y" * 5_000_000 + b"\n\ntext"
    yield "bad_header.eml", b"From: =?utf-8?b?////?= <\nDate: \xff\nSubject: =?x?q?=?=\nTo: ,,,\n\ntext"
    yield "image.txt", b"\x89PNG\r\n\x1a\n" + b"\0" * 99
    yield "program.pdf", b"\x7fELF" + b"\0" * 500
    yield "noise.txt", random.Random(3).randbytes(50_000)
    yield "one_line.txt", b"word " * 400_000
    yield "empty.pdf", b""
    yield "zeros.pdf", b"\0" * 4096


def _pdf() -> Iterator[tuple[str, bytes]]:
    yield "header_only.pdf", b"%PDF-1.7\n"
    yield "cut.pdf", _one_page(b"BT /F1 12 Tf 72 700 Td (Text) Tj ET")[:200]
    yield "bomb.pdf", _one_page(zlib.compress(b"\n" * (150 * 2**20), 1), "/Filter /FlateDecode")
    yield (
        "double_bomb.pdf",
        _one_page(zlib.compress(zlib.compress(b"\n" * (150 * 2**20), 1), 9), "/Filter [/FlateDecode /FlateDecode]"),
    )
    yield (
        "looped.pdf",
        (
            b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[2 0 "
            b"R]/Count 9>>endobj\ntrailer<</Root 1 0 R>>"
        ),
    )
    yield "deep_arrays.pdf", b"%PDF-1.4\n1 0 obj\n" + b"[" * 200_000 + b"\nendobj\ntrailer<</Root 1 0 R>>"
    yield (
        "many_pages.pdf",
        (
            b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 "
            b"R]/Count 99999999>>endobj\ntrailer<</Root 1 0 R>>"
        ),
    )


def _one_page(stream: bytes, filters: str = "") -> bytes:
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<<%s/Length %d>>stream\n" % (filters.encode(), len(stream)) + stream + b"\nendstream",
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    out = b"%PDF-1.4\n"
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj" % number + content + b"endobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return (
        out
        + b"xref\n0 6\n0000000000 65535 f \n"
        + table
        + b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % len(out)
    )


ODD_NAMES = (
    b"line\nfeed.txt",
    b"no-utf8-\xff\xfe.txt",
    b"\xff.txt",
    b"\\xff.txt",
    b"=1+1.txt",
    b"-rf.txt",
    b"two  spaces .txt",
    b"quote\"'comma,.txt",
    b"bell\x07\x1b[31m.txt",
    "right\u202eto-left.txt".encode(),
    "e\u0301.txt".encode(),
    "\u00e9.txt".encode(),
    b"no suffix",
    b"many.dots.in.it.pdf.docx.txt",
    b"x" * 240 + b".txt",
    b"CON.txt",
    b"[bold]markup[red].txt",
    b"%2e%2e%2fup.txt",
)


def plant_traps(folder: Path, outside: Path) -> dict[str, str]:
    """Put what is no ordinary file into a folder, and links out of it; return the expected reason by path."""
    outside.mkdir()
    (outside / "secret.txt").write_text("root: a secret")
    (outside / "manifest.csv").write_text("source_path\nroot.txt\n")
    for name, target in (("out.txt", outside / "secret.txt"), ("out", outside), ("up.txt", "../outside/secret.txt")):
        (folder / name).symlink_to(target)
    for name, target in (("nowhere.txt", "gone.txt"), ("self.txt", "self.txt"), ("device.txt", "/dev/zero")):
        (folder / name).symlink_to(target)
    (folder / "round").symlink_to(folder)
    (folder / "deep" / "deeper").mkdir(parents=True)
    (folder / "deep" / "manifest.csv").symlink_to(outside / "manifest.csv")
    os.mkfifo(folder / "pipe.txt")
    os.mkfifo(folder / "deep" / "deeper" / "manifest.csv")
    with socket.socket(socket.AF_UNIX) as listening, contextlib.chdir(folder):  # a socket's path must be short
        listening.bind("socket.txt")
    for name in ODD_NAMES:
        with open(os.fsencode(folder) + b"/" + name, "wb") as file:
            file.write(GOOD_TEXT.encode())
    expected = dict.fromkeys(("out.txt", "out", "up.txt", "device.txt"), "outside_corpus")
    expected |= dict.fromkeys(("nowhere.txt", "self.txt", "pipe.txt", "socket.txt"), "unreadable")
    if os.geteuid() != 0:  # nothing is closed to root
        (folder / "closed.txt").write_text("closed")
        (folder / "closed.txt").chmod(0)
        (folder / "locked").mkdir(mode=0)
        expected |= dict.fromkeys(("closed.txt", "locked"), "unreadable")
    return expected


def main(folder: str) -> None:
    """Write all files into a folder, with traps among them."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    for name, data in [*good_files(), *hostile_files()]:
        (Path(folder) / name).write_bytes(data)
    plant_traps(Path(folder), Path(folder).absolute().parent / "outside")


if __name__ == "__main__":
    main(sys.argv[1])

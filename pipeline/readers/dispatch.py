"""Which reader a file needs, told by its content; whatever goes wrong inside one becomes a reject."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from pipeline.readers import mail, news, sheet, web, word
from pipeline.readers.guard import Archive, RefusedError, bom_encoding, decode, inflate
from pipeline.readers.parsed import ReadResult, rejected
from pipeline.readers.sheet import TableSettings

Reader = Callable[[bytes, str], ReadResult]
_LOG = logging.getLogger(__name__)

MAX_FILE = 1024 * 2**20


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How files are read. `attachment` opens a file named relative to the one being read, or returns None."""

    table: TableSettings = field(default_factory=TableSettings)
    attachment: Callable[[str], bytes | None] | None = None


_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"II*\0", "a TIFF image"),
    (b"MM\0*", "a TIFF image"),
    (b"BM", "a bitmap image"),
    (b"ID3", "an audio file"),
    (b"OggS", "an audio file"),
    (b"fLaC", "an audio file"),
    (b"\x1aE\xdf\xa3", "a video file"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"MZ", "a program"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3", "a database"),
    (b"%!PS", "a PostScript file"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HTML_START = re.compile(
    (
        rb"^\s*(?:<\?xml[^>]*>\s*)?(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html|head|body"
        rb"|title|meta|div|p|h1|table|article|section)\b"
    ),
    re.IGNORECASE | re.DOTALL,
)
_OTHER_SUFFIXES = {".pdf", ".doc", ".docx", ".rtf", ".odt", ".xlsx", ".msg", ".csv", ".tsv", ".jsonl"}
_MAIL_START = re.compile(rb"^(?:[A-Za-z][A-Za-z0-9-]{1,60}:[ \t].*\r?\n(?:[ \t].*\r?\n)*){2}")
_MAIL_HEADER = re.compile(rb"^(?:From|Date|Subject|Message-ID|Received|MIME-Version|To):", re.IGNORECASE | re.MULTILINE)


def read(data: bytes, name: str, options: ReadOptions | None = None) -> ReadResult:
    """Return the documents and rejects of a file. Bad input never raises: what fails inside a reader is a reject.

    `name` is only used where the content leaves it open what the file is, and to say that the two disagree.
    """
    try:
        result = _read(data, name, options or ReadOptions())
    except RefusedError as error:
        return ReadResult(rejects=(error.reject,))
    except MemoryError:
        return rejected("memory", "reading the file took more memory than is allowed")
    except RecursionError:
        return rejected("corrupt", "the file nests its parts too deeply to be read")
    except Exception as error:  # the wall between hostile input and the run
        _LOG.debug("reading %s failed", name, exc_info=True)
        return rejected("corrupt", f"the reader failed: {type(error).__name__}: {error}"[:500])
    if not result.documents and not result.rejects:
        return rejected("empty", "the file holds no entry")
    return result


def _read(data: bytes, name: str, options: ReadOptions) -> ReadResult:
    if not data.strip(b"\0 \t\r\n"):
        return rejected("empty", "the file is empty")
    if len(data) > MAX_FILE:
        return rejected("too_large", f"the file has {len(data) // 2**20} MB, more than {MAX_FILE // 2**20}")
    if b"%PDF-" in data[:1024]:
        from pipeline.readers import pdf

        return pdf.read(data, name)
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _read_zip(data, name, options)
    if data.startswith(b"\x1f\x8b"):
        return _read_gzip(data, name, options)
    if data.startswith(_OLE):
        return _read_ole(data, name)
    if data[:64].lstrip().startswith(b"{\\rtf"):
        text = word.rtf_text(data)
        return news.read_rtf(text) or word.rtf_result(text)
    if data.startswith(b"WARC/"):
        return web.read_warc(data, name)
    return _read_text(data, name, options)


def _read_zip(data: bytes, name: str, options: ReadOptions) -> ReadResult:
    archive = Archive(data)
    names = archive.names
    if "word/document.xml" in names or any(item.startswith("word/document") for item in names):
        text = word.read_text(data)
        return news.read_docx(text) or word.docx_result(text)
    if "xl/workbook.xml" in names:
        return sheet.read_table(data, name, options.table)
    if "content.xml" in names and "mimetype" in names:
        kind = archive.read("mimetype").decode("ascii", errors="replace").strip()
        if kind.endswith(("opendocument.text", "opendocument.text-template")):
            return word.read_odt(data, name)
        return rejected(
            "unsupported",
            f"an OpenDocument file of type {kind.rpartition('.')[2]} is not read; save it as .odt or .xlsx",
        )
    if "ppt/presentation.xml" in names:
        return rejected("unsupported", "a PowerPoint presentation is not read; export it as PDF")
    if "mimetype" in names and b"epub" in archive.read("mimetype"):
        return rejected("unsupported", "an e-book is not read; convert it to HTML or DOCX")
    if "[content_types].xml" in names:
        return rejected("unsupported", "an Office file of a kind that is not read; export it as PDF or DOCX")
    return rejected("unsupported", f"a zip archive of {len(names)} files is not read; unpack it into the corpus folder")


def _read_gzip(data: bytes, name: str, options: ReadOptions) -> ReadResult:
    plain = inflate(data)
    if plain.startswith(b"WARC/"):
        return web.read_warc(plain, name)
    if plain.startswith(b"\x1f\x8b") or plain[257:262] == b"ustar":
        return rejected("unsupported", "a compressed archive is not read; unpack it into the corpus folder")
    path = PurePosixPath(name)
    return _read(plain, path.stem if path.suffix.lower() in {".gz", ".gzip"} else name, options)


def _read_ole(data: bytes, name: str) -> ReadResult:
    """Tell legacy Office files apart by the names of their streams, which are written in UTF-16."""
    head = data[: 2**24]
    if "EncryptedPackage".encode("utf-16-le") in head:
        return rejected("encrypted", "the Office file is encrypted; save it without a password")
    if "__substg1.0_".encode("utf-16-le") in head:
        return mail.read_msg(data, name)
    if "WordDocument".encode("utf-16-le") in head:
        return word.read_doc(data, name)
    if "Workbook".encode("utf-16-le") in head:
        return rejected("unsupported", "a legacy Excel workbook is not read; save it as .xlsx or .csv")
    return rejected("unsupported", "a legacy Office file of a kind that is not read; save it as .docx or PDF")


def _read_text(data: bytes, name: str, options: ReadOptions) -> ReadResult:
    suffix = PurePosixPath(name).suffix.lower()
    if what := _binary(data):
        return rejected("unsupported", f"{what} is not read")
    if found := news.read_export(data, name, _opener(options)):
        return found
    if _HTML_START.search(data[:8192].removeprefix(b"\xef\xbb\xbf")) or _is_html(data, suffix):
        return _read_html(data, name, suffix)
    if _is_mail(data, suffix):
        return mail.read_eml(data, name)
    if suffix in {".csv", ".tsv", ".jsonl", ".ndjson"} or (
        data[:64].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") and suffix != ".txt"
    ):
        return sheet.read_table(data, name, options.table)
    if suffix == ".json" or sheet.looks_like_table(data):
        return sheet.read_table(data, name, options.table)
    from pipeline.readers import text

    return text.read(data, name)


def _opener(options: ReadOptions) -> Callable[[str], ReadResult] | None:
    """Return a reader of attachments; an attachment has no attachments of its own."""
    if options.attachment is None:
        return None
    fetch = options.attachment

    def open_attachment(path: str) -> ReadResult:
        data = fetch(path)
        if data is None:
            return rejected("unreadable", f"the attachment {path} is not there")
        return read(data, path, replace(options, attachment=None))

    return open_attachment


def _read_html(data: bytes, name: str, suffix: str) -> ReadResult:
    """Read a page; one that answers in place of another kind of file is an error page more often than not."""
    result = web.read_page(data, name)
    if suffix in _OTHER_SUFFIXES and not result.documents:
        message = result.rejects[0].message if result.rejects else "it holds no text"
        return rejected("wrong_type", f"the file is named {suffix} but holds a web page: {message}")
    return result


def _is_html(data: bytes, suffix: str) -> bool:
    """Say whether text that begins otherwise is mark-up all the same."""
    if suffix not in {".html", ".htm", ".xhtml", ".shtml", ".mht"} and not re.search(
        rb"</(?:body|html)\s*>\s*$", data[-2048:], re.IGNORECASE
    ):
        return False
    return len(re.findall(rb"</(?:p|div|body|html|span|a|td|h[1-6]|li)\s*>", data[: 2**18], re.IGNORECASE)) >= 2


def _is_mail(data: bytes, suffix: str) -> bool:
    head = data[:16384].lstrip()
    headers = head.replace(b"\r\n", b"\n").split(b"\n\n")[0]
    found = {item.group(0).lower() for item in _MAIL_HEADER.finditer(headers + b"\n")}
    return bool(_MAIL_START.match(head)) and (len(found) >= 3 or (suffix == ".eml" and len(found) >= 1))


def _binary(data: bytes) -> str:
    """Return what kind of binary file this is, in words, or an empty string for text."""
    for magic, what in _MAGIC:
        # Two letters alone could begin a text.
        if data.startswith(magic) and (len(magic) > 2 or b"\0" in data[:512]):
            return what
    if data[:4] == b"RIFF":
        return "an audio, video or image file"
    if data[4:8] == b"ftyp":
        return "a video or image file"
    head = data[:8192]
    if bom_encoding(data):
        return ""
    control = sum(byte < 9 or 13 < byte < 32 for byte in head)
    if (
        control > len(head) * 0.05
        and sum(char == "\ufffd" or (char < " " and char not in "\t\n\f\x1b") for char in decode(head))
        > len(head) * 0.02
    ):
        return "a binary file of an unknown kind"
    return ""

"""What every reader needs before it trusts a file: bounded archives, harmless XML, decoded and cleaned text."""

from __future__ import annotations

import codecs
import io
import re
import unicodedata
import zipfile
import zlib

from charset_normalizer import from_bytes
from lxml import etree

from pipeline.readers.parsed import Reject, RejectReason

MAX_UNPACKED = 512 * 2**20  # bytes that one archive may unpack to, all members together
MAX_RATIO = 200  # unpacked bytes to packed bytes, looked at beyond RATIO_FLOOR
RATIO_FLOOR = 32 * 2**20
MAX_MEMBERS = 20_000
_CHUNK = 2**20
# XML 1.0 holds no control characters, no lone surrogates and no non-characters.
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

_SPACES = re.compile(r"[\s\u00a0\u2000-\u200a\u202f\u205f\u3000\u2028\u2029]+")
# Zero-width characters, soft hyphens, direction marks and control characters carry no text.
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\x00-\x08\x0e-\x1f\x7f]")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Sequences that UTF-8 text gives when it was read as a one-byte encoding.
_C1 = re.compile(rb"[\x80-\x9f]")


class RefusedError(Exception):
    """A reader's way to say that a file cannot become a document: a reject's reason and message."""

    def __init__(self, reason: RejectReason, message: str) -> None:
        super().__init__(message)
        self.reject = Reject(reason, message)


def clean(text: str) -> str:
    """Return the text in NFC, without invisible characters, every run of white space one space, none at the ends."""
    return _SPACES.sub(" ", _INVISIBLE.sub("", unicodedata.normalize("NFC", text))).strip()


def clean_rows(rows: list[list[str]]) -> str:
    """Return a table's text: cells cleaned and parted by tabs, rows by line feeds; empty rows are left out."""
    cleaned = ("\t".join(clean(cell) for cell in row).rstrip("\t") for row in rows)
    return "\n".join(row for row in cleaned if row.strip())


def bom_encoding(data: bytes) -> str:
    """Return the encoding that a byte order mark announces, or an empty string."""
    return next((name for bom, name in _BOMS if data.startswith(bom)), "")


def encoding_of(data: bytes) -> str:
    """Return the name of the encoding that decodes the bytes: by its mark, as UTF-8, by its zeros, by statistics."""
    if name := bom_encoding(data):
        return name
    head = data[: 2**18]
    if zeros := head[:4096].count(0):
        return _zero_encoding(head[:4096], zeros)
    try:
        # A character may be cut at the end of the sample.
        codecs.getincrementaldecoder("utf-8")().decode(head)
        return "utf-8"
    except UnicodeDecodeError:
        return _legacy_encoding(head)


def decode(data: bytes) -> str:
    """Return the bytes as text with line feeds for line ends; undecodable bytes become U+FFFD."""
    name = encoding_of(data)
    for bom, encoding in _BOMS:
        if encoding == name and data.startswith(bom):
            data = data[len(bom) :]
            break
    return data.decode(name, errors="replace").replace("\r\n", "\n").replace("\r", "\n")


def _zero_encoding(head: bytes, zeros: int) -> str:
    """Tell UTF-16 without a mark from bytes that are no text: its zeros stand on one side only."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if zeros > len(head) * 0.2 and max(even, odd) > 8 * min(even, odd):
        return "utf-16-be" if even > odd else "utf-16-le"
    return "utf-8"


def _legacy_encoding(head: bytes) -> str:
    best = from_bytes(head).best()
    name = str(best.encoding) if best else "cp1252"
    # The one-byte Latin code pages can hardly be told apart; the one of Windows is by far the commonest in documents.
    if name in {
        "latin_1",
        "iso8859_1",
        "cp1250",
        "cp1257",
        "cp1254",
        "iso8859_15",
        "cp858",
        "cp850",
        "mac_roman",
        "hp_roman8",
    }:
        return "cp1252" if _C1.search(head) or name != "mac_roman" else name
    return name


class Archive:
    """A zip file in memory whose members are unpacked within bounds. Nothing is ever written to disk."""

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
            raise RefusedError("corrupt", f"the zip container cannot be opened: {error}") from error
        self._budget = MAX_UNPACKED
        infos = self._zip.infolist()
        if len(infos) > MAX_MEMBERS:
            raise RefusedError("too_large", f"the zip container lists {len(infos)} members, more than {MAX_MEMBERS}")
        self._infos = {info.filename.lower().lstrip("/"): info for info in infos}
        self.names: tuple[str, ...] = tuple(self._infos)

    def read(self, name: str) -> bytes:
        """Return a member's bytes; raises RefusedError beyond the bounds and where the member is missing or damaged."""
        info = self._infos.get(name.lower())
        if info is None:
            raise RefusedError("corrupt", f"the zip container lacks {name}")
        if info.flag_bits & 1:
            raise RefusedError("encrypted", "the zip container is encrypted; save the file without a password")
        parts: list[bytes] = []
        size = 0
        try:
            with self._zip.open(info) as stream:
                while chunk := stream.read(_CHUNK):
                    size += len(chunk)
                    self._budget -= len(chunk)
                    self._check(name, size, info.compress_size)
                    parts.append(chunk)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError) as error:
            raise RefusedError("corrupt", f"{name} in the zip container is damaged: {error}") from error
        return b"".join(parts)

    def _check(self, name: str, size: int, packed: int) -> None:
        bomb = size > RATIO_FLOOR and size > MAX_RATIO * max(packed, 1)
        if self._budget < 0 or bomb:
            raise RefusedError("too_large", f"{name} unpacks to {size // 2**20} MB and more from {packed} bytes")


def inflate(data: bytes) -> bytes:
    """Return the bytes of a gzip file, all members, within the bounds of an archive."""
    most = min(MAX_UNPACKED, max(RATIO_FLOOR, MAX_RATIO * len(data)))
    parts: list[bytes] = []
    size = 0
    while data:
        stream = zlib.decompressobj(wbits=31)
        try:
            while not stream.eof:
                chunk = stream.decompress(data, _CHUNK)
                data = stream.unconsumed_tail
                size += len(chunk)
                if size > most:
                    raise RefusedError("too_large", f"the gzip file unpacks to {size // 2**20} MB and more")
                if not chunk and not data and not stream.eof:
                    raise RefusedError("corrupt", "the gzip file ends too early")
                parts.append(chunk)
        except zlib.error as error:
            raise RefusedError("corrupt", f"the gzip file is damaged: {error}") from error
        data = stream.unused_data.lstrip(b"\0")
    return b"".join(parts)


def parse_xml(data: bytes, what: str = "the file") -> etree._Element:
    """Return the root of an XML document, parsed without entities, document types or network."""
    # A document type has no place in the formats read here, and entities are how XML attacks.
    if re.search(rb"<!(DOCTYPE|ENTITY)", data[: 2**16], re.IGNORECASE):
        raise RefusedError("corrupt", f"{what} declares a document type or entities, which are not followed")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise RefusedError("corrupt", f"{what} is not well-formed XML: {error}") from error


def local(element: etree._Element) -> str:
    """Return an element's name without its namespace; an empty string for comments and the like."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def text_of(element: etree._Element) -> str:
    """Return all text below an element, as it stands."""
    return "".join(str(part) for part in element.itertext())


def attr(element: etree._Element | None, name: str, default: str = "") -> str:
    """Return an attribute by its name without namespace."""
    if element is None:
        return default
    for key, value in element.attrib.items():
        if str(key).rpartition("}")[2] == name:
            return str(value)
    return default


def child(element: etree._Element | None, *path: str) -> etree._Element | None:
    """Return the first descendant along a path of names without namespace, or None."""
    for name in path:
        if element is None:
            return None
        element = next((item for item in element if local(item) == name), None)
    return element

"""The list of what to fetch: a CSV with a column url, and what is known of each document."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from pipeline.errors import ConfigError, UsageError
from pipeline.ingest.manifest import COLUMNS, ManifestRow, manifest_row

_SAFE = "/%:@!$&'()*+,;=~-._"
_SLUG = re.compile(r"[^A-Za-z0-9]+")


@dataclass(frozen=True, slots=True)
class Source:
    """One address and what the list says of the document there."""

    url: str
    known: ManifestRow

    @property
    def host(self) -> str:
        """Return the host's name with its port, which politeness counts by."""
        return urlsplit(self.url).netloc

    @property
    def suffix(self) -> str:
        """Return the suffix of the address, in small letters: what it promises to be."""
        name = urlsplit(self.url).path.rpartition("/")[2]
        return f".{name.rpartition('.')[2].lower()}" if "." in name[1:] else ""

    def file_name(self, suffix: str) -> str:
        """Return the path of the document in the folder: host, end of the address, a hash of the whole address."""
        last = unquote(urlsplit(self.url).path.rstrip("/").rpartition("/")[2])
        stem = last.removesuffix(self.suffix) if self.suffix else last
        slug = _SLUG.sub("-", stem).strip("-")[:60] or "page"
        return f"{_SLUG.sub('-', self.host).strip('-')}/{slug}-{self.key[:8]}{suffix}"

    @property
    def key(self) -> str:
        """Return the hash of the address, which names its record."""
        return hashlib.sha256(self.url.encode()).hexdigest()[:16]


def read_sources(path: Path) -> list[Source]:
    """Return the sources in the order of the list, an address once; columns that a manifest lacks are left alone."""
    if not path.is_file():
        raise UsageError("is no file", place=str(path), remedy="Name a CSV with a column url")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError("cannot be read as UTF-8 text", place=str(path), remedy="Save it as CSV in UTF-8") from error
    lines = csv.DictReader(io.StringIO(text, newline=""))
    if "url" not in (lines.fieldnames or ()):
        known = ", ".join(name for name in COLUMNS if name not in ("source_path", "item"))
        raise ConfigError("has no column url", place=str(path), remedy=f"It may also have: {known}")
    found: dict[str, Source] = {}
    for line in lines:
        place = f"{path.name}, line {lines.line_num}"
        if (line["url"] or "").strip():
            url = checked_url(line["url"] or "", place)
            found.setdefault(url, Source(url, manifest_row(line, place)))
    return list(found.values())


def checked_url(given: str, place: str) -> str:
    """Return an address as it is asked for: http or https, characters escaped, no fragment; ConfigError otherwise."""
    try:
        parts = urlsplit(given.strip())
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise ConfigError(f"'{given}' is no address: {error}", place=place) from error
    if parts.scheme.lower() not in ("http", "https") or not host:
        raise ConfigError(f"'{given}' is no address", place=place, remedy="Write it with https:// or http://")
    if parts.username is not None:
        raise ConfigError("the address holds a name or password", place=place, remedy="Leave it out")
    try:
        host = host if ":" in host else host.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise ConfigError(f"'{host}' is no name of a host", place=place) from error
    shown = f"[{host}]" if ":" in host else host
    netloc = shown if port is None else f"{shown}:{port}"
    path, query = quote(parts.path or "/", safe=_SAFE), quote(parts.query, safe=_SAFE + "?")
    return urlunsplit((parts.scheme.lower(), netloc, path, query, ""))

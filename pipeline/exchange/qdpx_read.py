"""Codings out of a REFI-QDA project (.qdpx) of any program, with how sure the places are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from pipeline.errors import UsageError
from pipeline.exchange.content import SAMPLED
from pipeline.exchange.matching import LEAST, letters
from pipeline.exchange.offsets import Counting, StoredText, counting_of, stored_text
from pipeline.exchange.passages import Codings, Passage
from pipeline.readers.guard import Archive, RefusedError, attr, child, decode, local, parse_xml

_SAMPLED = re.compile(rf"{SAMPLED} (\d\.[\d.e+-]+)")
_SURE, _LIKELY = 0.95, 0.75
_TEXT_SOURCES = ("TextSource", "Representation", "TextDescription", "Transcript")


@dataclass(frozen=True, slots=True)
class _Selection:
    start: int | None
    end: int | None
    quote: str
    note: str
    codes: tuple[tuple[str, str], ...]  # (code, coder)


@dataclass(frozen=True, slots=True)
class Fit:
    """How places were read: the counting, how many selections could be checked, by what, and the share that fits."""

    counting: Counting
    checked: int
    by: str
    share: float

    def __str__(self) -> str:
        """Return the fit in words."""
        if not self.checked:
            return f"{self.counting}; nothing to check that by"
        sure = "sure" if self.share >= _SURE else "likely" if self.share >= _LIKELY else "unsure"
        return f"{self.counting}; {sure}: {self.share:.0%} of {self.checked:,} selections fit by {self.by}"


def read_qdpx(path: Path) -> Codings:
    """Read every coded passage of a project, its coder, its words and its place.

    UsageError where the file is no project or is not safe to read. Nothing is unpacked to disk; files that the
    project names outside itself are not opened.
    """
    try:
        archive = Archive(path.read_bytes())
        return _Project(archive, path).codings()
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", place=str(path), remedy="Check the path") from error
    except RefusedError as error:
        raise UsageError(f"is refused: {error.reject.message}", place=str(path)) from error


class _Project:
    """A project while it is read."""

    def __init__(self, archive: Archive, path: Path) -> None:
        _check_names(archive)
        projects = [name for name in archive.names if name.endswith(".qde") and "/" not in name]
        if not projects:
            raise UsageError("holds no project.qde", place=str(path), remedy="Export a REFI-QDA project (.qdpx)")
        self._archive = archive
        self._root = parse_xml(archive.read(projects[0]), projects[0])
        self._names = {attr(e, "guid").upper().strip("{}"): attr(e, "name") for e in self._all("Code", "User")}
        self._counting = counting_of(attr(self._root, "origin"))
        self._notes: list[str] = []

    def _all(self, *names: str) -> Iterator[etree._Element]:
        return (element for element in self._root.iter() if local(element) in names)

    def codings(self) -> Codings:
        passages: list[Passage] = []
        texts: dict[str, str] = {}
        read = [(name, self._stored(source), _selections(source, self)) for name, source in self._sources()]
        fit = _fit([(stored, chosen) for _, stored, chosen in read if stored], self._counting)
        for number, (name, stored, chosen) in enumerate(read):
            key = f"{number} {name}"
            if stored:
                texts[key] = stored.text
            passages += _passages(name, key, stored, chosen, fit.counting)
        program = attr(self._root, "origin") or "not stated"
        if any(s.start is not None for _, stored, chosen in read if stored for s in chosen):
            self._notes.append(f"Places read as {fit}.")
        return Codings(program, tuple(passages), texts, tuple(self._notes))

    def _sources(self) -> Iterator[tuple[str, etree._Element]]:
        """Yield each text with the name of the source that it belongs to."""
        top = child(self._root, "Sources")
        for source in () if top is None else top:
            name = attr(source, "name") or attr(source, "guid")
            yield name, source
            yield from (
                (name, inner) for inner in source.iter() if inner is not source and local(inner) in _TEXT_SOURCES
            )

    def _stored(self, source: etree._Element) -> StoredText | None:
        content = child(source, "PlainTextContent")
        if content is not None:
            return stored_text(content.text or "")
        path = attr(source, "plainTextPath")
        if not path:
            return None
        name = path.removeprefix("internal://").lstrip("/").lower()
        if "://" in name or path.startswith(("relative:", "absolute:")):
            self._notes.append(f"{path} lies outside the project and is not opened.")
            return None
        for member in (f"sources/{name}", name):
            if member in self._archive.names:
                return stored_text(_decoded(self._archive.read(member)))
        self._notes.append(f"The project lacks the file {path}; its passages are found by their words.")
        return None

    def name(self, guid: str) -> str:
        """Return the name of a code or user; the identifier itself where it has none."""
        return self._names.get(guid.upper().strip("{}"), guid)


def _check_names(archive: Archive) -> None:
    for name in archive.names:
        if ".." in Path(name.replace("\\", "/")).parts or re.match(r"[a-z]:", name):
            raise RefusedError("outside_corpus", f"the zip container names a file outside itself: {name}")


def _decoded(data: bytes) -> str:
    """Return the text with its line ends and byte order mark, which places may count."""
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return decode(data)


def _selections(source: etree._Element, project: _Project) -> list[_Selection]:
    found = []
    for element in source:
        if local(element) in ("PlainTextSelection", "PDFSelection"):
            description = child(element, "Description")
            codings = [e for e in element if local(e) == "Coding"]
            user = attr(element, "creatingUser")
            codes = tuple(_code(coding, user, project) for coding in codings)
            found.append(
                _Selection(
                    _number(attr(element, "startPosition")),
                    _number(attr(element, "endPosition")),
                    attr(element, "name"),
                    (description.text or "") if description is not None else "",
                    codes,
                )
            )
    return found


def _code(coding: etree._Element, user: str, project: _Project) -> tuple[str, str]:
    code = project.name(attr(child(coding, "CodeRef"), "targetGUID"))
    coder = attr(coding, "creatingUser") or user
    return code, project.name(coder) if coder else ""


def _number(cell: str) -> int | None:
    return int(cell) if cell.isdecimal() and len(cell) < 12 else None


def _fit(read: Sequence[tuple[StoredText, list[_Selection]]], first: Counting) -> Fit:
    """Return the counting that fits best: by quoted words where selections have them, else by word borders."""
    placed = [(s, c) for s, chosen in read for c in chosen if c.start is not None and c.end is not None]
    quoted = [(s, c, words) for s, c in placed if len(words := letters(c.quote)) >= LEAST and words in s.letters]
    countings = dict.fromkeys([first, *(c for stored, _ in read for c in stored.countings())])
    best = Fit(first, 0, "", -1.0)
    for counting in countings:
        if len(quoted) >= 3 or (quoted and len(quoted) == len(placed)):
            good = sum(letters(_at(s, c, counting)) == words for s, c, words in quoted)
            fit = Fit(counting, len(quoted), "their quoted words", good / len(quoted))
        else:
            good = sum(_at_borders(s, c, counting) for s, c in placed)
            fit = Fit(counting, len(placed), "word borders", good / max(1, len(placed)))
        best = fit if fit.share > best.share else best
    return best


def _at(stored: StoredText, selection: _Selection, counting: Counting) -> str:
    span = stored.span(selection.start or 0, selection.end or 0, counting)
    return stored.text[slice(*span)] if span else ""


def _at_borders(stored: StoredText, selection: _Selection, counting: Counting) -> bool:
    span = stored.span(selection.start or 0, selection.end or 0, counting)
    return span is not None and all(_is_border(stored.text, place) for place in span)


def _is_border(text: str, place: int) -> bool:
    around = text[max(0, place - 1) : place + 1]
    return place in (0, len(text)) or not around.isalnum()


def _passages(
    name: str, key: str, stored: StoredText | None, selections: Sequence[_Selection], counting: Counting
) -> Iterator[Passage]:
    for selection in selections:
        span = None
        if stored and selection.start is not None and selection.end is not None:
            span = stored.span(selection.start, selection.end, counting)
            span = _agreeing(stored, span, selection.quote)
        words = stored.text[slice(*span)] if stored and span else selection.quote
        sampled = _SAMPLED.search(selection.note)
        by_coder: dict[str, list[str]] = {}
        for code, coder in selection.codes:
            by_coder.setdefault(coder, []).append(code)
        for coder, codes in by_coder.items():
            yield Passage(
                name,
                words,
                tuple(codes),
                coder,
                span[0] if span else None,
                span[1] if span else None,
                key,
                inclusion_probability=float(sampled[1]) if sampled else None,
                where=f"{selection.start}-{selection.end}",
            )


def _agreeing(stored: StoredText, span: tuple[int, int] | None, quote: str) -> tuple[int, int] | None:
    """Return the span, or None where the quoted words stand elsewhere in the text: then the words decide."""
    words = letters(quote)
    if span is None or len(words) < LEAST or letters(stored.text[slice(*span)]).startswith(words):
        return span
    return None if words in stored.letters else span

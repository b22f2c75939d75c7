"""Coded statements out of a CSV, XLSX or JSONL file: each row checked, each fault said by row."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Literal

from pipeline.codebook import Codebook, theme_ids
from pipeline.errors import ConfigError, UsageError
from pipeline.readers.guard import RefusedError, clean
from pipeline.readers.sheet.sources import Row, csv_rows, jsonl_rows, xlsx_rows
from pipeline.tables.schema import KINDS

FaultReason = Literal[
    "no_key",
    "bad_row",
    "bad_number",
    "unknown_theme",
    "unknown_kind",
    "contradiction",
    "bad_probability",
    "repeated_row",
    "coders_disagree",
    "no_statement",
    "several_statements",
    "edited_statement",
]
MAX_BYTES = 512 * 2**20
_HEADER_ROWS = 10  # rows that may stand above the header
# Names of columns that other programs and older files use.
_ALIASES = {
    "id": "item",
    "file": "source_path",
    "theme": "themes",
    "codes": "themes",
    "heading": "section",
    "context": "before",
    "probability": "inclusion_probability",
}
_COLUMNS = (
    "statement_id",
    "item",
    "source_path",
    "start",
    "end",
    "text",
    "kind",
    "themes",
    "coder",
    "inclusion_probability",
    "stem",
    "section",
    "before",
)
_KEYS = ("statement_id", "item", "text", "start")
_WORD = re.compile(r"\w+")
_NO_THEME = frozenset({"-", "none", "no theme"})


@dataclass(frozen=True, slots=True)
class CodedRow:
    """One row of a gold file: where the statement is, and what a coder said of it.

    `row` is the row that the user's program shows. `kind` blank: not coded. `themes` are ids in codebook order, none
    where the coder saw none. `inclusion_probability` None: not part of a probability sample.
    """

    row: int
    statement_id: str = ""
    item: str = ""
    source_path: str = ""
    start: int | None = None
    end: int | None = None
    text: str = ""
    kind: str = ""
    themes: tuple[str, ...] = ()
    coder: str = ""
    inclusion_probability: float | None = None
    stem: str = ""
    section: str = ""
    before: str = ""

    @property
    def key(self) -> tuple[object, ...]:
        """Return what names the statement: its id, or its place, or its text."""
        if self.statement_id:
            return (self.statement_id,)
        if self.item and self.start is None and not self.text:
            return (self.source_path, self.item)
        return (self.source_path, self.item, self.start, self.end, same_text(self.text))


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a row of a gold file, and what is done with it."""

    row: int
    reason: FaultReason
    message: str


@dataclass(frozen=True, slots=True)
class Gold:
    """The rows of a gold file that can be used, in their order, and the faults of all rows."""

    name: str
    rows: tuple[CodedRow, ...]
    faults: tuple[Fault, ...] = ()


@lru_cache(maxsize=100_000)
def same_text(text: str) -> str:
    """Return text as it is compared: its words, without case, punctuation, quotation marks and spaces."""
    return " ".join(_WORD.findall(clean(text).casefold()))


def read_gold(path: Path, codebook: Codebook) -> Gold:
    """Read coded statements (columns as in the documentation, themes as ids or labels); no run is needed.

    A row with a fault is left out, except that one whose inclusion probability is unusable stays without it. Raises
    UsageError where the file cannot be read or has no columns that name statements and codes.
    """
    header, rows = _table(path)
    kept: list[CodedRow] = []
    faults: list[Fault] = []
    seen: dict[tuple[object, ...], CodedRow] = {}
    for row in rows:
        if not row.fault and not any(cell.strip() for cell in row.cells):
            continue
        read = _coded(row, header, codebook, faults)
        if read and _is_new(read, seen, faults):
            kept.append(read)
    return Gold(path.name, tuple(kept), tuple(faults))


def _table(path: Path) -> tuple[dict[str, int], list[Row]]:
    """Return the places of the known columns, and the rows below them, of the first sheet that has them."""
    widest: Sequence[str] = ()
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UsageError("is larger than 512 MB", place=str(path), remedy="Give coded statements only")
        for _, sheet in groupby(_rows(path.read_bytes()), key=lambda row: row.sheet):
            rows = list(sheet)
            for place, row in enumerate(rows[:_HEADER_ROWS]):
                widest = max(widest, row.cells, key=len)
                if columns := _columns(row.cells):
                    return columns, rows[place + 1 :]
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", place=str(path), remedy="Check the path") from error
    except RefusedError as error:
        raise UsageError(f"cannot be read: {error.reject.message}", place=str(path)) from error
    raise UsageError(
        f"has no columns of coded statements; it has: {', '.join(widest) or 'none'}",
        place=str(path),
        remedy="Needed: statement_id, item or text (with source_path), and themes or kind",
    )


def _rows(data: bytes) -> Iterator[Row]:
    if data.startswith(b"PK\x03\x04"):
        return xlsx_rows(data)
    return jsonl_rows(data) if data[:64].lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")) else csv_rows(data)


def _columns(cells: Sequence[str]) -> dict[str, int]:
    """Return column -> place, empty where the row is no header of coded statements; exact names go before aliases."""
    names = [cell.strip().casefold().replace(" ", "_") for cell in cells]
    found = {name: names.index(name) for name in _COLUMNS if name in names}
    for alias, name in _ALIASES.items():
        if alias in names:
            found.setdefault(name, names.index(alias))
    return found if {"themes", "kind"} & set(found) and set(_KEYS) & set(found) else {}


class _RowFault(Exception):  # noqa: N818
    """A row that cannot be used, and why."""

    def __init__(self, reason: FaultReason, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


def _coded(row: Row, header: Mapping[str, int], codebook: Codebook, faults: list[Fault]) -> CodedRow | None:
    """Return the row read, or None where it cannot be used; its faults are added to `faults`."""
    cell = {name: row.cells[at].strip() if at < len(row.cells) else "" for name, at in header.items()}
    try:
        if row.fault:
            raise _RowFault("bad_row", row.fault)
        if not any(cell.get(name) for name in _KEYS):
            raise _RowFault("no_key", "names no statement: statement_id, item, text and start are blank")
        kind, themes = _codes(cell, codebook)
        start, end = _offset(cell.get("start", "")), _offset(cell.get("end", ""))
    except _RowFault as fault:
        faults.append(Fault(row.number, fault.reason, f"{fault.message}; the row is left out"))
        return None
    return CodedRow(
        row=row.number,
        statement_id=cell.get("statement_id", ""),
        item=cell.get("item", ""),
        source_path=cell.get("source_path", "").replace("\\", "/"),
        start=start,
        end=end,
        text=clean(cell.get("text", "")),
        kind=kind,
        themes=themes,
        coder=cell.get("coder", ""),
        inclusion_probability=_probability(cell.get("inclusion_probability", ""), row.number, faults),
        stem=clean(cell.get("stem", "")),
        section=clean(cell.get("section", "")),
        before=clean(cell.get("before", "")),
    )


def _codes(cell: Mapping[str, str], codebook: Codebook) -> tuple[str, tuple[str, ...]]:
    """Return kind and themes of a row."""
    kind, said = cell.get("kind", "").casefold(), cell.get("themes", "")
    if kind and kind not in KINDS:
        raise _RowFault("unknown_kind", f"'{cell['kind']}' is none of {', '.join(KINDS)}")
    try:
        themes = () if said.casefold() in _NO_THEME else theme_ids(said, codebook, "")
    except ConfigError as error:
        raise _RowFault("unknown_theme", f"{error.message}: use its ids or labels") from error
    if kind == "context" and themes:
        raise _RowFault("contradiction", "is coded as context and has themes, but only findings have themes")
    return kind, themes


def _offset(cell: str) -> int | None:
    if cell and not cell.isdecimal():
        raise _RowFault("bad_number", f"'{cell}' is no offset: start and end are whole numbers from 0")
    return int(cell) if cell else None


def _probability(cell: str, row: int, faults: list[Fault]) -> float | None:
    if not cell:
        return None
    try:
        value = float(cell if "." in cell else cell.replace(",", "."))
    except ValueError:
        value = float("nan")
    if 0 < value <= 1:
        return value
    message = f"the inclusion probability '{cell}' is not above 0 and at most 1; the row serves for checking only"
    faults.append(Fault(row, "bad_probability", message))
    return None


def _is_new(read: CodedRow, seen: dict[tuple[object, ...], CodedRow], faults: list[Fault]) -> bool:
    """Return whether this coder has not yet coded this statement; say so where it has."""
    key = (read.coder, *read.key)
    first = seen.setdefault(key, read)
    if first is read:
        return True
    same = (first.kind, first.themes) == (read.kind, read.themes)
    how = "in the same way" if same else "in another way"
    who = f"coder '{read.coder}'" if read.coder else "one coder"
    message = f"is coded {how} by {who} in row {first.row}; the row is left out, row {first.row} counts"
    faults.append(Fault(read.row, "repeated_row", message))
    return False

"""What a statement cites of its own document: "(paragraph 12)", "paragraphs 4.3 to 4.5", "see recommendation 3"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.segment.sections import SEPARATOR
from pipeline.segment.types import BlockRow, Statement

_NUMBER = r"\d{1,3}(?:\.\d{1,3}){0,3}"
_LINK = r"\s*(?:,|;|and|or|&|to|-|–|—)\s*(?:and\s+)?"
_CITED = re.compile(
    r"\b(?P<noun>paragraph|paras?|recommendation|conclusion|finding|requirement)(?P<many>s?)\.?\s+(?:nos?\.?\s+)?"
    rf"(?P<numbers>{_NUMBER}(?:{_LINK}{_NUMBER})*)(?![\d%])",
    re.IGNORECASE,
)
# What follows a number of another text: "paragraph 3 of Schedule 2", "recommendation 4 of the first report".
_ELSEWHERE = re.compile(
    r"\s*\)?,?\s*(?:of|in|to|from)\s+(?!(?:this|the present|our) (?:report|review|paper|document)\b)"
)
_HERE = re.compile(r"\s+(?:above|below)\b", re.IGNORECASE)
_PART = re.compile(rf"({_NUMBER})|\b(to)\b|([-–—])")
_MARKER = re.compile(rf"[\W_]*(?:(?P<noun>[A-Za-z]+)\s+)?(?P<number>{_NUMBER})[\W_]*")
_DIGIT = re.compile(r"\d")
_LONGEST_RANGE = 40  # "paragraphs 3 to 400" is a slip, or no range


@dataclass(frozen=True, slots=True)
class Citation:
    """A statement cites a numbered paragraph or recommendation; `cited` are the numbers of its statements, if found."""

    statement_no: int
    cited_sort: str
    cited_marker: str
    cited: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Numbered:
    """A numbered paragraph, and the numbers of the statements under it up to the next number or heading."""

    sort: str  # what its marker or heading calls it: recommendation ..., or paragraph
    is_item: bool
    statements: list[int]


def find_citations(blocks: Sequence[BlockRow], statements: Sequence[Statement]) -> list[Citation]:
    """Return the citations of a document, in the order of its statements.

    Of several paragraphs with one number, as where each chapter counts anew, the last before the citing statement is
    meant. A number that the document does not have is kept, with nothing cited.
    """
    citing = [(said, tuple(dict.fromkeys(cited_markers(said.text)))) for said in statements if _DIGIT.search(said.text)]
    if not any(markers for _, markers in citing):
        return []
    numbered = _numbered_paragraphs(blocks, statements)
    return [
        Citation(said.statement_no, sort, marker, _cited(numbered.get(marker, ()), sort, said))
        for said, markers in citing
        for sort, marker in markers
    ]


def cited_markers(text: str) -> Iterator[tuple[str, str]]:
    """Yield (paragraph, recommendation ...; number) for each numbered part of its own document that a text cites."""
    for match in _CITED.finditer(text):
        after = text[match.end() : match.end() + 40]
        if _ELSEWHERE.match(after) and not _HERE.match(after):
            continue
        sort = match.group("noun").lower()
        for number in _numbers(match.group("numbers")):
            yield ("paragraph" if sort.startswith("para") else sort), number


def _numbers(text: str) -> Iterator[str]:
    """Yield the numbers of a list, with those that a range leaves out."""
    last, ranging = "", False
    for number, word, dash in _PART.findall(text):
        if word or dash:
            ranging = True
            continue
        if ranging and last:
            yield from _between(last, number)
        yield number
        last, ranging = number, False


def _between(first: str, last: str) -> list[str]:
    head, _, low = first.rpartition(".")
    other, _, high = last.rpartition(".")
    if head != other or not 0 < int(high) - int(low) <= _LONGEST_RANGE:
        return []
    return [f"{head}.{n}" if head else str(n) for n in range(int(low) + 1, int(high))]


def _numbered_paragraphs(blocks: Sequence[BlockRow], statements: Sequence[Statement]) -> dict[str, list[_Numbered]]:
    """Return the numbered paragraphs of a document by number, in order."""
    by_block: dict[int, list[Statement]] = {}
    for said in statements:
        by_block.setdefault(said.block_no, []).append(said)
    found: dict[str, list[_Numbered]] = {}
    part = _Numbered("", False, [])
    for block in blocks:
        mine = by_block.get(block.block_no, [])
        marker = _MARKER.fullmatch(block.marker) if block.marker else None
        if marker:
            sort = _sort(marker.group("noun") or "", mine[0].section if mine else "")
            part = _Numbered(sort, block.kind == "list_item", [])
            found.setdefault(marker.group("number"), []).append(part)
        elif block.kind == "heading":
            part = _Numbered("", False, [])
        part.statements.extend(said.statement_no for said in mine)
    return found


def _sort(noun: str, section: str) -> str:
    for text in (noun.lower(), section.rpartition(SEPARATOR)[2].lower()):
        for sort in ("recommendation", "conclusion", "finding", "requirement"):
            if sort in text:
                return sort
    return "paragraph"


def _cited(candidates: Sequence[_Numbered], sort: str, said: Statement) -> tuple[int, ...]:
    """Choose among the paragraphs of one number: of the sort asked for, then the last before the citing statement."""
    others = [part for part in candidates if part.statements and said.statement_no not in part.statements]
    if sort == "paragraph":
        plain = [part for part in others if part.sort != "recommendation"] or others
        fitting = [part for part in plain if not part.is_item] or plain
    else:
        fitting = [part for part in others if part.sort == sort]
    before = [part for part in fitting if part.statements[0] < said.statement_no]
    chosen = before[-1] if before else fitting[0] if fitting else None
    return tuple(chosen.statements) if chosen else ()

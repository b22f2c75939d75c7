"""From a reader's paragraphs to blocks: markers set apart, list levels ranked, line breaks judged."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache

from pipeline.readers.guard import clean
from pipeline.readers.parsed import Block

_BULLET = re.compile(r"^([•●▪■□◦○‣⁃∙·➢➤✓✔❖*]|[\uf0a0-\uf0ff])\s*(?=\S)")
_DASH = re.compile(r"^([-–—])\s+(?=\S)")
_NUMBER = re.compile(
    r"^(\(?\d{1,3}[.)]|\d{1,2}(?:\.\d{1,3})+\.?|\([a-zA-Z]\)|[a-z]\)|\(?[ivx]{1,5}\)|[ivx]{2,5}\.)\s+(?=[\"'“‘(A-Z])"
)
_SENTENCE_END = re.compile(r"[.!?][\"'”’)]?\s+[\"'“‘(]?[A-Z]")
_LONG = 40  # words beyond which a numbered item reads as a numbered paragraph


def split_marker(text: str, *, dashes: bool = True) -> tuple[str, str]:
    """Return (marker, rest) of a line that begins as a list item, ("", text) of any other.

    Symbol-font bullets become "•", dashes "–". `dashes` off leaves dialogue dashes in the text.
    """
    if found := _BULLET.match(text):
        return "•", text[found.end() :]
    if dashes and (found := _DASH.match(text)):
        return "–", text[found.end() :]
    if found := _NUMBER.match(text):
        return found.group(1), text[found.end() :]
    return "", text


def is_numbered_paragraph(marker: str, text: str) -> bool:
    """Say whether a numbered item is a numbered paragraph of a report rather than a short point in a list."""
    if not marker[:1].isdecimal():
        return False
    return len(text.split()) > _LONG or bool(_SENTENCE_END.search(text))


def item_block(text: str, marker: str, level: int) -> Block:
    """Return a list item, or the numbered paragraph that it really is. `text` is clean and without its marker."""
    if is_numbered_paragraph(marker, text):
        return Block("paragraph", text, marker=marker)
    return Block("list_item", text, level=max(level, 1), marker=marker)


def paragraph_blocks(text: str, *, dashes: bool = True) -> list[Block]:
    """Return the blocks of a paragraph whose line feeds are its author's line breaks.

    An empty line parts paragraphs. A single break is a space, unless lines begin as list items do.
    """
    blocks: list[Block] = []
    for part in re.split(r"\n\s*\n", text):
        blocks.extend(_part_blocks([line for line in map(clean, part.split("\n")) if line], dashes))
    return blocks


def _part_blocks(lines: list[str], dashes: bool) -> list[Block]:
    if not lines:
        return []
    joined: list[str] = []
    for line in lines:
        if not joined or split_marker(line, dashes=dashes)[0]:
            joined.append(line)
        else:
            joined[-1] += " " + line
    return [_line_block(line, dashes) for line in joined]


def _line_block(line: str, dashes: bool) -> Block:
    marker, rest = split_marker(line, dashes=dashes)
    return item_block(rest, marker, 1) if marker else Block("paragraph", line)


def rank_levels(blocks: Iterable[Block]) -> list[Block]:
    """Return the blocks with list levels counted from 1 in each run of list items, whatever levels the source used."""
    ranked: list[Block] = []
    run: list[Block] = []
    for block in blocks:
        if block.kind == "list_item":
            run.append(block)
            continue
        ranked += [*_ranked(run), block]
        run = []
    return ranked + _ranked(run)


def _ranked(run: Sequence[Block]) -> list[Block]:
    order = {level: rank for rank, level in enumerate(sorted({block.level for block in run}), start=1)}
    return [replace(block, level=order[block.level]) for block in run]


def word_count(blocks: Iterable[Block]) -> int:
    """Return the number of words outside page furniture."""
    return sum(len(block.text.split()) for block in blocks if block.kind != "furniture")


def language_code(name: str) -> str:
    """Return the ISO 639-1 code of a language named in words or as a tag ("ENGLISH; ENGLISHS", "en-GB"), else ""."""
    head = re.split(r"[;,_\-(\s/|]", name.strip().lower(), maxsplit=1)[0]
    if re.fullmatch(r"[a-z]{2}", head):
        return head
    return _names().get(head, "")


@cache
def _names() -> dict[str, str]:
    return {
        name: code
        for code, names in {
            "en": "eng english englisch anglais inglés inglese engels",
            "fr": "fra fre french français französisch francés francese frans",
            "de": "deu ger german deutsch allemand alemán tedesco duits",
            "es": "spa spanish español spanisch espagnol spagnolo spaans",
            "it": "ita italian italiano italienisch italien italiaans",
            "nl": "nld dut dutch nederlands niederländisch néerlandais",
            "pt": "por portuguese português portugiesisch portugais",
            "da": "dan danish dansk",
            "sv": "swe swedish svenska",
            "no": "nor norwegian norsk",
            "pl": "pol polish polski",
            "cy": "cym wel welsh cymraeg",
            "ga": "gle irish gaeilge",
        }.items()
        for name in names.split()
    }

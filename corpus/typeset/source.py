"""Read the coded sources in corpus/text: front matter, simple Markdown, and a code after each statement."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

BlockKind = Literal["heading", "paragraph", "item", "table", "caption", "record"]

_CODE = re.compile(r"\s*\{(?P<kind>concern|strength|recommendation|context)(?::\s*(?P<themes>[a-z_, ]+?))?\s*\}$")
_SPEAKER = re.compile(r"\s*\{speaker:\s*(?P<name>[^}]+)\}$")
_HEADING = re.compile(r"(#{1,4}) (.+)")
_NUMBERED = re.compile(r"¶(\d+(?:\.\d+)*) (.+)")
_BULLET = re.compile(r"((?:  )*)- (.+)")
_ORDERED = re.compile(r"((?:  )*)(\d+\.) (.+)")
_ENDS_SENTENCE = (".", "?", "!", ":", ";", "”", "’", '"')


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence or list item with its code; a statement without a code in the source is context."""

    text: str
    kind: str = "context"
    themes: tuple[str, ...] = ()
    speaker: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A block of the document. `rows` is filled for tables, `record` holds (id, date, source type) of a table row."""

    kind: BlockKind
    statements: tuple[Statement, ...] = ()
    level: int = 0
    marker: str = ""
    rows: tuple[tuple[str, ...], ...] = ()
    record: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Return the statements joined by spaces."""
        return " ".join(statement.text for statement in self.statements)


@dataclass(frozen=True, slots=True)
class Source:
    """A source: its front matter and its blocks, in order."""

    name: str
    meta: dict[str, str]
    blocks: tuple[Block, ...] = field(repr=False)

    def get(self, key: str) -> str:
        """Return a value of the front matter, blank where it has none."""
        return self.meta.get(key, "")


def read_sources(folder: Path) -> list[Source]:
    """Read every source of a folder, sorted by name."""
    return [read_source(path) for path in sorted(folder.glob("*.md"))]


def read_source(path: Path) -> Source:
    """Read one source; ValueError names the file where its front matter is missing."""
    parts = path.read_text(encoding="utf-8").split("---\n", 2)
    if len(parts) != 3 or parts[0]:
        raise ValueError(f"{path}: no front matter between two lines of ---")
    pairs = (line.split(":", 1) for line in parts[1].splitlines() if line)
    return Source(path.stem, {key.strip(): value.strip() for key, value in pairs}, tuple(_blocks(parts[2])))


def _blocks(body: str) -> Iterator[Block]:
    """Yield blocks; a line without a mark of its own goes on with the block above."""
    open_block: Block | None = None
    for line in [*body.splitlines(), ""]:
        started = _start(line)
        goes_on = open_block is not None and started is not None and started.kind == "paragraph" and not started.marker
        indented = line.startswith("  ")
        if goes_on and open_block is not None and started is not None and _may_go_on(open_block, started, indented):
            open_block = _joined(open_block, started)
        elif open_block is not None and started is not None and open_block.kind == started.kind == "table":
            open_block = Block("table", rows=open_block.rows + started.rows)
        else:
            if open_block is not None:
                yield open_block
            open_block = started


def _may_go_on(open_block: Block, started: Block, indented: bool) -> bool:
    """Tell whether a line belongs to the block above: a list item goes on only in lines set in by two spaces."""
    if open_block.kind != ("item" if indented else "paragraph"):
        return False
    return _is_sentence(open_block) and (_is_sentence(started) or started.statements[0].kind != "context")


def _is_sentence(block: Block) -> bool:
    last = block.statements[-1]
    return last.kind != "context" or last.text.endswith(_ENDS_SENTENCE)


def _joined(block: Block, more: Block) -> Block:
    return Block(block.kind, block.statements + more.statements, block.level, block.marker)


def _start(line: str) -> Block | None:
    """Return the block that a line would begin, or None for an empty line."""
    if not line.strip():
        return None
    if line.startswith("|"):
        cells = tuple(cell.strip() for cell in line.strip().strip("|").split("|"))
        return Block("table", rows=() if set("".join(cells)) <= {"-", " "} else (cells,))
    if line.startswith("Caption: "):
        return Block("caption", (_statement(line.removeprefix("Caption: ")),))
    if line.startswith("@ "):
        return Block("record", record=tuple(part.strip() for part in line[2:].split("|")))
    if match := _HEADING.fullmatch(line):
        return Block("heading", (_statement(match[2]),), level=len(match[1]))
    if match := _NUMBERED.fullmatch(line):
        return Block("paragraph", (_statement(match[2]),), marker=match[1])
    if match := _BULLET.fullmatch(line):
        return Block("item", (_statement(match[2]),), level=len(match[1]) // 2, marker="•")
    if match := _ORDERED.fullmatch(line):
        return Block("item", (_statement(match[3]),), level=len(match[1]) // 2, marker=match[2])
    return Block("paragraph", (_statement(line.strip()),))


def _statement(line: str) -> Statement:
    speaker = ""
    if match := _SPEAKER.search(line):
        speaker, line = match["name"].strip(), line[: match.start()]
    match = _CODE.search(line)
    if match is None:
        return Statement(line.strip(), speaker=speaker)
    themes = tuple(theme.strip() for theme in (match["themes"] or "").split(",") if theme.strip())
    return Statement(line[: match.start()].strip(), match["kind"], themes, speaker)

"""What a reader returns: documents made of blocks, and rejects with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pipeline.dating import DateClue

BlockKind = Literal["heading", "paragraph", "list_item", "table", "caption", "furniture"]
SourceType = Literal["report", "news", "other", ""]
Unit = Literal["document", "statement"]

# Every reason that a file, or an item in it, may be rejected for. The message says the rest.
RejectReason = Literal[
    "empty",  # no bytes, or no text where text was expected
    "unsupported",  # a format that is not read
    "wrong_type",  # the content is not what the name says, and is not read as what it is
    "encrypted",
    "corrupt",
    "too_large",
    "no_text",  # pages without characters: a scan
    "missing_extra",  # readable with an optional extra that is not installed
    "unreadable",  # the operating system refused
    "outside_corpus",  # a link or a path that leaves the corpus
    "bad_table",  # a table without a text column, or a row without text
    "unknown_layout",  # a news export whose layout is not known
    "not_an_article",  # an item of an export that holds no article text
    "timeout",
    "memory",
    "crash",
]


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, paragraph, list item, table, caption or piece of page furniture.

    `text` is normalised and without the list marker. `page` counts from 1 (None where the format has no pages).
    `level` is the heading's level or the list item's nesting, from 1; 0 for other kinds. `source` maps back:
    pairs (offset in text, offset in the source's characters), one wherever the two begin to run apart. `page_starts`:
    pairs (offset in text, page), one for each further page that the block runs on to.
    """

    kind: BlockKind
    text: str
    page: int | None = None
    level: int = 0
    marker: str = ""
    source: tuple[tuple[int, int], ...] = ()
    page_starts: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Parsed:
    """One document as its reader saw it. `item` names it inside a file that holds several; blank fields are unknown."""

    blocks: tuple[Block, ...]
    reader: str
    item: str = ""
    title: str = ""
    publisher: str = ""
    source_type: SourceType = ""
    language: str = ""
    byline: str = ""
    section: str = ""
    url: str = ""
    pages: int | None = None
    date_clues: tuple[DateClue, ...] = ()
    unit: Unit = "document"  # "statement": each paragraph block is one statement and is not cut
    context: str = ""  # the text around a statement, where a table gives it; never cut into statements
    document: str = ""  # the document that a table's row belongs to, where the table says so
    words_announced: int | None = None  # the length that an export states


@dataclass(frozen=True, slots=True)
class Reject:
    """A file, or an item in a file, that could not be read, and why."""

    reason: RejectReason
    message: str
    item: str = ""


@dataclass(frozen=True, slots=True)
class ReadResult:
    """All that a file gave. `announced` is the number of articles that the file itself says it holds."""

    documents: tuple[Parsed, ...] = ()
    rejects: tuple[Reject, ...] = ()
    announced: int | None = None
    claimed: tuple[str, ...] = ()  # files that were read as attachments of this one, relative to its folder


def rejected(reason: RejectReason, message: str, item: str = "") -> ReadResult:
    """Return a result that holds one reject and nothing else."""
    return ReadResult(rejects=(Reject(reason, message, item),))

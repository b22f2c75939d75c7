"""The gold of the sample: each statement of the coded sources as a row."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator

from corpus.typeset.source import Block, Source, Statement

COLUMNS = (
    "source_path",
    "item",
    "statement_no",
    "start",
    "end",
    "stem",
    "text",
    "kind",
    "themes",
    "speaker",
    "coder",
    "inclusion_probability",
)
CODER = "sample editor"
_NUMBER = re.compile(r"^\d+(?:\.\d+)*\.? ")


def gold_csv(sources: Iterable[Source]) -> bytes:
    """Return sample_gold.csv: a row a statement, sorted by path, in the order of the document."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    for source in sorted(sources, key=lambda source: source.get("file")):
        writer.writerows(gold_rows(source))
    return out.getvalue().encode()


def gold_rows(source: Source) -> Iterator[dict[str, str]]:
    """Yield the rows of one source; offsets are blank, because they depend on how a reader normalises the file."""
    if source.get("gold") == "no":
        return
    item, number = "", 0
    for block, stem in _with_stems(_read_blocks(source)):
        if block.kind == "record":
            item, number = block.record[0], 0
            continue
        for statement in block.statements:
            row = dict.fromkeys(COLUMNS, "")
            row |= {"source_path": source.get("file"), "item": item, "statement_no": str(number), "stem": stem}
            text = _NUMBER.sub("", statement.text, count=1) if block.kind == "heading" else statement.text
            row |= {"text": text, "kind": statement.kind, "themes": ";".join(statement.themes)}
            yield row | {"speaker": statement.speaker, "coder": CODER}
            number += 1


def _read_blocks(source: Source) -> Iterator[Block]:
    """Yield the blocks whose statements a reader meets: the subject of a mail too, no cells, no headings of rows."""
    if source.get("layout") == "mail":
        yield Block("heading", (Statement(source.get("title")),), level=1)
    for block in source.blocks:
        if block.kind != "table" and not (block.kind == "heading" and source.get("layout") in ("csv", "xlsx")):
            yield block


def _with_stems(blocks: Iterable[Block]) -> Iterator[tuple[Block, str]]:
    """Yield each block with the stem it is read with: the words with a colon above a list, or an item above its own."""
    stems = [""]
    for block in blocks:
        if block.kind == "item":
            del stems[block.level + 1 :]
            yield block, stems[-1]
            stems.append(_stem(block))
        else:
            yield block, ""
            stems = [_stem(block) if block.kind == "paragraph" else ""]


def _stem(block: Block) -> str:
    last = block.statements[-1].text
    return last if last.endswith(":") else ""

"""Coded statements as lessons: what a run's coder learns from its gold file, and what that depends on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.themes.classifier import Example
from pipeline.themes.rows import Row
from pipeline.validate import CodedRow, CodedStatement, Gold, align
from pipeline.validate.align import SETTLED

Key = tuple[object, ...]


def teaching(gold: Gold | None, which: Literal["rest", "all", "none"]) -> Gold | None:
    """Return the rows of a gold file that teach: all, or the rest that is no probability sample; None without any."""
    if gold is None or which == "none":
        return None
    rows = tuple(row for row in gold.rows if which == "all" or row.inclusion_probability is None)
    return Gold(gold.name, rows) if rows else None


def learns_from_corpus(gold: Gold) -> bool:
    """Return whether some row has no text of its own, so that the corpus has to say what was coded."""
    return any(not row.text for row in gold.rows)


def examples_of(gold: Gold, segmented: Iterable[pa.Table]) -> dict[Key, Example]:
    """Return the coded findings of a gold file by the key of their rows.

    `segmented` are batches of `statements` with `before`; they are read only where rows have no text. A row's own text
    is learned as it stands in the file, whatever the corpus holds, so that other documents never change the coder.
    Several coders: a theme that half of them see, unless a coder called settled, adjudicated or consensus decides.
    """
    texts = _texts(gold, segmented) if learns_from_corpus(gold) else {}
    by_key: dict[Key, list[CodedRow]] = defaultdict(list)
    for row in gold.rows:
        by_key[row.key].append(row)
    found = {}
    for key, rows in by_key.items():
        place = texts.get(key)
        if rows[0].text:
            place = Row(rows[0].text, rows[0].stem, rows[0].section, rows[0].before), rows[0].source_path
        if place and (themes := _themes(rows)) is not None:
            found[key] = Example(place[0], themes, place[1])
    return found


def _themes(rows: Sequence[CodedRow]) -> frozenset[str] | None:
    """Return the themes on which coders agree, None where it is no finding for them."""
    rows = [row for row in rows if row.coder.casefold() in SETTLED] or rows
    if sum(row.kind == "context" for row in rows) * 2 > len(rows):
        return None
    counts: dict[str, int] = defaultdict(int)
    for row in rows:
        for theme_id in row.themes:
            counts[theme_id] += 1
    return frozenset(theme_id for theme_id, number in counts.items() if number * 2 >= len(rows))


def _texts(gold: Gold, segmented: Iterable[pa.Table]) -> dict[Key, tuple[Row, str]]:
    """Return row and document of the statements that rows without text mean, by the key of the row."""
    batches = list(segmented)
    meant = {
        one.statement_id: [code.key for code in one.codes if not code.text] for one in align(gold, batches).statements
    }
    ids = pa.array([i for i, keys in meant.items() if keys], pa.string())
    out: dict[Key, tuple[Row, str]] = {}
    for batch in batches:
        mine = batch.filter(pc.is_in(batch.column("statement_id"), value_set=ids))
        for said in mine.select(["statement_id", "doc_id", "text", "stem", "section", "before"]).to_pylist():
            row = Row(said["text"], said["stem"] or "", said["section"] or "", said["before"] or "")
            out |= dict.fromkeys(meant[said["statement_id"]], (row, said["doc_id"]))
    return out


def by_statement(
    statements: Sequence[CodedStatement], themes: Mapping[Key, Sequence[str]]
) -> dict[str, tuple[str, ...]]:
    """Return statement_id -> themes for the statements whose codes have a key in `themes`."""
    return {one.statement_id: tuple(themes[code.key]) for one in statements for code in one.codes if code.key in themes}

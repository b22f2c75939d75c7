"""Findings in, themes out: assignments to the codebook's themes, each with its evidence, and the rest by themselves.

The coders that decide live in `themes`; they are handed in, so that any of them can be exchanged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.tables import TABLES, from_rows, sort

NO_EVIDENCE = -1


@dataclass(frozen=True, slots=True)
class FindingText:
    """What a coder may look at: the finding, its lead-in, the headings above it and the text before it."""

    text: str
    stem: str = ""
    section: str = ""
    before: str = ""


@dataclass(frozen=True, slots=True)
class Coded:
    """A finding has a theme. `start` and `end` are the deciding words in the finding's text, -1 where in the stem."""

    theme_id: str
    probability: float
    method: str
    start: int = NO_EVIDENCE
    end: int = NO_EVIDENCE


class ThemeCoder(Protocol):
    """Gives each finding the themes that it has: none, one or several."""

    @property
    def version(self) -> str: ...

    def code(self, findings: Sequence[FindingText]) -> list[tuple[Coded, ...]]:
        """Return the themes of each finding, in the order of the findings; each depends on its own finding alone."""
        ...


def assign(statements: pa.Table, coder: ThemeCoder) -> pa.Table:
    """Return the table `assignments` for the statements (columns of `statements`, and `before`) that are findings."""
    findings = statements.filter(pc.not_equal(statements.column("kind"), "context"))
    columns = (findings.column(name).to_pylist() for name in ("text", "stem", "section", "before"))
    texts = [FindingText(*cells) for cells in zip(*columns, strict=True)]
    ids, starts = findings.column("statement_id").to_pylist(), findings.column("start").to_pylist()
    rows = [
        assignment_row(statement_id, start, coded)
        for statement_id, start, themes in zip(ids, starts, coder.code(texts), strict=True)
        for coded in themes
    ]
    return sort(TABLES["assignments"], from_rows(TABLES["assignments"], rows))


def assignment_row(statement_id: str, statement_start: int, coded: Coded) -> dict[str, Any]:
    """Return a row of `assignments`, the evidence as offsets in the document's text."""
    here = coded.start != NO_EVIDENCE
    return {
        "statement_id": statement_id,
        "theme_id": coded.theme_id,
        "probability": coded.probability,
        "method": coded.method,
        "evidence_start": statement_start + coded.start if here else None,
        "evidence_end": statement_start + coded.end if here else None,
    }


class ThemesOf:
    """The themes of each statement joined by ';', from rows of `assignments` in key order."""

    def __init__(self, assignments: pa.Table) -> None:
        grouped = assignments.group_by("statement_id", use_threads=False).aggregate([("theme_id", "list")])
        self._ids = grouped.column("statement_id").combine_chunks()
        self._joined = pc.binary_join(grouped.column("theme_id_list").combine_chunks(), ";")

    def of(self, statement_ids: pa.ChunkedArray) -> pa.ChunkedArray:
        """Return the themes of each statement, blank where it has none."""
        at = pc.index_in(statement_ids, value_set=self._ids)
        return pc.fill_null(self._joined.take(at), "")


def with_themes(statements: pa.Table, themes: ThemesOf) -> pa.Table:
    """Return the public columns of `statements`, with the themes of each."""
    table = TABLES["statements"]
    found = themes.of(statements.column("statement_id"))
    arrays = [found if name == "themes" else statements.column(name) for name in table.names]
    return pa.table(arrays, schema=table.schema)

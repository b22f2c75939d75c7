"""Template text in the tables of a run: what many reports share word for word is context, whatever it looks like."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain, groupby
from operator import itemgetter
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.segment.templates import Marks, find_template_marks, is_long, marks
from pipeline.segment.types import TemplateSettings
from pipeline.tables import TABLES, from_rows, sort

_PROBABILITY = 0.99  # that template text is context: 31 of 31 texts in 150 reports of eighteen years
Batches = Callable[[], Iterator[pa.Table]]


@dataclass(frozen=True, slots=True)
class Templates:
    """The findings that are template text and so no findings, and a row for each text (table `templates`)."""

    turned: frozenset[str] = frozenset()
    rows: list[dict[str, Any]] = field(default_factory=list)

    def table(self) -> pa.Table:
        """Return the table `templates`."""
        return sort(TABLES["templates"], from_rows(TABLES["templates"], self.rows))

    def applied(self, statements: pa.Table) -> pa.Table:
        """Return statements with template text as context, without themes."""
        if not self.turned:
            return statements
        mask = _is_in(statements.column("statement_id"), self.turned)
        values = {"kind": "context", "kind_probability": _PROBABILITY, "themes": ""}
        for name, value in values.items():
            at = statements.schema.get_field_index(name)
            cells = pc.if_else(mask, pa.scalar(value, statements.schema.field(at).type), statements.column(name))
            statements = statements.set_column(at, statements.schema.field(at), cells)
        return statements

    def kept(self, assignments: pa.Table) -> pa.Table:
        """Return assignments without those of template text."""
        if not self.turned:
            return assignments
        return assignments.filter(pc.invert(_is_in(assignments.column("statement_id"), self.turned)))

    def summary(self) -> dict[str, int]:
        """Return what run.json says of it: texts, statements, and how many of these would be findings."""
        return {
            "texts": len(self.rows),
            "statements": sum(row["statements"] for row in self.rows),
            "were_findings": len(self.turned),
        }


def _is_in(ids: pa.ChunkedArray, wanted: frozenset[str]) -> pa.ChunkedArray:
    return pc.is_in(ids, value_set=pa.array(sorted(wanted), pa.string()))


def find_templates(batches: Batches, documents: pa.Table, settings: TemplateSettings) -> Templates:
    """Find the template text among the statements of a run's reports; `batches` yields them again at each call.

    Copies of a report do not count towards the number of documents, but their template text is template text too. News
    articles are left alone: papers print one agency's words.
    """
    types = dict(zip(*(documents.column(n).to_pylist() for n in ("doc_id", "source_type")), strict=True))
    copies = dict(zip(*(documents.column(n).to_pylist() for n in ("doc_id", "duplicate_of")), strict=True))
    reports = frozenset(doc_id for doc_id, sort_of in types.items() if sort_of != "news")
    originals = frozenset(doc_id for doc_id in reports if not copies[doc_id])
    if settings.documents < 1 or len(originals) < settings.documents:
        return Templates()
    counted = [own for doc_id, own in _marked(batches()) if doc_id in originals]
    wanted = find_template_marks(counted, settings.documents)
    return _gathered(batches(), wanted, reports, originals, settings.words) if wanted else Templates()


def _marked(batches: Iterator[pa.Table]) -> Iterator[tuple[str, Marks]]:
    """Yield each document's id and the marks of its statements; a document may run over batches."""
    cells = chain.from_iterable(zip(*_columns(batch, "doc_id", "text"), strict=True) for batch in batches)
    for doc_id, rows in groupby(cells, key=itemgetter(0)):
        yield doc_id, marks(text for _, text in rows)


def _columns(batch: pa.Table, *names: str) -> Iterator[list[str]]:
    return (batch.column(name).to_pylist() for name in names)


def _gathered(
    batches: Iterator[pa.Table],
    wanted: frozenset[int],
    reports: frozenset[str],
    originals: frozenset[str],
    words: int,
) -> Templates:
    turned: set[str] = set()
    rows: dict[int, dict[str, Any]] = {}
    last_seen: dict[int, str] = {}
    for batch in batches:
        columns = _columns(batch, "statement_id", "doc_id", "kind", "text")
        for statement_id, doc_id, kind, text in zip(*columns, strict=True):
            if doc_id not in reports or not is_long(text, words):
                continue
            mark = int(marks([text])[0])
            if mark not in wanted:
                continue
            first = {"statement_id": statement_id, "text": text}
            row = rows.setdefault(mark, {**first, "documents": 0, "statements": 0, "were_findings": 0})
            row["statements"] += 1
            if doc_id in originals and last_seen.get(mark) != doc_id:
                row["documents"] += 1
                last_seen[mark] = doc_id
            if kind != "context":
                row["were_findings"] += 1
                turned.add(statement_id)
    return Templates(frozenset(turned), list(rows.values()))

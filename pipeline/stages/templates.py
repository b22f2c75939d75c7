"""Template text in the tables of a run: what many reports share word for word is context, whatever it looks like."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain, groupby
from operator import itemgetter
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.segment.templates import Marks, find_template_marks, is_long, marks
from pipeline.segment.types import TemplateSettings
from pipeline.stages.totals import DocumentNumbers
from pipeline.tables import TABLES, from_rows, sort

_PROBABILITY = 0.99  # that template text is context: 31 of 31 texts in 150 reports of eighteen years
Batches = Callable[[], Iterator[pa.Table]]
Booleans = NDArray[np.bool_]


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
    numbers = DocumentNumbers(documents.column("doc_id"))
    reports = np.asarray(pc.not_equal(documents.column("source_type"), "news"), dtype=bool)
    originals = reports & np.asarray(pc.equal(documents.column("duplicate_of"), ""), dtype=bool)
    if settings.documents < 1 or originals.sum() < settings.documents:
        return Templates()
    counted = [own for number, own in _marked(batches(), numbers) if originals[number]]
    wanted = find_template_marks(counted, settings.documents)
    return _gathered(batches(), wanted, numbers, reports, originals, settings.words) if wanted else Templates()


def _marked(batches: Iterator[pa.Table], numbers: DocumentNumbers) -> Iterator[tuple[int, Marks]]:
    """Yield the number of each document of several statements and their marks; a document may run over batches."""
    cells = chain.from_iterable(_neighbours(batch, numbers) for batch in batches)
    for number, rows in groupby(cells, key=itemgetter(0)):
        texts = [text for _, text in rows]
        if len(texts) > 1:
            yield number, marks(texts)


def _neighbours(batch: pa.Table, numbers: DocumentNumbers) -> Iterator[tuple[int, str]]:
    """Yield document and text of the statements that stand beside one of their document, or at an end of the batch."""
    own = numbers.of(batch.column("doc_id"))
    alike = own[1:] == own[:-1]
    wanted = np.append(alike, True) | np.append(True, alike) if len(own) else np.zeros(0, bool)
    yield from zip(own[wanted].tolist(), batch.column("text").filter(pa.array(wanted)).to_pylist(), strict=True)


def _columns(batch: pa.Table, *names: str) -> Iterator[list[str]]:
    return (batch.column(name).to_pylist() for name in names)


def _gathered(
    batches: Iterator[pa.Table],
    wanted: frozenset[int],
    numbers: DocumentNumbers,
    reports: Booleans,
    originals: Booleans,
    words: int,
) -> Templates:
    turned: set[str] = set()
    rows: dict[int, dict[str, Any]] = {}
    last_seen: dict[int, int] = {}
    for batch in batches:
        documents = numbers.of(batch.column("doc_id")).tolist()
        columns = _columns(batch, "statement_id", "kind", "text")
        for document, statement_id, kind, text in zip(documents, *columns, strict=True):
            if not reports[document] or not is_long(text, words):
                continue
            mark = int(marks([text])[0])
            if mark not in wanted:
                continue
            first = {"statement_id": statement_id, "text": text}
            row = rows.setdefault(mark, {**first, "documents": 0, "statements": 0, "were_findings": 0})
            row["statements"] += 1
            if originals[document] and last_seen.get(mark) != document:
                row["documents"] += 1
                last_seen[mark] = document
            if kind != "context":
                row["were_findings"] += 1
                turned.add(statement_id)
    return Templates(frozenset(turned), list(rows.values()))

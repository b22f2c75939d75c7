"""A run as spaCy documents, for those who go on in Python: statements, themes and evidence as spans."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd

from pipeline.exchange.content import RunContent
from pipeline.language import Mark, spacy_docs
from pipeline.tables import atomic

_KNOWN = ("doc_id", "source_path", "item", "title", "publisher", "published", "year", "source_type")


def write_spacy(run: RunContent, path: Path) -> dict[str, int]:
    """Write every document as a spaCy DocBin; return how many documents and spans it holds.

    Span groups: `statements` (label: the kind), `themes` (the statement under each theme_id) and `evidence` (the words
    that decided, under the theme_id); `span.id_` is the statement_id. `doc.user_data` holds the document's row.
    """
    evidence = dict(list(run.assignments.dropna(subset="evidence_start").groupby("statement_id", sort=False)))
    counts = {"documents": 0, "spans": 0}

    def texts() -> Iterator[tuple[str, list[Mark], Mapping[str, str]]]:
        for row in run.documents[list(_KNOWN)].to_dict("records"):
            marks = list(_marks(run, str(row["doc_id"]), evidence))
            counts["documents"] += 1
            counts["spans"] += len(marks)
            yield run.text(str(row["doc_id"])), marks, {str(name): str(value) for name, value in row.items()}

    with atomic(path) as part:
        part.write_bytes(spacy_docs(texts()))
    return counts


def _marks(run: RunContent, doc_id: str, evidence: Mapping[str, pd.DataFrame]) -> Iterator[Mark]:
    statements = run.statements_of.get(doc_id)
    if statements is None:
        return
    for row in statements.itertuples():
        yield Mark("statements", row.kind, row.start, row.end, row.statement_id)
        for theme_id in filter(None, row.themes.split(";")):
            yield Mark("themes", theme_id, row.start, row.end, row.statement_id)
        words = evidence.get(row.statement_id)
        for said in () if words is None else words.itertuples():
            yield Mark("evidence", said.theme_id, int(said.evidence_start), int(said.evidence_end), row.statement_id)

"""Template text in a run's tables: context in every report of the series, never in the news."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from pipeline.segment.types import TemplateSettings
from pipeline.stages.templates import find_templates
from pipeline.tables import TABLES, from_rows

TEXTS = (
    "A good service leads work that helps and protects the children of its area.",
    "It does so with a clear plan and with staff who know what is expected of them.",
    "Short and sharp words come first.",
)


def _statements(doc_id: str) -> pa.Table:
    rows = [
        dict.fromkeys(TABLES["statements"].names, "")
        | {"statement_id": f"{doc_id}-{n}", "doc_id": doc_id, "statement_no": n, "block_no": n, "page": None}
        | {"start": 0, "end": 1, "kind": "strength", "kind_probability": 0.8, "themes": "consistency", "text": text}
        for n, text in enumerate((*TEXTS, f"Plans of {doc_id} are good and all of them are kept up to date."), start=1)
    ]
    return from_rows(TABLES["statements"], rows)


def _documents(**kinds: tuple[str, str]) -> pa.Table:
    names = ("doc_id", "source_type", "duplicate_of")
    return pa.table([list(column) for column in zip(*((d, *kind) for d, kind in kinds.items()), strict=True)], names)


def test_template_text_becomes_context_in_reports_and_their_copies() -> None:
    documents = _documents(a=("report", ""), b=("report", ""), c=("report", "a"), d=("news", ""))

    def batches() -> Iterator[pa.Table]:
        return (_statements(doc_id) for doc_id in "abcd")

    found = find_templates(batches, documents, TemplateSettings(documents=2))
    assert found.turned == {
        "a-1",
        "a-2",
        "b-1",
        "b-2",
        "c-1",
        "c-2",
    }
    assert [(r["statement_id"], r["documents"], r["statements"]) for r in found.rows] == [("a-1", 2, 3), ("a-2", 2, 3)]
    assert found.summary() == {"texts": 2, "statements": 6, "were_findings": 6}
    table = found.applied(_statements("a"))
    assert table.column("kind").to_pylist() == ["context", "context", "strength", "strength"]
    assert table.column("themes").to_pylist() == ["", "", "consistency", "consistency"]
    assert found.table().num_rows == 2


def test_few_reports_are_left_as_they_are() -> None:
    documents = _documents(a=("report", ""), b=("report", ""))
    found = find_templates(lambda: (_statements(d) for d in "ab"), documents, TemplateSettings())
    assert not found.turned
    assert found.applied(_statements("a")) == _statements("a")

"""A run of two short documents, small enough to count places by hand."""

from __future__ import annotations

import pandas as pd

from pipeline.codebook import Codebook, Theme
from pipeline.exchange import Coding, RunContent

FIRST = [
    "Harbour View nursery 🏠",
    "Staff don't know the children.",
    "Records 📁 are kept in three places & two formats.",
]
SECOND = ["Visits are regular.", "Managers should read every file <weekly>."]
KINDS = {"1-2": "concern", "1-3": "concern", "2-1": "strength", "2-2": "recommendation"}
THEMES = {"1-3": "recording", "2-1": "visits", "2-2": "recording"}
BOOK = Codebook(
    (
        Theme("recording", "Recording & files", "What is written down", include=("files",)),
        Theme("visits", "Visits", "Seeing children", parent="recording"),
    ),
    "small",
    "1",
    "ab" * 32,
)


def small_run(people: tuple[Coding, ...] = ()) -> RunContent:
    """Return the run; its statement ids are 'document-paragraph'."""
    blocks, statements = [], []
    for doc, paragraphs in (("1", FIRST), ("2", SECOND)):
        at = 0
        for no, text in enumerate(paragraphs, start=1):
            blocks.append({"doc_id": doc, "kind": "paragraph", "marker": "", "text": text, "start": at})
            statements.append(_statement(doc, no, at, text))
            at += len(text) + 2
    documents = [
        {"doc_id": "1", "source_path": "reports/harbour.pdf", "item": "", "year": "2009"},
        {"doc_id": "2", "source_path": "news.docx", "item": "article 2", "year": ""},
    ]
    common = {"source_type": "report", "publisher": "Inspectorate", "title": "", "published": "2009-10"}
    nowhere = {"evidence_start": None, "evidence_end": None}
    assignments = [
        {"statement_id": key, "theme_id": theme, "probability": 0.9, "method": "lexicon"} | nowhere
        for key, theme in sorted(THEMES.items())
    ]
    themes = [
        {"theme_id": t.id, "theme_label": t.label, "definition": t.definition, "origin": "codebook", "terms": ""}
        for t in BOOK.themes
    ]
    return RunContent(
        documents=pd.DataFrame([row | common for row in documents]),
        blocks=pd.DataFrame(blocks),
        statements=pd.DataFrame(statements),
        assignments=pd.DataFrame(assignments),
        themes=pd.DataFrame(themes),
        version="1.2",
        finished="2026-03-01T10:00:00+00:00",
        codebook=BOOK,
        codebook_sha256=BOOK.sha256,
        people=people,
    )


def _statement(doc: str, no: int, at: int, text: str) -> dict[str, object]:
    key = f"{doc}-{no}"
    return {
        "statement_id": key,
        "doc_id": doc,
        "source_path": "reports/harbour.pdf" if doc == "1" else "news.docx",
        "item": "" if doc == "1" else "article 2",
        "start": at,
        "end": at + len(text),
        "stem": "",
        "section": "",
        "speaker": "",
        "kind": KINDS.get(key, "context"),
        "kind_probability": 0.8,
        "themes": THEMES.get(key, ""),
        "text": text,
    }

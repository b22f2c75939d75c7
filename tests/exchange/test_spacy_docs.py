"""A run as spaCy documents: what spaCy reads back is what the tables say."""

from __future__ import annotations

import sys
from pathlib import Path

import spacy
from spacy.tokens import DocBin

sys.path.insert(0, str(Path(__file__).resolve().parent))
from small_run import small_run

from pipeline.exchange import write_spacy


def test_spacy_reads_back_what_the_tables_say(tmp_path: Path) -> None:
    run = small_run()
    counts = write_spacy(run, tmp_path / "run.spacy")
    docs = list(DocBin().from_disk(tmp_path / "run.spacy").get_docs(spacy.blank("en").vocab))
    assert counts["documents"] == len(docs) == len(run.documents)

    statements = run.statements.set_index("statement_id")
    spans = [(doc, span) for doc in docs for span in doc.spans.get("statements", ())]
    assert len(spans) == len(statements)
    for doc, span in spans:
        row = statements.loc[span.id_]
        assert (span.label_, doc.user_data["doc_id"]) == (row["kind"], row["doc_id"])
        assert row["text"] in span.text  # a span may be wider: it holds whole tokens
    themes = {(span.id_, span.label_) for doc in docs for span in doc.spans.get("themes", ())}
    assert themes == {(i, theme) for i, row in statements.iterrows() for theme in row["themes"].split(";") if theme}


def test_the_same_run_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_spacy(small_run(), tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()

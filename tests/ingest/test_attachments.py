"""Files that an export names as its attachments are read once, and again when they change."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from pipeline.ingest.attachments import attachments, with_attachments
from pipeline.stages import RunOptions, run
from pipeline.stages.loaded import Run, load_run
from pipeline.tables import TABLES


def files(claims: dict[str, list[str]]) -> pa.Table:
    """Return rows of `files` with what each claims."""
    row = {"bytes": 9, "sha256": "", "announced": None, "documents": 1, "rejects": 0, "read_with": ""}
    rows = [{"source_path": path, **row, "claimed": claims[path]} for path in sorted(claims)]
    extra = pa.field("claimed", pa.list_(pa.string()))
    return pa.Table.from_pylist(rows, pa.schema([*TABLES["files"].schema, extra]))


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({"a.csv": ["s/x.pdf"], "s/x.pdf": [], "s/y.pdf": []}, {"s/x.pdf": "a.csv"}),
        ({"a.csv": ["s/x.pdf"], "b.ris": ["s/x.pdf"], "s/x.pdf": []}, {"s/x.pdf": "a.csv"}),
        ({"a.csv": ["gone.pdf"]}, {}),
        ({"a.csv": ["b.csv"], "b.csv": ["a.csv", "c.txt"], "c.txt": []}, {"c.txt": "b.csv"}),
        ({"a.csv": ["a.csv"]}, {}),
    ],
)
def test_who_reads_what(claims: dict[str, list[str]], expected: dict[str, str]) -> None:
    table = files(claims)
    assert attachments(table) == expected
    rows = with_attachments(table, expected).to_pylist()
    assert {r["source_path"]: r["read_with"] for r in rows if r["read_with"]} == expected
    assert [r["documents"] for r in rows] == [int(r["source_path"] not in expected) for r in rows]


LIBRARY = """\
"Key","Item Type","Title","Publication Title","Date","File Attachments"
"AB12CD34","newspaperArticle","Ferry late","Tidewater Daily","2010-01-05","storage/AB12CD34/Ferry late.html"
"EF56GH78","newspaperArticle","Gulls fed","Tidewater Daily","2010-02-06","storage/EF56GH78/Gulls.html"
"""
PAGE = "<html><body><h1>Saved page</h1><p>The ferry to Marrow Bay was late and {} had to wait.</p></body></html>"


def go(corpus: Path) -> Run:
    run(RunOptions(corpus, corpus.parent / "out", engine="serial", until="ingest"))
    return load_run(corpus.parent / "out")


def test_an_export_is_read_again_when_an_attachment_changes_or_appears(tmp_path: Path) -> None:
    first, second = (tmp_path / "corpus" / "storage" / n for n in ("AB12CD34/Ferry late.html", "EF56GH78/Gulls.html"))
    first.parent.mkdir(parents=True)
    first.write_text(PAGE.format("two classes"))
    (tmp_path / "corpus" / "library.csv").write_text(LIBRARY)
    done = go(tmp_path / "corpus")
    assert done.documents[["source_path", "title", "published"]].values.tolist() == [
        ["library.csv", "Ferry late", "2010-01-05"]
    ]
    assert done.table("rejects")["item"].tolist() == ["EF56GH78"]
    assert done.table("files")["read_with"].tolist() == ["", "library.csv"]

    first.write_text(PAGE.format("one class"))
    second.parent.mkdir()
    second.write_text(PAGE.format("the gulls"))
    done = go(tmp_path / "corpus")
    assert done.documents["title"].tolist() == ["Ferry late", "Gulls fed"]
    text = " ".join(done.table("blocks")["text"])
    assert "one class had to wait" in text
    assert "two classes" not in text
    assert done.table("rejects").empty

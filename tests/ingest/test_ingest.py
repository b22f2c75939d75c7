"""Ingest: every file ends as documents or as a reject, offsets hold, manifests win."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from pathlib import Path

import pytest

from pipeline.dating import Timeline
from pipeline.errors import ConfigError, CorpusError, UsageError
from pipeline.ingest import IngestSettings, Manifest, find_files, read_manifests
from pipeline.ingest.documents import Ingested, document_id, ingest_file, normalised_text

REPORT = """\
Fernbridge Council: a report on its children's services

Published: 4 March 2011

We were concerned to find that:

- few social workers share information with schools;
- checks on new staff are late.
"""


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    (folder / "b").mkdir(parents=True)
    (folder / "b" / "report.txt").write_text(REPORT, encoding="utf-8")
    return folder


def ingest(corpus: Path, settings: IngestSettings | None = None) -> dict[str, Ingested]:
    manifest = read_manifests(corpus)
    done = settings or IngestSettings()
    return {f.source_path: ingest_file(f, manifest, Timeline(), done) for f in find_files(corpus)}


def reasons(result: Ingested) -> list[str]:
    return result.rejects.column("reason").to_pylist()


def test_files_come_in_one_order_without_litter_and_manifests(corpus: Path) -> None:
    for name in ("a.txt", "Z.txt", ".hidden", "Thumbs.db", "manifest.csv", "b/ä.txt"):
        (corpus / name).write_text("source_path\n", encoding="utf-8")
    assert [f.source_path for f in find_files(corpus)] == ["Z.txt", "a.txt", "b/report.txt", "b/ä.txt"]


def test_a_corpus_that_is_missing_or_empty_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="does not exist"):
        find_files(tmp_path / "none")
    (tmp_path / "empty").mkdir()
    with pytest.raises(CorpusError, match="holds no files"):
        find_files(tmp_path / "empty")


def test_a_file_becomes_a_document_whose_blocks_stand_in_its_text(corpus: Path) -> None:
    result = ingest(corpus)["b/report.txt"]
    document = result.documents.to_pylist()[0]
    assert document["doc_id"] == document_id("b/report.txt", "")
    assert (document["published"], document["year"], document["date_method"]) != ("", "", "none")
    blocks = result.blocks.to_pylist()
    text = normalised_text((b["marker"], b["text"], b["start"]) for b in blocks)
    for block in blocks:
        if block["start"] is not None:
            assert text[block["start"] : block["end"]] == block["text"]
    assert [b["marker"] for b in blocks if b["kind"] == "list_item"] == ["-", "-"]


def test_a_block_that_runs_over_a_page_is_a_row_a_page_and_one_piece_of_text(root: Path) -> None:
    name = "reports/2019-harrowmere-childrens-services.pdf"
    file = next(f for f in find_files(root / "corpus" / "sample") if f.source_path == name)
    blocks = ingest_file(file, Manifest(), Timeline(), IngestSettings()).blocks.to_pylist()
    text = normalised_text((b["marker"], b["text"], b["start"]) for b in blocks)
    assert all(text[b["start"] : b["end"]] == b["text"] for b in blocks if b["start"] is not None)
    pieces = [(before, b) for before, b in pairwise(blocks) if b["continues"]]
    assert pieces
    for before, piece in pieces:
        assert piece["page"] == before["page"] + 1
        assert text[before["end"] : piece["start"]] in ("", " ")
        assert piece["source_map"][0] == 0
        assert piece["source_map"][1] > before["source_map"][-1]


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("empty.pdf", b"", "empty"),
        ("noise.bin", bytes(range(256)) * 8, "unsupported"),
        ("broken.pdf", b"%PDF-1.7\n1 0 obj\n<<", "corrupt"),
        (
            "page.pdf",
            b"<!DOCTYPE html><html><head><title>404 Not found</title></head><body>Not found</body></html>",
            "wrong_type",
        ),
    ],
)
def test_a_file_that_cannot_be_used_is_a_reject_with_a_reason(
    corpus: Path, name: str, data: bytes, reason: str
) -> None:
    (corpus / name).write_bytes(data)
    result = ingest(corpus)[name]
    assert result.documents.num_rows == 0
    assert reasons(result) == [reason]
    assert result.files.to_pylist()[0]["rejects"] == 1


def test_a_link_out_of_the_corpus_is_not_followed(corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    (corpus / "way-out.txt").symlink_to(tmp_path / "secret.txt")
    (corpus / "nowhere.txt").symlink_to(tmp_path / "none.txt")
    results = ingest(corpus)
    assert reasons(results["way-out.txt"]) == ["outside_corpus"]
    assert reasons(results["nowhere.txt"]) == ["unreadable"]


def test_a_file_above_the_limit_is_not_read(corpus: Path) -> None:
    (corpus / "big.txt").write_bytes(b"x" * 1_000_001)
    assert reasons(ingest(corpus, IngestSettings(max_file_mb=1))["big.txt"]) == ["too_large"]


@pytest.mark.parametrize(
    ("published", "first", "last", "precision"),
    [
        ("2009-10-21", dt.date(2009, 10, 21), dt.date(2009, 10, 21), "day"),
        ("2009-02", dt.date(2009, 2, 1), dt.date(2009, 2, 28), "month"),
        ("2009", dt.date(2009, 1, 1), dt.date(2009, 12, 31), "year"),
    ],
)
def test_a_manifest_wins_over_the_text(
    corpus: Path, published: str, first: dt.date, last: dt.date, precision: str
) -> None:
    rows = (
        f"source_path,published,title,publisher,source_type\nreport.txt,{published},A title,The Fernbridge Star,news\n"
    )
    (corpus / "b" / "manifest.csv").write_text(rows, encoding="utf-8")
    row = ingest(corpus)["b/report.txt"].documents.to_pylist()[0]
    assert (row["published"], row["published_precision"], row["year"]) == (published, precision, "2009")
    assert (row["published_earliest"], row["published_latest"]) == (first.isoformat(), last.isoformat())
    assert (row["date_method"], row["date_evidence"]) == ("manifest", "b/manifest.csv, line 2")
    assert (row["title"], row["publisher"], row["source_type"]) == ("A title", "The Fernbridge Star", "news")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("path\na\n", "no column source_path"),
        ("source_path,colour\na,b\n", "unknown column 'colour'"),
        ("source_path,published\na,21/10/2009\n", "line 2: '21/10/2009' is no date"),
        ("source_path,published\na,2009-02-30\n", "no day of the calendar"),
        ("source_path,source_type\na,poem\n", "'poem' is no source type"),
        ("source_path\n../a\n", "no path inside the corpus"),
    ],
)
def test_a_fault_in_a_manifest_is_said(corpus: Path, text: str, words: str) -> None:
    (corpus / "manifest.csv").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=words):
        read_manifests(corpus)


def test_a_manifest_row_without_file_is_named(corpus: Path) -> None:
    (corpus / "manifest.csv").write_text("source_path\ngone.txt\n", encoding="utf-8")
    assert read_manifests(corpus).strays({"b/report.txt"}) == ["manifest.csv, line 2: no file 'gone.txt' in the corpus"]

"""Near-duplicates: copies found by the text they share, in time, and never by the stock text of a series."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from pipeline.dating import Timeline
from pipeline.ingest import DuplicateSettings, IngestSettings, find_files, read_manifests, shingle_index
from pipeline.ingest.documents import ingest_file
from pipeline.ingest.duplicates import find_copies, with_copies
from pipeline.ingest.shingle_index import shingles_of
from pipeline.tables import TABLES

NAMES = [f"{head}{tail}" for head in "bcdfghjklmnpqrstvw" for tail in ("arn", "erd", "ilt", "olm", "uss", "ead", "oft")]


def words(seed: int, count: int = 300) -> str:
    """Return invented text that no other seed gives."""
    return " ".join(random.Random(seed).choices(NAMES, k=count))


def day(number: int | None) -> str:
    return "" if number is None else (dt.date(2012, 1, 1) + dt.timedelta(days=number)).isoformat()


def copies(*rows: tuple[str, str, int | None, str]) -> dict[str, str]:
    """Return what is a copy of what, by name; rows of (name, source_type, day, text) are sorted by name."""
    table = pa.Table.from_pylist(
        [
            {"doc_id": name, "source_type": kind, "published_earliest": day(at), "published_latest": day(at)}
            for name, kind, at, _ in sorted(rows)
        ]
    )
    return find_copies(table, ((name, shingles_of(text)) for name, _, _, text in rows), DuplicateSettings())


STORY = words(1)
CUT = " ".join(STORY.split()[:90])


@pytest.mark.parametrize(
    ("name", "rows", "expected"),
    [
        ("the same story next day", [("a", "news", 0, STORY), ("b", "news", 1, STORY)], {"b": "a"}),
        ("the first to print it is the original", [("a", "news", 5, STORY), ("b", "news", 1, STORY)], {"a": "b"}),
        ("a paragraph of it reprinted", [("a", "news", 0, STORY), ("b", "news", 1, CUT)], {"b": "a"}),
        ("of one day the whole is the original", [("a", "news", 0, CUT), ("b", "news", 0, STORY)], {"a": "b"}),
        ("with a head and an end of its own", [("a", "news", 0, STORY), ("b", "news", 1, f"{words(2, 80)} {STORY}")],
         {"b": "a"}),
        ("a year later it is another story", [("a", "news", 0, STORY), ("b", "news", 365, STORY)], {}),
        ("without a date it may be of any day", [("a", "news", 0, STORY), ("b", "news", None, STORY)], {"b": "a"}),
        ("a digest holds more than its copy", [("a", "news", 0, CUT), ("b", "news", 1, f"{CUT} {words(3)}")], {}),
        ("two stories on one matter", [("a", "news", 0, STORY), ("b", "news", 1, f"{CUT} {words(4)}")], {}),
        ("a report in two formats", [("a", "report", 0, STORY), ("b", "report", 20, STORY.upper())], {"b": "a"}),
        ("a summary is no copy of its report", [("a", "report", 0, STORY), ("b", "report", 0, CUT)], {}),
        ("too short to tell", [("a", "news", 0, words(5, 12)), ("b", "news", 0, words(5, 12))], {}),
    ],
)  # fmt: skip
def test_what_is_a_copy_of_what(
    name: str, rows: list[tuple[str, str, int | None, str]], expected: dict[str, str]
) -> None:
    assert copies(*rows) == expected, name


def test_stories_do_not_run_into_one_another() -> None:
    first, second = words(1, 200), words(2, 200)
    rows = [("a", "news", 0, first), ("b", "news", 1, f"{first} {second}"), ("c", "news", 2, second)]
    assert copies(*rows) == {"b": "a"}


def test_stock_text_of_a_series_makes_no_copies() -> None:
    stock = words(9, 800)
    series = [(f"r{n:02d}", "report", 12 * n, f"{stock} {words(100 + n, 150)}") for n in range(20)]
    assert copies(*series) == {}
    again = ("x", "report", 12 * 7 + 3, series[7][3])
    assert copies(*series, again) == {"x": "r07"}


def test_a_story_in_very_many_papers_on_one_day_is_still_one_story() -> None:
    papers = [(f"p{n:03d}", "news", n % 2, STORY) for n in range(120)]
    assert copies(*papers) == {name: "p000" for name, *_ in papers if name != "p000"}


def test_neither_the_order_of_files_nor_the_size_of_memory_matters(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [(f"d{n:03d}", "news", n // 3, words(n % 40)) for n in range(120)]
    expected = copies(*rows)
    assert len(expected) > 50
    monkeypatch.setattr(shingle_index, "_HELD", 300)
    assert copies(*reversed(rows)) == expected


def test_the_sample_corpus_has_one_syndicated_story(root: Path) -> None:
    names = ("news/courier-2009-10-21-case-reviews.html", "news/kelmouth-evening-record-2009-10-21.txt")
    news = [f for f in find_files(root / "corpus" / "sample") if f.source_path.startswith("news/")]
    done = [ingest_file(f, read_manifests(root / "corpus" / "sample"), Timeline(), IngestSettings()) for f in news]
    documents = pa.concat_tables([found.documents for found in done])
    paths = dict(zip(documents.column("doc_id").to_pylist(), documents.column("source_path").to_pylist(), strict=True))
    shingles = ((row["doc_id"], np.array(row["hashes"], np.uint64)) for f in done for row in f.shingles.to_pylist())
    found = find_copies(documents, shingles, DuplicateSettings())
    assert {paths[copy]: paths[original] for copy, original in found.items()} == {names[1]: names[0]}


def weights(rows: Iterable[tuple[str, str]]) -> dict[str, tuple[str, float]]:
    """Return (duplicate_of, story_weight) by doc_id of documents given as (doc_id, original)."""
    listed = list(rows)
    blank = {c.name: None if c.nullable else ("" if c.type == "string" else 0) for c in TABLES["documents"].columns}
    table = pa.Table.from_pylist([{**blank, "doc_id": name} for name, _ in listed], TABLES["documents"].schema)
    marked = with_copies(table, {name: original for name, original in listed if original})
    return {row["doc_id"]: (row["duplicate_of"], row["story_weight"]) for row in marked.to_pylist()}


def test_a_story_weighs_one_whatever_the_number_of_its_copies() -> None:
    assert weights([("a", ""), ("b", "a"), ("c", "a"), ("d", "")]) == {
        "a": ("", 0.333333),
        "b": ("a", 0.333333),
        "c": ("a", 0.333333),
        "d": ("", 1.0),
    }

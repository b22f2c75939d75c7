"""The sample corpus: its files are what the script makes, and its gold is what its files say."""

from __future__ import annotations

import csv
import importlib
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from pipeline.codebook import load_codebook
from pipeline.ingest import read_manifests
from pipeline.readers.dispatch import read
from pipeline.readers.parsed import Parsed

KINDS = {"concern", "strength", "recommendation", "context"}
BROKEN = {"reports/harrowmere-annual-review-part-2.pdf", "reports/port-ansley-2016-reinspection.pdf"}
FORMATS = {".csv", ".docx", ".eml", ".html", ".md", ".odt", ".pdf", ".rtf", ".txt", ".xlsx"}


@pytest.fixture(scope="module")
def corpus(root: Path) -> Path:
    return root / "corpus"


@pytest.fixture(scope="module")
def typeset(root: Path) -> Iterator[ModuleType]:
    pytest.importorskip("reportlab")
    sys.path.insert(0, str(root))
    yield importlib.import_module("corpus.typeset.__main__")
    sys.path.remove(str(root))


@pytest.fixture(scope="module")
def built(typeset: ModuleType) -> dict[str, bytes]:
    found: dict[str, bytes] = typeset.build()
    return found


@pytest.fixture(scope="module")
def gold(corpus: Path) -> list[dict[str, str]]:
    with (corpus / "sample_gold.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def documents(corpus: Path) -> dict[str, tuple[Parsed, ...]]:
    """What the readers make of every file of the sample, by source_path."""
    sample = corpus / "sample"
    return {path: read((sample / path).read_bytes(), Path(path).name).documents for path in _paths(corpus)}


def _paths(corpus: Path) -> list[str]:
    sample = corpus / "sample"
    found = (path.relative_to(sample).as_posix() for path in sample.rglob("*") if path.is_file())
    return sorted(path for path in found if path != "manifest.csv")


def _plain(document: Parsed) -> str:
    return _flat(" ".join(block.text for block in document.blocks))


def _flat(text: str) -> str:
    return re.sub(r"[\s|]+", " ", text.replace("–", "-")).strip()


def test_files_in_place_are_what_the_script_makes(corpus: Path, built: dict[str, bytes]) -> None:
    for name, data in built.items():
        path = corpus / name
        assert path.is_file(), f"{name} is missing: run python -m corpus.typeset"
        if path.read_bytes() == data or path.name in {Path(broken).name for broken in BROKEN}:
            continue
        # Another release of zlib compresses otherwise; the text must be the same all the same.
        made = [_plain(document) for document in read(data, path.name).documents]
        assert made, f"{name} differs: run python -m corpus.typeset"
        kept = [_plain(document) for document in read(path.read_bytes(), path.name).documents]
        assert made == kept, f"{name} differs: run python -m corpus.typeset"


def test_typesetting_is_deterministic(typeset: ModuleType, built: dict[str, bytes]) -> None:
    assert typeset.build() == built


def test_every_file_comes_from_a_source(corpus: Path, built: dict[str, bytes]) -> None:
    names = {name.removeprefix("sample/") for name in built if name.startswith("sample/")}
    assert names == set(_paths(corpus))


def test_every_format_is_there(corpus: Path) -> None:
    assert {Path(path).suffix for path in _paths(corpus)} == FORMATS


def test_only_the_two_broken_files_are_rejected(documents: dict[str, tuple[Parsed, ...]]) -> None:
    assert {path for path, found in documents.items() if not found} == BROKEN


def test_manifest_names_files_of_the_sample(corpus: Path) -> None:
    manifest = read_manifests(corpus / "sample")
    assert manifest.rows
    assert manifest.strays(set(_paths(corpus))) == []


def test_gold_is_said_by_the_documents(gold: list[dict[str, str]], documents: dict[str, tuple[Parsed, ...]]) -> None:
    texts = {(path, document.item): _plain(document) for path, found in documents.items() for document in found}
    missing = [row["text"] for row in gold if _flat(row["text"]) not in texts[row["source_path"], row["item"]]]
    assert missing == []


def test_gold_of_a_document_is_in_its_order(gold: list[dict[str, str]]) -> None:
    numbers = defaultdict(list)
    for row in gold:
        numbers[row["source_path"], row["item"]].append(int(row["statement_no"]))
    assert all(found == list(range(len(found))) for found in numbers.values())


def test_gold_codes_are_those_of_the_codebook(gold: list[dict[str, str]], root: Path) -> None:
    themes = set(load_codebook(root / "configs" / "codebook.yml").ids)
    for row in gold:
        coded = [theme for theme in row["themes"].split(";") if theme]
        assert row["kind"] in KINDS, row
        assert set(coded) <= themes, row
        assert len(coded) == len(set(coded)) <= 3, row
        assert not (row["kind"] == "context" and coded), row


def test_gold_covers_every_kind_and_theme(gold: list[dict[str, str]], root: Path) -> None:
    findings = Counter(theme for row in gold for theme in row["themes"].split(";") if theme)
    assert Counter(row["kind"] for row in gold).keys() == KINDS
    assert {theme for theme, number in findings.items() if number >= 10} == set(
        load_codebook(root / "configs" / "codebook.yml").ids
    )


def test_years_run_from_2002_to_2024(typeset: ModuleType, corpus: Path) -> None:
    sources = typeset.read_sources(corpus / "text")
    years = {source.get("published")[:4] for source in sources if source.get("published")}
    rows = {block.record[1][:4] for source in sources for block in source.blocks if block.kind == "record"}
    assert years | rows >= {str(year) for year in range(2002, 2025)}


@pytest.mark.parametrize("name", ["ofsted.csv", "news_and_reports.csv"])
def test_sources_name_each_address_once(corpus: Path, name: str) -> None:
    with (corpus / "sources" / name).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["url", "publisher", "source_type", "title", "published", "place"]
    assert all(re.fullmatch(r"https?://\S+", row["url"]) for row in rows)
    assert all(re.fullmatch(r"\d{4}(-\d{2}-\d{2})?", row["published"]) for row in rows)
    assert max(Counter(row["url"] for row in rows).values()) == 1

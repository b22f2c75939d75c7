"""A folder full of traps is read to its end: every file is a document or a reject, and no path leads out of it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pandas as pd
import pytest

from pipeline.stages import RunOptions, run

sys.path.insert(0, str(Path(__file__).parents[1] / "readers"))
from hostile_files import GOOD_TEXT, ODD_NAMES, good_files, hostile_files, plant_traps

# What ends its process or strains it; the other kinds are read one by one in the tests of the readers.
STRAINING = ("bomb.pdf", "double_bomb.pdf", "bomb.docx", "bomb.warc.gz", "deep.html", "looped.pdf", "long_tag.html")
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs pipes, sockets and links")


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pd.DataFrame]:
    folder = tmp_path_factory.mktemp("hostile")
    corpus, out = folder / "corpus", folder / "out"
    corpus.mkdir()
    for name, data in [*good_files(), *((name, data) for name, data in hostile_files() if name in STRAINING)]:
        (corpus / name).write_bytes(data)
    expected = plant_traps(corpus, folder / "outside")
    run(RunOptions(corpus, out, until="ingest", workers=2))
    names = ("documents", "blocks", "files", "rejects")
    found = {name: pd.read_csv(out / "tables" / f"{name}.csv", dtype=str, keep_default_na=False) for name in names}
    found["expected"] = pd.DataFrame(expected.items(), columns=["source_path", "reason"])
    found["run"] = pd.DataFrame([json.loads((out / "run.json").read_text())["peak_memory_mb"]])
    return found


def test_every_file_is_documents_or_a_reject(tables: dict[str, pd.DataFrame]) -> None:
    files, ended = tables["files"], set(tables["documents"]["source_path"]) | set(tables["rejects"]["source_path"])
    assert set(files["source_path"]) == ended
    assert len(files) >= len(ODD_NAMES) + len(STRAINING) + len(tables["expected"]) + 9
    assert tables["run"]["largest_worker"][0] > 50


def test_the_good_files_are_read_whatever_they_are_called(tables: dict[str, pd.DataFrame]) -> None:
    read = set(tables["blocks"].loc[tables["blocks"]["text"] == GOOD_TEXT, "source_path"])
    assert {name for name, _ in good_files()} <= read
    assert len(read) == len(ODD_NAMES) + len(list(good_files()))
    assert not any(ord(char) < 32 for path in read for char in path)


def test_traps_are_rejected_for_what_they_are(tables: dict[str, pd.DataFrame]) -> None:
    reasons = dict(zip(tables["rejects"]["source_path"], tables["rejects"]["reason"], strict=True))
    for trap in tables["expected"].itertuples():
        assert reasons[trap.source_path] == trap.reason, trap.source_path
    assert {reasons[name] for name in STRAINING} <= {"too_large", "corrupt", "memory", "crash", "timeout", "no_text"}
    assert not tables["blocks"]["text"].str.contains("root:").any()

"""A run that is killed, a disk that is full, files that vanish or have odd names: the next run gives the same bytes."""

from __future__ import annotations

import errno
import multiprocessing
import os
import random
import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.errors import OutputError
from pipeline.stages import RunOptions, cache, run
from pipeline.stages.cache import Cache, pack
from pipeline.tables import TABLES
from pipeline.tables.write import atomic, write_text

TEXT = "Published: {} May {}\n\nStaff do not share information with schools. Caseloads are too high.\n"


def fill(folder: Path, count: int = 6) -> Path:
    folder.mkdir(exist_ok=True)
    for n in range(count):
        (folder / f"{n}.txt").write_text(TEXT.format(n + 1, 2004 + n % 3), encoding="utf-8")
    return folder


def go(corpus: Path, out: Path, **more: Any) -> dict[str, bytes]:
    run(RunOptions(corpus, out, engine="serial", until="tabulate", **more))
    return {path.name: path.read_bytes() for path in sorted((out / "tables").glob("[!.]*"))}


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="needs processes that fork")
def test_runs_killed_at_random_moments_leave_nothing_wrong(tmp_path: Path) -> None:
    corpus, out = fill(tmp_path / "corpus"), tmp_path / "out"
    begun = time.monotonic()
    expected = go(corpus, tmp_path / "fresh")
    whole, draw = time.monotonic() - begun, random.Random(3)
    for _ in range(8):
        process = multiprocessing.get_context("fork").Process(target=go, args=(corpus, out))
        process.start()
        process.join(draw.random() * whole)
        os.kill(process.pid or 0, signal.SIGKILL) if process.is_alive() else None
        process.join()
    assert go(corpus, out) == expected


def test_a_full_disk_leaves_the_old_file_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "t.csv"
    write_text(path, "old\n")

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="No space left"):
        write_text(path, "new\n")
    assert path.read_text() == "old\n"
    assert [p.name for p in tmp_path.iterdir()] == ["t.csv"]


@pytest.mark.parametrize("place", ["header", "middle", "nothing left", "journal", "result"])
def test_a_store_of_results_that_is_damaged_is_set_aside_and_the_bytes_are_the_same(tmp_path: Path, place: str) -> None:
    corpus, out = fill(tmp_path / "corpus", 2), tmp_path / "out"
    expected = go(corpus, out)
    store = out / "stages" / "cache.sqlite"
    data = store.read_bytes()
    if place == "result":
        with closing(sqlite3.connect(store)) as base, base:
            base.execute("UPDATE results SET data = zeroblob(length(data))")
    else:
        store.write_bytes(
            {"header": b"no store" + data, "middle": data[: len(data) // 2], "nothing left": b""}.get(place, data)
        )
    if place == "journal":
        store.with_name("cache.sqlite-wal").write_bytes(b"no journal" * 500)
    (out / "tables" / "themes.csv").write_bytes(b"")
    assert go(corpus, out) == expected
    assert go(fill(corpus, 3), out) == go(corpus, tmp_path / "fresh")


def test_a_store_that_cannot_be_opened_for_want_of_room_is_not_taken_for_a_damaged_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Cache(tmp_path / "cache.sqlite").close()

    def full(*given: Any) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(cache, "_open", full)
    with pytest.raises(OutputError, match="disk is full"):
        Cache(tmp_path / "cache.sqlite")
    assert [path.name for path in tmp_path.iterdir()] == ["cache.sqlite"]


def test_what_a_killed_run_left_half_written_is_cleared_away(tmp_path: Path) -> None:
    corpus, out = fill(tmp_path / "corpus", 1), tmp_path / "out"
    go(corpus, out)
    (out / "tables" / ".themes.csv.x.part").write_text("half")
    (out / "tables" / "themes.csv").unlink()
    assert go(corpus, out) == go(corpus, tmp_path / "fresh")
    assert not list(out.rglob("*.part"))


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be written"), atomic(tmp_path / "file" / "t.csv"):
        pass


def test_a_file_that_vanishes_between_plan_and_work_is_a_reject(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = fill(tmp_path / "corpus")
    from pipeline.stages import execute

    working = execute.work_out

    def vanish(*given: Any) -> Any:
        (corpus / "3.txt").unlink()
        return working(*given)

    monkeypatch.setattr(execute, "work_out", vanish)
    rejects = go(corpus, tmp_path / "out")["rejects.csv"].decode()
    assert "3.txt" in rejects
    monkeypatch.undo()
    assert go(corpus, tmp_path / "out") == go(corpus, tmp_path / "fresh")


def test_file_names_in_any_script_with_line_breaks_or_very_long_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    names = ["отчёт.txt", "報告.txt", "تقرير.txt", "two\nlines.txt", "n" * 250 + ".txt", "=1+1.txt", "e\u0301.txt"]
    for name in names:
        (corpus / name).write_text(TEXT.format(1, 2005), encoding="utf-8")
    (corpus / os.fsdecode(b"latin-\xe9.txt")).write_text(TEXT.format(1, 2005), encoding="utf-8")
    first = go(corpus, tmp_path / "out")
    assert first["documents.csv"].count(b"2005-05-01") >= 8
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    monkeypatch.setenv("LC_ALL", "tr_TR.UTF-8")
    time.tzset()
    try:
        assert go(corpus, tmp_path / "far") == first
    finally:
        monkeypatch.undo()
        time.tzset()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 3)), max_size=8))
def test_the_cache_holds_what_was_put_last_and_nothing_else(tmp_path: Path, steps: list[tuple[str, int]]) -> None:
    path = tmp_path / f"{abs(hash(tuple(steps)))}.sqlite"
    path.unlink(missing_ok=True)
    held: dict[str, bytes] = {}
    store = Cache(path)
    for key, number in steps:
        if number:
            held[key] = pack({"files": TABLES["files"].schema.empty_table(), "n": TABLES["files"].schema.empty_table()})
            store.put({key: held[key]})
        else:
            held.pop(key, None)
            store.keep_only(held)
        assert store.known("abcd") == set(held)
        assert {k: store.get(k) for k in held} == held
    store.close()


STEPS = st.sampled_from(["add", "change", "remove", "rename", "codebook"])


@settings(max_examples=2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
@given(st.lists(STEPS, min_size=3, max_size=4, unique=True))
def test_after_any_changes_the_bytes_are_those_of_a_clean_run(
    tmp_path_factory: pytest.TempPathFactory, root: Path, steps: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("changes")
    corpus, out, codebook = fill(folder / "corpus", 3), folder / "out", folder / "codebook.yml"
    codebook.write_bytes((root / "configs" / "codebook.yml").read_bytes())
    go(corpus, out, codebook=codebook)
    for number, step in enumerate(steps):
        first = sorted(corpus.iterdir())[0]
        if step == "add":
            (corpus / f"new{number}.txt").write_text(TEXT.format(9, 2011), encoding="utf-8")
        elif step == "change":
            first.write_text(TEXT.format(8, 2012) + "Managers listen to children.\n", encoding="utf-8")
        elif step == "remove":
            first.unlink()
        elif step == "rename":
            first.rename(corpus / f"renamed{number}.txt")
        else:
            text = codebook.read_text(encoding="utf-8")
            codebook.write_text(text.replace("Information sharing", "Sharing of information"), encoding="utf-8")
    assert go(corpus, out, codebook=codebook) == go(corpus, folder / "clean", codebook=codebook)

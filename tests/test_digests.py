"""Remembered hashes: never another than the file's own, and no file at rest is read twice."""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.stages import RunOptions, digests, run
from pipeline.stages.digests import FILE, Digests, load_digests

OLD = 1_500_000_000 * 10**9


def later() -> int:
    """Return the time as a clock says it on which every file has been at rest for long."""
    return time.time_ns() + 10**10


def true_hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write(path: Path, text: str) -> None:
    path.write_text(text)


def write_with_old_time(path: Path, text: str) -> None:
    path.write_text(text)
    os.utime(path, ns=(OLD, OLD))


def replace_with_old_time(path: Path, text: str) -> None:
    other = path.with_suffix(".new")
    write_with_old_time(other, text)
    other.replace(path)


CHANGES = st.lists(
    st.tuples(
        st.sampled_from([write, write_with_old_time, replace_with_old_time]), st.sampled_from(["one", "two", "three"])
    ),
    min_size=1,
    max_size=6,
)


@pytest.mark.parametrize("clock", [time.time_ns, later])
@given(changes=CHANGES)
@settings(max_examples=25, deadline=None)
def test_a_remembered_hash_is_the_files_own(clock, changes) -> None:  # type: ignore[no-untyped-def]
    with tempfile.TemporaryDirectory() as folder:
        path, memory = Path(folder, "a.txt"), Path(folder)
        for change, text in changes:
            if clock is later:
                time.sleep(0.01)  # this clock says of files that they are at rest: they are, between two changes
            change(path, text)
            found = Digests(load_digests(memory).known, clock)
            assert found.of(path) == true_hash(path)
            found.save(memory)


def test_a_file_at_rest_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.txt"
    path.write_text("one")
    first = Digests(clock_ns=later)
    first.of(path)
    first.save(tmp_path)
    monkeypatch.setattr(digests, "_read", lambda path: pytest.fail(f"{path} is read"))
    assert load_digests(tmp_path).of(path) == true_hash(path)


def test_a_file_touched_just_now_is_not_remembered(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_with_old_time(path, "one")  # its state changed now, whatever its time says
    first = Digests()
    assert first.of(path) == true_hash(path)
    assert first.seen == {}


@pytest.mark.parametrize("text", ["", "[]", "{", '{"a": 1}', '{"a": [["x"], "y"]}', "null"])
def test_a_damaged_memory_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text)
    assert load_digests(tmp_path).known == {}


def test_a_run_remembers_and_force_reads_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus, out = tmp_path / "corpus", tmp_path / "out"
    corpus.mkdir()
    (corpus / "a.txt").write_text("Published: 4 March 2004\n\nStaff are not trained.\n")
    options = RunOptions(corpus, out, engine="serial", until="ingest")
    monkeypatch.setattr(digests, "_AT_REST_NS", -(10**12))  # as if the file had been there for long
    run(options)
    kept = (out / "stages" / FILE).read_text()
    assert true_hash(corpus / "a.txt") in kept
    (out / "stages" / FILE).write_text(kept.replace(true_hash(corpus / "a.txt"), "0" * 64))
    assert not run(options).did_nothing  # the memory is believed
    run(RunOptions(corpus, out, engine="serial", until="ingest", force=True))
    assert (out / "stages" / FILE).read_text() == kept

"""Results that runs into several folders share: what one has worked out, another takes over, whoever runs beside it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipeline.errors import OutputError
from pipeline.stages import RunOptions, execute, run
from pipeline.stages.cache import Cache

TEXT = "Published: {} May 2011\n\nStaff in Fernbridge do not share information with schools.\n"


def go(corpus: Path, out: Path, shared: Path | None) -> dict[str, bytes]:
    run(RunOptions(corpus, out, engine="serial", until="tabulate", cache=shared))
    return {path.name: path.read_bytes() for path in sorted((out / "tables").glob("[!.]*"))}


def test_a_run_into_another_folder_takes_over_what_was_worked_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus, shared = tmp_path / "corpus", tmp_path / "shared"
    corpus.mkdir()
    for n in (1, 2):
        (corpus / f"{n}.txt").write_text(TEXT.format(n), encoding="utf-8")
    first = go(corpus, tmp_path / "a", shared)
    with monkeypatch.context() as patched:
        patched.setattr(execute.engines, "run", None)  # nothing is left to work on
        assert go(corpus, tmp_path / "b", shared) == first
    (corpus / "1.txt").unlink()
    go(corpus, tmp_path / "b", shared)
    with monkeypatch.context() as patched:
        patched.setattr(execute.engines, "run", None)  # the store keeps what one of its runs has no more use for
        (corpus / "1.txt").write_text(TEXT.format(1), encoding="utf-8")
        assert go(corpus, tmp_path / "c", shared) == first


def test_runs_at_the_same_time_lose_nothing(tmp_path: Path) -> None:
    shared = tmp_path / "shared.sqlite"
    keys = [f"{n}" for n in range(40)]

    def exchange(own: str) -> None:
        cache = Cache(tmp_path / f"{own}.sqlite")
        cache.put({own: own.encode()}, [(own, "beside.pdf", "hash")])
        cache.exchange(shared, keys)
        cache.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(exchange, keys))
    last = Cache(tmp_path / "last.sqlite")
    last.exchange(shared, [*keys, "unknown"])
    assert {key: last.get(key) for key in keys} == {key: key.encode() for key in keys}
    assert last.outdated({"beside.pdf": "another"}) == set(keys)
    last.close()


def test_a_store_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    cache = Cache(tmp_path / "own.sqlite")
    with pytest.raises(OutputError, match="cannot be written"):
        cache.exchange(tmp_path / "file" / "results.sqlite", [])
    cache.close()

"""A Dask cluster of real processes: results and bytes as on one machine, though workers are killed."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.engines import Job, dask_cluster, run
from pipeline.errors import UsageError
from pipeline.stages import RunOptions
from pipeline.stages import run as run_stages
from pipeline.stages.progress import Silence
from pipeline.stages.work import prepare as prepare_work
from tests.test_engines import prepare, safe_times

distributed = pytest.importorskip("distributed", reason="needs the extra [dask]")


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50) as two:
        yield two


def kill_one(cluster: Any) -> None:
    os.kill(next(iter(cluster.workers.values())).pid, signal.SIGKILL)


class Killer(Silence):
    """Kills a worker as soon as one file is done."""

    def __init__(self, cluster: Any) -> None:
        self.cluster, self.steps = cluster, 0

    def step(self) -> None:
        self.steps += 1
        if self.steps == 1:
            kill_one(self.cluster)


def test_a_run_on_a_cluster_that_loses_a_worker_has_the_same_bytes(cluster: Any, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for number in range(8):
        text = f"Published: {number + 1} May 2006\n\nStaff do not share information about case {number}.\n"
        (corpus / f"{number}.txt").write_text(text)
    alone = RunOptions(corpus, tmp_path / "alone", engine="serial", until="tabulate")
    many = RunOptions(corpus, tmp_path / "many", engine="dask", scheduler=cluster.scheduler_address, until="tabulate")
    run_stages(alone)
    run_stages(many, progress=Killer(cluster))
    names = {path.name for path in (alone.out / "tables").iterdir()}
    assert names == {path.name for path in (many.out / "tables").iterdir()}
    assert all((alone.out / "tables" / n).read_bytes() == (many.out / "tables" / n).read_bytes() for n in names)


def test_a_worker_with_other_code_is_refused() -> None:
    from pipeline.stages import load_settings
    from pipeline.stages.keys import components

    named = load_settings()
    parts = components(named)
    with pytest.raises(UsageError, match="a worker differs from this machine in: code of ingest"):
        prepare_work(named, {**parts, "ingest": {**parts["ingest"], "code": "older"}})


def test_a_scheduler_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask_cluster, "_CONNECT_S", 0.5)
    with pytest.raises(UsageError, match=r"tcp://127.0.0.1:1.*no Dask scheduler answers"):
        list(run(Job(safe_times, prepare, (1,)), [1], engine="dask", scheduler="tcp://127.0.0.1:1"))

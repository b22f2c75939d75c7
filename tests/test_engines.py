"""Engines: the same results everywhere, and a process that dies costs its own item only."""

from __future__ import annotations

import os
from typing import Literal

import pytest

from pipeline.engines import Job, run
from pipeline.engines.job import run_in
from pipeline.errors import UsageError
from pipeline.readers.sandbox import Outcome

STATE: dict[str, int] = {}


def prepare(factor: int) -> None:
    STATE["factor"] = factor


def times(number: int) -> int:
    if number == 13:
        os._exit(1)
    return number * STATE["factor"]


def safe_times(number: int) -> int:
    return number * STATE["factor"]


@pytest.mark.parametrize("engine", ["serial", "local"])
def test_every_item_gives_its_result(engine: Literal["serial", "local"]) -> None:
    results = dict(run(Job(safe_times, prepare, (3,)), list(range(20)), engine=engine, workers=2))
    assert results == {n: 3 * n for n in range(20)}


def test_a_process_that_dies_costs_its_own_item_only() -> None:
    results = dict(run(Job(times, prepare, (3,)), list(range(30)), engine="local", workers=2))
    assert sorted(results) == list(range(30))
    assert [n for n, result in results.items() if isinstance(result, Outcome)] == [13]
    assert all(results[n] == 3 * n for n in results if n != 13)


def test_a_patient_job_gives_an_item_more_time() -> None:
    class Asked:
        """Stands for a child, and keeps the limits that it is given."""

        def run(self, item: int, *, cpu_s: float, wall_s: float) -> tuple[float, float]:
            return cpu_s, wall_s

    usual, patient = (run_in(Asked(), Job(times, prepare, (3,), patience=n), 1) for n in (1.0, 20.0))  # type: ignore[arg-type]
    assert patient == tuple(20 * limit for limit in usual)


def test_an_unknown_engine_is_refused() -> None:
    with pytest.raises(UsageError, match="no engine"):
        run(Job(safe_times, prepare, (1,)), [1], engine="steam")  # type: ignore[arg-type]

"""A child that dies, hangs or swells costs its own item and no other."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from pipeline.readers.sandbox import Isolated, Limits, Outcome, allow_more_time

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals and limits")


def behave(order: str) -> str:
    """Do what a reader does at its worst."""
    if order == "loop":
        while True:
            pass
    if order == "sleep":
        time.sleep(60)
    if order == "work":
        until = time.process_time() + 0.7
        while time.process_time() < until:
            pass
    if order == "pages":
        for _ in range(4):
            allow_more_time(1.0)
            behave("work")
    if order == "memory":
        return str(len(bytearray(4 * 2**30)))
    if order == "segfault":
        ctypes.string_at(0)
    if order == "abort":
        os.abort()
    if order == "exit":
        os._exit(3)
    if order == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if order == "fault":
        raise KeyError("a fault of ours")
    if order == "odd fault":
        raise type("Odd", (Exception,), {})("cannot travel")
    return order.upper()


def killed_once(mark: str) -> str:
    """Be killed the first time."""
    path = Path(mark)
    if not path.exists():
        path.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return "done"


_MARK: list[str] = []


def prepare() -> None:
    _MARK.append("ready")


def mark_and_count(order: str) -> str:
    """Die once something has been served by this process."""
    _MARK.append(order)
    if order == "second" and len(_MARK) > 2:
        os.abort()
    return ",".join(_MARK)


@pytest.fixture(scope="module")
def child() -> Iterator[Isolated[str, str]]:
    with Isolated(behave, limits=Limits(memory_mb=1024, cpu_s=1, wall_s=20)) as isolated:
        yield isolated


@posix
@pytest.mark.parametrize(
    ("order", "reason", "words"),
    [
        ("loop", "timeout", "processor time"),
        ("memory", "memory", "1024 MB"),
        ("segfault", "crash", "SIGSEGV"),
        ("abort", "crash", "SIGABRT"),
        ("exit", "crash", "exit code 3"),
        ("killed", "memory", "lack of memory"),
    ],
)
def test_what_became_of_an_item_is_typed_and_the_next_is_served(
    child: Isolated[str, str], order: str, reason: str, words: str
) -> None:
    outcome = child.run(order)
    assert isinstance(outcome, Outcome)
    assert outcome.reason == reason
    assert words in outcome.message
    assert child.run("next") == "NEXT"


def test_the_clock_stops_what_waits(child: Isolated[str, str]) -> None:
    outcome = child.run("sleep", wall_s=0.5)
    assert isinstance(outcome, Outcome)
    assert outcome.reason == "timeout"
    assert child.run("next") == "NEXT"


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs to see whether a process works")
def test_the_clock_does_not_stop_what_works(child: Isolated[str, str]) -> None:
    assert child.run("work", wall_s=0.6, cpu_s=5) == "WORK"


@posix
def test_an_item_whose_child_is_killed_once_is_tried_again(tmp_path: Path) -> None:
    with Isolated(killed_once, limits=Limits(memory_mb=1024, cpu_s=5, wall_s=20)) as isolated:
        assert isolated.run(str(tmp_path / "mark")) == "done"


@posix
def test_a_child_that_is_lost_before_it_has_begun_is_started_again(tmp_path: Path) -> None:
    begin = partial(killed_once, str(tmp_path / "mark"))
    with Isolated(behave, initializer=begin, limits=Limits(memory_mb=1024, cpu_s=5, wall_s=20)) as isolated:  # type: ignore[arg-type]
        assert isolated.run("next") == "NEXT"


@posix
def test_a_reader_that_finds_more_to_do_is_given_more_time(child: Isolated[str, str]) -> None:
    assert child.run("pages", cpu_s=1, wall_s=20) == "PAGES"
    outcome = child.run("loop", cpu_s=1)
    assert isinstance(outcome, Outcome)
    assert outcome.reason == "timeout"


def test_an_exception_of_the_function_is_raised_here(child: Isolated[str, str]) -> None:
    with pytest.raises(KeyError, match="a fault of ours"):
        child.run("fault")
    with pytest.raises(RuntimeError, match="cannot travel"):
        child.run("odd fault")
    assert child.run("next") == "NEXT"


@posix
def test_an_item_that_suffers_from_another_is_tried_again_alone() -> None:
    with Isolated(mark_and_count, initializer=prepare) as isolated:
        assert isolated.run("first") == "ready,first"
        assert isolated.run("second") == "ready,second"


def test_a_fresh_child_takes_over_after_so_many_items() -> None:
    with Isolated(mark_and_count, initializer=prepare, limits=Limits(recycle=2)) as isolated:
        assert [isolated.run(order) for order in "abc"] == ["ready,a", "ready,a,b", "ready,c"]


def test_a_closed_one_can_be_used_again() -> None:
    isolated = Isolated(behave)
    assert isolated.run("one") == "ONE"
    isolated.close()
    assert isolated.run("two") == "TWO"
    isolated.close()


def failing() -> None:
    raise OSError("no such model")


def test_a_child_that_cannot_start_says_so() -> None:
    with Isolated(behave, initializer=failing) as isolated, pytest.raises(RuntimeError, match="no such model"):
        isolated.run("x")

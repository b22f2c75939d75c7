"""A child process that runs a function on untrusted input under limits, so that no file takes the run down."""

from __future__ import annotations

import contextlib
import multiprocessing
import multiprocessing.connection
import multiprocessing.context
import multiprocessing.forkserver
import os
import pickle
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any, Generic, Literal, TypeVar

from pipeline.errors import FindingsError

Item = TypeVar("Item")
Result = TypeVar("Result")
_START_S = 600.0  # seconds that a child may take to import what it needs on a busy machine
_STARTS = 3  # times that a child is started that is lost before it has begun
_POLL_S = 0.1
_PATIENCE = 20  # times that a working child's time by the clock may begin anew
_KILL_S = 10.0  # for a killed child to be gone
_NEAR = 0.75  # share of the memory limit from which a death counts as one for lack of memory


@dataclass(frozen=True, slots=True)
class Limits:
    """What one item may take: memory in MB of address space, seconds of processor time, seconds by the clock.

    `recycle` is the number of items after which a fresh child takes over, so that leaks stay small.
    """

    memory_mb: int = 2048
    cpu_s: float = 30.0
    wall_s: float = 60.0
    recycle: int = 500


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an item whose child did not answer; `reason` is a reject's reason.

    `killed`: from outside, by the system or a person.
    """

    reason: Literal["timeout", "memory", "crash"]
    message: str
    killed: bool = False


class Isolated(Generic[Item, Result]):
    """Runs `function` on one item after another in a child process; a fresh child replaces one that fails.

    `function` and `initializer` are module-level functions, since the child imports them. `preload` names modules that
    are imported once and shared by all children. One object serves one thread: use one for each.
    """

    def __init__(
        self,
        function: Callable[[Item], Result],
        *,
        initializer: Callable[[], None] | None = None,
        limits: Limits | None = None,
        preload: Sequence[str] = (),
    ) -> None:
        self._function = function
        self._initializer = initializer
        self._limits = limits or Limits()
        self._context = _context(preload)
        self._process: multiprocessing.process.BaseProcess | None = None
        self._connection: Connection | None = None
        self._served = 0

    def __enter__(self) -> Isolated[Item, Result]:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def run(self, item: Item, *, cpu_s: float | None = None, wall_s: float | None = None) -> Result | Outcome:
        """Return the function's result, or what became of the item; an exception of the function is raised here.

        An item that dies in a child which has served others is tried once more in a fresh one, so that it does not
        pay for what they left behind; so is one whose child was killed, as it may have been for another's hunger or by
        hand. `cpu_s` and `wall_s` replace the limits for this item.
        """
        cpu = self._limits.cpu_s if cpu_s is None else cpu_s
        wall = self._limits.wall_s if wall_s is None else wall_s
        used = self._served > 0
        outcome = self._once(item, cpu, wall)
        if isinstance(outcome, Outcome) and (outcome.killed or (outcome.reason != "timeout" and used)):
            outcome = self._once(item, cpu, wall)
        if isinstance(outcome, Outcome):
            return outcome
        return outcome.value

    def close(self) -> None:
        """End the child. The object can be used again; a new child then starts."""
        if self._connection is not None:
            self._connection.close()
        if self._process is not None:
            self._process.join(timeout=0.2)
            if self._process.is_alive():
                self._process.kill()
                self._process.join(timeout=_KILL_S)
            with contextlib.suppress(ValueError):  # it is dying yet: the system clears it away
                self._process.close()
        self._process, self._connection, self._served = None, None, 0

    def _once(self, item: Item, cpu_s: float, wall_s: float) -> _Answer[Result] | Outcome:
        if self._served >= self._limits.recycle:
            self.close()
        if self._process is None:
            self._start()
        assert self._connection is not None
        try:
            self._connection.send((item, cpu_s))
        except (BrokenPipeError, ConnectionResetError):
            return self._failed(0)
        return self._wait(wall_s, cpu_s)

    def _wait(self, wall_s: float, cpu_s: float) -> _Answer[Result] | Outcome:
        assert self._connection is not None
        assert self._process is not None
        clock = _Clock(wall_s, self._process.pid)
        peak = 0
        kind: str = "time"
        value: Any = 0.0
        while kind == "time":
            clock.add(value)
            cpu_s += value
            while not self._connection.poll(_POLL_S):
                peak = max(peak, _address_space_mb(self._process.pid))
                if clock.is_over():
                    self.close()
                    return Outcome("timeout", f"stopped after {wall_s:g} seconds")
            try:
                kind, value = self._connection.recv()
            except (EOFError, ConnectionResetError, pickle.UnpicklingError):
                return self._failed(peak, cpu_s)
        self._served += 1
        if kind == "memory":
            self.close()
            return Outcome("memory", f"needed more than {self._limits.memory_mb} MB")
        if kind == "error":
            raise value
        return _Answer(value)

    def _failed(self, peak: int, cpu_s: float = 0.0) -> Outcome:
        """Return how the child died, and clear it away."""
        assert self._process is not None
        self._process.join(timeout=5)
        code = self._process.exitcode
        self.close()
        if code == -getattr(signal, "SIGXCPU", 0):
            return Outcome("timeout", f"stopped after {cpu_s:g} seconds of processor time")
        killed = code == -getattr(signal, "SIGKILL", 9)
        if killed or peak > self._limits.memory_mb * _NEAR:
            message = f"died for lack of memory under a limit of {self._limits.memory_mb} MB"
            return Outcome("memory", message, killed)
        named = signal.Signals(-code).name if code is not None and code < 0 else f"exit code {code}"
        return Outcome("crash", f"the reading process died ({named})")

    def _start(self) -> None:
        """Start a child; one that is lost on its way is started again, one that says what is wrong is believed."""
        said: Any = None
        for _ in range(_STARTS):
            said = self._started()
            if said == "ready":
                return
            self.close()
            if isinstance(said, FindingsError):
                raise said
            if said is not None:
                break
        raise RuntimeError(f"the reading process did not start: {said}")

    def _started(self) -> Any:
        """Return what a new child says first, None where it was lost."""
        here, there = self._context.Pipe()
        arguments = (there, self._function, self._initializer, self._limits.memory_mb)
        process = self._context.Process(target=_serve, args=arguments, daemon=True)
        try:
            with _may_have_children():
                process.start()
            there.close()
            self._process, self._connection, self._served = process, here, 0
            return here.recv() if here.poll(_START_S) else None
        except (EOFError, OSError):
            return None


class _Clock:
    """Says when a child has had its time by the clock.

    One that waits has it at once. One that works, or would if the machine had a processor free, is left to the limit
    of processor time, so that a busy machine gives the same results as an idle one, within `_PATIENCE` times the limit.
    """

    def __init__(self, wall_s: float, pid: int | None) -> None:
        self._wall_s, self._pid = wall_s, pid
        self._deadline = time.monotonic() + wall_s
        self._renewals = self._seen = self._busy = self._ticks = 0

    def add(self, seconds: float) -> None:
        """Put the end off."""
        self._deadline += seconds

    def is_over(self) -> bool:
        """Look at the child and say whether to stop it; to be asked again and again."""
        runnable, ticks = _state(self._pid)
        self._seen += 1
        self._busy += runnable or ticks > self._ticks
        self._ticks = ticks
        if time.monotonic() <= self._deadline:
            return False
        if self._renewals >= _PATIENCE or 4 * self._busy < self._seen:
            return True
        self._deadline += self._wall_s
        self._renewals += 1
        self._seen = self._busy = 0
        return False


def _state(pid: int | None) -> tuple[bool, int]:
    """Return whether a process could run now, and the processor time it has had, in ticks; (False, 0) if unknown."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stream:
            fields = stream.read().rpartition(")")[2].split()
        return fields[0] in "RD", int(fields[11]) + int(fields[12])
    except (OSError, ValueError, IndexError):
        return False, 0


@dataclass(frozen=True, slots=True)
class _Answer(Generic[Result]):
    """A result, told apart from an outcome even where the function returns one."""

    value: Result


def _context(preload: Sequence[str]) -> Any:
    """Return the way to start children: from a server that has the modules loaded, where the system can."""
    if "forkserver" in multiprocessing.get_all_start_methods():
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["pipeline.readers.sandbox", *preload])
        return context
    return multiprocessing.get_context("spawn")


def begin_loading(preload: Sequence[str]) -> None:
    """Import modules for children to come in a process of their own, while this one goes on with other things."""
    if isinstance(_context(preload), multiprocessing.context.ForkServerContext):
        multiprocessing.forkserver.ensure_running()


@contextlib.contextmanager
def _may_have_children() -> Iterator[None]:
    """Let a daemonic worker start a child: this one ends with its pipe, so that none is left behind."""
    settings: dict[str, Any] = getattr(multiprocessing.current_process(), "_config", {})
    daemon = settings.get("daemon")
    settings["daemon"] = False
    try:
        yield
    finally:
        settings["daemon"] = daemon


def _address_space_mb(pid: int | None) -> int:
    try:
        with open(f"/proc/{pid}/statm", encoding="ascii") as stream:
            return int(stream.read().split()[0]) * os.sysconf("SC_PAGE_SIZE") // 2**20
    except (OSError, ValueError, IndexError, AttributeError):
        return 0


def _serve(
    connection: Connection, function: Callable[[Any], Any], initializer: Callable[[], None] | None, memory_mb: int
) -> None:
    """Answer items until the pipe closes: what the child runs."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        if initializer is not None:
            initializer()
        _limit_memory(memory_mb)
        _grants[:] = [partial(_grant, connection)]
        connection.send("ready")
    except Exception as error:
        connection.send(error if isinstance(error, FindingsError) else f"{type(error).__name__}: {error}")
        return
    while True:
        try:
            item, cpu_s = connection.recv()
        except (EOFError, ConnectionResetError):
            return
        _limit_time(cpu_s)
        try:
            connection.send(_answer(function, item))
        except (BrokenPipeError, ConnectionResetError):
            # The parent stopped waiting.
            return


_grants: list[Callable[[float], None]] = []


def allow_more_time(seconds: float) -> None:
    """Give the item at hand more time, as a reader knows only on its way how much there is to do.

    Processor time and time by the clock. Outside a child under limits nothing happens.
    """
    for grant in _grants:
        grant(seconds)


def _grant(connection: Connection, seconds: float) -> None:
    if sys.platform != "win32":
        import resource

        _lower(resource.RLIMIT_CPU, resource.getrlimit(resource.RLIMIT_CPU)[0] + int(seconds) + 1)
    connection.send(("time", seconds))


def _answer(function: Callable[[Any], Any], item: Any) -> tuple[str, Any]:
    try:
        return "result", function(item)
    except MemoryError:
        return "memory", None
    except Exception as error:
        try:
            pickle.loads(pickle.dumps(error))
        except Exception:
            return "error", RuntimeError(f"{type(error).__name__}: {error}")
        return "error", error


def _limit_memory(memory_mb: int) -> None:
    if sys.platform == "win32":
        return
    import resource

    _lower(resource.RLIMIT_CORE, 0)
    # macOS has the limit and does not keep it; the clock still holds there.
    with contextlib.suppress(ValueError, OSError):
        _lower(resource.RLIMIT_AS, memory_mb * 2**20)


def _lower(limit: int, value: int) -> None:
    import resource

    hard = resource.getrlimit(limit)[1]
    most = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(limit, (most, hard))


def _limit_time(cpu_s: float) -> None:
    """Allow so much processor time from now on: the system's limit counts from the child's start."""
    if sys.platform == "win32":
        return
    import resource

    spent = time.process_time()
    _lower(resource.RLIMIT_CPU, int(spent + cpu_s) + 1)

"""How a run tells people how far it is, and what it came to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol


class Progress(Protocol):
    """Told what happens, for people."""

    def begin(self, what: str, total: int) -> None: ...
    def step(self) -> None: ...
    def end(self) -> None: ...


class Silence:
    """Progress that says nothing."""

    def begin(self, what: str, total: int) -> None:
        """Say nothing."""

    def step(self) -> None:
        """Say nothing."""

    def end(self) -> None:
        """Say nothing."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run came to, for the terminal."""

    said: Mapping[str, Any]
    did_nothing: bool
    warnings: Sequence[str] = ()
    failed_expectations: Sequence[str] = field(default_factory=tuple)

"""How a run tells people how far it is."""

from __future__ import annotations

from typing import Protocol


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

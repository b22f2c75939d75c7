"""Who says so: the person or body that a statement is attributed to."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.segment.cutting import Unit


def find_speakers(units: Sequence[Unit], *, title: str = "", publisher: str = "", source_type: str = "") -> list[str]:
    """Return the speaker of each unit, blank where the document speaks itself."""
    return [""] * len(units)


def speaker_role(speaker: str) -> str:
    """Return the role of a speaker."""
    return "other" if speaker else ""

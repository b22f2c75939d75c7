"""What one document may take of time and space."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """What one document may take: megabytes, seconds in all, seconds without a byte, redirects, tries, waiting."""

    max_mb: float = 200.0
    total_s: float = 300.0
    silent_s: float = 30.0
    redirects: int = 8
    tries: int = 4
    longest_wait_s: float = 300.0

"""Pages whose tables a benchmark writes: what stands between two marks is renewed, the rest stays as it is."""

from __future__ import annotations

from pathlib import Path


def renew(page: Path, begin: str, end: str, text: str) -> None:
    """Put text between the marks of a page."""
    before, _, rest = page.read_text(encoding="utf-8").partition(begin)
    page.write_text(before + begin + text + end + rest.partition(end)[2], encoding="utf-8")

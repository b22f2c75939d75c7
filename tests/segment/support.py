"""Documents in a few words, for the tests of the segment stage."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from pipeline.readers.text import build_blocks
from pipeline.segment import AgencyRules, BlockRow, KindRules, SegmentSettings, Statement, segment

CONFIGS = Path(__file__).resolve().parents[2] / "configs"


@lru_cache(maxsize=1)
def rules() -> KindRules:
    return KindRules.build(yaml.safe_load((CONFIGS / "kinds.yml").read_text("utf-8")))


@lru_cache(maxsize=1)
def agencies() -> AgencyRules:
    return AgencyRules.build(yaml.safe_load((CONFIGS / "agencies.yml").read_text("utf-8")))


def blocks_of(text: str) -> tuple[list[BlockRow], str]:
    """Return the blocks of a plain text and the document's normalised text."""
    rows, at = [], 0
    for number, block in enumerate(build_blocks(text, markdown=True), start=1):
        rows.append(BlockRow(number, block.kind, block.level, block.marker, block.page, at, block.text))
        at += len(block.text) + 1
    return rows, "\n".join(row.text for row in rows)


def statements(text: str, **options: Any) -> list[Statement]:
    """Return the statements of a plain text; each is checked against the normalised text."""
    rows, whole = blocks_of(text)
    found = segment(rows, SegmentSettings(agencies=agencies()), rules(), **options)
    assert all(whole[s.start : s.end] == s.text for s in found)
    assert [s.statement_no for s in found] == list(range(1, len(found) + 1))
    return found

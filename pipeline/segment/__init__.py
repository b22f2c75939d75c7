"""Segment: the blocks of one document in, its statements out."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.segment.agencies import AgencyRules, find_agencies, short_forms
from pipeline.segment.citations import Citation, find_citations
from pipeline.segment.combine import decide_kinds
from pipeline.segment.cutting import Unit, cut_blocks
from pipeline.segment.roles import ROLES, speaker_role
from pipeline.segment.rules import KindRules
from pipeline.segment.speakers import find_speakers
from pipeline.segment.types import KINDS, BlockRow, KindInput, KindModel, SegmentSettings, Statement

__all__ = [
    "KINDS",
    "ROLES",
    "AgencyRules",
    "BlockRow",
    "Citation",
    "KindInput",
    "KindModel",
    "KindRules",
    "SegmentSettings",
    "Statement",
    "find_citations",
    "segment",
    "speaker_role",
]


def segment(
    blocks: Sequence[BlockRow],
    settings: SegmentSettings,
    rules: KindRules,
    model: KindModel | None = None,
    *,
    unit: str = "document",
    title: str = "",
    publisher: str = "",
    source_type: str = "",
) -> list[Statement]:
    """Cut one document into statements, with stem, section, kind, speaker and agencies.

    Each statement's text is `[start:end]` of the document's normalised text. With `unit` "statement" a paragraph is one
    statement and is not cut. Headings are context; furniture gives no statements.
    """
    units = cut_blocks(blocks, unit=unit, before=settings.before)
    kinds = decide_kinds(units, rules, model, fixed=settings.kind)
    speakers = find_speakers(units, title=title, publisher=publisher, source_type=source_type)
    defined = short_forms((block.text for block in blocks), settings.agencies)
    return [
        Statement(
            statement_no=number,
            block_no=piece.block_no,
            section=piece.section,
            page=piece.page,
            start=piece.start,
            end=piece.end,
            stem=piece.stem,
            text=piece.text,
            kind=kind,
            kind_probability=probability,
            speaker=speaker,
            agencies=_agencies(piece, settings.agencies, defined),
            before=piece.before,
        )
        for number, (piece, (kind, probability), speaker) in enumerate(
            zip(units, kinds, speakers, strict=True), start=1
        )
    ]


def _agencies(piece: Unit, rules: AgencyRules, defined: dict[str, str]) -> tuple[str, ...]:
    found = find_agencies(piece.text, rules, defined)
    return found or (find_agencies(piece.stem, rules, defined) if piece.stem else ())

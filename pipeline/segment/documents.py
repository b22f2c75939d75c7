"""Whole documents cut into statements: the steps of the stage in their order."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.segment.agencies import AgencyRules, find_agencies, short_forms
from pipeline.segment.combine import decide_kinds
from pipeline.segment.cutting import Unit, cut_blocks
from pipeline.segment.kinds import reader_of
from pipeline.segment.rules import KindRules
from pipeline.segment.speakers import find_speakers
from pipeline.segment.types import BlockRow, DocumentText, KindModel, SegmentSettings, Statement


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
    return segment_all([DocumentText(blocks, unit, title, publisher, source_type)], settings, rules, model)[0]


def segment_all(
    documents: Sequence[DocumentText], settings: SegmentSettings, rules: KindRules, model: KindModel | None = None
) -> list[list[Statement]]:
    """Return the statements of each document; asked once for all of them, the model takes least time."""
    roles = reader_of(rules).plays_role
    cut = [
        cut_blocks(document.blocks, unit=document.unit, before=settings.before, plays_role=roles)
        for document in documents
    ]
    kinds = decide_kinds(cut, rules, model, fixed=settings.kind)
    return [_statements(*one, settings.agencies) for one in zip(documents, cut, kinds, strict=True)]


def _statements(
    document: DocumentText, units: Sequence[Unit], kinds: Sequence[tuple[str, float]], rules: AgencyRules
) -> list[Statement]:
    speakers = find_speakers(
        units, title=document.title, publisher=document.publisher, source_type=document.source_type
    )
    defined = short_forms((block.text for block in document.blocks), rules)
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
            agencies=_agencies(piece, rules, defined),
            before=piece.before,
        )
        for number, (piece, (kind, probability), speaker) in enumerate(
            zip(units, kinds, speakers, strict=True), start=1
        )
    ]


def _agencies(piece: Unit, rules: AgencyRules, defined: dict[str, str]) -> tuple[str, ...]:
    found = find_agencies(piece.text, rules, defined)
    return found or (find_agencies(piece.stem, rules, defined) if piece.stem else ())

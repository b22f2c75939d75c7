"""Segment: the blocks of documents in, their statements out."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from pipeline.segment.agencies import AgencyRules
from pipeline.segment.types import KINDS, BlockRow, DocumentText, KindInput, KindModel, SegmentSettings, Statement

if TYPE_CHECKING:
    from pipeline.segment.citations import Citation, find_citations
    from pipeline.segment.documents import segment, segment_all
    from pipeline.segment.roles import ROLES, speaker_role
    from pipeline.segment.rules import KindRules

__all__ = [
    "KINDS",
    "ROLES",
    "AgencyRules",
    "BlockRow",
    "Citation",
    "DocumentText",
    "KindInput",
    "KindModel",
    "KindRules",
    "SegmentSettings",
    "Statement",
    "find_citations",
    "segment",
    "segment_all",
    "speaker_role",
]

# Their patterns take long to compile, which a run that has nothing to cut does without.
_HOMES = {
    "Citation": "citations",
    "KindRules": "rules",
    "ROLES": "roles",
    "find_citations": "citations",
    "segment": "documents",
    "segment_all": "documents",
    "speaker_role": "roles",
}


def __getattr__(name: str) -> Any:
    """Load what does the work when it is first asked for."""
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

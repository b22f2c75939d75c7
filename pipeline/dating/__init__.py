"""Prove when a document was published, or say that nothing proves it."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from pipeline.dating.clues import DateClue, Dated, DatingInput
from pipeline.dating.settings import DatingSettings, LagModel

if TYPE_CHECKING:
    from pipeline.dating.date import date_document
    from pipeline.dating.timeline import Timeline

__all__ = ["DateClue", "Dated", "DatingInput", "DatingSettings", "LagModel", "Timeline", "date_document"]

# Their grammar takes long to compile, which a run that has nothing to read does without.
_HOMES = {"Timeline": "pipeline.dating.timeline", "date_document": "pipeline.dating.date"}


def __getattr__(name: str) -> Any:
    """Load what dates documents when it is first asked for."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

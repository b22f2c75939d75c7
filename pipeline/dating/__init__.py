"""Prove when a document was published, or say that nothing proves it."""

from pipeline.dating.clues import DateClue, Dated, DatingInput
from pipeline.dating.date import date_document
from pipeline.dating.settings import DatingSettings, LagModel
from pipeline.dating.timeline import Timeline

__all__ = ["DateClue", "Dated", "DatingInput", "DatingSettings", "LagModel", "Timeline", "date_document"]

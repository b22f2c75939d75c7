"""Prove when a document was published, or say that nothing proves it."""

from pipeline.dating.clues import DateClue

__all__ = ["DateClue"]

"""The border types of the segment stage: blocks in, statements out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline.segment.agencies import AgencyRules

Kind = Literal["concern", "strength", "recommendation", "context"]
KINDS: tuple[Kind, ...] = ("concern", "strength", "recommendation", "context")


@dataclass(frozen=True, slots=True)
class BlockRow:
    """One row of the blocks table; `start` is the offset of `text` in the document's normalised text."""

    block_no: int
    kind: str
    level: int
    marker: str
    page: int | None
    start: int
    text: str


@dataclass(frozen=True, slots=True)
class DocumentText:
    """The blocks of a document, what a row of its table is (document or statement), and what is known of it."""

    blocks: Sequence[BlockRow]
    unit: str = "document"
    title: str = ""
    publisher: str = ""
    source_type: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence, or one list item read with its stem; `before` is what stands before it in its section."""

    statement_no: int
    block_no: int
    section: str
    page: int | None
    start: int
    end: int
    stem: str
    text: str
    kind: str
    kind_probability: float
    speaker: str
    agencies: tuple[str, ...]
    before: str


class KindInput(Protocol):
    """What a model of kinds may look at."""

    @property
    def text(self) -> str: ...
    @property
    def stem(self) -> str: ...
    @property
    def section(self) -> str: ...
    @property
    def before(self) -> str: ...


class KindModel(Protocol):
    """A learned model of kinds."""

    def kind_probabilities(self, statements: Sequence[KindInput]) -> NDArray[np.float64]:
        """Return an (n, 4) array of probabilities in the order of `KINDS`."""
        ...


@dataclass(frozen=True, slots=True)
class TemplateSettings:
    """When sentences that follow one another in many reports are template text; `documents` 0 looks for none."""

    documents: int = 10
    words: int = 8


@dataclass(frozen=True, slots=True)
class SegmentSettings:
    """How documents are cut. `kind` fixes the kind of every statement that is no heading, where the user knows it."""

    kind: str = ""
    before: int = 200  # characters
    template: TemplateSettings = field(default_factory=TemplateSettings)
    agencies: AgencyRules = field(default_factory=AgencyRules)

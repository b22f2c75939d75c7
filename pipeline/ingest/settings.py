"""What may be set for ingest, apart from what does the work: a run with nothing to do needs it, too."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from pipeline.dating import DatingSettings
from pipeline.readers.settings import TableSettings

Kind = Literal["name", "date_of_birth", "address", "phone", "email", "number"]
KINDS: tuple[Kind, ...] = ("name", "date_of_birth", "address", "phone", "email", "number")


@dataclass(frozen=True, slots=True)
class RedactSettings:
    """What is masked. `office_holders`: also names of ministers, councillors and others in public office."""

    on: bool = False
    kinds: tuple[Kind, ...] = KINDS
    office_holders: bool = False


@dataclass(frozen=True, slots=True)
class IngestSettings:
    """How files are read and dated. `max_file_mb` is the size in megabytes above which a file is rejected unread."""

    max_file_mb: int = 512
    redact: RedactSettings = field(default_factory=RedactSettings)
    table: TableSettings = field(default_factory=TableSettings)
    dating: DatingSettings = field(default_factory=DatingSettings)


@dataclass(frozen=True, slots=True)
class DuplicateSettings:
    """When a later document counts as a copy of an earlier one.

    `containment`: the least share of the shorter one's text that the two have in common; `containment_reports` where
    one of them is no news article. `window_days`: how far apart they may have been published. `stock_documents`: text
    in more documents than this is stock text whenever it appeared. `find`: look for copies at all.
    """

    find: bool = True
    containment: float = 0.5
    containment_reports: float = 0.7
    window_days: int = 31
    stock_documents: int = 300

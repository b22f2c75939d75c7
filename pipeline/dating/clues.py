"""The border types of dating: what readers hand in, what dating hands back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

Precision = Literal["day", "month", "year", "none"]


@dataclass(frozen=True, slots=True)
class DateClue:
    """A date that stands outside the running text, as found. Readers do not judge it.

    `origin`: "structured" (JSON-LD, meta tag, an export's date field, a table's date column), "url", "label" (a date
    element of a page with its label), "property" (the file's own metadata) . `name` says which field, `value` is the
    text as found ("2009-10-21T08:00:00Z", "May 30, 2014 Friday", "2008").
    """

    origin: Literal["structured", "url", "label", "property"]
    name: str
    value: str


class TextBlock(Protocol):
    """What dating needs of a block."""

    @property
    def kind(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def page(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Dated:
    """When a document was published and what it covers; blank dates are unknown, never guessed.

    `published` holds the ISO date at its precision ("2009-10-21", "2009-10", "2009", ""). `earliest` and `latest`
    bound the publication day. `year` is blank unless one year is proved. `evidence` quotes what was used.
    """

    published: str = ""
    precision: Precision = "none"
    earliest: dt.date | None = None
    latest: dt.date | None = None
    method: str = "none"
    evidence: str = ""
    covers_from: dt.date | None = None
    covers_to: dt.date | None = None
    year: str = ""


@dataclass(frozen=True, slots=True)
class DatingInput:
    """All that is known of a document when it is dated."""

    blocks: Sequence[TextBlock]
    file_name: str
    clues: Sequence[DateClue] = field(default_factory=tuple)
    source_type: str = ""

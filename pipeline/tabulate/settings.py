"""What may be set for the tables of counts and shares: a run with nothing to do needs it, too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class TabulateSettings:
    """`year`: which date counts; `few_documents`: below this many documents a row is flagged.

    `breaks`: first years of new report templates or inspection frameworks; `find_breaks`: look for them, too.
    """

    year: Literal["published", "covered"] = "published"
    few_documents: int = 5
    breaks: tuple[int, ...] = ()
    find_breaks: bool = True

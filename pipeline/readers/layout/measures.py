"""What a document's and a page's lines have in common: body size, line pitch, right margin."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.readers.layout.model import Line

_CLOSING = "\"'”’»)\\]"
_ENDED = re.compile(rf"[.!?:;][{_CLOSING}]*$|(?<!\d)[.!?:;][{_CLOSING}]*\d{{1,3}}(?:,\d{{1,3}})*$")
DEFAULT_PITCH = 1.22  # in ems


def ends_sentence(text: str) -> bool:
    """Say whether a line's end closes a sentence, clause list item or stem; a note number may follow."""
    return bool(_ENDED.search(text.rstrip()))


def starts_low(text: str) -> bool:
    """Say whether a text goes on in small letters or with closing punctuation."""
    first = text.lstrip("‘“\"'([")[:1]
    return first.islower() or text[:1] in ",;.)]’”"


@dataclass(frozen=True)
class Measures:
    """`body`: the size in points of most characters. `pitches`: line pitch in points by size."""

    body: float
    bold_body: bool
    pitches: dict[float, float]

    def pitch(self, size: float) -> float:
        """Return the distance in points between two lines of one paragraph of this size."""
        return self.pitches.get(size, DEFAULT_PITCH * size)


def measure(pages: Sequence[Sequence[Line]]) -> Measures:
    """Return the measures of lines, page by page."""
    sizes: Counter[float] = Counter()
    bold = 0
    for lines in pages:
        for line in lines:
            sizes[line.size] += len(line.text)
            bold += len(line.text) if line.bold else 0
    total = sum(sizes.values())
    body = max(sizes, key=lambda s: (sizes[s], s)) if sizes else 10.0
    return Measures(body, bold > 0.5 * total, pitches(pages))


def pitches(pages: Sequence[Sequence[Line]]) -> dict[float, float]:
    """Return the usual pitch by size, from pairs of lines of which the second plainly goes on with the first."""
    seen: dict[float, Counter[float]] = {}
    for lines in pages:
        for a, b in pairwise(lines):
            step = b.baseline - a.baseline
            if a.size != b.size or b.marker or not 0.8 * a.size < step < 3 * a.size:
                continue
            if starts_low(b.text) and not ends_sentence(a.text):
                seen.setdefault(a.size, Counter())[round(step * 2) / 2] += 1
    return {size: max(counts, key=lambda s: (counts[s], -s)) for size, counts in seen.items()}

"""Small documents about places and people that do not exist, and a small timeline for them."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.dating import DateClue, Dated, DatingInput, Timeline, date_document


@dataclass(frozen=True)
class Piece:
    """A block as dating needs it."""

    text: str
    kind: str = "paragraph"
    page: int | None = None


TIMELINE = Timeline.build(
    {
        "facts": [
            {
                "id": "minister",
                "kind": "office",
                "role": ["Minister for Bridges", "bridges minister"],
                "source": "Gazette",
                "holders": [
                    {"name": "Ada Thorne", "begins": "2004-05-10", "ends": "2006-02-03"},
                    {"name": "Bram Oakley", "begins": "2006-02-03", "ends": "2009-11-20"},
                ],
            },
            {
                "id": "bridge-office",
                "kind": "body",
                "names": ["Bridge Safety Office", "BSO"],
                "known": "2003-06",
                "begins": "2005-04-01",
                "ends": "2010-03-31",
                "source": "Bridges Act 2004",
            },
            {
                "id": "pell-collapse",
                "kind": "event",
                "names": ["Pell Bridge collapse"],
                "public": "2007-08-14",
                "source": "Gazette",
            },
            {
                "id": "marlow-report",
                "kind": "event",
                "names": ["Marlow report"],
                "public": "2008-01-05",
                "expected_where": ["inquiries into collapses"],
                "source": "Gazette",
            },
        ]
    }
)


def dated(
    *pieces: str | Piece, file_name: str = "document.txt", clues: tuple[DateClue, ...] = (), source_type: str = ""
) -> Dated:
    """Date a document of these paragraphs by the small timeline."""
    blocks = [Piece(piece) if isinstance(piece, str) else piece for piece in pieces]
    return date_document(DatingInput(blocks, file_name, clues, source_type), TIMELINE)

"""Files that an export names as its attachments are read once."""

from __future__ import annotations

import pyarrow as pa
import pytest

from pipeline.ingest import attachments, with_attachments
from pipeline.tables import TABLES


def files(claims: dict[str, list[str]]) -> pa.Table:
    """Return rows of `files` with what each claims."""
    row = {"bytes": 9, "sha256": "", "announced": None, "documents": 1, "rejects": 0, "read_with": ""}
    rows = [{"source_path": path, **row, "claimed": claims[path]} for path in sorted(claims)]
    extra = pa.field("claimed", pa.list_(pa.string()))
    return pa.Table.from_pylist(rows, pa.schema([*TABLES["files"].schema, extra]))


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({"a.csv": ["s/x.pdf"], "s/x.pdf": [], "s/y.pdf": []}, {"s/x.pdf": "a.csv"}),
        ({"a.csv": ["s/x.pdf"], "b.ris": ["s/x.pdf"], "s/x.pdf": []}, {"s/x.pdf": "a.csv"}),
        ({"a.csv": ["gone.pdf"]}, {}),
        ({"a.csv": ["b.csv"], "b.csv": ["a.csv", "c.txt"], "c.txt": []}, {"c.txt": "b.csv"}),
        ({"a.csv": ["a.csv"]}, {}),
    ],
)
def test_who_reads_what(claims: dict[str, list[str]], expected: dict[str, str]) -> None:
    table = files(claims)
    assert attachments(table) == expected
    rows = with_attachments(table, expected).to_pylist()
    assert {r["source_path"]: r["read_with"] for r in rows if r["read_with"]} == expected
    assert [r["documents"] for r in rows] == [int(r["source_path"] not in expected) for r in rows]

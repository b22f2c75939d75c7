"""What streams from the results of single files to the tables: order, totals, samples, and long tables in parts."""

from __future__ import annotations

import random
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from pipeline.readers import settings
from pipeline.readers.sheet import parts
from pipeline.stages import RunOptions, run
from pipeline.stages.cache import Cache, pack
from pipeline.stages.merge import merged
from pipeline.stages.totals import DocumentNumbers, Totals
from pipeline.tables import TABLES

ASSIGNMENTS = TABLES["assignments"]


def rows(ids: list[int]) -> pa.Table:
    table = ASSIGNMENTS.schema.empty_table().to_pydict()
    return pa.table(
        {name: [f"{i:04d}" if name == "statement_id" else None for i in ids] for name in table}, ASSIGNMENTS.schema
    )


@pytest.mark.parametrize("overlap", [True, False])
def test_sorted_streams_become_one(overlap: bool) -> None:
    numbers = list(range(200))
    if overlap:
        random.Random(1).shuffle(numbers)
    parts = [sorted(numbers[at : at + 40]) for at in range(0, 200, 40)]
    streams = [iter([rows(part[:7]), rows([]), rows(part[7:])]) for part in parts]
    found = pa.concat_tables(merged(ASSIGNMENTS, streams)).column("statement_id").to_pylist()
    assert found == [f"{i:04d}" for i in range(200)]


def test_a_stored_table_is_read_a_little_at_a_time(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "c.sqlite")
    cache.put({"k": pack({"other": rows([1]), "mine": rows(list(range(3000))), "none": rows([])})})
    batches = list(cache.stream("k", "mine"))
    assert len(batches) == 3
    assert pa.concat_tables(batches).equals(rows(list(range(3000))))
    assert [batch.num_rows for batch in cache.stream("k", "none")] == [0]


def statements(cells: list[tuple[str, str, str, str]]) -> pa.Table:
    frame = pd.DataFrame(cells, columns=["doc_id", "kind", "themes", "speaker"])
    frame["statement_id"] = [f"{doc_id}-{n}" for n, doc_id in enumerate(frame["doc_id"])]
    return pa.Table.from_pandas(frame.assign(start=0, text="Words."), preserve_index=False)


def test_totals_are_those_of_the_whole_however_it_is_cut() -> None:
    documents = pa.chunked_array([["b" * 16, "a" * 16]])
    cells = [
        ("b" * 16, "concern", "doors;roofs", ""),
        ("b" * 16, "context", "", ""),
        ("b" * 16, "concern", "", "Ann Reed"),
        ("a" * 16, "strength", "roofs", "Ann Reed"),
        ("a" * 16, "concern", "", ""),
    ]
    whole, cut = (Totals(DocumentNumbers(documents), ["doors", "roofs"], 1, 7) for _ in range(2))
    whole.add(statements(cells))
    table = statements(cells)
    for at in (0, 2):
        cut.add(table.slice(at, 2 if at == 0 else 3))
    for totals in (whole, cut):
        assert totals.statements.tolist() == [3, 2]
        assert totals.findings.tolist() == [2, 2]
        assert totals.assigned.tolist() == [1, 1]
        assert totals.theme_counts() == {"doors": 1, "roofs": 2}
        assert totals.cells().by_kind.tolist() == [[1, 0, 0], [1, 0, 0], [0, 1, 0]]
        roles = totals.by_role({"": "document", "Ann Reed": "other"})
        assert roles[roles["theme_id"] == ""]["findings"].sum() == 4
    assert [one.statement_id for one in whole.unassigned] == [one.statement_id for one in cut.unassigned]
    assert len(whole.unassigned) == 1


def test_a_table_in_parts_has_the_bytes_of_one_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    lines = [f"{n},{2001 + n % 3},Staff do not share information with school number {n}." for n in range(40)]
    (corpus / "rows.csv").write_text("\n".join(["id,year,text", *lines, "41,2001,"]))
    (corpus / "a.txt").write_text("Published: 4 March 2004\n\nCaseloads are too high and staff are not trained.\n")
    tables = []
    for out, least in (("whole", 10**9), ("parts", 1)):
        monkeypatch.setattr(settings, "LEAST_BYTES", least)
        monkeypatch.setattr(parts, "ROWS", 9)
        run(RunOptions(corpus, tmp_path / out, engine="serial", until="tabulate"))
        tables.append({p.name: p.read_bytes() for p in (tmp_path / out / "tables").iterdir()})
    assert tables[0] == tables[1]

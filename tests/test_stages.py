"""Whole runs: nothing vanishes, nothing is done twice, a change costs what it touches, the bytes stay the same."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from pipeline.errors import ConfigError, FindingsError, OutputError, UsageError
from pipeline.ingest import CorpusFile, Manifest
from pipeline.readers.sandbox import Outcome
from pipeline.stages import RunOptions, run
from pipeline.stages.folder import locked
from pipeline.stages.loaded import Run, load_run, trace
from pipeline.stages.progress import Silence
from pipeline.stages.settings import Shard
from pipeline.stages.work import Task, task_megabytes
from tests.themes.test_known import SUBJECTS

REPORTS = {
    "2004.txt": """\
Fernbridge Council: inspection of children's services

Published: 4 March 2004

Social workers do not share information with schools. Criminal record checks on new staff are often late.

We were concerned to find that:

- thresholds for referral are too high;
- many social workers carry high caseloads.

The council should check every member of staff with the Criminal Records Bureau.
""",
    "2006.txt": """\
Fernbridge Council: inspection of children's services

Published: 11 May 2006

Agencies share information well. Caseloads are still too high and vacancies are not filled.
Managers should make sure that supervision takes place every month.
""",
    "undated.txt": "Children told inspectors that nobody listens to them. Staff do not ask children for their views.\n",
}


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    for name, text in REPORTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7\nnothing")
    return folder


def go(corpus: Path, out: Path, **more: object) -> Run:
    run(RunOptions(corpus, out, **{"engine": "serial", "until": "tabulate", **more}))  # type: ignore[arg-type]
    return load_run(out)


def tables(out: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in sorted((out / "tables").iterdir())}


def test_nothing_vanishes(corpus: Path, tmp_path: Path) -> None:
    done = go(corpus, tmp_path / "out")
    files, rejects, coverage = done.table("files"), done.table("rejects"), done.coverage
    assert set(files["source_path"]) == set(done.documents["source_path"]) | set(rejects["source_path"])
    assert coverage["documents"].sum() == len(done.documents) == 3
    assert coverage["statements"].sum() == len(done.table("statements"))
    assert coverage["findings"].sum() == len(done.findings) > 0
    assert (coverage["assigned"] + coverage["unassigned"] == coverage["findings"]).all()
    series = done.theme_year
    assert set(series["year"]) == {"2004", "2005", "2006", "undated"}
    assert len(series) == 4 * 20
    per_theme = done.assignments[done.assignments["method"] != "emergent"]["theme_id"].value_counts()
    assert series.groupby("theme_id")["findings"].sum().to_dict() == {
        t: per_theme.get(t, 0) for t in set(series["theme_id"])
    }


def test_a_statement_stands_in_its_documents_text(corpus: Path, tmp_path: Path) -> None:
    done = go(corpus, tmp_path / "out")
    blocks = done.table("blocks")
    for row in done.table("statements").itertuples():
        mine = blocks[(blocks["doc_id"] == row.doc_id) & (blocks["start"] <= row.start) & (blocks["end"] >= row.end)]
        assert any(b.text[row.start - int(b.start) : row.end - int(b.start)] == row.text for b in mine.itertuples())


def test_a_number_is_traced_to_its_statements(corpus: Path, tmp_path: Path) -> None:
    done = go(corpus, tmp_path / "out")
    series = done.theme_year
    for cell in series[series["findings"] > 0].itertuples():
        rows = trace(done, theme=cell.theme_id, year=cell.year)
        assert len(rows) == cell.findings
        for row in rows.itertuples():
            assert row.evidence in row.text or row.evidence == row.stem
    with pytest.raises(UsageError, match="knows no theme"):
        trace(done, theme="roofs")
    with pytest.raises(UsageError, match="holds nothing of '1999'"):
        trace(done, theme="thresholds", year="1999")


def test_the_bytes_do_not_depend_on_engine_workers_or_file_order(corpus: Path, tmp_path: Path) -> None:
    go(corpus, tmp_path / "one")
    other = tmp_path / "other"
    other.mkdir()
    for path in sorted(corpus.iterdir(), reverse=True):
        shutil.copy(path, other / path.name)
    go(other, tmp_path / "two", engine="local", workers=2)
    assert tables(tmp_path / "one") == tables(tmp_path / "two")


def test_a_second_run_does_nothing(corpus: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    go(corpus, out)
    before = {p: p.stat().st_mtime_ns for p in out.rglob("*") if p.is_file()}
    outcome = run(RunOptions(corpus, out, engine="serial", until="tabulate"))
    assert outcome.did_nothing
    assert {
        p: p.stat().st_mtime_ns for p in out.rglob("*") if p.is_file() and p.name in {q.name for q in before}
    } == before


def _changes(corpus: Path) -> dict[str, object]:
    return {
        "a document more": lambda: (corpus / "2010.txt").write_text(
            "Published: 1 May 2010\n\nStaff are not trained.\n"
        ),
        "a document less": lambda: (corpus / "2006.txt").unlink(),
        "a document changed": lambda: (corpus / "2006.txt").write_text(REPORTS["2004.txt"]),
        "a manifest": lambda: (corpus / "manifest.csv").write_text("source_path,published\nundated.txt,2009\n"),
    }


@pytest.mark.parametrize("change", sorted(_changes(Path())))
def test_after_a_change_the_tables_are_those_of_a_fresh_run(corpus: Path, tmp_path: Path, change: str) -> None:
    go(corpus, tmp_path / "out")
    _changes(corpus)[change]()  # type: ignore[operator]
    go(corpus, tmp_path / "out")
    go(corpus, tmp_path / "fresh")
    assert tables(tmp_path / "out") == tables(tmp_path / "fresh")


def test_a_touched_output_is_written_again(corpus: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    go(corpus, out)
    good = tables(out)
    (out / "tables" / "theme_year.csv").write_text("year\n")
    (out / "tables" / "themes.csv").unlink()
    go(corpus, out)
    assert tables(out) == good


def test_each_stage_can_be_the_last(corpus: Path, tmp_path: Path) -> None:
    expected = {"ingest": "documents", "segment": "statements", "cluster": "assignments", "tabulate": "theme_year"}
    later = [*expected.values(), "no such table"]
    for number, (stage, table) in enumerate(expected.items(), 1):
        done = go(corpus, tmp_path / "out", until=stage)
        assert len(done.table(table))
        if number == 1:
            with pytest.raises(UsageError, match="has no table"):
                done.table(later[number])


def test_a_run_that_was_killed_goes_on(corpus: Path, tmp_path: Path) -> None:
    go(corpus, tmp_path / "fresh")
    out = tmp_path / "out"
    go(corpus, out, until="segment")
    (out / "run.json").unlink()  # the last thing that a run writes
    (out / "tables" / ".statements.csv.x.part").write_text("half")
    go(corpus, out)
    assert {k: v for k, v in tables(out).items() if not k.startswith(".")} == tables(tmp_path / "fresh")


def test_a_damaged_cache_is_set_aside(corpus: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    go(corpus, out)
    good = tables(out)
    (out / "stages" / "cache.sqlite").write_bytes(b"not a database" * 1000)
    for extra in (out / "stages").glob("cache.sqlite-*"):
        extra.unlink()
    go(corpus, out, force=True)
    assert tables(out) == good


def test_a_folder_in_use_or_not_a_run_is_left_alone(corpus: Path, tmp_path: Path) -> None:
    busy = tmp_path / "busy"
    with locked(busy), pytest.raises(OutputError, match="in use by another run"):
        go(corpus, busy)
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.doc").write_text("precious")
    with pytest.raises(UsageError, match="not empty and not a run's folder"):
        go(corpus, mine)
    assert [p.name for p in mine.iterdir()] == ["thesis.doc"]
    with pytest.raises(UsageError, match="inside the corpus"):
        go(corpus, corpus / "out")
    with pytest.raises(UsageError, match="not the folder of a finished run"):
        load_run(mine)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("codebok: x.yml\n", "unknown key 'codebok'.*codebook"),
        ("codebook: none.yml\n", "line 1.*not there: 'none.yml'"),
    ],
)
def test_a_fault_in_the_configuration_stops_before_anything_is_written(
    corpus: Path, tmp_path: Path, text: str, words: str
) -> None:
    config = tmp_path / "c.yml"
    config.write_text(text)
    with pytest.raises(ConfigError, match=words):
        go(corpus, tmp_path / "out", config=config)
    assert not (tmp_path / "out").exists()


def test_an_empty_corpus_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    with pytest.raises(FindingsError, match="holds no files"):
        go(tmp_path / "corpus", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_only_run_json_has_a_time_stamp(corpus: Path, tmp_path: Path) -> None:
    done = go(corpus, tmp_path / "out")
    about = json.loads((done.path / "run.json").read_text())
    assert about["codebook"]["sha256"]
    assert about["libraries"]["simplemma"]
    assert about["rows"]["documents"] == 3
    stamp = about["finished"][:10].encode()
    assert not any(stamp in data for data in tables(done.path).values())


def test_limits_that_are_not_kept_are_said(corpus: Path, tmp_path: Path) -> None:
    config = tmp_path / "c.yml"
    config.write_text("expect: {rejects_share_max: 0.1}\n")
    outcome = run(RunOptions(corpus, tmp_path / "out", config=config, engine="serial", until="ingest"))
    assert "share of rejects is 0.25" in outcome.failed_expectations[0]


def test_tables_can_be_read_by_pandas(corpus: Path, tmp_path: Path) -> None:
    done = go(corpus, tmp_path / "out")
    for name in ("theme_year", "statements", "documents"):
        read = pd.read_csv(done.path / "tables" / f"{name}.csv", dtype=str, keep_default_na=False)
        assert list(read.columns) == list(done.table(name).columns)
        assert len(read) == len(done.table(name))


def test_a_completed_manifest_draft_settles_what_was_unknown(corpus: Path, tmp_path: Path) -> None:
    hostile = "=cmd|' '!A1.txt"
    (corpus / hostile).write_text("Staff do not share information with the police about children.\n", encoding="utf-8")
    before = go(corpus, tmp_path / "out")
    assert hostile in set(before.documents.loc[before.documents["year"] == "", "source_path"])
    lines = (tmp_path / "out" / "manifest_draft.csv").read_text(encoding="utf-8").splitlines()
    assert any(line.startswith("'=cmd") for line in lines)  # opened in a spreadsheet it stays text

    draft = pd.read_csv(tmp_path / "out" / "manifest_draft.csv", dtype=str, keep_default_na=False)
    filled = draft.assign(published=draft["published"].replace("", "2007"), publisher="Fernbridge Council")
    filled.assign(source_type="report").to_csv(corpus / "manifest.csv", index=False)
    after = go(corpus, tmp_path / "out")
    assert set(after.documents["year"]) == {"2004", "2006", "2007"}
    assert (tmp_path / "out" / "manifest_draft.csv").read_text(encoding="utf-8").count("\n") == 1


def test_what_is_redacted_is_in_no_output_and_nothing_moves(corpus: Path, tmp_path: Path) -> None:
    said = "Ms Donna Marsh told inspectors that her son Kian was not listened to. Call 01632 960123.\n"
    (corpus / "named.txt").write_text(said, encoding="utf-8")
    plain = go(corpus, tmp_path / "plain")
    out = tmp_path / "out"
    go(corpus, out)
    done = go(corpus, out, redact=True)  # over a run that was not redacted
    assert done.about["redacted"]["name"] == 2
    assert done.about["redacted"]["phone"] == 1
    assert len(done.table("redactions")) == 3
    for path in (p for p in out.rglob("*") if p.is_file()):
        assert not any(word in path.read_bytes() for word in (b"Marsh", b"Kian", b"960123")), path
    before, after = plain.table("statements"), done.table("statements")
    assert before["start"].tolist() == after["start"].tolist()
    assert before["text"].str.len().tolist() == after["text"].str.len().tolist()
    assert (corpus / "named.txt").read_text(encoding="utf-8") == said


def test_parts_of_a_corpus_worked_on_apart_come_to_the_same(corpus: Path, tmp_path: Path) -> None:
    go(corpus, tmp_path / "whole")
    out = tmp_path / "out"
    for number in (1, 2, 3):
        outcome = run(RunOptions(corpus, out, engine="serial", shard=Shard(number, 3)))
        assert outcome.said["shard"] == f"{number}/3"
    steps = Steps()
    run(RunOptions(corpus, out, engine="serial", until="tabulate"), progress=steps)
    assert "reading files" not in steps.begun  # nothing is worked out twice
    assert tables(out) == tables(tmp_path / "whole")
    assert not (out / "stages" / "shards").exists()


class Steps(Silence):
    """Notes what a run begins."""

    def __init__(self) -> None:
        self.begun: list[str] = []

    def begin(self, what: str, total: int) -> None:
        self.begun.append(what)


def test_emergent_themes_of_an_earlier_run_keep_their_names(tmp_path: Path) -> None:
    corpus, config, first = tmp_path / "texts.csv", tmp_path / "c.yml", tmp_path / "first"
    rows = [subject.format(place) for subject in SUBJECTS for place in ("Norwick", "Ashby", "Oldmere", "Fen End")]
    settings = "segment: {kind: concern}\ncluster: {model: none, emergent: {smallest: 4"
    config.write_text(f"{settings}}}}}\n")
    corpus.write_text("\n".join(["text", *(f'"{row}"' for row in rows[:16])]))
    names = go(corpus, first, config=config, until="cluster").themes["theme_id"].str.startswith("emergent_").sum()
    kept = first / "emergent.yml"
    config.write_text(f"{settings}, previous: {kept}}}}}\n")
    with pytest.raises(UsageError, match="Copy it"):
        go(corpus, first, config=config)
    (tmp_path / "kept.yml").write_text(kept.read_text().replace("label: ", "label: Now called "))
    config.write_text(f"{settings}, previous: kept.yml}}}}\n")
    corpus.write_text("\n".join(["text", *(f'"{row}"' for row in rows)]))
    again = go(corpus, tmp_path / "again", config=config, until="cluster").table("emergent_matches")
    assert names == 4
    assert again["status"].tolist() == ["kept"] * 4 + ["new"]
    assert again["theme_label"].str.startswith("Now called ").tolist() == [True] * 4 + [False]


@pytest.mark.parametrize(
    ("name", "unpacked", "least", "most"),
    [("a.xlsx", 2_000_000, 0.03, 2.0), ("a.docx", 2_000_000, 0.0, 0.01), ("broken.xlsx", 0, 0.0, 0.01)],
)
def test_a_workbook_gets_the_time_of_what_it_unpacks_to(
    tmp_path: Path, name: str, unpacked: int, least: float, most: float
) -> None:
    path = tmp_path / name
    path.write_bytes(b"PK\3\4 and no more")
    if unpacked:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
            book.writestr("xl/worksheets/sheet1.xml", b" " * unpacked)
    packed = path.stat().st_size / 1e6
    size = task_megabytes(Task(CorpusFile(path, name), Manifest(), None, b"", "cluster"))
    assert max(least, packed) <= size <= max(most, packed)
    assert size <= 25 * packed


@pytest.mark.parametrize(("name", "advised"), [("a.xlsx", True), ("a.csv", False)])
def test_a_workbook_that_takes_too_long_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, advised: bool
) -> None:
    (tmp_path / name).write_bytes(b"text,year\nStaff do not listen.,2004\n")
    lost = iter([(0, Outcome("timeout", "stopped after 60 seconds"))])
    monkeypatch.setattr("pipeline.engines.run", lambda *_, **__: lost)
    run(RunOptions(tmp_path / name, tmp_path / "out", engine="serial", until="segment"))
    (reject,) = pd.read_csv(tmp_path / "out" / "tables" / "rejects.csv").to_dict("records")
    assert reject["reason"] == "timeout"
    assert ("Save it as CSV" in reject["message"]) is advised

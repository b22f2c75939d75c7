"""REFI-QDA: valid by its schema, places right in every flavour, read back without loss, hostile files refused."""

from __future__ import annotations

import io
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
import xmlschema
from lxml import etree
from typer.testing import CliRunner, Result

sys.path.insert(0, str(Path(__file__).resolve().parent))
from small_run import FIRST, small_run

from pipeline.cli import app
from pipeline.cli import exchange as cli_exchange
from pipeline.errors import UsageError
from pipeline.exchange import FLAVOURS, Coding, read_codings, to_gold, write_qdc, write_qdpx
from pipeline.exchange.qdpx_read import read_qdpx

NS = "{urn:QDA-XML:project:1.0}"
PEOPLE = (
    Coding("1-1", "Ada", "context", inclusion_probability=0.125),
    Coding("1-3", "Ada", "concern", ("recording", "visits"), inclusion_probability=0.1),
    Coding("2-1", "Ada"),
    Coding("1-3", "Ben", "", ("recording",)),
    Coding("2-2", "Ben", "recommendation", ()),
)


@pytest.fixture(scope="module")
def schema(root: Path) -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(str(root / "tests/golden/refi-qda/Project.xsd"))


def exported(folder: Path, flavour: str = "standard", people: tuple[Coding, ...] = PEOPLE) -> Path:
    path = folder / f"{flavour}.qdpx"
    write_qdpx(small_run(people), path, flavour)
    return path


def project(path: Path) -> etree._Element:
    return etree.fromstring(zipfile.ZipFile(path).read("project.qde"))


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_project_is_valid_in_every_flavour(schema: xmlschema.XMLSchema, tmp_path: Path, flavour: str) -> None:
    schema.validate(zipfile.ZipFile(exported(tmp_path, flavour)).read("project.qde").decode())


def test_a_run_without_findings_or_documents_is_valid_too(schema: xmlschema.XMLSchema, tmp_path: Path) -> None:
    run = small_run()
    empty = replace(run, documents=run.documents[:0], statements=run.statements[:0], assignments=run.assignments[:0])
    write_qdpx(empty, tmp_path / "empty.qdpx")
    schema.validate(zipfile.ZipFile(tmp_path / "empty.qdpx").read("project.qde").decode())


def test_a_codebook_has_the_codes_of_a_valid_project(schema: xmlschema.XMLSchema, tmp_path: Path) -> None:
    write_qdc(small_run(), tmp_path / "small.qdc")
    root = etree.parse(tmp_path / "small.qdc").getroot()
    assert root.tag == "{urn:QDA-XML:codebook:1.0}CodeBook"
    codes = etree.tostring(root[0], encoding="unicode").replace("codebook:1.0", "project:1.0")
    schema.validate(f'<Project xmlns="{NS[1:-1]}" name="n"><CodeBook>{codes}</CodeBook></Project>')
    assert root.xpath("//*[@name='Recording & files']/*[@name='Visits']")


def test_the_same_run_gives_the_same_bytes_and_every_identifier_once(tmp_path: Path) -> None:
    first, again = exported(tmp_path).read_bytes(), exported(tmp_path).read_bytes()
    assert first == again
    guids = project(exported(tmp_path)).xpath("//@guid")
    assert len(guids) == len(set(guids))
    assert all(guid == guid.upper() for guid in guids)
    targets = project(exported(tmp_path)).xpath("//@targetGUID | //@creatingUser")
    assert set(targets) <= set(guids)


def test_people_and_the_pipeline_are_users_of_their_own(tmp_path: Path) -> None:
    users = {user.get("name"): user.get("id") for user in project(exported(tmp_path)).iter(f"{NS}User")}
    assert set(users) == {"Findings 1.2", "Ada", "Ben"}
    assert users["Findings 1.2"] == f"findings:1.2;codebook-sha256:{'ab' * 32}"


def test_variables_stand_at_sources_and_the_kind_at_cases(tmp_path: Path) -> None:
    root = project(exported(tmp_path))
    names = {variable.get("guid"): variable.get("name") for variable in root.iter(f"{NS}Variable")}
    values = [(names[value[0].get("targetGUID")], value[1].text) for value in root.iter(f"{NS}VariableValue")]
    assert ("year", "2009") in values
    assert ("kind", "strength") in values
    assert sum(name == "year" for name, _ in values) == 1  # an undated document has no year


@pytest.mark.parametrize(
    ("flavour", "newline", "mark", "start"),
    [
        # "Harbour View nursery 🏠" is 22 code points; two line ends follow.
        ("standard", b"\n", False, 24),
        ("nvivo", b"\r\n", True, 22 + 1 + 4),
        ("maxqda", b"\r\n", False, 24),
        ("atlasti", b"\r\n", False, 24),
        ("qualcoder", b"\n", False, 24),
    ],
)
def test_places_by_flavour(tmp_path: Path, flavour: str, newline: bytes, mark: bool, start: int) -> None:
    path = exported(tmp_path, flavour)
    source = project(path).find(f".//{NS}TextSource")
    name = source.get("plainTextPath").replace("internal://", "sources/")
    data = zipfile.ZipFile(path).read(name)
    assert data.startswith(b"\xef\xbb\xbf") is mark
    assert data.count(b"\r\n") == (4 if newline == b"\r\n" else 0)
    selection = next(s for s in source.iter(f"{NS}PlainTextSelection") if s.get("name") == FIRST[1])
    assert int(selection.get("startPosition")) == start
    assert int(selection.get("endPosition")) == start + len(FIRST[1])


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_codings_by_people_come_back_as_they_went(tmp_path: Path, flavour: str) -> None:
    codings = read_codings(exported(tmp_path, flavour))
    assert codings
    imported = to_gold(codings, small_run())
    assert imported.left == ()
    back = {
        Coding(r.statement_id, r.coder, r.kind, tuple(filter(None, r.themes.split(";"))), "", r.inclusion_probability)
        for r in imported.rows
    }
    assert back == set(PEOPLE)
    assert any("sure" in note for note in codings.notes)


def test_the_pipelines_own_coding_comes_back_only_when_asked_for(tmp_path: Path) -> None:
    codings = read_qdpx(exported(tmp_path, people=()))
    assert to_gold(codings, small_run()).rows == ()
    own = to_gold(codings, small_run(), ["Findings 1.2"]).rows
    assert {(row.statement_id, row.kind, row.themes) for row in own} == {
        ("1-2", "concern", ""),
        ("1-3", "concern", "recording"),
        ("2-1", "strength", "visits"),
        ("2-2", "recommendation", "recording"),
    }


def test_coders_who_read_everything(tmp_path: Path) -> None:
    codings = read_qdpx(exported(tmp_path, people=PEOPLE[1:2]))
    rows = to_gold(codings, small_run(), all_read=True).rows
    assert [(row.statement_id, row.kind) for row in rows] == [
        ("1-1", "context"),
        ("1-2", "context"),
        ("1-3", "concern"),
    ]


def other_program(folder: Path, selections: str, text: str, origin: str = "NVivo", **files: bytes) -> Path:
    """Return a project as another program would write it, with its own identifiers and folder names."""
    guid = "0a1b2c3d-0000-4000-8000-00000000000{}".format
    xml = (
        f'<Project xmlns="{NS[1:-1]}" name="theirs" origin="{origin}">'
        f'<Users><User guid="{guid(1)}" name="Cleo"/></Users>'
        f'<CodeBook><Codes><Code guid="{guid(2)}" name="VISITS" isCodable="true"/>'
        f'<Code guid="{guid(3)}" name="Ours alone" isCodable="true"/></Codes></CodeBook>'
        f'<Sources><TextSource guid="{guid(4)}" name="harbour" plainTextPath="internal://S.TXT">'
        f"{selections}</TextSource></Sources></Project>"
    )
    path = folder / "theirs.qdpx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("Project.QDE", xml)
        archive.writestr("Sources/s.txt", text.encode())
        for name, data in files.items():
            archive.writestr(name.replace("__", "/"), data)
    return path


def selection(start: int, end: int, code: int = 2, name: str = "") -> str:
    guid = "0a1b2c3d-0000-4000-8000-00000000000{}".format
    return (
        f'<PlainTextSelection guid="{guid(5)}" startPosition="{start}" endPosition="{end}" name="{name}" creatingUser='
        f'"{guid(1)}"><Coding guid="{guid(6)}"><CodeRef targetGUID="{guid(code)}"/></Coding></PlainTextSelection>'
    )


def test_places_without_quotes_are_checked_by_word_borders(tmp_path: Path) -> None:
    text = "\r\n\r\n".join(FIRST)
    utf16 = [len(text[: text.index(part)].encode("utf-16-le")) // 2 for part in FIRST]
    chosen = "".join(
        selection(at, at + len(part.encode("utf-16-le")) // 2) for at, part in zip(utf16, FIRST, strict=True)
    )
    codings = read_qdpx(other_program(tmp_path, chosen, text))
    assert [passage.text for passage in codings.passages] == FIRST
    assert "UTF-16 units, a line end as two; sure: 100% of 3 selections fit by word borders" in codings.notes[0]
    assert [row.coder for row in to_gold(codings, small_run()).rows] == ["Cleo"] * 3


def test_a_program_that_counts_otherwise_than_it_should_is_found_out(tmp_path: Path) -> None:
    text = "\n\n".join(FIRST)
    chosen = "".join(
        selection(text.index(part), text.index(part) + len(part), name=part.replace("&", "&amp;")) for part in FIRST
    )
    codings = read_qdpx(other_program(tmp_path, chosen, text.replace("\n", "\r\n"), "NVivo"))
    assert [passage.text for passage in codings.passages] == FIRST
    assert "code points, a line end as one" in codings.notes[0]


def test_another_text_of_the_document_is_matched_by_words(tmp_path: Path) -> None:
    text = "HARBOUR\r\n\r\nStaff don’t know\r\nthe chil\u00addren . Records are kept in three\r\nplaces"
    at = text.index("Staff")
    codings = read_qdpx(other_program(tmp_path, selection(at, text.index(" . ")), text))
    (row,) = to_gold(codings, small_run()).rows
    assert (row.statement_id, row.themes) == ("1-2", "visits")


def test_what_cannot_become_gold_is_kept_with_the_reason(tmp_path: Path) -> None:
    text = "Nothing of this is in the run at all."
    codings = read_qdpx(other_program(tmp_path, selection(0, 37) + selection(0, 37, code=3), text))
    imported = to_gold(codings, small_run())
    assert imported.rows == ()
    assert [left.reason for left in imported.left] == [
        "its words are not in the document",
        "no such code in the codebook",
    ]


def hostile(name: str) -> bytes:
    buffer = io.BytesIO()
    source = '<Sources><TextSource guid="a" name="n" plainTextPath="{}"/></Sources>'
    body = f'<Project xmlns="{NS[1:-1]}" name="x">{source}</Project>'
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        if name == "entities":
            lol = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 9))
            archive.writestr("project.qde", f'<!DOCTYPE p [<!ENTITY l0 "lol">{lol}]><p>&l8;</p>')
        elif name == "path in the container":
            archive.writestr("project.qde", body.format("internal://a.txt"))
            archive.writestr("../../etc/cron.d/evil", "x")
        elif name == "bomb":
            archive.writestr("project.qde", body.format("internal://a.txt"))
            archive.writestr("sources/a.txt", b"0" * (48 * 2**20))
        elif name == "no project":
            archive.writestr("word/document.xml", "<x/>")
        else:
            archive.writestr("project.qde", "<Project")
    return buffer.getvalue()


@pytest.mark.parametrize("name", ["entities", "path in the container", "bomb", "no project", "broken"])
def test_hostile_projects_are_refused_in_words(tmp_path: Path, name: str) -> None:
    path = tmp_path / "hostile.qdpx"
    path.write_bytes(hostile(name))
    with pytest.raises(UsageError, match=r"hostile\.qdpx: (is refused|holds no project)"):
        read_codings(path)


@pytest.mark.parametrize(
    "where", ["relative://../../etc/passwd", "absolute:///etc/passwd", "internal://../../etc/passwd"]
)
def test_nothing_outside_the_project_is_opened(tmp_path: Path, where: str) -> None:
    path = other_program(tmp_path, selection(0, 4, name="Staff don't know the children."), "text")
    data = zipfile.ZipFile(path).read("Project.QDE").replace(b"internal://S.TXT", where.encode())
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("project.qde", data)
    codings = read_qdpx(path)
    assert not codings.texts
    assert to_gold(codings, small_run()).rows[0].statement_id == "1-2"  # by its quoted words


def test_a_zip_that_is_no_zip_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.qdpx").write_bytes(b"PK\x03\x04 nothing more")
    with pytest.raises(UsageError, match="cannot be opened"):
        read_codings(tmp_path / "x.qdpx")


def test_unknown_flavours_are_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="standard, nvivo, maxqda, atlasti, qualcoder"):
        write_qdpx(small_run(), tmp_path / "x.qdpx", "word")


def test_the_command_knows_every_flavour() -> None:
    assert tuple(FLAVOURS) == cli_exchange.FLAVOURS


def test_both_commands(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    text = "Published: 4 March 2004\n\nSocial workers do not share information with schools. Thresholds are too high.\n"
    (tmp_path / "corpus" / "a.txt").write_text(text, encoding="utf-8")

    def findings(*args: str | Path) -> Result:
        return CliRunner().invoke(app, [str(arg) for arg in args])

    out = tmp_path / "out"
    assert findings("run", tmp_path / "corpus", "--out", out, "--engine", "serial", "--quiet").exit_code == 0
    done = findings("export", out, "qdpx", "--flavour", "nvivo")
    assert (done.exit_code, done.stdout.strip()) == (0, str(out / "exports" / "findings.qdpx")), done.output
    gold = tmp_path / "gold.csv"
    own = project(out / "exports" / "findings.qdpx").get("origin")
    done = findings("import", out / "exports" / "findings.qdpx", "--on", out, "--to", gold, "--coder", own)
    assert done.exit_code == 0, done.output
    assert gold.read_text(encoding="utf-8").startswith("statement_id,source_path,item,start,end,text")
    nobody = findings("import", out / "exports" / "findings.qdpx", "--on", out, "--to", gold)
    assert isinstance(nobody.exception, UsageError)
    assert findings("export", out, "spss").exit_code == 2
    # What was exported can be added to another export as a coder of its own.
    assert findings("export", out, "qdpx", "--gold", gold, "--to", tmp_path / "two.qdpx").exit_code == 0
    # The run's folder is still that of a run in which nothing has changed.
    assert "Nothing has changed" in findings("run", tmp_path / "corpus", "--out", out, "--engine", "serial").output

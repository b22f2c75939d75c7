"""A run as a REFI-QDA project (.qdpx) or codebook (.qdc), which NVivo, MAXQDA, ATLAS.ti, QualCoder and others read.

Source: REFI-QDA standard 1.5, schemas Project.xsd and Codebook.xsd of 18 March 2019.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import Any
from xml.sax.saxutils import XMLGenerator

from pipeline.exchange.content import SAMPLED, Code, Coding, RunContent, colour, guid, xml_text
from pipeline.exchange.offsets import Flavour, flavour, places
from pipeline.tables import atomic
from pipeline.tables.schema import FINDING_KINDS

PROJECT = "urn:QDA-XML:project:1.0"
CODEBOOK = "urn:QDA-XML:codebook:1.0"
_DATE = (1980, 1, 1, 0, 0, 0)  # the same run gives the same bytes
# Variable -> its type in the standard.
VARIABLES = {
    "year": "Integer",
    "source_type": "Text",
    "publisher": "Text",
    "title": "Text",
    "published": "Text",
    "source_path": "Text",
    "item": "Text",
    "kind": "Text",
}


class _Xml:
    """Writes elements one after another, so that a project of any size needs little memory."""

    def __init__(self, to: Any) -> None:
        self._out = XMLGenerator(to, encoding="utf-8", short_empty_elements=True)
        self._out.startDocument()

    @contextmanager
    def inside(self, element: str, /, **attributes: str) -> Iterator[None]:
        self._out.startElement(element, {key: xml_text(value) for key, value in attributes.items() if value})  # type: ignore[arg-type]
        yield
        self._out.endElement(element)

    def leaf(self, element: str, text: str = "", /, **attributes: str) -> None:
        with self.inside(element, **attributes):
            if text:
                self._out.characters(xml_text(text))


def write_qdpx(run: RunContent, path: Path, flavour_name: str = "standard") -> dict[str, int]:
    """Write the project; return how many sources, codes and codings it holds. `flavour_name`: see offsets.FLAVOURS.

    UsageError where there is no such flavour, OutputError where `path` cannot be written.
    """
    wanted = flavour(flavour_name)
    with atomic(path) as part, zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open(_member("project.qde"), "w", force_zip64=True) as stream:
            text = TextIOWrapper(stream, encoding="utf-8", newline="\n", write_through=True)
            codings = _project(_Xml(text), run, wanted)
            text.detach()
        for doc_id in run.names:
            with archive.open(_member(f"sources/{guid('source', doc_id)}.txt"), "w") as stream:
                stream.write(wanted.encode(run.text(doc_id)))
    codes = sum(1 for top in run.codes for _ in top.walk())
    return {"sources": len(run.names), "codes": codes, "codings": codings, "coders": len(run.coders)}


def write_qdc(run: RunContent, path: Path) -> dict[str, int]:
    """Write the codebook alone; return how many codes it holds."""
    with atomic(path) as part, part.open("w", encoding="utf-8", newline="\n") as stream:
        xml = _Xml(stream)
        with xml.inside("CodeBook", xmlns=CODEBOOK, origin=run.machine), xml.inside("Codes"):
            _codes(xml, run.codes)
    return {"codes": sum(1 for top in run.codes for _ in top.walk())}


def _member(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _DATE)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    return info


def _project(xml: _Xml, run: RunContent, wanted: Flavour) -> int:
    machine = run.machine_codings()
    stamp = _stamp(run.finished)
    attributes = {
        "name": "Findings",
        "origin": run.machine,
        "creatingUserGUID": _user(run.machine),
        "creationDateTime": stamp,
    }
    count = 0
    with xml.inside("Project", xmlns=PROJECT, **attributes):
        with xml.inside("Users"):
            for coder in run.coders:
                xml.leaf("User", guid=_user(coder), name=coder or "without a name", id=run.user_id(coder))
        with xml.inside("CodeBook"), xml.inside("Codes"):
            _codes(xml, run.codes)
        with xml.inside("Variables"):
            for name, kind in VARIABLES.items():
                xml.leaf("Variable", guid=_variable(name), name=name, typeOfVariable=kind)
        _cases(xml, machine.values())
        if run.names:
            with xml.inside("Sources"):
                people = _by_statement(run.people)
                for row in run.documents.to_dict("records"):
                    count += _source(xml, run, row, (machine, people), wanted, stamp)
        xml.leaf("Description", f"{run.machine}; codebook {run.codebook_sha256}")
    return count


def _user(coder: str) -> str:
    return guid("user", coder)


def _variable(name: str) -> str:
    return guid("variable", name)


def _stamp(finished: str) -> str:
    return finished.replace("+00:00", "Z") or "1980-01-01T00:00:00Z"


def _codes(xml: _Xml, codes: Iterable[Code]) -> None:
    for code in codes:
        codable = "true" if code.codable else "false"
        with xml.inside("Code", guid=code.guid, name=code.name, isCodable=codable, color=colour(code)):
            if code.description:
                xml.leaf("Description", code.description)
            _codes(xml, code.children)


def _cases(xml: _Xml, codings: Iterable[Coding]) -> None:
    """Write a case a kind, with the selections that it holds: variables cannot stand at a selection itself."""
    selections: dict[str, list[str]] = {kind: [] for kind in FINDING_KINDS}
    for coding in codings:
        selections[coding.kind].append(_selection(coding))
    if not any(selections.values()):
        return
    with xml.inside("Cases"):
        for kind, guids in selections.items():
            if guids:
                with xml.inside("Case", guid=guid("case", kind), name=kind):
                    _value(xml, "kind", kind)
                    for selection in guids:
                        xml.leaf("SelectionRef", targetGUID=selection)


def _selection(coding: Coding) -> str:
    return guid("selection", coding.statement_id, coding.coder)


def _value(xml: _Xml, name: str, value: str) -> None:
    with xml.inside("VariableValue"):
        xml.leaf("VariableRef", targetGUID=_variable(name))
        xml.leaf(f"{VARIABLES[name]}Value", value)


def _by_statement(codings: Iterable[Coding]) -> dict[str, list[Coding]]:
    found: dict[str, list[Coding]] = {}
    for coding in codings:
        found.setdefault(coding.statement_id, []).append(coding)
    return found


def _source(
    xml: _Xml,
    run: RunContent,
    row: Mapping[Any, Any],
    codings: tuple[Mapping[str, Coding], Mapping[str, list[Coding]]],
    wanted: Flavour,
    stamp: str,
) -> int:
    doc_id = row["doc_id"]
    at = places(run.text(doc_id), wanted.counting)
    machine, people = codings
    count = 0
    attributes = {
        "guid": guid("source", doc_id),
        "name": run.names[doc_id],
        "plainTextPath": f"internal://{guid('source', doc_id)}.txt",
        "creatingUser": _user(run.machine),
        "creationDateTime": stamp,
    }
    with xml.inside("TextSource", **attributes):
        for statement in run.statements_of[doc_id].itertuples() if doc_id in run.statements_of else ():
            own = [machine[statement.statement_id]] if statement.statement_id in machine else []
            for coding in [*own, *people.get(statement.statement_id, ())]:
                count += _coded(xml, coding, (at[statement.start], at[statement.end]), statement.text, stamp)
        for name in VARIABLES:
            if row.get(name, ""):
                _value(xml, name, str(row[name]))
    return count


def _coded(xml: _Xml, coding: Coding, span: tuple[int, int], text: str, stamp: str) -> int:
    user = _user(coding.coder)
    attributes = {
        "guid": _selection(coding),
        "name": text,
        "startPosition": str(span[0]),
        "endPosition": str(span[1]),
        "creatingUser": user,
        "creationDateTime": stamp,
    }
    with xml.inside("PlainTextSelection", **attributes):
        if note := _note(coding):
            xml.leaf("Description", note)
        for code in coding.codes:
            own = guid("coding", coding.statement_id, coding.coder, code)
            with xml.inside("Coding", guid=own, creatingUser=user, creationDateTime=stamp):
                xml.leaf("CodeRef", targetGUID=guid("code", code))
    return len(coding.codes)


def _note(coding: Coding) -> str:
    sampled = [] if coding.inclusion_probability is None else [f"{SAMPLED} {coding.inclusion_probability!r}"]
    return "; ".join([*filter(None, [coding.note]), *sampled])

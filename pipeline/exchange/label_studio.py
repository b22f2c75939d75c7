"""Label Studio: a task a statement with the pipeline's own coding as prediction; annotations by people read back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from pipeline.errors import UsageError
from pipeline.exchange.content import KIND, NO_THEME, Coding, RunContent
from pipeline.exchange.passages import Codings, Passage
from pipeline.tables import atomic, write_text
from pipeline.tables.schema import KINDS

MAX_BYTES = 512 * 2**20
_SHOWN = ("statement_id", "section", "stem", "text", "speaker")


def write_label_studio(run: RunContent, path: Path) -> dict[str, int]:
    """Write tasks as JSON, and beside it the labelling configuration (.xml) that they need; return how many tasks."""
    machine = run.machine_codings()
    count = 0
    labels = {code.id: code.name for top in run.codes for code, _ in top.walk()}
    with atomic(path) as part, part.open("w", encoding="utf-8", newline="\n") as stream:
        stream.write("[")
        for doc_id, name in run.names.items():
            for row in run.statements_of[doc_id].to_dict("records") if doc_id in run.statements_of else ():
                task = _task(row, name, machine.get(row["statement_id"]), labels, run.machine)
                stream.write((",\n" if count else "\n") + json.dumps(task, ensure_ascii=False, sort_keys=True))
                count += 1
        stream.write("\n]\n")
    write_text(path.with_suffix(".xml"), _labelling(run))
    return {"tasks": count}


def _task(
    row: Mapping[Any, Any], document: str, coding: Coding | None, labels: Mapping[str, str], machine: str
) -> dict[str, Any]:
    data = {name: str(row[name]) for name in _SHOWN} | {"document": document, "place": int(row["start"])}
    kind = coding.kind if coding else str(row["kind"])
    themes = [labels[theme] for theme in coding.themes] if coding else []
    result = [_choices("kind", [kind]), *([_choices("themes", themes)] if themes else [])]
    score = round(float(row["kind_probability"]), 4)
    return {"data": data, "predictions": [{"model_version": machine, "score": score, "result": result}]}


def _choices(name: str, chosen: list[str]) -> dict[str, Any]:
    return {"from_name": name, "to_name": "text", "type": "choices", "value": {"choices": chosen}}


def _labelling(run: RunContent) -> str:
    """Return the labelling configuration: the statement under its lead-in and headings, its kind, its themes."""
    kinds = "".join(f"<Choice value={quoteattr(kind)}/>" for kind in KINDS)
    codes = [code for top in run.codes for code, _ in top.walk() if code.codable and not code.id.startswith(KIND)]
    themes = "".join(
        f"<Choice value={quoteattr(code.name)} hint={quoteattr(code.description)}/>"
        for code in codes
        if code.id != NO_THEME
    )
    return (
        '<View><Header value="$section" size="5"/><Header value="$stem" size="5"/><Text name="text" value="$text"/>'
        f'<Choices name="kind" toName="text" choice="single" required="true">{kinds}</Choices>'
        f'<Choices name="themes" toName="text" choice="multiple">{themes}</Choices></View>\n'
    )


def read_label_studio(path: Path) -> Codings:
    """Read the annotations of a JSON export (not JSON-MIN); predictions are nobody's coding and are left aside.

    Choices code the whole statement or text, labels a part of it. UsageError where the file is no such export.
    """
    tasks = _tasks(path)
    passages: list[Passage] = []
    texts: dict[str, str] = {}
    for number, task in enumerate(tasks, start=1):
        data = task.get("data") if isinstance(task.get("data"), dict) else {}
        assert isinstance(data, dict)
        key = f"task {task.get('id', number)}"
        texts[key] = str(data.get("text", ""))
        for annotation in _listed(task, "annotations", "completions"):
            if not annotation.get("was_cancelled"):
                passages += _passages(annotation, data, key)
    return Codings("Label Studio", tuple(passages), texts)


def _tasks(path: Path) -> list[dict[str, Any]]:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UsageError("is larger than 512 MB", place=str(path), remedy="Export fewer tasks at a time")
        said = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", place=str(path), remedy="Check the path") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"is not JSON: {error}", place=str(path), remedy="Export as JSON") from error
    tasks = [said] if isinstance(said, dict) else said
    usable = isinstance(tasks, list) and all(isinstance(task, dict) for task in tasks)
    if not usable or not any("annotations" in task or "completions" in task for task in tasks):
        raise UsageError("holds no tasks with annotations", place=str(path), remedy="Export as JSON, not JSON-MIN")
    return list(tasks)


def _listed(task: Mapping[str, Any], *names: str) -> Iterator[dict[str, Any]]:
    for name in names:
        found = task.get(name)
        yield from (one for one in (found if isinstance(found, list) else ()) if isinstance(one, dict))


def _passages(annotation: Mapping[str, Any], data: Mapping[str, Any], key: str) -> Iterator[Passage]:
    coder = _coder(annotation.get("completed_by"))
    whole: list[str] = []
    for result in _listed(annotation, "result"):
        value = result.get("value")
        if not isinstance(value, dict):
            continue
        chosen = [str(c) for name in ("choices", "labels", "hypertextlabels") for c in value.get(name) or ()]
        if "start" in value and isinstance(value.get("text"), str):
            yield _part(value, data, chosen, coder, key)
        elif "choices" in value:
            whole += chosen
    if whole or not any(True for _ in _listed(annotation, "result")):
        document = str(data.get("document") or data.get("source_path") or "")
        statement = str(data.get("statement_id", ""))
        codes = tuple(whole) or (NO_THEME,)
        yield Passage(document, str(data.get("text", "")), codes, coder, statement_id=statement, where=key)


def _part(value: Mapping[str, Any], data: Mapping[str, Any], codes: list[str], coder: str, key: str) -> Passage:
    """Return a labelled part of a text; its place is kept only where the words stand there."""
    document = str(data.get("document") or data.get("source_path") or "")
    start, end, words = value["start"], value.get("end"), value["text"]
    text = str(data.get("text", ""))
    placed = isinstance(start, int) and isinstance(end, int) and text[start:end] == words
    return Passage(
        document,
        words,
        tuple(codes),
        coder,
        start if placed else None,
        end if placed else None,
        key,
        str(data.get("statement_id", "")),
        where=key,
    )


def _coder(completed_by: Any) -> str:
    if isinstance(completed_by, dict):
        return str(completed_by.get("email") or completed_by.get("username") or completed_by.get("id") or "")
    return "" if completed_by is None else str(completed_by)

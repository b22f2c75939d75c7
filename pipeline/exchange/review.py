"""The coding kit: a workbook and Label Studio tasks a coder, and both read back; none shows the pipeline's own view.

The kit's folder holds `sample.csv` (the key: which statements, with what probability; not for coders), `codebook.csv`,
and for each coder `coder_NAME.xlsx` and `coder_NAME.label-studio.json` with `label-studio.xml`.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

import pandas as pd
import xlsxwriter

from pipeline.codebook import Codebook, Theme
from pipeline.errors import UsageError
from pipeline.exchange.content import NO_THEME
from pipeline.exchange.label_studio import read_label_studio
from pipeline.exchange.passages import GoldRow
from pipeline.readers.guard import RefusedError
from pipeline.readers.sheet.sources import csv_rows, xlsx_rows
from pipeline.tables import atomic, safe_cell, write_json, write_text
from pipeline.tables.schema import KINDS
from pipeline.validate.gold import same_text

SAMPLE, CODEBOOK, STATEMENTS = "sample.csv", "codebook.csv", "Statements"
THEME_COLUMNS = ("theme_1", "theme_2", "theme_3", "theme_4")
_MADE = datetime(1980, 1, 1)  # a fixed date, so that the same sample gives the same bytes
_SHOWN = ("section", "before", "stem", "text", "after")
_WIDTHS = {"section": 30, "before": 45, "stem": 25, "text": 60, "after": 40, "kind": 18, "note": 30, "statement_id": 24}
_KEY = ("statement_id", "source_path", "item", "start", "end", "text", "year", "source_type", "stratum",
        "inclusion_probability", "coders")  # fmt: skip
_HELP = (
    "Read the statement (text) with its lead-in (stem), the heading above it (section) and its neighbours.",
    "Choose a kind for every statement. A statement that only informs is context and has no theme.",
    "Choose as many themes as the statement has, or none. The sheet Codebook says what counts.",
    "Code the statement as it stands, not what you know of the place. Do not change its text.",
    "Save the file under its name; 'findings review import' reads it.",
)


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something in a returned file that is wrong or missing, and where."""

    file: str
    row: str
    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class Returned:
    """What coders have returned: gold rows, what is wrong, and for each coder how many of how many are coded."""

    rows: tuple[GoldRow, ...]
    troubles: tuple[Trouble, ...]
    coded: Mapping[str, tuple[int, int]]


def write_kit(sample: pd.DataFrame, book: Codebook, folder: Path, about: Mapping[str, Any]) -> list[Path]:
    """Write the kit for a drawn sample (with section, before, stem, text, after); return the coders' files."""
    with atomic(folder / SAMPLE) as part, part.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerow(_KEY)
        csv.writer(stream).writerows([_cell(v) for v in row] for row in sample[list(_KEY)].itertuples(index=False))
    with atomic(folder / CODEBOOK) as part, part.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerow(("theme_id", "theme_label", "definition"))
        csv.writer(stream).writerows((t.id, safe_cell(t.label), safe_cell(t.definition)) for t in book.themes)
    write_json(folder / "sample.json", dict(about))
    write_text(folder / "label-studio.xml", _labelling(book))
    written = []
    for coder in sorted({name for cell in sample["coders"] for name in cell.split(";")}):
        mine = sample[[coder in cell.split(";") for cell in sample["coders"]]]
        path = folder / f"coder_{_file_name(coder)}.xlsx"
        _workbook(mine, book, coder, path)
        tasks = folder / f"coder_{_file_name(coder)}.label-studio.json"
        write_text(tasks, json.dumps(_tasks(mine, coder), ensure_ascii=False, indent=1) + "\n")
        written += [path, tasks]
    return written


def _cell(value: Any) -> str:
    return safe_cell(value) if isinstance(value, str) else repr(value)


def _file_name(coder: str) -> str:
    return "".join(char if char.isalnum() or char in "-_" else "_" for char in coder)


def _workbook(rows: pd.DataFrame, book: Codebook, coder: str, path: Path) -> None:
    with atomic(path) as part, xlsxwriter.Workbook(str(part), {"strings_to_urls": False}) as out:
        out.set_properties({"title": f"Statements to code: {coder}", "created": _MADE})
        wrapped = out.add_format({"text_wrap": True, "valign": "top"})
        bold = out.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        strong = out.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        page = out.add_worksheet(STATEMENTS)
        heads = (*_SHOWN, "kind", *THEME_COLUMNS, "note", "statement_id", "coder")
        for at, head in enumerate(heads):
            page.set_column(at, at, _WIDTHS.get(head, 28), None, {"hidden": head == "coder"})
            page.write_string(0, at, head, bold)
        for number, row in enumerate(rows.to_dict("records"), start=1):
            # Coders are blind to the pipeline's own codes: nothing else of the row may reach the sheet.
            cells = {name: str(row[name]) for name in (*_SHOWN, "statement_id")} | {"coder": coder}
            for at, head in enumerate(heads):
                page.write_string(number, at, cells.get(head, ""), strong if head == "text" else wrapped)
        _choices(page, len(rows), heads, len(book.themes))
        page.freeze_panes(1, 0)
        page.autofilter(0, 0, max(1, len(rows)), len(heads) - 1)
        _codebook_sheet(out, book, bold, wrapped)
        guide = out.add_worksheet("How to code")
        guide.set_column(0, 0, 110)
        for number, line in enumerate(_HELP):
            guide.write_string(number, 0, line, wrapped)


def _choices(page: Any, rows: int, heads: Sequence[str], themes: int) -> None:
    """Give the columns of codes their drop-down lists."""
    kinds = {"validate": "list", "source": list(KINDS), "error_title": "Kind", "error_message": ", ".join(KINDS)}
    labels = {
        "validate": "list",
        "source": f"=Codebook!$A$2:$A${themes + 1}",
        "error_title": "Theme",
        "error_message": "Choose a theme of the sheet Codebook, or leave the cell empty",
    }
    for at, head in enumerate(heads):
        if head == "kind" or head in THEME_COLUMNS:
            page.data_validation(1, at, max(1, rows), at, kinds if head == "kind" else labels)


def _codebook_sheet(out: Any, book: Codebook, bold: Any, wrapped: Any) -> None:
    page = out.add_worksheet("Codebook")
    heads = ("theme", "definition", "counts", "does not count", "examples", "is something else", "theme_id")
    for at, head in enumerate(heads):
        page.set_column(at, at, 30 if at == 0 else 50)
        page.write_string(0, at, head, bold)
    for number, theme in enumerate(book.themes, start=1):
        lists = (theme.include, theme.exclude, theme.examples, theme.counter_examples)
        cells = (theme.label, theme.definition, *("\n".join(listed) for listed in lists), theme.id)
        for at, cell in enumerate(cells):
            page.write_string(number, at, cell, wrapped)
    page.freeze_panes(1, 1)


def _tasks(rows: pd.DataFrame, coder: str) -> list[dict[str, Any]]:
    names = (*_SHOWN, "statement_id")
    return [{"data": {name: str(row[name]) for name in names} | {"coder": coder}} for row in rows.to_dict("records")]


def _labelling(book: Codebook) -> str:
    kinds = "".join(f"<Choice value={quoteattr(kind)}/>" for kind in KINDS)
    themes = "".join(f"<Choice value={quoteattr(t.label)} hint={quoteattr(t.definition)}/>" for t in book.themes)
    return (
        '<View><Header value="$section" size="5"/><Text name="before" value="$before"/><Header value="$stem" size="5"/>'
        '<Text name="text" value="$text"/><Text name="after" value="$after"/>'
        f'<Choices name="kind" toName="text" choice="single" required="true">{kinds}</Choices>'
        f'<Choices name="themes" toName="text" choice="multiple">{themes}</Choices></View>\n'
    )


@dataclass(frozen=True, slots=True)
class _Answer:
    """One statement as a coder returned it."""

    file: str
    row: str
    statement_id: str
    coder: str
    kind: str
    themes: tuple[str, ...]
    text: str


def read_kit(files: Sequence[Path], folder: Path) -> Returned:
    """Read what coders returned (workbooks, Label Studio exports) against the kit's key in `folder`.

    Every row that cannot be used, and every statement that a coder has not coded, is a trouble. UsageError where the
    folder holds no kit or a file is neither.
    """
    key, book = _key(folder / SAMPLE), _book(folder / CODEBOOK)
    troubles: list[Trouble] = []
    rows: dict[tuple[str, str], GoldRow] = {}
    for path in files:
        for answer in _answers(path):
            row = _checked(answer, key, book, troubles)
            if row and (row.statement_id, row.coder) in rows:
                message = f"coder '{row.coder}' has coded {row.statement_id} before; the first counts"
                troubles.append(Trouble(answer.file, answer.row, "repeated_row", message))
            elif row:
                rows[row.statement_id, row.coder] = row
    wanted = {(one, coder) for one, row in key.items() for coder in row["coders"].split(";")}
    for statement_id, coder in sorted(wanted - set(rows), key=lambda pair: (pair[1], pair[0])):
        troubles.append(Trouble("", "", "not_coded", f"coder '{coder}' has not coded {statement_id}"))
    coders = sorted({coder for _, coder in wanted} | {coder for _, coder in rows})
    coded = {c: (sum(k[1] == c for k in rows), sum(k[1] == c for k in wanted)) for c in coders}
    return Returned(tuple(rows[k] for k in sorted(rows)), tuple(troubles), coded)


def _table(path: Path) -> list[dict[str, str]]:
    try:
        found = list(csv_rows(path.read_bytes()))
    except (OSError, RefusedError) as error:
        raise UsageError(
            "is not there or cannot be read", place=str(path), remedy="Name the kit's folder with --kit"
        ) from error
    heads = found[0].cells if found else ()
    return [dict(zip(heads, row.cells, strict=False)) for row in found[1:]]


def _key(path: Path) -> dict[str, dict[str, str]]:
    return {row["statement_id"]: row for row in _table(path) if row.get("statement_id")}


def _book(path: Path) -> dict[str, str]:
    """Return the id of every theme by its id and by its label, without case."""
    rows = [(r["theme_id"], r.get("theme_label", "").removeprefix("'")) for r in _table(path) if r.get("theme_id")]
    return {theme_id.casefold(): theme_id for theme_id, _ in rows} | {label.casefold(): i for i, label in rows}


def _answers(path: Path) -> Iterator[_Answer]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", place=str(path), remedy="Check the path") from error
    if not data.startswith(b"PK\x03\x04"):
        yield from _label_studio_answers(path)
        return
    try:
        rows = [row for row in xlsx_rows(data) if row.sheet == STATEMENTS]
    except RefusedError as error:
        raise UsageError(f"cannot be read: {error.reject.message}", place=str(path)) from error
    if not rows or "statement_id" not in rows[0].cells:
        raise UsageError(f"has no sheet '{STATEMENTS}' of a coding kit", place=str(path), remedy="Return the workbook")
    for row in rows[1:]:
        cell = dict(zip(rows[0].cells, row.cells, strict=False))
        themes = tuple(t for name in THEME_COLUMNS if (t := cell.get(name, "").strip()))
        named, coder, kind = (cell.get(name, "").strip() for name in ("statement_id", "coder", "kind"))
        yield _Answer(path.name, f"row {row.number}", named, coder, kind, themes, cell.get("text", ""))


def _label_studio_answers(path: Path) -> Iterator[_Answer]:
    """Yield the answers of an export; the coder is the one that the tasks were made for, not the account's number."""
    passages = read_label_studio(path).passages
    tasks = json.loads(path.read_text(encoding="utf-8-sig"))
    data = [task.get("data", {}) for task in (tasks if isinstance(tasks, list) else [tasks])]
    coders = {str(d.get("statement_id")): str(d.get("coder", "")) for d in data if isinstance(d, dict)}
    for passage in passages:
        kinds = [code for code in passage.codes if code in KINDS]
        themes = tuple(code for code in passage.codes if code not in KINDS and code != NO_THEME)
        coder = coders.get(passage.statement_id) or passage.coder
        yield _Answer(path.name, passage.where, passage.statement_id, coder, "".join(kinds[:1]), themes, passage.text)


def _checked(
    answer: _Answer, key: Mapping[str, Mapping[str, str]], book: Mapping[str, str], troubles: list[Trouble]
) -> GoldRow | None:
    """Return the gold row of an answer, or None (with the trouble) where it cannot be used or is not coded yet."""
    mine = key.get(answer.statement_id)
    unknown = [theme for theme in answer.themes if theme.casefold() not in book]
    wrong = ""
    if mine is None:
        wrong = f"unknown_statement: '{answer.statement_id}' is not in the sample"
    elif same_text(answer.text) != same_text(mine["text"]):
        wrong = f"edited_statement: the text of {answer.statement_id} has been changed: '{answer.text[:60]}'"
    elif answer.kind.casefold() not in ("", *KINDS):
        wrong = f"unknown_kind: '{answer.kind}' is none of {', '.join(KINDS)}"
    elif unknown:
        wrong = f"unknown_theme: '{unknown[0]}' is no theme of the codebook"
    elif answer.kind.casefold() == "context" and answer.themes:
        wrong = "contradiction: is coded as context and has themes"
    elif not answer.kind and answer.themes:
        wrong = "no_kind: has themes and no kind"
    if wrong:
        reason, message = wrong.split(": ", 1)
        troubles.append(Trouble(answer.file, answer.row, reason, f"{message}; the row is left out"))
    if wrong or mine is None or not answer.kind:
        return None
    themes = ";".join(dict.fromkeys(book[theme.casefold()] for theme in answer.themes))
    return GoldRow(
        answer.statement_id,
        mine["source_path"].removeprefix("'"),
        mine["item"].removeprefix("'"),
        int(mine["start"]),
        int(mine["end"]),
        mine["text"],
        answer.kind.casefold(),
        themes,
        answer.coder,
        float(mine["inclusion_probability"]),
    )


def kit_codebook(folder: Path) -> Codebook:
    """Return the codebook that a kit was made with: ids, labels and definitions."""
    rows = [row for row in _table(folder / CODEBOOK) if row.get("theme_id")]
    return Codebook(tuple(Theme(r["theme_id"], r.get("theme_label", ""), r.get("definition", "")) for r in rows))

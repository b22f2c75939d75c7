"""Tables without rules, contents lists, and columns that the source gives row by row."""

from __future__ import annotations

import dataclasses
import re
import statistics
from itertools import pairwise

from pipeline.readers.layout.fragments import same_row
from pipeline.readers.layout.markers import is_bullet
from pipeline.readers.layout.measures import DEFAULT_PITCH, ends_sentence, starts_low
from pipeline.readers.layout.model import CROWDED, Box, Line, Table

_LEADER = re.compile(r"\s*(?:\.\s?|…\s?|_){4,}\s*")
_PAGE = re.compile(r"\d{1,3}|[ivxl]{1,6}")
_GUTTER = 1.2  # in ems: the least gap between two cells
_APART = 6  # lines: cells of one row stand no further apart in the source
_ROW_STEP = 3.6  # in ems: the most between two rows of one table
_WRAP_STEP = 1.6  # in ems: the most between a cell's lines
_PROSE = 20  # characters: the mean of a line in a column of running text

Row = list[Line]


def open_tables(lines: list[Line], page: int) -> tuple[list[Table], list[Line]]:
    """Return the tables that alignment alone shows, and the other lines.

    Columns of running text whose source goes row by row are no table: their lines come back one column after the other.
    """
    if len(lines) > CROWDED:
        return [], lines
    place = {id(line): i for i, line in enumerate(lines)}
    dotted: set[int] = set()
    rows = _rows([piece for line in lines for piece in _leader_parts(line, place, dotted)])
    has_contents = bool(dotted) or _counts_pages(rows)
    tables: list[Table] = []
    moved: dict[int, float] = {}
    taken: set[int] = set()
    at = 0
    while at < len(rows):
        stretch = _contents(rows, at, dotted) if has_contents else []
        if not stretch and _is_row(rows[at], place):
            stretch = _stretch(rows, at, place)
            columns = _columns(stretch)
            if stretch and _is_prose(stretch, columns, place):
                _put_in_columns(stretch, columns, place, moved)
                at += len(stretch)
                continue
            table = _table(stretch, columns, page) if stretch else None
        else:
            table = _contents_table(stretch, dotted, page) if stretch else None
        if table is not None:
            tables.append(table)
            taken.update(place[id(n)] for row in stretch for n in row)
        at += max(1, len(stretch))
    rest = [line for i, line in enumerate(lines) if i not in taken]
    rest.sort(key=lambda n: moved.get(place[id(n)], place[id(n)]))
    return tables, rest


def _contents(rows: list[Row], at: int, dotted: set[int]) -> list[Row]:
    """Return the rows from `at` on that make a list of contents: entries with leader dots, some over two lines."""
    found: list[Row] = []
    entries = 0
    for i in range(at, len(rows)):
        row = rows[i]
        if found and row[0].baseline - found[-1][0].baseline > _ROW_STEP * row[0].size:
            break
        if _has_leader(row, dotted):
            entries += 1
        elif not (i + 1 < len(rows) and _leads_on(row, rows[i + 1], dotted)):
            break
        found.append(row)
    while found and not _has_leader(found[-1], dotted):
        found.pop()
    return found if entries > 1 else []


def _counts_pages(rows: list[Row]) -> bool:
    """Say whether a page lists contents without leader dots: pairs of a text and a number, none less than the last."""
    numbers = [
        int(row[1].text) for row in rows if len(row) == 2 and row[1].text.isdigit() and not row[0].text.isdigit()
    ]
    return len(numbers) > 2 and numbers == sorted(numbers) and all(len(row) < 3 for row in rows)


def _has_leader(row: Row, dotted: set[int]) -> bool:
    """Say whether a row ends a contents entry: by leader dots, or by a page number alone at its end."""
    return any(id(n) in dotted for n in row[:-1]) or bool(_PAGE.fullmatch(row[-1].text))


def _leads_on(row: Row, below: Row, dotted: set[int]) -> bool:
    """Say whether a line alone in its row goes on in a contents entry that has its leader dots further down."""
    if len(row) > 1 or below[0].marker or row[0].size > 1.08 * below[0].size:
        return False
    return below[0].baseline - row[0].baseline < _WRAP_STEP * row[0].size and not ends_sentence(row[0].text)


def _contents_table(rows: list[Row], dotted: set[int], page: int) -> Table:
    """Return contents as a table of two columns: what stands before the leader dots, and what behind."""
    cells: list[list[list[Line]]] = []
    whole = True
    for row in rows:
        if whole:
            cells.append([[], []])
        whole = _has_leader(row, dotted)
        cut = next((i + 1 for i, n in enumerate(row) if id(n) in dotted), len(row) - whole)
        cells[-1][0].extend(row[:cut])
        cells[-1][1].extend(row[cut:])
    return Table(cells, _box_of(rows), page)


def _box_of(rows: list[Row]) -> Box:
    lines = [n for row in rows for n in row]
    return Box(
        min(n.left for n in lines), min(n.top for n in lines), max(n.x1 for n in lines), max(n.bottom for n in lines)
    )


def _leader_parts(line: Line, place: dict[int, int], dotted: set[int]) -> list[Line]:
    """Cut a contents line at its leader dots; note what stands before them in `dotted`."""
    if "..." not in line.text.replace(". .", "...") and "…" not in line.text and "____" not in line.text:
        return [line]
    match = _LEADER.search(line.text)
    if match is None or not match.start():
        return [line]
    step = (line.x1 - line.x0) / len(line.text)
    head = dataclasses.replace(line, text=line.text[: match.start()], x1=line.x0 + match.start() * step)
    parts = [head]
    if match.end() < len(line.text):
        tail = dataclasses.replace(line, text=line.text[match.end() :], start=line.start + match.end(), marker="")
        tail.x0 = line.x0 + match.end() * step
        parts.append(tail)
    dotted.add(id(head))
    for part in parts:
        place[id(part)] = place[id(line)]
    return parts


def _rows(lines: list[Line]) -> list[Row]:
    rows: list[Row] = []
    for line in sorted(lines, key=lambda n: (n.baseline, n.x0)):
        if rows and same_row(rows[-1][0], line):
            rows[-1].append(line)
        else:
            rows.append([line])
    for row in rows:
        row.sort(key=lambda n: n.x0)
    return rows


def _is_row(row: Row, place: dict[int, int]) -> bool:
    """Say whether a row holds cells: parts with wide gaps between them that the source gives together."""
    if len(row) < 2:
        return False
    order = [place[id(n)] for n in row]
    if max(order) - min(order) > _APART + len(row):
        return False
    return all(b.left - a.x1 > _GUTTER * a.size for a, b in pairwise(row))


def _stretch(rows: list[Row], at: int, place: dict[int, int]) -> list[Row]:
    """Return the rows from `at` on that stand in the same columns; wrapped lines of a cell are rows of one part."""
    found = [rows[at]]
    full = 1
    for row in rows[at + 1 :]:
        columns = _columns(found)
        step = row[0].baseline - found[-1][0].baseline
        if step > _ROW_STEP * row[0].size or any(_column_of(n, columns) is None for n in row):
            break
        if len(row) > 1:
            if not _is_row(row, place):
                break
            full += 1
        elif step > _WRAP_STEP * row[0].size or not _fits(row[0], columns):
            break
        found.append(row)
    while found and len(found[-1]) == 1 and _column_of(found[-1][0], _columns(found)) == 0 and not _is_wrap(found):
        found.pop()
    return found if full > 1 else []


def _is_wrap(rows: list[Row]) -> bool:
    return not ends_sentence(rows[-2][0].text) and starts_low(rows[-1][0].text)


def _columns(rows: list[Row]) -> list[tuple[float, float]]:
    """Return the columns' left and right edges, as the rows of several parts show them."""
    columns: list[tuple[float, float]] = []
    for row in rows:
        if len(row) < 2 and len(rows) > 1:
            continue
        for line in row:
            i = _column_of(line, columns)
            if i is None:
                columns.append((line.left, line.x1))
            else:
                columns[i] = (min(columns[i][0], line.left), max(columns[i][1], line.x1))
        columns.sort()
    return columns


def _column_of(line: Line, columns: list[tuple[float, float]]) -> int | None:
    """Return the column that a line touches; None where it touches none."""
    touched = [i for i, (x0, x1) in enumerate(columns) if line.left < x1 + 2 and line.x1 > x0 - 2]
    return touched[0] if len(touched) == 1 else None


def _fits(line: Line, columns: list[tuple[float, float]]) -> bool:
    """Say whether a line keeps to one column, at its left edge."""
    i = _column_of(line, columns)
    if i is None:
        return False
    return abs(line.left - columns[i][0]) < line.size and (
        i + 1 == len(columns) or line.x1 < columns[i + 1][0] - line.size
    )


def _is_prose(rows: list[Row], columns: list[tuple[float, float]], place: dict[int, int]) -> bool:
    """Say whether two columns hold running text or bullets, not cells."""
    if len(columns) != 2 or len(rows) < 3:
        return False
    sides = [[n for row in rows for n in row if _column_of(n, columns) == i] for i in range(2)]
    if any(is_bullet(n.marker) for n in sides[1]):
        return True
    by_column = max(place[id(n)] for n in sides[0]) < min(place[id(n)] for n in sides[1])
    least = 0.3 if by_column else 0.4
    return all(_runs_on(side, least) for side in sides)


def _runs_on(lines: list[Line], least: float) -> bool:
    """Say whether lines down a column are long enough for running text, and enough of them go on in small letters."""
    if len(lines) < 3 or statistics.mean(len(n.text) for n in lines) < _PROSE:
        return False
    on = sum(starts_low(b.text) and not ends_sentence(a.text) for a, b in pairwise(lines))
    return on >= least * (len(lines) - 1)


def _put_in_columns(
    rows: list[Row], columns: list[tuple[float, float]], place: dict[int, int], moved: dict[int, float]
) -> None:
    first = min(place[id(n)] for row in rows for n in row)
    cells = [(_column_of(n, columns) or 0, r, n) for r, row in enumerate(rows) for n in row]
    for k, (_, _, line) in enumerate(sorted(cells, key=lambda c: (c[0], c[1]))):
        moved[place[id(line)]] = first + k / (len(cells) + 1)


def _table(rows: list[Row], columns: list[tuple[float, float]], page: int) -> Table:
    cells: list[list[list[Line]]] = []
    for row in rows:
        if not cells or not _wraps(row, cells[-1], columns):
            cells.append([[] for _ in columns])
        for line in row:
            cells[-1][_column_of(line, columns) or 0].append(line)
    return Table(cells, _box_of(rows), page)


def _wraps(row: Row, above: list[list[Line]], columns: list[tuple[float, float]]) -> bool:
    """Say whether a row's parts only go on with the cells above."""
    for line in row:
        cell = above[_column_of(line, columns) or 0]
        if not cell and not any(above[1:]):
            continue
        if not cell or line.baseline - cell[-1].baseline > _WRAP_STEP * DEFAULT_PITCH * line.size:
            return False
        if len(row) > 1 and any(above[1:]) and (ends_sentence(cell[-1].text) or not starts_low(line.text)):
            return False
    if len(row) == len(columns) > 1 and not any(above[1:]):
        return True
    return len(row) < len(columns) or all(starts_low(n.text) for n in row)

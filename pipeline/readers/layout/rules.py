"""Tables drawn with rules, and text in boxes."""

from __future__ import annotations

import statistics
from itertools import pairwise

from pipeline.readers.layout.model import Box, Line, Table

_TOUCH = 3.0  # points
_MAX_RULES = 1500
_HIGHLIGHT = 1.45  # in ems: a filled box lower than this marks a line of text
_PROSE_CELL = 700  # characters: a cell this long is running text set in a frame


def ruled_tables(lines: list[Line], rules: list[Box], frames: list[Box], page: int) -> list[Table]:
    """Return the tables that drawn rules, or else boxes, make on a page.

    A row without an inner upright rule is no part of a table: it is text in a box.
    """
    tables = _from_rules(lines, rules, page)
    inside = {id(n) for t in tables for row in t.rows for cell in row for n in cell}
    rest = [n for n in lines if id(n) not in inside]
    em = statistics.median(n.size for n in rest) if rest else 0.0
    edges = [edge for frame in frames if frame.bottom - frame.top > _HIGHLIGHT * em for edge in _edges(frame)]
    return tables + (_from_rules(rest, rules + edges, page) if edges else [])


def _from_rules(lines: list[Line], rules: list[Box], page: int) -> list[Table]:
    tables = []
    for cluster in _clusters(rules[:_MAX_RULES]):
        xs = _places([r for r in cluster if _is_upright(r)], upright=True)
        ys = _places([r for r in cluster if not _is_upright(r)], upright=False)
        if len(xs) >= 3 and len(ys) >= 2:
            tables.extend(_tables_in(lines, cluster, ys, page))
    return tables


def _edges(box: Box) -> list[Box]:
    return [
        Box(box.x0, box.top, box.x1, box.top),
        Box(box.x0, box.bottom, box.x1, box.bottom),
        Box(box.x0, box.top, box.x0, box.bottom),
        Box(box.x1, box.top, box.x1, box.bottom),
    ]


def _is_upright(rule: Box) -> bool:
    return rule.bottom - rule.top > rule.x1 - rule.x0


def _places(rules: list[Box], *, upright: bool) -> list[float]:
    places: list[float] = []
    for at in sorted((r.x0 + r.x1) / 2 if upright else (r.top + r.bottom) / 2 for r in rules):
        if not places or at - places[-1] > _TOUCH:
            places.append(at)
    return places


def _clusters(rules: list[Box]) -> list[list[Box]]:
    """Group rules that touch one another."""
    parent = list(range(len(rules)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    order = sorted(range(len(rules)), key=lambda i: rules[i].top)
    open_rules: list[int] = []
    for i in order:
        rule = rules[i]
        open_rules = [j for j in open_rules if rules[j].bottom + _TOUCH >= rule.top]
        for j in open_rules:
            if rules[j].x1 + _TOUCH >= rule.x0 and rules[j].x0 - _TOUCH <= rule.x1:
                parent[root(i)] = root(j)
        open_rules.append(i)
    groups: dict[int, list[Box]] = {}
    for i in order:
        groups.setdefault(root(i), []).append(rules[i])
    return [groups[key] for key in sorted(groups)]


def _tables_in(lines: list[Line], cluster: list[Box], ys: list[float], page: int) -> list[Table]:
    """Return the runs of rows that inner upright rules divide into cells."""
    left, right = min(r.x0 for r in cluster), max(r.x1 for r in cluster)
    uprights = [r for r in cluster if _is_upright(r)]
    tables: list[Table] = []
    rows: list[list[list[Line]]] = []
    top = ys[0]
    for upper, lower in pairwise(ys):
        middle = (upper + lower) / 2
        spanning = [r for r in uprights if r.top - _TOUCH <= middle <= r.bottom + _TOUCH]
        edges = [x for x in _places(spanning, upright=True) if left + 2 * _TOUCH < x < right - 2 * _TOUCH]
        inside = [
            n for n in lines if upper - 1 <= n.middle <= lower + 1 and left - _TOUCH <= n.left and n.x1 <= right + 9
        ]
        row = _cells(inside, edges) if edges else []
        if edges and not _is_prose(row):
            if any(row):
                rows.append(row)
            continue
        if rows:
            tables.append(Table(rows, Box(left, top, right, upper), page))
            rows = []
        top = lower
    if rows:
        tables.append(Table(rows, Box(left, top, right, ys[-1]), page))
    return [t for t in tables if sum(any(cell for cell in row) for row in t.rows) and _has_two_columns(t)]


def _cells(inside: list[Line], edges: list[float]) -> list[list[Line]]:
    cells: list[list[Line]] = [[] for _ in range(len(edges) + 1)]
    for line in inside:
        cells[sum(line.x0 > edge - 1 for edge in edges)].append(line)
    for cell in cells:
        cell.sort(key=lambda n: (round(n.baseline), n.x0))
    return cells


def _is_prose(row: list[list[Line]]) -> bool:
    return max(sum(len(n.text) for n in cell) for cell in row) > _PROSE_CELL


def _has_two_columns(table: Table) -> bool:
    return any(sum(bool(cell) for cell in row) > 1 for row in table.rows)

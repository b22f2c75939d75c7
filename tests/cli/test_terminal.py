"""What stands on the terminal: rates, small bars, help for everything."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
import typer
from rich.console import Console

from pipeline.cli import app
from pipeline.cli.progress import Bars, log_line, rate_words
from pipeline.cli.show import sparkline
from pipeline.cli.trace import complete_theme, complete_year


def commands(command: Any, path: str = "findings") -> Iterator[tuple[str, Any]]:
    yield path, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from commands(inner, f"{path} {name}")


def test_every_command_argument_and_option_has_a_help_text() -> None:
    silent = []
    for path, command in commands(typer.main.get_command(app)):
        if not (command.help or "").strip():
            silent.append(path)
        silent += [f"{path} {p.name}" for p in command.params if not (getattr(p, "help", "") or "").strip()]
    assert silent == []


@pytest.mark.parametrize(
    ("done", "total", "seconds", "words"),
    [
        (30, 90, 10, "reading: 30 of 90, 3 a second, 20 s left"),
        (1, 1000, 30, "reading: 1 of 1,000, 2 a minute, 500 min left"),
        (5, 5, 2, "reading: 5 of 5, 2 a second, 0 s left"),
    ],
)
def test_a_log_line_says_how_far_how_fast_and_how_long(done: int, total: int, seconds: float, words: str) -> None:
    assert log_line("reading", done, total, seconds) == words


def test_rates_are_neither_nought_nor_all_digits() -> None:
    assert [rate_words(r) for r in (1234.5, 1.0, 0.25)] == ["1,234 a second", "1 a second", "15 a minute"]


def test_a_log_gets_a_line_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.cli.progress.LOG_EVERY", 0.0)
    to = io.StringIO()
    bars = Bars(Console(file=to, width=200))
    bars.begin("reading files", 2)
    bars.step()
    bars.step()
    bars.end()
    assert [line.split(",")[0] for line in to.getvalue().splitlines()] == [
        "reading files: 1 of 2",
        "reading files: 2 of 2",
    ]


def test_a_sparkline_has_a_dot_where_nothing_is_known() -> None:
    assert sparkline([0.0, 0.5, 1.0, float("nan")]) == "▁▅█·"
    assert sparkline([0.0, float("nan")]) == "▁·"


def test_themes_and_years_of_the_run_are_completed(tmp_path: Path) -> None:
    (tmp_path / "tables").mkdir()
    rows = "year,theme_id\n2009,staffing\n2009,stress\n2010,staffing\nundated,staffing\n"
    (tmp_path / "tables" / "theme_year.csv").write_text(rows, encoding="utf-8")
    there = Mock(params={"folder": None}, args=[str(tmp_path)])
    assert complete_theme(there, "st") == ["staffing", "stress"]
    assert complete_year(there, "20") == ["2009", "2010"]
    assert complete_theme(Mock(params={}, args=[]), "") == []
    assert complete_year(Mock(params={"folder": tmp_path / "none"}), "") == []

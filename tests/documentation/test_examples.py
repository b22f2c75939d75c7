"""The examples of README, tutorial and how-to guides run as they stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from docs import examples


@pytest.mark.parametrize("page", examples.PAGES)
def test_the_examples_of_a_page_run(page: str, root: Path, sample_run: Path, tmp_path: Path) -> None:
    text = (root / page).read_text(encoding="utf-8")
    folder = examples.workspace(tmp_path, sample_run)
    for command in examples.commands(text):
        done = examples.run(command, folder)
        assert done.code == 0, f"{command}\n{done.said}"

"""The large coder: what it reads, and what it says where it cannot run."""

from __future__ import annotations

import builtins
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.errors import ConfigError, UsageError
from pipeline.themes.rows import KINDS, Row
from pipeline.themes.semantic import first_segment, load_teacher
from pipeline.themes.student import SHIPPED

ROWS = [
    Row("Criminal record checks had not been made for two members of staff before they started work."),
    Row(
        "Agencies do not share information about children at risk.",
        section="Findings > Police",
        before="We read 20 files.",
    ),
]


def test_the_first_segment_holds_heading_stem_and_statement() -> None:
    row = Row("3.1 Visits were late", stem="We found that:", section="Report > Findings")
    assert first_segment(row) == "Findings ; We found that: ; Visits were late"
    assert first_segment(Row("Visits were late")) == "Visits were late"


def test_without_the_extra_the_error_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = builtins.__import__

    def absent(name: str, *args: Any, **kwargs: Any) -> Any:
        if name == "onnxruntime":
            raise ImportError(name=name)
        return found(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", absent)
    with pytest.raises(UsageError, match=r"findings\[semantic\]"):
        load_teacher(tmp_path)


def test_a_changed_model_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime", reason="the extra `semantic` is not installed")
    shutil.copytree(SHIPPED, tmp_path / "model")
    (tmp_path / "model" / "teacher.onnx").write_bytes(b"something else")
    with pytest.raises(ConfigError, match="sha256"):
        load_teacher(tmp_path / "model")


def test_it_reads_plain_statements_and_no_row_depends_on_the_others() -> None:
    pytest.importorskip("onnxruntime", reason="the extra `semantic` is not installed")
    teacher = load_teacher()
    kinds, themes = teacher.probabilities(ROWS)
    assert [KINDS[k] for k in kinds.argmax(axis=1)] == ["concern", "concern"]
    assert [teacher.theme_ids[t] for t in themes.argmax(axis=1)] == ["vetting_checks", "information_sharing"]
    alone = teacher.probabilities(ROWS[1:])
    assert np.array_equal(alone[0][0], kinds[1])
    assert np.array_equal(alone[1][0], themes[1])


def test_the_card_names_the_same_themes_for_both_coders() -> None:
    card = json.loads((SHIPPED / "model.json").read_text("utf-8"))
    assert set(card["teacher"]["thresholds"]) == set(card["student"]["thresholds"]) == set(card["theme_ids"])

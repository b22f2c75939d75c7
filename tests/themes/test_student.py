"""The student: same answer for a row wherever it stands, evidence inside the text, a clear error for a wrong file."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.errors import ConfigError
from pipeline.themes.pieces import NUMBER, UNKNOWN, Pieces
from pipeline.themes.rows import KINDS, Row, lead, nearest, plain
from pipeline.themes.student import SECOND, SHIPPED, Student, in_doubt, load_student, read_card

ROWS = [
    Row("Only three of the nine social work posts in Harbourne were filled.", before="We visited twice in May."),
    Row(
        "young people leave care with a plan that they helped to write.",
        stem="We were pleased to find that:",
        section="Key findings > Care leavers",
    ),
    Row("The board should publish the serious case review without further delay."),
    Row("This report was printed in June."),
    Row("Criminal record checks had not been made for two volunteers before they started work."),
    Row(""),
    Row("漢字 — ¿?"),
]

CLEAR = [
    (
        "Criminal record checks had not been made for two members of staff before they started work.",
        "concern",
        "vetting_checks",
    ),
    ("Agencies do not share information about children at risk with one another.", "concern", "information_sharing"),
    ("Social workers' caseloads are too high and many posts are vacant.", "concern", "workforce_capacity"),
    ("Care leavers are well supported by their personal advisers.", "strength", "care_leavers"),
    (
        "The council should ensure that all managers receive regular supervision and training.",
        "recommendation",
        "training_and_supervision",
    ),
]


def shipped() -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the shipped student's arrays and card."""
    card, data = read_card(SHIPPED, "student")
    with np.load(io.BytesIO(data)) as arrays:
        return dict(arrays), card


def test_probabilities_have_a_column_for_each_kind_and_theme() -> None:
    student = load_student()
    kinds, themes = student.probabilities(ROWS)
    assert kinds.shape == (len(ROWS), len(KINDS))
    assert themes.shape == (len(ROWS), len(student.theme_ids))
    assert np.allclose(kinds.sum(axis=1), 1, atol=3e-4)
    assert ((themes >= 0) & (themes <= 1)).all()


def test_a_row_has_the_same_answer_in_any_company() -> None:
    student = load_student()
    kinds, themes = student.logits(ROWS * 90)
    for i, row in enumerate(ROWS):
        alone = student.logits([row])
        for at in (i, i + len(ROWS) * 47):
            assert np.array_equal(alone[0][0], kinds[at])
            assert np.array_equal(alone[1][0], themes[at])


def test_no_rows_give_no_probabilities() -> None:
    kinds, themes = load_student().probabilities([])
    assert kinds.shape == (0, 4)
    assert themes.shape[0] == 0


def test_where_the_first_network_is_in_doubt_both_count_the_same() -> None:
    arrays, card = shipped()
    one = {name: array for name, array in arrays.items() if not name.startswith(SECOND)}
    two = {name.removeprefix(SECOND): array for name, array in arrays.items() if name.startswith(SECOND)}
    first, second = (Student({**part, "vocabulary": arrays["vocabulary"]}, card) for part in (one, two))
    rows = [*ROWS, *(Row(text) for text, _, _ in CLEAR)]
    scores, others = (np.concatenate(student.logits(rows), axis=1) for student in (first, second))
    doubt = in_doubt(scores)
    assert 0 < doubt.sum() < len(rows)
    said = np.concatenate(Student(arrays, card).logits(rows), axis=1)
    assert np.array_equal(said[~doubt], scores[~doubt])
    assert np.array_equal(said[doubt], (scores[doubt] + others[doubt]) / np.float32(2))


@pytest.mark.parametrize(
    ("kinds", "theme", "doubt"),
    [
        ([6, 0, 0, 0], -3, False),
        ([2, 0, 0, 0], -3, True),  # .71 for a concern
        ([6, 0, 0, 0], 0.5, True),
        ([0, 0, 0, 6], 0.5, False),  # context has no themes
    ],
)
def test_doubt_is_of_kinds_or_of_the_themes_of_what_may_be_a_finding(
    kinds: list[float], theme: float, doubt: bool
) -> None:
    assert in_doubt(np.array([[*kinds, theme, -4]], np.float32)).tolist() == [doubt]


@pytest.mark.parametrize(("text", "kind", "theme"), CLEAR)
def test_plain_statements_are_read_as_a_coder_reads_them(text: str, kind: str, theme: str) -> None:
    student = load_student()
    kinds, themes = student.probabilities([Row(text)])
    assert KINDS[int(kinds[0].argmax())] == kind
    assert student.theme_ids[int(themes[0].argmax())] == theme


@pytest.mark.parametrize("row", ROWS)
def test_evidence_lies_inside_the_text(row: Row) -> None:
    [(start, end)] = load_student().evidence([row], ["care_leavers"])
    assert 0 <= start <= end <= len(row.text)


def test_evidence_names_the_words_that_matter() -> None:
    text = (
        "On a wet afternoon in the town hall we were told that criminal record checks had not been made for volunteers."
    )
    [(start, end)] = load_student().evidence([Row(text)], ["vetting_checks"])
    assert "checks" in text[start:end]
    assert end - start < len(text)


def test_a_changed_weights_file_is_refused(tmp_path: Path) -> None:
    shutil.copytree(SHIPPED, tmp_path / "model")
    (tmp_path / "model" / "student.npz").write_bytes(b"something else")
    with pytest.raises(ConfigError, match="sha256"):
        load_student(tmp_path / "model")


def test_a_missing_model_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"model\.json"):
        load_student(tmp_path)


def test_a_broken_card_is_named(tmp_path: Path) -> None:
    (tmp_path / "model.json").write_text(json.dumps({"student": 3}), "utf-8")
    with pytest.raises(ConfigError, match="card"):
        load_student(tmp_path)


def test_pieces_know_a_word_in_any_company() -> None:
    pieces = Pieces(["[PAD]", "[UNK]", "[NUM]", "child", "##ren", ",", "(", ")"])
    assert pieces.numbers("(children), CHILDREN\u00a0child") == [6, 3, 4, 7, 5, 3, 4, 3]
    assert pieces.numbers("  ") == []


def test_pieces_take_the_longest_known_parts() -> None:
    pieces = Pieces(["[PAD]", "[UNK]", "[NUM]", "child", "##ren", "safe", "##guard", "##ing", "'", "s"])
    assert pieces.numbers("Children’s 2,316 safeguarding ĉhild qqq") == [3, 4, 8, 9, NUMBER, 5, 6, 7, 3, UNKNOWN]
    assert pieces.spans("Safeguarding 12") == [(0, 12)] * 3 + [(13, 15)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3.12 The board met.", "The board met."),
        ("(b) the cost\nof care", "the cost of care"),
        ("• Visits are late", "Visits are late"),
        ("12 children were seen", "12 children were seen"),
        ("A plan exists", "A plan exists"),
    ],
)
def test_plain_takes_off_markers_only(text: str, expected: str) -> None:
    assert plain(text) == expected


def test_lead_and_nearest_read_the_stem_and_the_last_heading() -> None:
    assert lead(Row("visits are late", stem="We found that:")) == "We found that: visits are late"
    assert nearest("Report > Key findings > Care leavers") == "Care leavers"

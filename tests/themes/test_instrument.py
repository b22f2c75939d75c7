"""A codebook is tried on its own examples and on findings; two codebooks are compared; one is drafted from nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.codebook import Codebook, Theme, codebook_yaml, load_codebook
from pipeline.config import load_yaml
from pipeline.themes.coder import CodebookCoder, build_coder, load_model
from pipeline.themes.compare import compare
from pipeline.themes.draft import draft
from pipeline.themes.emergent import find_themes
from pipeline.themes.instrument import Checked, Findings, check
from pipeline.themes.kwic import keyword_in_context
from pipeline.themes.rows import Row

BOOK = """\
themes:
  - id: roofs
    label: Roofs
    definition: Water comes in.
    terms:
      - roof
      - leak ~ 0.6
      - gutter
    not_terms: [roof garden]
    examples:
      - The roof of the library leaks.
      - Rain came through the ceiling.
    counter_examples:
      - The roof garden is in bloom.
      - The roof terrace is open.
  - id: doors
    label: Doors
    definition: Ways in.
    terms: [door, Roof]
    examples: [The door sticks.]
    counter_examples: [The path is wet.]
"""


def coder(*themes: Theme) -> CodebookCoder:
    return build_coder(Codebook(themes), None)


def findings(*texts: str, years: tuple[str, ...] = ()) -> Findings:
    return Findings(tuple(Row(text) for text in texts), years or ("2001",) * len(texts), ("report",) * len(texts))


def tried(tmp_path: Path, on: Findings | None = None) -> Checked:
    path = tmp_path / "book.yml"
    path.write_text(BOOK, encoding="utf-8")
    book = load_codebook(path)
    return check(book, build_coder(book, None), load_yaml(path).lines, on)


def test_failed_examples_are_grave_and_name_their_line(tmp_path: Path) -> None:
    checked = tried(tmp_path)
    grave = [(note.what, note.line) for note in checked.notes if note.grave]
    assert checked.failed
    assert grave == [("example missed", 12), ("counter-example coded", 15)]


def test_a_term_in_two_themes_is_noted(tmp_path: Path) -> None:
    [note] = [note for note in tried(tmp_path).notes if note.what == "double term"]
    assert (note.theme_id, note.line) == ("doors", 19)
    assert "'roofs'" in note.message


def test_terms_are_tried_on_findings(tmp_path: Path) -> None:
    on = findings(*["The roof leaks."] * 12, *["The door is open."] * 12)
    checked = tried(tmp_path, on)
    said = {(note.theme_id, note.what) for note in checked.notes}
    assert {("roofs", "never fires"), ("roofs", "fires everywhere"), ("roofs", "overlap")} <= said
    assert ("doors", "overlap") not in said
    assert {use.term: use.firings for use in checked.terms if use.theme_id == "roofs"} == {
        "roof": 12, "leak ~ 0.6": 12, "gutter": 0
    }  # fmt: skip


def test_a_term_whose_sense_shifts_is_noted() -> None:
    theme = Theme("money", "Money", terms=("bank ~ 0.6", "loan"))
    texts = ["The bank made a loan."] * 12 + ["The river bank is steep."] * 12
    on = findings(*texts, years=("2001",) * 12 + ("2020",) * 12)
    notes = check(Codebook((theme,)), coder(theme), {}, on).notes
    assert ["before 2020" in note.message for note in notes if note.what == "sense shifts"] == [True]


@pytest.mark.parametrize("name", ["codebook.yml", "codebooks/upr.yml"])
def test_the_codebooks_that_come_along_pass_their_own_check(root: Path, name: str) -> None:
    path = root / "configs" / name
    book = load_codebook(path)
    checked = check(book, build_coder(book, load_model("default")), load_yaml(path).lines)
    assert [note for note in checked.notes if note.grave] == []


def test_every_theme_that_comes_along_says_what_it_is(root: Path) -> None:
    for theme in load_codebook(root / "configs" / "codebook.yml").themes:
        assert theme.definition
        assert theme.terms
        assert len(theme.examples) >= 3
        assert len(theme.counter_examples) >= 3


def test_comparing_tells_what_moves_and_which_years_change() -> None:
    old = coder(Theme("a", "A", terms=("leak",)), Theme("b", "B", terms=("door",)))
    new = coder(Theme("a", "A", terms=("leak", "damp")), Theme("gates", "Gates", terms=("door", "gate")))
    on = findings("The wall is damp.", "A leak.", "The door sticks.", "The gate sticks.", years=("1", "1", "2", "2"))
    found = compare(old, new, on)
    assert found.became == {"b": {"gates": 1.0}}
    assert [(m.finding, m.theme_id, m.change, m.evidence) for m in found.moved] == [
        (0, "a", "gained", "damp"),
        (3, "gates", "gained", "gate"),
    ]
    assert [(y.theme_id, y.year, y.old, y.new) for y in found.years] == [("a", "1", 1, 2), ("gates", "2", 1, 2)]


def test_a_codebook_against_itself_moves_nothing() -> None:
    same = coder(Theme("a", "A", terms=("leak",)))
    found = compare(same, same, findings("A leak.", "A door."))
    assert (found.moved, found.years, found.removed, found.added) == ((), (), (), ())


def test_keyword_in_context_finds_every_place() -> None:
    on = findings("The old roof and the new roof leak.", "No matter.")
    places = keyword_in_context("roof", on, width=12)
    assert [(p.left, p.words, p.right) for p in places] == [
        ("The old", "roof", "and the new"),
        ("and the new", "roof", "leak."),
    ]


def test_a_drafted_codebook_is_valid_and_passes_its_own_check(tmp_path: Path) -> None:
    texts = [f"The roof of house {n} leaks and the ceiling is wet." for n in range(15)]
    texts += [f"Buses on route {n} run late and drivers are few." for n in range(15)]
    texts += [f"School dinner {n} was cold and the kitchen was closed." for n in range(15)]
    texts += [f"Swimming pool {n} has broken showers and dirty water." for n in range(15)]
    book = draft(texts, find_themes(texts, most=4, smallest=3, seed=1), "houses")
    path = tmp_path / "draft.yml"
    path.write_text(codebook_yaml(book), encoding="utf-8")
    again = load_codebook(path)
    assert again.themes == book.themes
    assert len(again.themes) == 4
    assert all(theme.examples and theme.counter_examples for theme in again.themes)
    assert not check(again, build_coder(again, None), load_yaml(path).lines).failed

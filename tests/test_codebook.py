"""The codebook: read whole, or refused with the line of the fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.codebook import load_codebook, theme_ids
from pipeline.errors import ConfigError

GOOD = """\
name: small
themes:
  - id: roofs
    label: Leaking roofs
    definition: Water comes in.
    terms: [leak, "roof * damage"]
  - id: doors
    label: Doors
    parent: roofs
    valid_from: 2004
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "codebook.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_codebook_is_read_with_a_hash_of_what_it_says(tmp_path: Path) -> None:
    book = load_codebook(write(tmp_path, GOOD))
    assert book.ids == ("roofs", "doors")
    assert book.themes[1].valid_from == 2004
    again = load_codebook(write(tmp_path, "# a comment changes nothing\n" + GOOD))
    assert again.sha256 == book.sha256
    assert load_codebook(write(tmp_path, GOOD.replace("leak,", "leaks,"))).sha256 != book.sha256


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("id: doors", "id: roofs", 7, "'roofs' stands twice.*line 3"),
        ("id: doors", "id: Doors!", 7, "not usable.*small letters"),
        ("[leak,", "[' ',", 6, "empty entry in 'terms'"),
        ("parent: roofs", "parent: walls", 9, "unknown parent 'walls'"),
        ("label: Doors", "label: ''", 8, "empty label"),
        ("definition:", "definiton:", 5, "unknown key 'definiton'.*definition"),
        ("valid_from: 2004", "valid_from: 2004\n    valid_to: 1999", 11, "ends before it begins"),
    ],
)
def test_a_fault_names_its_line(tmp_path: Path, old: str, new: str, line: int, words: str) -> None:
    with pytest.raises(ConfigError, match=rf"line {line}: .*{words}"):
        load_codebook(write(tmp_path, GOOD.replace(old, new)))


@pytest.mark.parametrize("text", ["", "name: x\n", "themes: []\n", "- a\n"])
def test_a_codebook_without_themes_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError, match="has no themes"):
        load_codebook(write(tmp_path, text))


def test_themes_are_named_by_id_or_label(tmp_path: Path) -> None:
    book = load_codebook(write(tmp_path, GOOD))
    assert theme_ids("Doors; roofs;", book, "row 1") == ("roofs", "doors")
    with pytest.raises(ConfigError, match="row 2: 'walls' is no theme"):
        theme_ids("walls", book, "row 2")


def test_the_codebook_that_comes_with_the_project_is_whole(root: Path) -> None:
    book = load_codebook(root / "configs" / "codebook.yml")
    assert len(book.ids) == 20
    for theme in book.themes:
        assert theme.definition, theme.id
        assert theme.terms, theme.id
        assert len(theme.examples) >= 3, theme.id
        assert theme.counter_examples, theme.id

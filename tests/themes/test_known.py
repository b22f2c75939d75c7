"""Emergent themes are known again from run to run, and what a file says of them is read with care."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import ConfigError
from pipeline.themes.emergent import EmergentTheme, find_themes
from pipeline.themes.known import Known, as_yaml, match, read_known

PLACES = ("Norwick", "Ashby", "Oldmere", "Saltcombe")
SUBJECTS = (
    "The bus to {} came late and its driver took a wrong turning.",
    "At {} rain came through the roof and buckets stood under the ceiling.",
    "In {} the garden had no gate, and its benches were rotten.",
    "Soup was cold in {} and the kitchen ran out of bread by noon.",
    "Nobody at {} knew which lock the new keys were for.",
)
TEXTS = [subject.format(place) for subject in SUBJECTS for place in PLACES]


def found(*texts: str) -> list[EmergentTheme]:
    return find_themes(texts, most=len(texts) // 4, smallest=3, seed=1)


def theme(words: dict[str, float], members: int = 4) -> EmergentTheme:
    return EmergentTheme(tuple(words), tuple(range(members)), (1.0,) * members, 0, 1.0, tuple(words.items()))


def test_themes_keep_their_names_when_documents_are_added(tmp_path: Path) -> None:
    first = found(*TEXTS[:16])
    path = tmp_path / "emergent.yml"
    path.write_text(as_yaml(match(first, ()), first), encoding="utf-8")
    then = {m.theme_id: first[m.at].members for m in match(first, ()) if m.at is not None}
    again = found(*TEXTS)
    now = {m.theme_id: (m.status, again[m.at].members) for m in match(again, read_known(path)) if m.at is not None}
    assert {i: members for i, (status, members) in now.items() if status == "kept"} == then
    assert [i for i, (status, _) in now.items() if status == "new"] == ["emergent_05"]


def test_a_changed_label_is_carried_on() -> None:
    (one,) = match([theme({"bus": 0.8, "driver": 0.6})], [Known("emergent_07", "Late buses", 9, True, {"bus": 1.0})])
    assert (one.theme_id, one.label, one.status, one.likeness) == ("emergent_07", "Late buses", "kept", 0.8)


def test_a_theme_without_words_in_common_is_new_and_numbers_are_not_used_again() -> None:
    known = [Known("emergent_02", "Roofs", 5, False, {"roof": 1.0})]
    new, gone = match([theme({"bus": 1.0})], known)
    assert (new.theme_id, new.status, gone.theme_id, gone.status) == ("emergent_03", "new", "emergent_02", "gone")


def test_what_is_gone_stays_in_the_file_and_can_come_back(tmp_path: Path) -> None:
    path = tmp_path / "emergent.yml"
    buses, roofs = theme({"bus": 1.0}), theme({"roof": 1.0})
    for themes in ([buses, roofs], [buses], [roofs, buses]):
        known = read_known(path) if path.exists() else ()
        matches = match(themes, known)
        path.write_text(as_yaml(matches, themes), encoding="utf-8")
    assert [(m.theme_id, m.status) for m in matches] == [("emergent_02", "kept"), ("emergent_01", "kept")]
    assert [one.found for one in read_known(path)] == [True, True]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("themes: 3", "does not hold emergent themes"),
        ("themes: [{id: emergent_01}]", "is not a theme"),
        ("themes: [{id: ../x, label: a, findings: 1, found: true, words: {}}]", "no run writes"),
        ("themes: [{id: emergent_01, label: a, findings: 1, found: true, words: {a: .nan}}]", "no run writes"),
        ("themes: [{id: emergent_01, label: a, findings: 1, found: true, words: {a: 7}}]", "no run writes"),
        ("themes: [&t {id: emergent_01, label: a, findings: 1, found: true, words: {}}, *t]", "a theme twice"),
    ],
)
def test_a_file_that_no_run_wrote_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "emergent.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=message):
        read_known(path)

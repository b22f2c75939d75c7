"""Themes suggested by the text: few findings by factors, many by k-means, the same every time."""

from __future__ import annotations

import pytest

from pipeline.themes import emergent
from pipeline.themes.emergent import EmergentTheme, find_themes

PLACES = ("Norwick", "Ashby Vale", "Oldmere", "Saltcombe", "Brackwater", "Fen End")
TEXTS = [
    *(f"The bus to {place} came late and its driver took a wrong turning." for place in PLACES),
    *(f"At {place} rain came through the roof and buckets stood under the ceiling." for place in PLACES),
    *(f"In {place} the garden had no gate, and its benches were rotten." for place in PLACES),
    *(f"Soup was cold in {place} and the kitchen ran out of bread by noon." for place in PLACES),
    "It was.",
]


@pytest.fixture(params=["few", "many"])
def themes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> list[EmergentTheme]:
    monkeypatch.setattr(emergent, "MANY", 5 if request.param == "many" else 2_000)
    found = find_themes(TEXTS, most=4, smallest=4, seed=3)
    assert found == find_themes(TEXTS, most=4, smallest=4, seed=3)
    return found


def test_findings_that_belong_together_are_together(themes: list[EmergentTheme]) -> None:
    assert sorted(theme.members for theme in themes) == [tuple(range(at, at + 6)) for at in (0, 6, 12, 18)]


def test_a_finding_without_words_has_no_theme(themes: list[EmergentTheme]) -> None:
    assert len(TEXTS) - 1 not in {member for theme in themes for member in theme.members}


def test_weights_profiles_and_stability_have_their_ranges(themes: list[EmergentTheme]) -> None:
    for theme in themes:
        assert all(0 < weight <= 1 for weight in theme.weights)
        assert 0 < theme.stability <= 1
        assert sum(weight**2 for _, weight in theme.profile) == pytest.approx(1, abs=0.01)
        assert theme.central in theme.members


def test_too_few_findings_have_no_themes() -> None:
    assert find_themes(TEXTS[:5], most=12, smallest=5, seed=3) == []


def test_two_groups_of_few_findings_are_told_apart_by_the_words_that_all_of_each_share() -> None:
    mine = [text for text in TEXTS if "bus" in text or "Soup" in text]
    found = find_themes(mine, most=12, smallest=6, seed=3)
    assert [(theme.members, theme.terms[0]) for theme in found] == [
        (tuple(range(6, 12)), "bread"),
        (tuple(range(6)), "bus"),
    ]
    assert not set(found[0].terms) & set(found[1].terms)

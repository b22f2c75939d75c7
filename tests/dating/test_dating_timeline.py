"""The timeline file: what is allowed in it, and that the project's own holds together."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from pipeline.config import load_yaml
from pipeline.dating import Timeline
from pipeline.errors import ConfigError

FACT = {"id": "office", "kind": "body", "names": ["Bridge Safety Office"], "begins": "2005-04", "source": "Gazette"}

WRONG: list[tuple[dict[str, Any], str]] = [
    ({"fact": []}, "unknown key 'fact'"),
    ({"facts": "none"}, "must be a list"),
    ({"facts": ["none"]}, "must be a mapping"),
    ({"facts": [{**FACT, "kind": "thing"}]}, "unknown kind"),
    ({"facts": [{**FACT, "begin": "2005"}]}, "unknown key 'begin'"),
    ({"facts": [{**FACT, "names": []}]}, "`names` is missing"),
    ({"facts": [{**FACT, "source": ""}]}, "`source` is missing"),
    ({"facts": [{**FACT, "begins": "spring 2005"}]}, "not a date"),
    ({"facts": [{**FACT, "begins": "2005-13"}]}, "not a date"),
    ({"facts": [{**FACT, "ends": "2004"}]}, "`begins` is after `ends`"),
    ({"facts": [{key: FACT[key] for key in FACT if key != "begins"}]}, "needs a date"),
    ({"facts": [FACT, FACT]}, "used twice"),
    ({"facts": [{"id": "m", "kind": "office", "role": ["minister"], "source": "Gazette"}]}, "`holders` is missing"),
    ({"facts": [{"id": "e", "kind": "event", "names": ["flood"], "source": "Gazette"}]}, "needs a date"),
]


@pytest.mark.parametrize(("mapping", "message"), WRONG)
def test_faults_are_named(mapping: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        Timeline.build(mapping, place="timeline.yml")
    assert caught.value.place.startswith("timeline.yml")
    assert caught.value.remedy


def test_months_and_years_are_read_outward() -> None:
    (fact,) = Timeline.build({"facts": [{**FACT, "begins": "2005", "ends": "2010-02"}]}).facts
    assert (fact.begins, fact.ends) == (dt.date(2005, 1, 1), dt.date(2010, 2, 28))


def test_a_second_timeline_adds_and_replaces() -> None:
    one = Timeline.build({"facts": [FACT]})
    two = Timeline.build({"facts": [{**FACT, "begins": "2006"}, {**FACT, "id": "other"}]})
    joined = one.joined(two)
    assert [fact.id for fact in joined.facts] == ["office", "other"]
    assert joined.facts[0].begins == dt.date(2006, 1, 1)


def test_the_projects_timeline_is_broad_and_sound(root: Path) -> None:
    timeline = Timeline.build(load_yaml(root / "configs" / "timeline.yml").value)
    assert len(timeline.facts) >= 150
    for fact in timeline.facts:
        assert fact.source
        assert not (fact.known and fact.begins and fact.known > fact.begins), fact.id
    text = " ".join(f"{fact.id} {fact.source}" for fact in timeline.facts).lower()
    for place in ("england", "wales", "scotland", "northern ireland", "ireland", "united nations", "australia"):
        assert place in text.replace("-", " ")

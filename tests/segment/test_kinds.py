"""Kinds by rule: a statement, what it is. Contrast, negation and its scope, modality, section and stem."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from pipeline.errors import ConfigError
from pipeline.segment import KindRules
from pipeline.segment.combine import kind_shares
from pipeline.segment.cutting import Unit
from pipeline.segment.kinds import KindReader
from pipeline.segment.types import KINDS
from tests.segment.support import rules

SPEC = [
    # negation and its scope
    ("There is no clear system for checking new staff.", "concern"),
    ("Plans are not always up to date.", "concern"),
    ("Few schools had a trained lead.", "concern"),
    ("All staff had been checked before they started work.", "strength"),
    ("Children do not wait for help and no child was left without a worker.", "strength"),
    ("Managers fail to challenge poor practice.", "concern"),
    ("There is a lack of consistent oversight.", "concern"),
    # contrast
    ("Although some plans are brief, most are clear and well written.", "strength"),
    ("Staff are committed, but caseloads are too high and visits are late.", "concern"),
    ("Despite recent improvement, recording remains weak.", "concern"),
    # plain judgements
    ("Social workers know the children well and see them regularly.", "strength"),
    ("Assessments are thorough and timely.", "strength"),
    ("Leadership is strong, ambitious and effective.", "strength"),
    ("The quality of supervision is poor and inconsistent.", "concern"),
    ("Too many children wait too long for a plan.", "concern"),
    # modality
    ("The council should review its thresholds.", "recommendation"),
    ("The board must publish its findings within six months.", "recommendation"),
    ("Ensure that every child has a named worker.", "recommendation"),
    ("We recommend that the force trains all its call handlers.", "recommendation"),
    # context
    ("This inspection was carried out under section 20 of the Children Act 2004.", "context"),
    ("The lead inspector was joined by four colleagues.", "context"),
    ("For more information write to info@northby.gov.uk.", "context"),
    ("London", "context"),
    ("The borough has a population of 214,000 and 52,000 live in its three towns.", "context"),
]


@dataclass(frozen=True)
class Row:
    text: str
    stem: str = ""
    section: str = ""
    before: str = ""
    block_kind: str = "paragraph"


def unit(text: str, stem: str = "", section: str = "", kind: str = "paragraph") -> Unit:
    return Unit(1, kind, 0, None, 0, len(text), section, stem, text, "", True)


def kind_of(one: Unit) -> str:
    return KINDS[int(np.argmax(kind_shares([one], rules(), None)[0]))]


@pytest.mark.parametrize(("text", "kind"), SPEC)
def test_kind_of_a_statement(text: str, kind: str) -> None:
    assert kind_of(unit(text)) == kind


@pytest.mark.parametrize(
    ("text", "stem", "section", "kind"),
    [
        ("joint training with schools", "We were concerned about the absence of:", "", "concern"),
        ("clear lines of report", "We were pleased to find:", "", "strength"),
        ("clear lines of report", "Each agency should set out:", "", "recommendation"),
        ("the quality and timeliness of assessments", "", "Northby > What needs to improve", "recommendation"),
        ("Four inspectors visited over two weeks.", "", "Northby > About this inspection", "context"),
    ],
)
def test_stem_and_section_decide_what_the_words_leave_open(text: str, stem: str, section: str, kind: str) -> None:
    assert kind_of(unit(text, stem, section, "list_item" if stem else "paragraph")) == kind


def test_probabilities_add_up() -> None:
    shares = kind_shares([unit(text) for text, _ in SPEC], rules(), None)
    assert np.allclose(shares.sum(axis=1), 1)
    assert (shares > 0).all()


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ({"cue": {}}, "unknown key 'cue'"),
        ({"cues": {"a": {"kind": "praise", "phrases": ["good"]}}}, "unknown kind 'praise'"),
        ({"cues": {"a": {"kind": "strength"}}}, "has no phrases"),
        ({"cues": {"a": {"kind": "strength", "phrases": [True]}}}, "must be a list of phrases"),
        ({"cues": {"a": {"kind": "strength", "phrases": ["good"], "weight": 1}}}, "unknown key 'weight' in cue 'a'"),
        ({"bias": [0, 0, 0]}, "four numbers"),
        ({"bias": [0, 0, 0, float("nan")]}, "four numbers"),
        ({"shapes": {"tall": [0, 0, 0, 0]}}, "unknown key 'tall' in shapes"),
        ({"roles": {"a": {"headings": [], "weights": [0, 0, 0, 0]}}}, "has no headings"),
        ({"mixing": {"rules": -1}}, "mixing: rules"),
    ],
)
def test_errors_name_the_place(mapping: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=r"kinds\.yml") as caught:
        KindRules.build(mapping)
    assert message in str(caught.value)


def test_a_new_cue_takes_effect() -> None:
    own = KindRules.build(
        {"negators": ["not"], "cues": {"rust": {"kind": "concern", "phrases": ["rust*", "out of ~ order"]}}}
    )
    scores = KindReader(own).scores(
        [Row("The pipes are rusty."), Row("The pipes are not rusty."), Row("It is out of good order.")]
    )
    assert scores.argmax(axis=1).tolist() == [0, 1, 0]

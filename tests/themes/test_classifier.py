"""What coded statements teach a coder, where they are too few to teach anything; their order does not count."""

from __future__ import annotations

import pickle

import pytest

from pipeline.cluster import FindingText
from pipeline.codebook import Codebook, Theme
from pipeline.themes.classifier import FEWEST, Example
from pipeline.themes.coder import CodebookCoder, build_coder, learn, without_own_document
from pipeline.themes.rows import Row

BOOK = Codebook((Theme("water", "Water", terms=("leak",)), Theme("heat", "Heat", terms=("boiler",))))
WET = ["damp", "flood", "drip", "puddle", "moisture"]


def examples(number: int) -> list[Example]:
    wet = [
        Example(Row(f"There is {WET[i % 5]} in cellar {i % 7} after rain."), frozenset({"water"}), f"d{i}")
        for i in range(number)
    ]
    dry = [Example(Row(f"The doors of hall {i % 7} stick."), frozenset(), f"e{i}") for i in range(number)]
    return wet + dry


@pytest.fixture(scope="module")
def plain() -> CodebookCoder:
    return build_coder(BOOK, None)


def said(coder: CodebookCoder, text: str) -> tuple[str, ...]:
    return tuple(coded.theme_id for coded in coder.code([FindingText(text)])[0])


def test_words_of_coded_statements_are_learned_beside_the_terms(plain: CodebookCoder) -> None:
    taught = learn(plain, examples(60))
    assert said(plain, "A flood filled the cellar after rain.") == ()
    [coded] = taught.code([FindingText("A flood filled the cellar after rain.")])[0]
    assert (coded.theme_id, coded.method) == ("water", "gold")
    assert "A flood filled the cellar after rain."[coded.start : coded.end] in {"flood", "cellar", "after rain", "rain"}
    assert said(taught, "The doors of the hall stick.") == ()


def test_a_theme_with_too_few_examples_stays_with_its_terms(plain: CodebookCoder) -> None:
    taught = learn(plain, examples(FEWEST - 1))
    assert taught.learned is not None
    assert taught.learned.trust.tolist() == [0, 0]
    assert said(taught, "The boiler has a leak.") == ("water", "heat")
    assert said(taught, "A flood in the cellar.") == ()


def test_the_order_of_coded_statements_does_not_count(plain: CodebookCoder) -> None:
    one, other = learn(plain, examples(20)), learn(plain, examples(20)[::-1])
    assert one.version == other.version
    assert pickle.dumps(one.learned) == pickle.dumps(other.learned)


def test_what_was_learned_crosses_a_process_border(plain: CodebookCoder) -> None:
    taught = learn(plain, examples(20))
    again = pickle.loads(pickle.dumps(taught.learned))
    rows = [Row("A flood in the cellar.")]
    known = plain.weigh(rows).shares
    assert (again.probability(rows, known) == taught.learned.probability(rows, known)).all()


def test_statements_are_coded_by_what_others_teach(plain: CodebookCoder) -> None:
    odd = Example(Row("Quorum bassoon turnstile."), frozenset({"water"}), "odd")
    found = without_own_document(plain, [*examples(60), odd])
    assert found[0] == ("water",)
    assert found[-1] == ()

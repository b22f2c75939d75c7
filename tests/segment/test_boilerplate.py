"""Template text is what comes back in a publisher's documents."""

from __future__ import annotations

from pipeline.segment.boilerplate import BoilerplateSettings, find_boilerplate, fingerprint

TEMPLATE = "This inspection was carried out on 3 to 14 May 2019 by the county inspectorate."


def test_repetition_across_documents_of_one_publisher() -> None:
    rows = [(f"d{n}", "County", TEMPLATE.replace("2019", str(2010 + n))) for n in range(5)]
    rows += [
        (f"d{n}", "County", f"Finding number {word} stands in this report alone.") for n, word in enumerate("abcde")
    ]
    assert find_boilerplate(rows) == {fingerprint(TEMPLATE)}


def test_one_document_that_repeats_itself_is_no_series() -> None:
    assert find_boilerplate([("d1", "County", TEMPLATE)] * 9) == frozenset()


def test_few_among_many_documents_are_chance() -> None:
    rows = [
        (f"d{n}", "County", "Most staff were kind to children." if n < 4 else f"Word {chr(97 + n % 26)}{n // 26}.")
        for n in range(200)
    ]
    assert find_boilerplate(rows) == frozenset()
    assert find_boilerplate(rows, BoilerplateSettings(min_share=0.01)) != frozenset()


def test_short_lines_are_left_alone() -> None:
    assert find_boilerplate([(f"d{n}", "County", "Good.") for n in range(9)]) == frozenset()


def test_publishers_are_counted_apart() -> None:
    assert find_boilerplate([(f"d{n}", f"publisher {n % 3}", TEMPLATE) for n in range(9)]) == frozenset()

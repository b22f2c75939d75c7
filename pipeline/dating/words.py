"""The vocabulary of dates: names of months, days and small numbers, and folding text without moving its offsets."""

from __future__ import annotations

import re
import unicodedata

_ENGLISH = (
    "january february march april may june july august september october november december",
    "jan feb mar apr may jun jul aug sep oct nov dec",
    "jan. feb. mar. apr. may. jun. jul. aug. sept oct. nov. dec.",
)
# Other languages of news exports and of the nations whose inspectorates publish in two languages.
_OTHER = (
    "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre",
    "januar februar marz april mai juni juli august september oktober november dezember",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "ionawr chwefror mawrth ebrill mai mehefin gorffennaf awst medi hydref tachwedd rhagfyr",
)

ENGLISH_MONTHS: dict[str, int] = {
    name.rstrip("."): number for row in _ENGLISH for number, name in enumerate(row.split(), start=1)
}
MONTHS: dict[str, int] = {name: number for row in _OTHER for number, name in enumerate(row.split(), start=1)}
MONTHS.update(ENGLISH_MONTHS)

NUMBERS: dict[str, int] = {
    word: number
    for number, word in enumerate(
        [
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
            "twenty",
        ],
        start=1,
    )
}

_SAME_LENGTH = str.maketrans(
    {
        "\u2018": "'",
        "\u2019": "'",
        "\u201b": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u00a0": " ",
        "\u2009": " ",
        "\u202f": " ",
        "\n": " ",
        "\r": " ",
        "\t": " ",
        "\u2010": "-",
        "\u2011": "-",
        "\u2012": "-",
        "\u2013": "-",
        "\u2014": "-",
        "\u2015": "-",
        "\u2212": "-",
        "\u2500": "-",
        "\ufffe": "-",
    }
)
_NOT_PLAIN = re.compile(r"[^\x00-\x7f]")


def fold(text: str) -> str:
    """Return `text` with plain quotes, dashes and spaces and without accents, every character in its old place."""
    return _NOT_PLAIN.sub(_without_accent, text.translate(_SAME_LENGTH))


def _without_accent(char: re.Match[str]) -> str:
    base = unicodedata.normalize("NFD", char[0])[0]
    return base if base.isascii() else char[0]


def number_of(word: str) -> int | None:
    """Return the number that a numeral or a number word up to twenty stands for."""
    return int(word) if word.isdecimal() else NUMBERS.get(word.lower())

"""Statements made up for measuring speed and memory: sentences of many forms about fictional places, any number.

    python -m benchmarks made_rows FILE.csv ROWS

The sentences differ from row to row and are the same in every run. They say nothing about quality.
"""

from __future__ import annotations

import csv
import random
import sys
from pathlib import Path

_WHO = (
    "Social workers;Managers;The council;Schools;Health visitors;Foster carers;Partners;The police;Team leaders;Staff"
)
_DOES = (
    "do not share information with;rarely visit;work closely with;make good use of;should review their work with;"
    "must record every contact with;have no clear plan for;know well the needs of;respond late to;listen to"
)
_WHOM = (
    "children in need;families in the area;looked-after children;young carers;children missing from school;"
    "new members of staff;partner agencies;disabled children;care leavers;the duty team"
)
_WHERE = "Fernbridge;Alderholt;Marsh End;Kingsmere;Thornby;Westholme;Ashwater;Lower Penn;Stanbeck;Coldharbour"
_WHY = (
    "because caseloads are too high;and thresholds are not understood;which keeps them safe;since the last inspection;"
    "although supervision is irregular;and checks on staff are recorded;so that decisions drift;with good results;"
    "and referrals wait too long;while vacancies remain unfilled"
)


def sentence(number: int) -> str:
    """Return the sentence of a row."""
    draw = random.Random(number)
    who, does, whom, where, why = (draw.choice(words.split(";")) for words in (_WHO, _DOES, _WHOM, _WHERE, _WHY))
    return f"{who} in {where} {does} {whom} {why} (case {number})."


def write_rows(path: Path, rows: int) -> Path:
    """Write a table of statements of twenty years and return its path."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["id", "year", "text"])
        out.writerows((n, 2002 + n % 20, sentence(n)) for n in range(rows))
    return path


if __name__ == "__main__":
    write_rows(Path(sys.argv[1]), int(sys.argv[2]))

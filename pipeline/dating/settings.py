"""What may be tuned in dating, with its defaults and where they come from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LagModel:
    """Days between the end of what a report looks at and its publication, as observed on `reports` reports.

    `observed_days` may be the quantiles of a larger sample. `bandwidth_days` smooths them. A lag beyond `longest_days`
    is held impossible.
    """

    observed_days: tuple[int, ...]
    reports: int
    bandwidth_days: float
    longest_days: int


# Twenty quantiles of the 147 English children's services inspections of 2013-2026 whose last day of inspection and day
# of publication Ofsted states; the shortest lag was 31 days, the longest 152.
_INSPECTIONS = (31, 33, 36, 38, 39, 41, 42, 43, 45, 46, 47, 47, 49, 52, 55, 57, 60, 66, 82, 130)

# Overview and annual reports: the joint targeted inspections' overviews of 2016-2020 (six), reviews of serious case
# reviews of 2008 and 2010, CQC's "Not seen, not heard" of 2016, a US inspector general's report of 2003, the
# chief inspector's annual reports for 2008/09 to 2023/24 (sixteen) and those of HM Inspectorate of Prisons for
# 2015/16 to 2018/19.
_PROGRAMMES = (
    *(35, 172, 187, 165, 249, 280, 245, 209, 187, 60),
    *(85, 84, 83, 88, 102, 101, 92, 92, 104, 95, 143, 92, 98, 104, 84, 96),
    *(110, 109, 102, 100),
)


@dataclass(frozen=True, slots=True)
class DatingSettings:
    """Limits and models of dating.

    `inspection_lag`: one inspection's last day to its report. `programme_lag`: the end of a programme of inspections, a
    year or a reporting period to the report on it. Fieldwork of at most `inspection_days` days is one inspection.
    `year_probability`: what one year must reach to be given. `letter_days`: a letter's day to its appearing in public.
    `made_days`: how old a text's latest date may be when its file was made, for the file's day to count.
    `news_grace_days`, `report_grace_days`: what may lie between writing "will begin in April" and publication.
    `news_words`: a text of unknown kind that is no longer than this is read as news.
    """

    inspection_lag: LagModel = LagModel(_INSPECTIONS, reports=147, bandwidth_days=6.0, longest_days=270)
    programme_lag: LagModel = LagModel(_PROGRAMMES, reports=len(_PROGRAMMES), bandwidth_days=30.0, longest_days=730)
    inspection_days: int = 75
    year_probability: float = 0.95
    letter_days: int = 14
    made_days: int = 400
    news_grace_days: int = 7
    report_grace_days: int = 92
    news_words: int = 2500

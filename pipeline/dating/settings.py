"""What may be tuned in dating, with its defaults and where they come from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LagModel:
    """Days between the end of what a report looks at and its publication: log-normal, cut at `longest_days`.

    `median_days` and `log_sd` are the two parameters of the log-normal; a lag beyond `longest_days` is held impossible.
    """

    median_days: float
    log_sd: float
    longest_days: int


@dataclass(frozen=True, slots=True)
class DatingSettings:
    """Limits and models of dating.

    `inspection_lag`: one inspection's last day to its report. Fitted to the 109 reports on English children's services
    of 2013-2026 whose inspection and publication days Ofsted states.
    `programme_lag`: the end of a programme of inspections, a year or a reporting period to the report on it. Fitted to
    overview reports of joint inspectorates and annual reports of 2005-2020.
    Fieldwork of at most `inspection_days` days is one inspection; anything longer is a programme or a period.
    `year_probability`: what one year must reach to be given. `letter_days`: a letter's day to its appearing in public.
    """

    inspection_lag: LagModel = LagModel(median_days=43.0, log_sd=0.32, longest_days=200)
    programme_lag: LagModel = LagModel(median_days=170.0, log_sd=0.45, longest_days=730)
    inspection_days: int = 75
    year_probability: float = 0.95
    letter_days: int = 14
    first_year: int = 1900
    last_year: int = 2099

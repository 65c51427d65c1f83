"""The phases of those lost are counted in the month in which each was lost, each time."""

from __future__ import annotations

from datetime import date

import numpy as np

from winback.diagnose.alive import Int32s, Spells
from winback.diagnose.nouns import PHASES, MonthStructure, PhaseShare
from winback.diagnose.over_time import structure_by_month
from winback.diagnose.rates import rate
from winback.diagnose.shifting import structure_table
from winback.diagnose.words import speak
from winback.terms.time import day_number

FIRST = day_number(date(2026, 1, 1))


def cut(*spells: tuple[int, int, int]) -> Spells:
    """Spells of (customer, first day, last day) counted from 2026-01-01, churned after 30 days."""
    customer, start, end = (np.array(column, np.int32) for column in zip(*spells, strict=True))
    return Spells(30, customer, start + np.int32(FIRST), end + np.int32(FIRST))


def phases_at(days: Int32s, customers: Int32s) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """A novice until day 60, grown until day 120, mature after; customers are asked in order, each once."""
    assert np.all(np.diff(customers) > 0)
    assert len(days) == len(customers)
    return np.searchsorted([FIRST + 60, FIRST + 120], days).astype(np.int64)


def test_each_loss_counts_in_its_month_and_its_phase() -> None:
    # lost on days 31 + last day: 36 (February), 41 and 101 (February, April), 131 (May); the last stays
    spells = cut((0, 0, 5), (1, 0, 10), (1, 50, 70), (2, 0, 100), (3, 0, 140))
    months = structure_by_month(spells, phases_at, first_day=FIRST, as_of=FIRST + 150)
    parts = {f"{month.first_day:%m}": [each.rate.part for each in month.phases] for month in months}
    assert parts == {"01": [0, 0, 0], "02": [2, 0, 0], "03": [0, 0, 0], "04": [0, 1, 0], "05": [0, 0, 1]}
    assert [month.lost for month in months] == [0, 2, 0, 1, 1]


def test_a_loss_at_the_start_of_the_date_counts_in_the_last_month() -> None:
    (month,) = structure_by_month(cut((0, 0, 0)), phases_at, first_day=FIRST, as_of=FIRST + 31)
    assert month.lost == 1


def drawn(number: int, *parts: int) -> MonthStructure:
    shares = tuple(
        PhaseShare(phase, rate(part, sum(parts))) for phase, part in zip(PHASES, parts, strict=True)
    )
    return MonthStructure(date(2026, number, 1), date(2026, number + 1, 1), shares)


def says(*months: MonthStructure, language: str = "en") -> str:
    return structure_table(months, speak(language)).says.replace("\u00a0", " ")


def test_a_shift_is_told_only_where_it_is_sure() -> None:
    shifted = (drawn(1, 1, 0, 0), drawn(2, 80, 15, 5), drawn(3, 45, 50, 5))
    assert says(*shifted) == (
        "Of those lost in the month from 2026-02-01, 80.0 % (95 % interval 71.1 % to 86.7 %) were in the "
        "novice phase; of those in the month from 2026-03-01, 45.0 % (95 % interval 35.6 % to 54.8 %)."
    )
    assert "much the same phases" in says(drawn(2, 80, 15, 5), drawn(3, 78, 17, 5))
    assert "too few to compare" in says(drawn(2, 80, 15, 5), drawn(3, 2, 17, 5))
    assert "处于新手期的占 80.0 %" in says(*shifted, language="zh")


def test_what_only_the_beginning_of_a_log_explains_is_no_shift() -> None:
    young = drawn(1, 100, 0, 0)
    assert "much the same phases" in says(young, drawn(2, 50, 40, 10), drawn(3, 49, 41, 10))
    assert "too few to compare" in says(young, drawn(2, 50, 40, 10))


def test_a_month_without_a_loss_has_no_shares() -> None:
    table = structure_table((drawn(1, 0, 0, 0), drawn(2, 1, 1, 0)), speak("en"))
    assert table.rows[0] == ("2026-01-01", "0", "–", "–", "–")

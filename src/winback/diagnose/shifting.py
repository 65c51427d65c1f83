"""How the phases of those lost shifted over the months, told in one sentence and a table."""

from __future__ import annotations

from collections.abc import Sequence

from winback.diagnose.nouns import MonthStructure, PhaseShare, Table
from winback.diagnose.telling import LEAST_TO_COMPARE
from winback.diagnose.words import interval, rate_text
from winback.language import Say, number, percent


def structure_table(months: Sequence[MonthStructure], say: Say) -> Table:
    """Each month, how many were lost in it, and in which phases they then were."""
    columns = (say("month from"), say("lost"), *(say(each.phase) for each in months[0].phases))
    rows = tuple(
        (month.first_day.isoformat(), number(month.lost), *(_share(each) for each in month.phases))
        for month in months
    )
    numeric = (False, *[True] * (len(columns) - 1))
    return Table(say("Who was lost, by phase and month"), _shift(months, say), columns, numeric, rows)


def _share(each: PhaseShare) -> str:
    return f"{percent(each.rate.share)} ({interval(each.rate)})" if each.rate.whole else "–"


def _shift(months: Sequence[MonthStructure], say: Say) -> str:
    """The phase whose share changed most from the first month with enough lost to the last, if it did."""
    enough = [month for month in _settled(months) if month.lost >= LEAST_TO_COMPARE]
    if len(enough) < 2:
        return say("No two months have {least} lost customers, too few to compare.").format(
            least=LEAST_TO_COMPARE
        )
    first, last = enough[0], enough[-1]
    shifts = [pair for pair in zip(first.phases, last.phases, strict=True) if _apart(*pair)]
    if not shifts:
        text = say("Those lost in the months from {first} and from {last} were in much the same phases.")
        return text.format(first=first.first_day.isoformat(), last=last.first_day.isoformat())
    was, now = max(shifts, key=lambda pair: abs((pair[1].rate.share or 0.0) - (pair[0].rate.share or 0.0)))
    text = say(
        "Of those lost in the month from {first}, {was} were in the {phase} phase; of those in the month "
        "from {last}, {now}."
    )
    return text.format(
        first=first.first_day.isoformat(),
        was=rate_text(was.rate, say),
        phase=say(was.phase),
        last=last.first_day.isoformat(),
        now=rate_text(now.rate, say),
    )


def _settled(months: Sequence[MonthStructure]) -> Sequence[MonthStructure]:
    """The months from the first in which every phase there is has lost somebody.

    Where a log begins nobody can have grown yet; that alone is no shift.
    """
    there = {each.phase for month in months for each in month.phases if each.rate.part}
    for place, month in enumerate(months):
        if there <= {each.phase for each in month.phases if each.rate.part}:
            return months[place:]
    return ()


def _apart(was: PhaseShare, now: PhaseShare) -> bool:
    """Whether the intervals of two shares do not meet."""
    ends = (was.rate.low, was.rate.high, now.rate.low, now.rate.high)
    if None in ends:
        return False
    was_low, was_high, now_low, now_high = (end or 0.0 for end in ends)
    return was_low > now_high or now_low > was_high

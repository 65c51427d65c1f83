"""The diagnosis as sentences and tables in the reader's language, for terminals and pages alike."""

from __future__ import annotations

from collections.abc import Sequence

from winback.diagnose.nouns import STATES, UNKNOWN, Cell, Diagnosis, Rate, Table
from winback.diagnose.rates import CONFIDENCE, rate
from winback.diagnose.words import interval, rate_text, speak
from winback.language import Say, number, percent

#: Cells with fewer customers who were ever alive are shown but not called the worst.
LEAST_TO_COMPARE = 30
#: Tables and charts show so many channels, the largest; the figures of the others stay in the JSON.
CHANNELS_SHOWN_MAX = 30
CHANNELS_CHARTED_MAX = 12


def definition(diagnosis: Diagnosis, language: str) -> str:
    """What churned, dormant and returned mean here."""
    say = speak(language)
    churn = diagnosis.churn
    kinds = say(" or ").join(_kind(kind, say) for kind in churn.kinds)
    text = say(
        "Churned: no {kinds} for more than {days} days. Dormant: more than {dormant} days. "
        "Returned: came back after churning, in the last {returned} days. "
        "The churn rate is churned customers of those who were ever active."
    )
    return text.format(kinds=kinds, days=churn.days, dormant=churn.dormant_days, returned=churn.returned_days)


def _kind(kind: str, say: Say) -> str:
    try:
        return say(kind)
    except KeyError:
        return kind


def headline(diagnosis: Diagnosis, language: str) -> str:
    """How many have churned, of how many."""
    say = speak(language)
    total = diagnosis.total
    if total.counts.ever_alive == 0:
        return say("No customer was ever active before this day.")
    text = say("Of {alive} customers who were ever active, {lost} have churned: {rate}.")
    return text.format(
        alive=number(total.counts.ever_alive),
        lost=number(total.counts.churned),
        rate=rate_text(total.churn, say),
    )


def tables(diagnosis: Diagnosis, language: str) -> tuple[Table, ...]:
    """The structure of the churned, states by phase, states by channel, churn by channel and phase."""
    say = speak(language)
    return (
        _structure(diagnosis, say),
        _states_by_phase(diagnosis, say),
        _states_by_channel(diagnosis, say),
        _matrix(diagnosis, say),
    )


def channel_name(channel: str | None, say: Say) -> str:
    """The name of a channel as readers see it."""
    return say("(not known)") if channel == UNKNOWN else say("all") if channel is None else channel


def shown_channels(diagnosis: Diagnosis) -> tuple[Cell, ...]:
    """The channels that tables and charts show, the largest first."""
    return diagnosis.by_channel[:CHANNELS_SHOWN_MAX]


def charted_channels(diagnosis: Diagnosis) -> tuple[Cell, ...]:
    """The channels that charts show: the largest of those large enough to compare; the first, if none is."""
    large = [cell for cell in diagnosis.by_channel if cell.counts.ever_alive >= LEAST_TO_COMPARE]
    return tuple(large[:CHANNELS_CHARTED_MAX]) or diagnosis.by_channel[:1]


def _structure(diagnosis: Diagnosis, say: Say) -> Table:
    lost = diagnosis.total.counts.churned
    worst = max(diagnosis.structure, key=lambda share: share.rate.part)
    says = say("No customer has churned.")
    if lost:
        says = say(
            "Of the {lost} churned, {part} were in the {phase} phase when they churned: {rate}, "
            "more than in any other phase."
        ).format(
            lost=number(lost),
            part=number(worst.rate.part),
            phase=say(worst.phase),
            rate=rate_text(worst.rate, say),
        )
    rows = tuple(
        (say(share.phase), number(share.rate.part), percent(share.rate.share), interval(share.rate))
        for share in diagnosis.structure
    )
    columns = (say("phase"), say("churned"), say("share of the churned"), say("95 % interval"))
    return Table(say("Who the churned are, by phase"), says, columns, (False, True, True, True), rows)


def _states_by_phase(diagnosis: Diagnosis, say: Say) -> Table:
    texts = (
        "The {phase} phase has the highest churn rate: {rate}, against {all} of all customers.",
        "No phase stands out: the highest churn rate, in the {phase} phase, is {rate}, against {all} of all "
        "customers.",
        "No phase has {least} customers who were ever active, too few to compare.",
    )
    says = _worst_told(diagnosis.by_phase, texts, diagnosis.total.churn, say)
    rows = [(say(cell.phase or "all"), cell) for cell in diagnosis.by_phase]
    rows.append((say("all"), diagnosis.total))
    return _states(rows, say("phase"), say, title=say("States by phase"), says=says)


def _states_by_channel(diagnosis: Diagnosis, say: Say) -> Table:
    texts = (
        "The {channel} channel has the highest churn rate: {rate}, against {all} of all customers.",
        "No channel stands out: the highest churn rate, of the {channel} channel, is {rate}, against {all} "
        "of all customers.",
        "No channel has {least} customers who were ever active, too few to compare.",
    )
    says = _worst_told(diagnosis.by_channel, texts, diagnosis.total.churn, say)
    rows = [(channel_name(cell.channel, say), cell) for cell in shown_channels(diagnosis)]
    rows.append((say("all"), diagnosis.total))
    return _states(rows, say("channel"), say, title=say("States by channel"), says=says)


def worst(cells: Sequence[Cell]) -> Cell | None:
    """The cell with the highest churn rate among those large enough to compare."""
    return max(comparable(cells), key=lambda cell: cell.churn.share or 0.0, default=None)


def comparable(cells: Sequence[Cell]) -> list[Cell]:
    """The cells that are large enough to compare."""
    return [cell for cell in cells if cell.counts.ever_alive >= LEAST_TO_COMPARE]


def stands_out(cell: Cell, whole: Rate, among: int) -> bool:
    """Whether all of the interval of a cell, the worst of `among`, lies above the rate of the whole.

    The interval is made wider for having looked at so many (Bonferroni).
    """
    widened = rate(cell.churn.part, cell.churn.whole, 1 - (1 - CONFIDENCE) / max(among, 1))
    return widened.low is not None and whole.share is not None and widened.low > whole.share


def _worst_told(cells: Sequence[Cell], texts: tuple[str, str, str], whole: Rate, say: Say) -> str:
    """The first text where the worst cell stands out, the second where it does not, the third for none."""
    found = worst(cells)
    if found is None:
        return say(texts[2]).format(least=LEAST_TO_COMPARE)
    return say(texts[0] if stands_out(found, whole, len(comparable(cells))) else texts[1]).format(
        phase=say(found.phase or "all"),
        channel=channel_name(found.channel, say),
        rate=rate_text(found.churn, say),
        all=percent(whole.share),
    )


def _states(rows: Sequence[tuple[str, Cell]], first: str, say: Say, *, title: str, says: str) -> Table:
    columns = (
        first,
        say("customers"),
        say("churn rate"),
        say("95 % interval"),
        *(say(state.value) for state in STATES),
    )
    body = tuple(
        (
            name,
            number(cell.counts.customers),
            percent(cell.churn.share),
            interval(cell.churn),
            *(number(getattr(cell.counts, state.value)) for state in STATES),
        )
        for name, cell in rows
    )
    return Table(title, says, columns, (False, *[True] * (len(columns) - 1)), body)


def _matrix(diagnosis: Diagnosis, say: Say) -> Table:
    phases = [cell.phase for cell in diagnosis.by_phase if cell.phase]
    cells = {(cell.channel, cell.phase): cell for cell in diagnosis.by_channel_phase}
    rows = []
    for of_channel in shown_channels(diagnosis):
        found = [cells.get((of_channel.channel, phase)) for phase in phases]
        rates = [f"{percent(cell.churn.share)} ({interval(cell.churn)})" if cell else "–" for cell in found]
        rows.append((channel_name(of_channel.channel, say), *rates))
    columns = (say("channel"), *(say(phase) for phase in phases))
    title = say("Churn rate by channel within each phase")
    numeric = (False, *[True] * len(phases))
    return Table(title, _worst_by_phase(diagnosis, phases, say), columns, numeric, tuple(rows))


def _worst_by_phase(diagnosis: Diagnosis, phases: Sequence[str], say: Say) -> str:
    told = []
    of_phase = {cell.phase: cell.churn for cell in diagnosis.by_phase}
    looked_at = len(comparable(diagnosis.by_channel_phase))
    for phase in phases:
        found = worst([cell for cell in diagnosis.by_channel_phase if cell.phase == phase])
        if found is not None and stands_out(found, of_phase[phase], looked_at):
            channel = channel_name(found.channel, say)
            text = say("{phase}: {channel} {rate}, against {all} of the phase")
            rate, all_of = rate_text(found.churn, say), percent(of_phase[phase].share)
            told.append(text.format(phase=say(phase), channel=channel, rate=rate, all=all_of))
    if not told:
        return say("No channel stands out within a phase.")
    return say("Worst by phase: {cells}.").format(cells=say("; ").join(told))

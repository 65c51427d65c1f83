"""How simulated days, and what playbooks kept, are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from winback.doors.cli import shown
from winback.doors.kept_words import speak
from winback.language import Language, day, number, percent, seconds, speaker
from winback.store.workspace import Workspace

if TYPE_CHECKING:
    from winback.doors.days import Days
    from winback.doors.kept import Kept, Range

_NONE = "–"
_COLUMNS = ("playbook", "treated, kept", "left alone, kept", "points more", "customers kept")


def tell_days(found: Days, language: Language) -> None:
    """What the days came to, and how long one took."""
    say = speak(language)
    if not found.nights:
        shown.show_line(say("No day is left to be lived there."))
        return
    text = say(
        "{nights} days were played, up to {day}: {messages} messages were sent, {read} read, {clicked} "
        "clicked; {put_off} put somebody off. {claims} rewards were claimed."
    )
    names = ("messages", "read", "clicked", "put_off", "claims")
    counts = {name: number(found.counts[name]) for name in names}
    shown.show_line(text.format(nights=number(found.nights), day=day(found.after), **counts))
    each = {step: time / found.nights for step, time in found.seconds.items()}
    parts = ", ".join(f"{step} {time:.2f}" for step, time in each.items())
    time = seconds(sum(each.values()), speaker(language))
    shown.show_line(say("A day took {time}: {parts}.").format(time=time, parts=parts))


def tell_kept(ws: Workspace, found: Sequence[Kept], language: Language) -> None:
    """A row a playbook and one for all, and the plain words for the latter."""
    say = speak(language)
    names = {each.playbook: each for each in found}
    rows = [_row(ws, each, language) for each in found]
    if len(names) == 1:
        shown.show_line(say("Nothing is measured yet: no playbook's days are over."))
    right = (False, *(True for _ in _COLUMNS[1:]))
    title = say("What was kept, against those left alone, with 95 % intervals")
    shown.show_table(title, tuple(say(name) for name in _COLUMNS), right, rows)
    rows = [_money_row(ws, each, language) for each in found]
    columns = ("playbook", "assets kept", "rewards paid", "net")
    text = say("Assets at the end less those at the beginning, in thousand {currency}, with 95 % intervals")
    title = text.format(currency=ws.settings.workspace.currency)
    shown.show_table(title, tuple(say(name) for name in columns), (False, True, True, True), rows)
    shown.show_line(
        say(
            "First entries whose measuring is over; kept: not churned at its end; everybody drawn counts, "
            "reached or not."
        )
    )
    _tell_all(ws, found[-1], language)


def _row(ws: Workspace, kept: Kept, language: Language) -> tuple[str, ...]:
    share, customers = kept.share, kept.customers
    return (
        _name(ws, kept.playbook, language),
        _part(kept.treated_kept, kept.treated),
        _part(kept.held_out_kept, kept.held_out),
        f"{100 * share.value:+.1f} ({100 * share.low:+.1f} – {100 * share.high:+.1f})" if share else _NONE,
        f"{customers.value:+,.0f} ({customers.low:+,.0f} – {customers.high:+,.0f})" if customers else _NONE,
    )


def _part(kept: int, whole: int) -> str:
    return f"{number(whole)}, {percent(kept / whole)}" if whole else _NONE


def _money_row(ws: Workspace, kept: Kept, language: Language) -> tuple[str, ...]:
    unit = 1000 * 10**ws.settings.workspace.minor_digits
    return (
        _name(ws, kept.playbook, language),
        _span(kept.money_minor, unit),
        f"{kept.reward_minor / unit:,.1f}",
        _span(kept.net_minor, unit),
    )


def _span(money: Range | None, unit: int) -> str:
    if money is None:
        return _NONE
    return f"{money.value / unit:+,.0f} ({money.low / unit:+,.0f} – {money.high / unit:+,.0f})"


def _name(ws: Workspace, playbook: str | None, language: Language) -> str:
    from winback.plan import read

    if playbook is None:
        return speak(language)("whole programme")
    found = next((each for each in read.playbooks(ws) if each.name == playbook), None)
    return playbook if found is None else (found.zh if language == "zh" else found.en) or playbook


def _whole(ws: Workspace, minor: float) -> str:
    """An amount without decimals."""
    section = ws.settings.workspace
    return f"{round(minor / 10**section.minor_digits):,} {section.currency}"


def _tell_all(ws: Workspace, kept: Kept, language: Language) -> None:
    say, share, customers, net = speak(language), kept.share, kept.customers, kept.net_minor
    if share is None or customers is None or net is None:
        return
    text = say(
        "Of {treated} customers outside the global control group {share} are still here; of the {held_out} "
        "in it, who were sent nothing, {share_0}."
    )
    parts = {"treated": number(kept.treated), "held_out": number(kept.held_out)}
    parts |= {"share": percent(kept.treated_kept / kept.treated)}
    parts |= {"share_0": percent(kept.held_out_kept / kept.held_out)}
    shown.show_line(text.format(**parts))
    shown.show_line(_customers_line(share, customers, language))
    _tell_cost(ws, kept, language)
    text = say(
        "With that taken off, they hold {money} more than without it (95 % interval {low} to {high})."
        if net.low > 0
        else "With that taken off, they hold {money} less than without it (95 % interval {low} to {high})."
        if net.high < 0
        else "Whether more money stayed cannot be told yet: with that taken off the difference is {money}, "
        "and its 95 % interval, {low} to {high}, holds zero."
    )
    ends = (-net.value, -net.high, -net.low) if net.high < 0 else (net.value, net.low, net.high)
    amounts = dict(zip(("money", "low", "high"), ends, strict=True))
    shown.show_line(text.format(**{name: _whole(ws, minor) for name, minor in amounts.items()}))


def _tell_cost(ws: Workspace, kept: Kept, language: Language) -> None:
    """What rewards cost, and for each customer kept where it is sure that some were."""
    say, customers = speak(language), kept.customers
    cost = {"reward": _whole(ws, kept.reward_minor)}
    if customers is None or customers.low <= 0:
        shown.show_line(say("Rewards cost {reward}.").format(**cost))
        return
    cost |= {"each": _whole(ws, kept.reward_minor / customers.value)}
    shown.show_line(say("Rewards cost {reward}: about {each} for each customer kept.").format(**cost))


def _customers_line(share: Range, customers: Range, language: Language) -> str:
    say = speak(language)
    if share.low <= 0 <= share.high:
        text = say(
            "Among customers alike at the start the difference is {points} points (95 % interval {low} to "
            "{high}): it holds zero, so whether anybody was kept cannot be told yet."
        )
        points = {"points": share.value, "low": share.low, "high": share.high}
        return text.format(**{name: f"{100 * value:+.1f}" for name, value in points.items()})
    if share.low > 0:
        text = say(
            "So about {customers} customers were kept who would have left (95 % interval {low} to {high})."
        )
        ends = (customers.value, customers.low, customers.high)
    else:
        text = say(
            "So about {customers} customers left who would have stayed (95 % interval {low} to {high})."
        )
        ends = (-customers.value, -customers.high, -customers.low)
    named = zip(("customers", "low", "high"), ends, strict=True)
    return text.format(**{name: number(round(value)) for name, value in named})


def option_of(language: Language) -> str:
    """What a command is to be given besides: simulated workspaces speak Chinese."""
    return "" if language == "zh" else f" --lang {language}"


def tell_next(folder: Path, language: Language) -> None:
    """What else may be asked of a base that was played."""
    say = speak(language)
    asked = option_of(language)
    commands = [
        (f"winback playbooks list -w {folder}{asked}", say("who is in which playbook")),
        (f"winback rewards budgets -w {folder}{asked}", say("what rewards cost")),
        (f"winback messages list -w {folder}{asked}", say("messages, and why some were not sent")),
        (f"winback simulate --out {folder} --live --nights 1", say("one more day, if any is left")),
    ]
    for command, text in commands:
        shown.show_line(f"  {command:<64} {text}")


def for_machines(days: Days, found: Sequence[Kept]) -> Mapping[str, Any]:
    """The same for `--json`."""
    return {
        "first": days.first,
        "after": days.after,
        "counts": dict(days.counts),
        "seconds": {step: round(time, 2) for step, time in days.seconds.items()},
        "kept": [asdict(each) | {"net_minor": each.net_minor} for each in found],
    }

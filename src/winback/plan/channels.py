"""Weak channels of a playbook: looked at on each date; they join when weak, and leave where they stay so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from winback.diagnose import read as diagnose
from winback.diagnose.nouns import ChannelVerdicts
from winback.ingest import read as ingest
from winback.plan import book
from winback.plan.choose import Codes, code_of
from winback.plan.library import Version
from winback.plan.nouns import Channel, Limit
from winback.plan.who import Everybody
from winback.settings.playbooks import WeakChannels
from winback.store.workspace import Workspace
from winback.terms.time import day_number, day_of

#: What stands of a playbook, by channel.
Stands = dict[str, dict[str, Channel]]
Codes32 = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Seen:
    """Every customer's channel as of a date, by place in `names` (-1: not known), and that of the inviter.

    `came` is the day on which each was first known, `ever` and `churned` whether they were alive once, and
    have left.
    """

    names: tuple[str, ...]
    own: Codes32
    inviters: Codes32
    came: Codes32
    ever: npt.NDArray[np.bool_]
    churned: npt.NDArray[np.bool_]


#: What the grounds of a verdict to stop say.
_GROUNDS = {"lost": "too many are lost", "costs_more": "they bring less than they cost"}


@dataclass(frozen=True)
class Judge:
    """What makes a channel weak: the verdicts of a diagnosis where one stands, else the limits of `part`."""

    part: WeakChannels
    by: ChannelVerdicts | None

    def reasons(self, channel: str, new: int, share: float | None) -> Iterator[str]:
        """Why a channel is weak; nothing where it is not. What the diagnosis does not decide, limits do."""
        verdict, *grounds = (self.by.channels.get(channel) if self.by else None) or ("watch",)
        if verdict == "stop" and self.by:
            told = " and ".join(_GROUNDS.get(ground, ground) for ground in grounds)
            yield f"the diagnosis as of {self.by.as_of} says stop: {told}"
        if verdict != "watch":
            return
        part = self.part
        if part.new_customers_below is not None and new < part.new_customers_below:
            yield f"{new} new customers in {part.look_days} days, fewer than {part.new_customers_below}"
        above = part.churned_share_above
        if above is not None and share is not None and share > above:
            yield f"{share:.1%} of its customers have left, more than {above:.1%}"


def load(connection: Any) -> Stands:
    """What stands on the facts store."""
    found: Stands = {}
    for playbook, channel, joined, looked, weak, left, *rest in book.fetch(connection, "channels"):
        since, gone = (None if day is None else day_of(day) for day in (weak, left))
        days = (day_of(joined), day_of(looked), since, gone)
        found.setdefault(playbook, {})[channel] = Channel(playbook, channel, *days, *rest)
    return found


def keep(connection: Any, stands: Stands, when: tuple[date, int]) -> tuple[Channel, ...]:
    """Write what was found as of a date at a moment; those that left on it, each an act in the history."""
    as_of, now_us = when
    with book.part(connection):
        for each in (channel for mine in stands.values() for channel in mine.values()):
            if each.looked == as_of:
                days = (each.joined, each.looked, each.weak_since, each.left)
                numbers = [None if day is None else day_number(day) for day in days]
                row = [each.playbook, each.channel, *numbers]
                book.do(connection, "keep_channel", [*row, each.new_customers, each.churned_share, each.why])
        for playbook, mine in stands.items():
            left = [each for each in mine.values() if each.left == as_of]
            if left:
                why = "; ".join(f"{each.channel}: {each.why}" for each in left)
                book.do(connection, "keep_act", [playbook, now_us, "channel_left", "winback", why])
    return tuple(each for mine in stands.values() for each in mine.values() if each.left == as_of)


def look(
    ws: Workspace, versions: Iterable[Version], everybody: Everybody, stands: Stands
) -> tuple[Stands, dict[str, Codes]]:
    """What becomes of each channel as of the date, and by playbook whom their channel keeps out.

    Only playbooks for weak channels are looked at. Point in time: customers who came before the date, states
    as of it, and what stood after the date looked at before.
    """
    asked = [version.playbook for version in versions if version.playbook.weak_channels is not None]
    found: Stands = dict(stands)
    closed: dict[str, Codes] = {}
    if not asked:
        return found, closed
    seen = _seen(ws, everybody)
    for playbook in asked:
        assert playbook.weak_channels is not None
        before = found.get(playbook.name, {})
        judge = Judge(playbook.weak_channels, verdicts(ws, playbook.weak_channels, everybody.as_of))
        now = _judged(playbook.name, judge, (seen, everybody.as_of), before)
        found[playbook.name] = now
        closed[playbook.name] = _closed(seen, now)
    return found, closed


def verdicts(ws: Workspace, part: WeakChannels, as_of: date) -> ChannelVerdicts | None:
    """The diagnosis whose verdicts decide as of the date; None where the channels' own figures do."""
    if not part.by_diagnosis:
        return None
    return diagnose.channel_verdicts(ws, as_of, part.diagnosis_days_max)


def _seen(ws: Workspace, everybody: Everybody) -> Seen:
    registry = ingest.registry(ws, everybody.as_of)
    encoded = pc.dictionary_encode(registry["channel"].combine_chunks())
    own = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32)
    inviter = pc.index_in(registry["inviter"].combine_chunks(), value_set=everybody.ids)
    place = inviter.fill_null(-1).to_numpy(zero_copy_only=False)
    came = pc.coalesce(registry["registered_day"], registry["first_seen_day"]).combine_chunks()
    state = everybody.table["state"].combine_chunks()
    return Seen(
        names=tuple(encoded.dictionary.to_pylist()),
        own=own,
        inviters=np.where(place < 0, -1, own[place]).astype(np.int32),
        came=came.fill_null(2**31 - 1).to_numpy(zero_copy_only=False).astype(np.int32),
        ever=_is(pc.not_equal(state, "never")),
        churned=_is(pc.equal(state, "churned")),
    )


def _is(flags: Any) -> npt.NDArray[np.bool_]:
    found: npt.NDArray[np.bool_] = pc.fill_null(flags, False).to_numpy(zero_copy_only=False)
    return found


def _judged(
    playbook: str, judge: Judge, known: tuple[Seen, date], before: Mapping[str, Channel]
) -> dict[str, Channel]:
    """Every channel that has joined by now; one that left stays as it was."""
    seen, as_of = known
    new, alive, gone = _counts(seen, day_number(as_of), judge.part.look_days)
    found = dict(before)
    for place, name in enumerate(seen.names):
        was = before.get(name)
        if was is not None and was.left is not None:
            continue
        share = float(gone[place] / alive[place]) if alive[place] else None
        reasons = list(judge.reasons(name, int(new[place]), share))
        if was is None and not reasons:
            continue
        since = (was.weak_since if was else None) or as_of
        now = Channel(
            playbook=playbook,
            channel=name,
            joined=was.joined if was else as_of,
            looked=as_of,
            weak_since=since if reasons else None,
            left=None,
            new_customers=int(new[place]),
            churned_share=share,
            why=" and ".join(reasons),
        )
        days = (as_of - since).days
        if reasons and days >= judge.part.leave_after_days:
            why = f"weak since {since}, {days} days: {' and '.join(reasons)}"
            now = replace(now, left=as_of, why=why)
        found[name] = now
    return found


def _counts(seen: Seen, day: int, look_days: int) -> tuple[Codes32, Codes32, Codes32]:
    """By channel: who came lately (by it, or brought by one of it; once if both), ever alive, churned."""
    size = len(seen.names)
    lately = (seen.came >= day - look_days) & (seen.came < day)

    def count(codes: Codes32, of: npt.NDArray[np.bool_]) -> Codes32:
        return np.bincount(codes[of & (codes >= 0)], minlength=size).astype(np.int32)

    brought = lately & (seen.inviters != seen.own)
    new = count(seen.own, lately) + count(seen.inviters, brought)
    return new, count(seen.own, seen.ever), count(seen.own, seen.churned)


def _closed(seen: Seen, now: Mapping[str, Channel]) -> Codes:
    """Of each customer the limit that the channel sets: it is fine (or not known), or it has left."""
    fine, left = code_of(Limit.CHANNEL_FINE), code_of(Limit.CHANNEL_LEFT)
    codes = [fine if (at := now.get(name)) is None else left if at.left else 0 for name in seen.names]
    found: Codes = np.array([*codes, fine], np.int8)[seen.own]
    return found

"""A dry run of playbooks, rewards and messages: who would enter and get what, whom which limit stops."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from winback.plan.nouns import Rehearsed
from winback.store.workspace import Workspace
from winback.terms.progress import Progress

if TYPE_CHECKING:
    import pyarrow as pa

    from winback.plan.read import MomentOf, RehearsedDay, SilentOn


@dataclass(frozen=True)
class Limited:
    """What limits would make of one playbook's treatments at a moment, of entrants and of those inside.

    `grants` and `messages` count by state: a message let through is `sent`, one of a customer held out
    `as_if`. `grants_kept_back` and `messages_kept_back` count by the limit that speaks first. Minor units.
    """

    playbook: str
    grants: dict[str, int]
    granted_minor: dict[str, int]
    grants_kept_back: dict[str, int]
    messages: dict[str, int]
    messages_kept_back: dict[str, int]


@dataclass(frozen=True)
class Rehearsal:
    """A date and moment tried; `silent_since` a day since which nothing tells of life: nobody would enter."""

    as_of: date
    now_us: int
    silent_since: date | None
    playbooks: tuple[Rehearsed, ...]
    limited: tuple[Limited, ...] = field(default=())


def rehearse(
    ws: Workspace,
    span: tuple[date, date],
    moment_of: MomentOf,
    *,
    silent_on: SilentOn,
    progress: Progress | None = None,
) -> Iterator[Rehearsal]:
    """What a run of plan, reward and deliver would do on each day of [first, last]; nothing is kept.

    One day goes on from what stands. A longer span begins from nothing: nobody ever entered, pots are full,
    nobody was ever written to; what is given on a day counts on the next. Raises as the runs do.
    """
    from winback.deliver import read as deliver
    from winback.plan import read as plan
    from winback.reward import read as reward

    is_one_day = span[0] == span[1]
    money = None if is_one_day else reward.Supposed(afresh=True)
    outbox = None if is_one_day else deliver.Supposed()
    for day in plan.rehearse_days(ws, span, moment_of, silent_on=silent_on, progress=progress):
        now = datetime.fromtimestamp(day.now_us / 1_000_000, UTC)
        answers = reward.suppose(ws, day.treatments, now, money)
        states = dict(zip(answers["id"].to_pylist(), answers["state"].to_pylist(), strict=True))
        verdicts = deliver.suppose(
            ws,
            day.treatments,
            day.now_us,
            grants=states,
            withdrawn=day.withdrawn.tolist(),
            supposed=outbox,
        )
        limited = tuple(_limited(day, answers, verdicts))
        yield Rehearsal(day.as_of, day.now_us, day.silent_since, day.playbooks, limited)


def _limited(day: RehearsedDay, answers: pa.Table, verdicts: pa.Table) -> Iterator[Limited]:
    """Of each playbook that gives something, what becomes of it; what waited before is not counted."""
    import pyarrow.compute as pc

    mine = pc.unique(day.treatments["id"])
    answers, verdicts = (each.filter(pc.is_in(each["id"], value_set=mine)) for each in (answers, verdicts))
    for playbook in sorted(pc.unique(day.treatments["playbook"]).to_pylist()):
        grants, messages = (each.filter(pc.equal(each["playbook"], playbook)) for each in (answers, verdicts))
        granted = grants.filter(pc.equal(grants["state"], "granted"))
        money = granted.group_by("currency").aggregate([("amount_minor", "sum")])
        yield Limited(
            playbook=playbook,
            grants=counted(grants["state"]),
            granted_minor=dict(
                zip(money["currency"].to_pylist(), money["amount_minor_sum"].to_pylist(), strict=True)
            ),
            grants_kept_back=counted(grants["reason"]),
            messages=counted(messages["state"]),
            messages_kept_back=counted(messages["reason"]),
        )


def counted(words: pa.ChunkedArray) -> dict[str, int]:
    """How often each word is there."""
    import pyarrow.compute as pc

    found = {each["values"].as_py(): each["counts"].as_py() for each in pc.value_counts(words.drop_null())}
    return dict(sorted(found.items()))


def together(days: list[Rehearsal]) -> tuple[Limited, ...]:
    """The same of some days, added up by playbook."""
    found: dict[str, Limited] = {}
    for each in (limited for day in days for limited in day.limited):
        was = found.setdefault(each.playbook, Limited(each.playbook, {}, {}, {}, {}, {}))
        for name in vars(was):
            if name != "playbook":
                sums = getattr(was, name)
                for word, number in getattr(each, name).items():
                    sums[word] = sums.get(word, 0) + number
    return tuple(found[name] for name in sorted(found))

"""The questions to reward: grants, claims, pots, costs, the ledger, and what settings offer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import Any

import pyarrow as pa

from winback.profile import read as profile
from winback.reward import book
from winback.reward.amounts import GRANTS, features_of, odds, way_of
from winback.reward.desk import When
from winback.reward.nouns import (
    Claim,
    ClaimReason,
    ClaimState,
    Cost,
    ForeignClaims,
    Grant,
    GrantState,
    Limit,
    Offer,
    Pot,
    Reason,
    Request,
)
from winback.reward.supposing import ANSWER_SCHEMA, Supposed, suppose
from winback.reward.words import CHINESE, speak, word
from winback.store import facts
from winback.store.workspace import Workspace
from winback.terms.errors import Place, SettingsProblem, gathered
from winback.terms.time import day_number, day_of

__all__ = [
    "ANSWER_SCHEMA",
    "CHINESE",
    "ENTRY_SCHEMA",
    "Supposed",
    "budgets",
    "check_rewards",
    "claims",
    "claims_of",
    "costs",
    "foreign_claims",
    "grant",
    "grants_in",
    "grants_of",
    "ledger",
    "offers",
    "requests",
    "speak",
    "stands",
    "states_since",
    "suppose",
    "totals",
    "word",
]

ENTRY_SCHEMA = pa.schema(
    [
        ("id", pa.int64()),
        ("subject_id", pa.int64()),
        ("kind", pa.string()),
        ("pot", pa.string()),
        ("currency", pa.string()),
        ("from_account", pa.string()),
        ("to_account", pa.string()),
        ("amount_minor", pa.int64()),
        ("at_us", pa.int64()),
        ("who", pa.string()),
        ("why", pa.string()),
    ]
)
_STATE_SCHEMA = pa.schema([("id", pa.int64()), ("state", pa.string()), ("turn", pa.int64())])
#: In the order of the columns of the statements.
_GRANT_FIELDS = tuple(field.name for field in fields(Grant))
_CLAIM_FIELDS = tuple(field.name for field in fields(Claim))
_STANDING = frozenset({GrantState.GRANTED, GrantState.CLAIMED, GrantState.AS_IF})
_ENTRIES_ROWS = 100_000
_EVER_US = 2**62
_EVER_DAYS = 10**6


def grant(ws: Workspace, grant_id: int) -> Grant | None:
    """One grant by its key, which is that of its treatment; None where there is none."""
    with facts.connection(ws) as connection:
        rows = book.fetch(connection, "grant_of", [grant_id])
    return grant_noun(rows[0]) if rows else None


def grants_of(ws: Workspace, customer_id: str) -> tuple[Grant, ...]:
    """Every grant of one customer, the latest first."""
    with facts.connection(ws) as connection:
        return tuple(map(grant_noun, book.fetch(connection, "grants_of_customer", [customer_id])))


def grants_in(ws: Workspace, state: GrantState, rows_max: int = 1000) -> tuple[Grant, ...]:
    """Grants in a state, the latest first."""
    with facts.connection(ws) as connection:
        return tuple(map(grant_noun, book.fetch(connection, "grants_in_state", [state.value, rows_max])))


def stands(ws: Workspace, ids: Iterable[int]) -> frozenset[int]:
    """Which of these grants may be promised: granted, claimed already, or as if."""
    asked, found = list(ids), []
    with facts.connection(ws) as connection:
        for at in range(0, len(asked), book.NAMES_MOST):
            some = asked[at : at + book.NAMES_MOST]
            found += book.fetch(connection, "states_of", [*some, -1], some=len(some))
    return frozenset(int(row[0]) for row in found if GrantState(row[1]) in _STANDING)


def states_since(ws: Workspace, turn: int = -1) -> pa.Table:
    """id, state and turn (int64, string, int64) of every grant written after a turn, in any order.

    Whoever keeps the highest turn seen reads on from there: a grant that changes comes again.
    """
    with facts.connection(ws) as connection:
        return book.fetch_table(connection, "states_since", [turn], _STATE_SCHEMA)


def totals(ws: Workspace) -> tuple[tuple[str, GrantState, int, int], ...]:
    """Reward, state, number of grants and their money, by reward and state."""
    with facts.connection(ws) as connection:
        rows = book.fetch(connection, "grants_by_state")
    return tuple((name, GrantState(state), int(count), int(money)) for name, state, count, money in rows)


def costs(ws: Workspace, since: datetime | None = None, before: datetime | None = None) -> tuple[Cost, ...]:
    """What the grants of a span came to, by playbook, arm and pot; held-out ones stand under as_if."""
    ends = [_moment(ws, since, 0), _moment(ws, before, _EVER_US)]
    with facts.connection(ws) as connection:
        rows = book.fetch(connection, "costs", ends)
    return tuple(Cost(*row[:4], *(int(each) for each in row[4:])) for row in rows)


def budgets(ws: Workspace) -> tuple[Pot, ...]:
    """The balances of every pot, with what days and playbooks used and their limits."""
    with facts.connection(ws) as connection:
        pots = book.fetch(connection, "pots")
        limits = book.fetch(connection, "limits")
    return tuple(_pot(row, [Limit(*each[2:]) for each in limits if each[:2] == row[:2]]) for row in pots)


def _pot(row: Sequence[Any], limits: Sequence[Limit]) -> Pot:
    funded, budget, outstanding, claimed, expired = (int(each) for each in row[2:])
    return Pot(row[0], row[1], -funded, budget, outstanding, claimed, expired, tuple(limits))


def requests(ws: Workspace, state: str = "waiting") -> tuple[Request, ...]:
    """Requests for more money in this state (waiting, approved, rejected), the earliest first."""
    with facts.connection(ws) as connection:
        return tuple(Request(*row) for row in book.fetch(connection, "requests", [state]))


def claims(ws: Workspace, state: ClaimState, rows_max: int = 1000) -> tuple[Claim, ...]:
    """Claims in a state, the earliest first; refused ones wait for review."""
    with facts.connection(ws) as connection:
        return tuple(map(claim_noun, book.fetch(connection, "claims_in_state", [state.value, rows_max])))


def foreign_claims(ws: Workspace, since: date | None = None) -> tuple[ForeignClaims, ...]:
    """Claims of rewards that are none of ours, by reward, the most first; of the days from one on."""
    with facts.connection(ws) as connection:
        rows = book.fetch(connection, "foreign", [-_EVER_DAYS if since is None else day_number(since)])
    return tuple(
        ForeignClaims(name, int(count), int(told), day_of(first), day_of(last))
        for name, count, told, first, last in rows
    )


def claims_of(ws: Workspace, grant_id: int) -> tuple[Claim, ...]:
    """Every claim of one grant, in order."""
    with facts.connection(ws) as connection:
        return tuple(map(claim_noun, book.fetch(connection, "claims_of_grant", [grant_id])))


def ledger(ws: Workspace, after: int = 0) -> Iterator[pa.Table]:
    """The entries of the ledger in order, in parts with ENTRY_SCHEMA, after the entry of this key."""
    with facts.connection(ws) as connection:
        while True:
            part = book.fetch_table(connection, "entries_after", [after, _ENTRIES_ROWS], ENTRY_SCHEMA)
            if part.num_rows:
                yield part
            if part.num_rows < _ENTRIES_ROWS:
                return
            after = part["id"][-1].as_py()


def offers(ws: Workspace) -> tuple[Offer, ...]:
    """The rewards that settings declare, with the odds of draws."""
    return tuple(
        Offer(
            name=name,
            kind=reward.kind,
            zh=reward.zh,
            en=reward.en,
            pot=reward.pot,
            way=way_of(reward),
            purchase_min_minor=reward.purchase_min_minor,
            purchase_times=reward.purchase_times,
            product_kinds=reward.product_kinds,
            odds=odds(reward),
        )
        for name, reward in ws.settings.rewards.items()
    )


def check_rewards(ws: Workspace) -> None:
    """Raises SettingsProblem with every reward that names no feature, or shares what is no money."""
    catalogue = profile.catalogue(ws.settings)
    problems = []
    for name, reward in ws.settings.rewards.items():
        place = Place("winback.toml", field=f"rewards.{name}.by")
        for feature in features_of(reward):
            if feature not in catalogue.names:
                what, todo = (
                    'found "{feature}"; allowed: {grants}, or a feature',
                    "see docs/reference/features.md",
                )
                told = SettingsProblem(what, feature=feature, grants=GRANTS, place=place, todo=todo)
                problems.append(told)
            elif reward.share_bp is not None and catalogue[feature].unit != "money":
                what = "{feature} is no money to take a share of"
                problems.append(SettingsProblem(what, feature=feature, place=place))
        foreign = book.currency_of(ws.settings, reward.pot) != ws.settings.workspace.currency
        if reward.share_bp is not None and (foreign or reward.by == GRANTS):
            what = "a share is taken of money, in the currency of the workspace"
            problems.append(SettingsProblem(what, place=place))
    if problems:
        raise gathered(problems, of="winback.toml")


def grant_noun(row: Sequence[Any]) -> Grant:
    """A row of the grant statements as a noun."""
    plain = dict(zip(_GRANT_FIELDS, row, strict=False))
    plain["state"], plain["as_of"] = GrantState(plain["state"]), day_of(plain["as_of"])
    plain["reason"] = None if plain["reason"] is None else Reason(plain["reason"])
    return Grant(**plain)


def claim_noun(row: Sequence[Any]) -> Claim:
    """A row of the claim statements as a noun."""
    plain = dict(zip(_CLAIM_FIELDS, row, strict=True))
    plain["state"] = ClaimState(plain["state"])
    plain["reason"] = None if plain["reason"] is None else ClaimReason(plain["reason"])
    return Claim(**plain)


def _moment(ws: Workspace, moment: datetime | None, otherwise: int) -> int:
    return otherwise if moment is None else When.of(ws.settings, moment, "").now_us

"""The ways to an amount: fixed, by table, by share of a feature, by policy, by draw (docs/9-reward.md)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping

import numpy as np

from winback.reward.asked import Asked, Column, Faces, Flags, Int64s, code, refused
from winback.reward.nouns import Reason
from winback.settings.reward import WAYS, RewardSection

#: What `by` may say beside the features of profile: how often the customer was granted this reward before.
GRANTS = "grants"


def way_of(reward: RewardSection) -> str:
    """The key that says by which way the amount is found."""
    return next(way for way in WAYS if getattr(reward, way) not in (None, ()))


def amounts(name: str, reward: RewardSection, asked: Asked) -> Faces:
    """The amount for every row; refused where it is not known, or less than `amount_min_minor`."""
    way = way_of(reward)
    found = _WAYS[way](name, reward, asked)
    if way in ("amount_minor", "prizes"):
        return found
    face = found.face
    if reward.amount_max_minor is not None:
        face = np.minimum(face, reward.amount_max_minor)
    return refused(Faces(face, found.why), face < max(reward.amount_min_minor, 1), Reason.TOO_SMALL)


def tickets(ids: Int64s, name: str) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    """A number for each key as if drawn evenly from 0 to 2**64 - 1, the same each time (SplitMix64).

    The name of the reward is mixed in, so that one customer's luck in one draw says nothing of another draw.
    """
    salt = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")
    with np.errstate(over="ignore"):
        mixed = (ids.astype(np.uint64) ^ np.uint64(salt)) + np.uint64(0x9E3779B97F4A7C15)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    drawn: np.ndarray[tuple[int], np.dtype[np.uint64]] = mixed ^ (mixed >> np.uint64(31))
    return drawn


def odds(reward: RewardSection) -> tuple[tuple[int, float], ...]:
    """Each prize of a draw with its odds."""
    total = sum(prize.weight for prize in reward.prizes)
    return tuple((prize.amount_minor, prize.weight / total) for prize in reward.prizes)


def features_of(reward: RewardSection) -> tuple[str, ...]:
    """The features that the settings of a reward name."""
    return (reward.by,) if reward.by not in (None, GRANTS) and reward.by else ()


def _none_refused(face: Int64s) -> Faces:
    return Faces(face, np.zeros(len(face), np.int8))


def _fixed(_name: str, reward: RewardSection, asked: Asked) -> Faces:
    return _none_refused(np.full(asked.rows, reward.amount_minor or 0, np.int64))


def _table(_name: str, reward: RewardSection, asked: Asked) -> Faces:
    """The amount of the last row whose at_least is not above the value; 0 below the first."""
    looked = _looked_at(reward, asked)
    limits = np.array([step.at_least for step in reward.steps], np.int64)
    paid = np.array([0, *(step.amount_minor for step in reward.steps)], np.int64)
    face = paid[np.searchsorted(limits, looked.values, side="right")]
    return _where_known(face, looked.known)


def _share(_name: str, reward: RewardSection, asked: Asked) -> Faces:
    """value × share_bp ÷ 10,000, rounded down to a multiple of round_to_minor; whole numbers throughout."""
    looked = _looked_at(reward, asked)
    whole = np.maximum(looked.values, 0).astype(np.int64)
    bp = reward.share_bp or 0
    face = whole // 10_000 * bp + whole % 10_000 * bp // 10_000
    return _where_known(face // reward.round_to_minor * reward.round_to_minor, looked.known)


def _policy(_name: str, _reward: RewardSection, asked: Asked) -> Faces:
    """The amount of the first rule whose features are all known and within their limits; 0 where none is."""
    face = np.zeros(asked.rows, np.int64)
    open_ = np.ones(asked.rows, np.bool_)
    for rule in asked.policy:
        holds = open_.copy()
        for name, (at_least, below) in rule.within.items():
            column = asked.features[name]
            holds &= column.known
            if at_least is not None:
                holds &= column.values >= at_least
            if below is not None:
                holds &= column.values < below
        face[holds] = rule.amount_minor
        open_ &= ~holds
    return _none_refused(face)


def _drawn(name: str, reward: RewardSection, asked: Asked) -> Faces:
    """The prize in whose share of the weights the ticket falls; a prize of 0 wins nothing."""
    ends = np.cumsum([prize.weight for prize in reward.prizes])
    ticket = (tickets(asked.ids, name) % np.uint64(ends[-1])).astype(np.int64)
    worth = np.array([prize.amount_minor for prize in reward.prizes], np.int64)
    face = worth[np.searchsorted(ends, ticket, side="right")]
    return refused(_none_refused(face), face == 0, Reason.NO_PRIZE)


def _looked_at(reward: RewardSection, asked: Asked) -> Column:
    if reward.by == GRANTS:
        return Column(asked.earlier, np.ones(asked.rows, np.bool_))
    return asked.features[reward.by or ""]


def _where_known(face: Int64s, known: Flags) -> Faces:
    return Faces(np.where(known, face, 0), np.where(known, 0, code(Reason.NOT_KNOWN)).astype(np.int8))


_WAYS: Mapping[str, Callable[[str, RewardSection, Asked], Faces]] = {
    "amount_minor": _fixed,
    "steps": _table,
    "share_bp": _share,
    "policy": _policy,
    "prizes": _drawn,
}

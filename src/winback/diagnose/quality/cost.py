"""What each registration cost, from the table of channel costs and from campaigns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from winback.diagnose.bits import NO_DAY
from winback.settings.model import CampaignSection, ChannelCostSection
from winback.terms.time import day_number

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Came:
    """How customers came, one entry each: day number of registering (NO_DAY: not known), places in
    `channels` and `campaigns` (-1: none).
    """

    day: npt.NDArray[np.int32]
    channel: npt.NDArray[np.integer]
    channels: tuple[str, ...]
    campaign: npt.NDArray[np.integer]
    campaigns: tuple[str, ...]


def cost_of_each(
    came: Came,
    costs: Sequence[ChannelCostSection],
    campaigns: Sequence[CampaignSection],
    *,
    as_of: date,
    minor_digits: int,
) -> Floats:
    """The cost of each registration in minor units; NaN where no cost of the channel is known.

    A cost per registration falls on each; a total is spread evenly over the registrations of its channel
    in its days (all, where it names none); the cost of a campaign over those that carry its name, or else
    over those of its channel in its days. Of a span that is not over, the part of the days gone by counts.
    A campaign without a channel adds to the channels whose cost is known, and makes none known.
    """
    until = day_number(as_of)
    dated = (came.day != NO_DAY) & (came.day < until)
    cost = np.zeros(len(came.day))
    known = np.zeros(len(came.day), np.bool_)
    for row in costs:
        mine = dated & _of_channel(came, row.channel)
        known |= mine
        if row.per_registration is not None:
            cost[mine] += row.per_registration
        elif row.total is not None:
            _spread(cost, mine & _within(came, row.first_day, row.last_day), row.total * _gone(row, until))
    for campaign in campaigns:
        if campaign.cost is not None:
            mine = dated & _of_campaign(came, campaign)
            if campaign.channel is not None:
                known |= dated & _of_channel(came, campaign.channel)
            _spread(cost, mine, campaign.cost * _gone(campaign, until))
    return np.where(known, cost * 10.0**minor_digits, np.nan)


def _of_channel(came: Came, channel: str) -> Bools:
    if channel not in came.channels:
        return np.zeros(len(came.day), np.bool_)
    return np.asarray(came.channel == came.channels.index(channel))


def _of_campaign(came: Came, campaign: CampaignSection) -> Bools:
    if campaign.name in came.campaigns:
        return np.asarray(came.campaign == came.campaigns.index(campaign.name))
    within = _within(came, campaign.first_day, campaign.last_day)
    return within if campaign.channel is None else within & _of_channel(came, campaign.channel)


def _within(came: Came, first_day: date | None, last_day: date | None) -> Bools:
    inside = came.day != NO_DAY
    if first_day is not None:
        inside &= came.day >= day_number(first_day)
    if last_day is not None:
        inside &= came.day <= day_number(last_day)
    return np.asarray(inside)


def _spread(cost: Floats, rows: Bools, total: float) -> None:
    if rows.any():
        cost[rows] += total / int(rows.sum())


def _gone(span: ChannelCostSection | CampaignSection, until: int) -> float:
    """The part of the span's days that are over; all, where it has no end or no beginning."""
    if span.first_day is None or span.last_day is None:
        return 1.0
    first, after = day_number(span.first_day), day_number(span.last_day) + 1
    return min(max((until - first) / (after - first), 0.0), 1.0)

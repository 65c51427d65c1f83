"""Churn structure: how many customers stand in each state, by phase and channel, with churn rates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from winback.diagnose.alive import STATE_CODES
from winback.diagnose.nouns import PHASES, Cell, Counts, PhaseShare
from winback.diagnose.rates import rate
from winback.profile.nouns import State

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Tally:
    """Customers counted by channel, phase and state: `counts` has shape (channels, phases, states)."""

    channels: tuple[str, ...]
    counts: Ints


def tally(
    state: npt.NDArray[np.integer],
    phase: npt.NDArray[np.integer],
    channel: npt.NDArray[np.integer],
    channels: tuple[str, ...],
) -> Tally:
    """Count customers; all three arrays hold a code for each customer (state, place in PHASES, channel)."""
    shape = (len(channels), len(PHASES), len(STATE_CODES))
    flat = np.ravel_multi_index((channel, phase, state), shape)
    counts = np.bincount(flat, minlength=int(np.prod(shape))).reshape(shape)
    return Tally(channels, counts.astype(np.int64))


def total(counted: Tally) -> Cell:
    """All customers."""
    return _cell(None, None, counted.counts.sum(axis=(0, 1)))


def by_phase(counted: Tally) -> tuple[Cell, ...]:
    """Each phase in the order of life."""
    counts = counted.counts.sum(axis=0)
    return tuple(_cell(phase, None, counts[p]) for p, phase in enumerate(PHASES))


def by_channel(counted: Tally) -> tuple[Cell, ...]:
    """Each channel that has customers, the largest first."""
    counts = counted.counts.sum(axis=1)
    return tuple(_cell(None, counted.channels[c], counts[c]) for c in _largest_first(counted))


def by_channel_phase(counted: Tally) -> tuple[Cell, ...]:
    """Each channel (the largest first) within each phase, where there are customers."""
    return tuple(
        _cell(phase, counted.channels[c], counted.counts[c, p])
        for c in _largest_first(counted)
        for p, phase in enumerate(PHASES)
        if counted.counts[c, p].sum()
    )


def churned_by_phase(counted: Tally) -> tuple[PhaseShare, ...]:
    """Who the churned are (S3): the share of each phase among all churned customers."""
    lost = counted.counts[:, :, STATE_CODES[State.CHURNED]].sum(axis=0)
    return tuple(PhaseShare(phase, rate(lost[p], lost.sum())) for p, phase in enumerate(PHASES))


def _largest_first(counted: Tally) -> list[int]:
    sizes = counted.counts.sum(axis=(1, 2))
    order = sorted(range(len(sizes)), key=lambda c: (-sizes[c], counted.channels[c]))
    return [c for c in order if sizes[c]]


def _cell(phase: str | None, channel: str | None, by_state: Ints) -> Cell:
    counts = Counts(**{state.value: int(by_state[code]) for state, code in STATE_CODES.items()})
    return Cell(phase, channel, counts, rate(counts.churned, counts.ever_alive))

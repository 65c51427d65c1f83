"""A playbook compiled: for each arm the stops of its walk, the ways between them, and what is given on each.

A customer stands only where something is to be awaited or asked: at the start, at a wait, at a branch on what
customers are. Everything between two stops is given when the first is left, so that one move a customer is
one update. Branches on arms are gone: an arm has a walk of its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from winback.settings.playbooks import Case, Playbook, Step, span_us
from winback.settings.playbooks_graph import ways

#: A stop is the place of its step plus 1; the walk begins at the start and ends at the end.
START = 0
END = -1
#: Walks of a version; a playbook has at most so many arms.
ARMS_MAX = 64
NOT_ASKED = -1


@dataclass(frozen=True)
class Edge:
    """A way from a stop to the next; `stay_us` None where that is the end."""

    stop: int
    outcome: int
    next_stop: int
    stay_us: int | None
    is_asked: bool
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Reaction:
    """What a wait looks out for: the exit it opens, kind of event, and detail (None: any)."""

    stop: int
    outcome: int
    kind: str
    detail: str | None
    withdraws: bool


@dataclass(frozen=True)
class Walk:
    """One arm of a playbook."""

    arm: str
    edges: tuple[Edge, ...]
    reactions: tuple[Reaction, ...]
    #: The cases of each asked stop, in the order in which they are tried; outcome = place + 1.
    cases: dict[int, tuple[tuple[int, Case], ...]]


def key63(*parts: str) -> int:
    """A number of 63 bits that is always the same for the same parts."""
    return int.from_bytes(hashlib.sha256("\x1f".join(parts).encode()).digest()[:8], "big") >> 1


def step_key(playbook: str, step: str) -> int:
    """What makes the key of a treatment out of that of its entry: treatment = entry XOR step_key."""
    return key63("step", playbook, step)


def walks(playbook: Playbook) -> tuple[Walk, ...]:
    """The walk of each arm, in the order in which arms are named."""
    return tuple(_walk(playbook, arm) for arm in playbook.arm_shares)


def _walk(playbook: Playbook, arm: str) -> Walk:
    steps, leads = playbook.steps, ways(playbook.steps)
    edges, reactions = [_edge(playbook, arm, (START, 0), 0)], []
    cases: dict[int, tuple[tuple[int, Case], ...]] = {}
    for place, step in enumerate(steps):
        stop = place + 1
        if step.kind == "wait":
            reactions += list(_reactions(step, stop))
            outcomes = range(len(leads[place]))
        elif _is_asked(step, arm):
            tried = _cases(step, arm)
            cases[stop] = tuple((outcome, case) for outcome, case in tried if not case.is_anybody)
            outcomes = range(len(leads[place]))
        else:
            continue
        edges += [_edge(playbook, arm, (stop, outcome), leads[place][outcome]) for outcome in outcomes]
    return Walk(arm, tuple(edges), tuple(reactions), cases)


def _edge(playbook: Playbook, arm: str, exit_: tuple[int, int], place: int) -> Edge:
    """From where an exit (stop and outcome) leads, on to the next stop."""
    steps, leads, (stop, outcome) = playbook.steps, ways(playbook.steps), exit_
    passed: list[Step] = []
    while place < len(steps):
        step = steps[place]
        if step.kind == "wait":
            return Edge(stop, outcome, place + 1, span_us(step.wait or ""), False, tuple(passed))
        if _is_asked(step, arm):
            return Edge(stop, outcome, place + 1, 0, True, tuple(passed))
        if step.kind == "branch":
            place = leads[place][next((each for each, _ in _cases(step, arm)), 0)]
            continue
        if step.kind == "end":
            break
        passed.append(step)
        place = leads[place][0]
    return Edge(stop, outcome, END, None, False, tuple(passed))


def _cases(step: Step, arm: str) -> list[tuple[int, Case]]:
    """The cases open to an arm, with their outcomes, up to the first that is open to all of the arm."""
    found = []
    for outcome, case in enumerate(step.branch or (), start=1):
        if case.arm is None or arm in case.arm:
            found.append((outcome, case))
            if case.is_anybody:
                break
    return found


def _is_asked(step: Step, arm: str) -> bool:
    """Whether what the customer is decides; else the arm alone does, or nothing."""
    return step.kind == "branch" and any(not case.is_anybody for _, case in _cases(step, arm))


def _reactions(step: Step, stop: int) -> Iterator[Reaction]:
    for outcome, said in enumerate(step.until, start=1):
        kind, _, detail = said.partition(":")
        yield Reaction(stop, outcome, kind, detail or None, step.withdraw)


def otherwise(playbook: Playbook, arm: str, stop: int) -> int:
    """The outcome of an asked stop where none of its cases holds."""
    return next((o for o, case in _cases(playbook.steps[stop - 1], arm) if case.is_anybody), 0)


def emissions(playbook: Playbook, steps: Sequence[Step]) -> Iterator[dict[str, object]]:
    """What the steps of an edge give, as columns of a treatment.

    `template` is the text of a message, the survey, or what a call or an alert says.
    """
    for place, step in enumerate(steps):
        yield {
            "place": place,
            "step": step.name,
            "step_key": step_key(playbook.name, step.name),
            "kind": step.kind,
            "medium": step.medium,
            "template": step.message or step.call or step.survey or step.alert,
            "purpose": (step.purpose or playbook.purpose) if step.medium else None,
            "reward": step.grant,
            "grant_key": None if step.promises is None else step_key(playbook.name, step.promises),
        }

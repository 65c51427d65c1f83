"""What a customer was given: every treatment of the playbooks, and what became of its grant or message."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from winback.store.workspace import Workspace


@dataclass(frozen=True)
class Treated:
    """One treatment; `state` is that of its grant or message, `reason` why it is so (None: nothing yet).

    `is_held_out`: walked as if, never done.
    """

    as_of: date
    playbook: str
    step: str
    kind: str
    medium: str | None
    reward: str | None
    is_held_out: bool
    state: str | None
    reason: str | None


def treated(ws: Workspace, customer_id: str, as_of: date) -> tuple[Treated, ...]:
    """Everything given as of a date or earlier, in order, as it stands now."""
    from winback.deliver import read as deliver
    from winback.plan import read as plan
    from winback.reward import read as reward

    given = [each for each in plan.treatments_of(ws, customer_id) if each.as_of <= as_of]
    if not given:
        return ()
    became: dict[int, tuple[str, str | None]] = {
        each.id: (str(each.state), each.reason) for each in deliver.messages_of(ws, customer_id)
    }
    for grant in reward.grants_of(ws, customer_id):
        became[grant.id] = (str(grant.state), None if grant.reason is None else str(grant.reason))
    return tuple(
        Treated(
            each.as_of,
            each.playbook,
            each.step,
            str(each.kind),
            None if each.medium is None else str(each.medium),
            each.reward,
            each.is_held_out,
            *became.get(each.id, ("withdrawn" if each.stopped_us is not None else None, None)),
        )
        for each in given
    )

"""The step: claims are settled, what is over expires, and treatments that are due become grants."""

from __future__ import annotations

import time
from datetime import datetime

from winback.reward.claiming import claim_all
from winback.reward.desk import Desk, When
from winback.reward.expiring import expire_all
from winback.reward.funding import open_pots
from winback.reward.gather import Known
from winback.reward.granting import grant_all
from winback.reward.nouns import RewardSummary
from winback.reward.read import check_rewards
from winback.store import facts
from winback.store.lock import exclusive
from winback.store.workspace import Workspace
from winback.terms.progress import Progress, Silent


def run(
    ws: Workspace,
    now: datetime,
    *,
    who: str = "winback",
    wait_seconds: float = 60.0,
    progress: Progress | None = None,
) -> RewardSummary:
    """Settle claims, let grants expire, answer every grant treatment due by `now` (a moment with its zone).

    Every treatment is answered once, so running again does nothing new; what was killed half-way is finished.
    `who` makes the grants, and cannot approve them. Raises SettingsProblem where a reward says what cannot
    be, BusyProblem where another run goes on for longer than `wait_seconds`.
    """
    told, began = progress or Silent(), time.perf_counter()
    check_rewards(ws)
    with (
        exclusive(ws.data / "reward.lock", wait_seconds=wait_seconds, progress=told),
        facts.connection(ws) as connection,
    ):
        desk = Desk(ws, connection, When.of(ws.settings, now, who), Known(ws), told)
        open_pots(desk)
        claims = claim_all(desk)
        expired, expired_minor = expire_all(desk)
        grants = grant_all(desk)
    return RewardSummary(
        now_us=desk.when.now_us,
        treatments=grants.treatments,
        grants=dict(sorted(grants.states.items())),
        reasons=dict(sorted(grants.reasons.items())),
        claims=dict(sorted(claims.states.items())),
        claim_reasons=dict(sorted(claims.reasons.items())),
        foreign_claims=claims.foreign,
        expired=expired,
        granted_minor=grants.granted_minor,
        claimed_minor=claims.claimed_minor,
        expired_minor=expired_minor,
        seconds=time.perf_counter() - began,
    )

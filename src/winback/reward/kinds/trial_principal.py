"""体验金: a principal that is not the customer's works for some days; the interest is theirs."""

from __future__ import annotations

from winback.reward.kinds.part import Interest


class TrialPrincipal(Interest):
    """Costs the interest on the principal, whatever the customer buys."""

    NAME = "trial_principal"

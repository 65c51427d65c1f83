"""体验券: a coupon that helps a customer with few purchases to form the habit (S7)."""

from __future__ import annotations

from winback.reward.kinds.part import Kind


class TrialCoupon(Kind):
    """Worth the amount on it, once claimed."""

    NAME = "trial_coupon"

"""Every kind of reward by its name: one file each."""

from __future__ import annotations

from winback.reward.kinds.birthday_coupon import BirthdayCoupon
from winback.reward.kinds.bonus_interest import BonusInterest
from winback.reward.kinds.draw import Draw
from winback.reward.kinds.part import Kind
from winback.reward.kinds.red_packet import RedPacket
from winback.reward.kinds.referral_reward import ReferralReward
from winback.reward.kinds.trial_coupon import TrialCoupon
from winback.reward.kinds.trial_principal import TrialPrincipal

KINDS: dict[str, type[Kind]] = {
    kind.NAME: kind
    for kind in (
        TrialCoupon,
        TrialPrincipal,
        BonusInterest,
        RedPacket,
        BirthdayCoupon,
        Draw,
        ReferralReward,
    )
}

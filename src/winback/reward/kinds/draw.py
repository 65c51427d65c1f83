"""抽奖: a prize by stated odds, drawn from the key of the treatment: drawing twice is drawing once (S20)."""

from __future__ import annotations

from winback.reward.kinds.part import Kind


class Draw(Kind):
    """Worth the prize that was drawn; who draws nothing is refused."""

    NAME = "draw"

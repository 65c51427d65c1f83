"""红包: money for a new purchase, sized by past ones (S14)."""

from __future__ import annotations

from winback.reward.kinds.part import Kind


class RedPacket(Kind):
    """Worth the amount on it, once claimed."""

    NAME = "red_packet"

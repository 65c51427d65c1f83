"""Grants whose time is over expire, part by part; what was promised to them is promised no more."""

from __future__ import annotations

from winback.reward import book
from winback.reward.desk import DAY_US, Desk


def expire_all(desk: Desk) -> tuple[int, int]:
    """How many grants expired, and their money. A claim may still come late: `late_hours` are waited for."""
    before = desk.when.now_us - desk.settings.reward.late_hours * (DAY_US // 24)
    count, money = 0, 0
    while True:
        with book.turn(desk.connection) as turn:
            some = book.do(desk.connection, "expire_some", [desk.when.now_us, turn, before, book.PART_ROWS])
            if some:
                book.do(desk.connection, "post_expired", [turn])
                money += int(book.fetch(desk.connection, "expired_in_turn", [turn])[0][1])
        count += some
        if some < book.PART_ROWS:
            return count, money

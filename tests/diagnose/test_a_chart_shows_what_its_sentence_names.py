"""Of many curves those are drawn that the sentence names, and enough others to compare them with."""

from __future__ import annotations

from winback.diagnose.nouns import Kept, Retention
from winback.diagnose.reporting import charted

MONTHS = [f"2025-{month:02}" for month in range(1, 14)]


def curve(group: str, share: float) -> Retention:
    kept = (Kept(180, share, share - 0.01, share + 0.01, 100),)
    return Retention(group, 100, 0, kept, None)


def drawn(best: int, worst: int, *, evenly: bool) -> list[str]:
    shares = {best: 0.9, worst: 0.1}
    curves = [curve(month, shares.get(place, 0.5)) for place, month in enumerate(MONTHS)]
    return [each.group for each in charted(curves, 6, evenly=evenly)]


def test_the_best_and_the_worst_month_are_drawn_with_the_last_and_others_between() -> None:
    shown = drawn(3, 8, evenly=True)
    assert {MONTHS[3], MONTHS[8], MONTHS[12]} <= set(shown)
    assert len(shown) == 6
    assert shown == sorted(shown)


def test_of_channels_the_largest_are_drawn_beside_the_two() -> None:
    assert drawn(9, 11, evenly=False) == [*MONTHS[:4], MONTHS[9], MONTHS[11]]


def test_few_curves_are_all_drawn() -> None:
    few = [curve(month, 0.5) for month in MONTHS[:6]]
    assert charted(few, 6, evenly=True) == tuple(few)

"""From an event at the collector to its effect in the facts: within a minute, with settings as shipped."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.doors.live_shop import live, measured, names


@pytest.mark.slow
def test_who_returns_leaves_the_play_and_a_claim_is_settled_within_a_minute(
    tmp_path: Path, facts_url: str
) -> None:
    with live(tmp_path, 4, facts_url) as shop:
        seconds = measured(shop, names(4), 0.5)
        assert max(seconds) < 60, seconds
        held_back = "SELECT count(*) FROM deliver_message WHERE customer_id = %s AND state = 'sent'"
        assert not any(shop.is_so(held_back, customer) for customer in names(4)), "nothing was sent by night"

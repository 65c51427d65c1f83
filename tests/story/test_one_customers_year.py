"""One customer's year: buys, slips, is treated, is given a red packet, returns, claims, is watched, slips."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.story.life import Deed, Shop, held_out, treated

#: Visits, two large purchases; away; back with a purchase and a claim; away; back; a shorter absence; there.
YEAR = [
    Deed(0, "register"),
    *(Deed(day, "visit") for day in range(21)),
    Deed(2, "purchase", "60000.00"),
    Deed(10, "purchase", "40000.00"),
    Deed(20, "balance", "50.00"),
    Deed(62, "visit"),
    Deed(62, "purchase", "10000.00"),
    Deed(63, "claim", detail="value_red_packet"),
    *(Deed(day, "visit") for day in (63, 64, 66)),
    *(Deed(day, "visit") for day in range(120, 201, 5)),
    *(Deed(day, "visit") for day in range(209, 365, 5)),
]
#: Somebody comes every day, so that the shop's sources are never silent.
ALWAYS = [Deed(0, "register"), *(Deed(day, "visit") for day in range(365))]
#: Each day while something happens, else now and then.
DAYS = [*range(27, 33), 38, *range(57, 66), 70, 74, 93, 98, 104, *range(120, 123), 150, 180]
DAYS += [*range(207, 212), 240, 300, 364]
#: What the playbooks give, day by day; the packet is of S14's size, as 100,000.00 were bought.
GIVEN = [
    (28, "graded_warning", "inbox_first"),
    (29, "graded_warning", "push_then"),
    (31, "graded_warning", "sms_at_last"),
    (38, "graded_warning", "call_them"),
    (58, "valued_return", "packet"),
    (58, "valued_return", "packet_sms"),
    (63, "returned_watch", "welcome"),
    (93, "returned_watch", "slipping"),
    (93, "returned_watch", "still_there"),
    (98, "returned_watch", "by_phone"),
    (208, "graded_warning", "inbox_first"),
    (209, "graded_warning", "push_then"),
]
#: The last push waited for the end of quiet hours; by then the customer was back, so it was withdrawn.
WITHDRAWN = (209, "push_then")
NO_MESSAGES = ("call_them", "packet", "slipping", "by_phone")
MESSAGES = [(day, step) for day, _, step in GIVEN if step not in NO_MESSAGES]


@pytest.mark.slow
def test_a_year_goes_as_the_playbooks_say_and_every_day_twice_is_once(tmp_path: Path, facts_url: str) -> None:
    """The twin in the control group does the same, is walked the same way, and gets nothing."""
    shop = Shop(tmp_path, facts_url, {treated(): YEAR, held_out(): YEAR, "always": ALWAYS})
    assert list(shop.lives(DAYS)) == []
    assert shop.given(treated()) == shop.given(held_out()) == GIVEN
    for customer, state in ((treated(), "sent"), (held_out(), "as_if")):
        expected = [(*each, "withdrawn" if each == WITHDRAWN else state) for each in MESSAGES]
        assert shop.messages(customer) == expected
    _money_moved_for_one_alone(shop)
    _warnings_came_and_went(shop)
    sandbox = "".join(
        file.read_text(encoding="utf-8") for file in (tmp_path / "data" / "sandbox").rglob("*.ndjson")
    )
    assert sandbox.count(f'"{treated()}"') == len(MESSAGES) - 1
    assert held_out() not in sandbox


def _money_moved_for_one_alone(shop: Shop) -> None:
    """A red packet of 1,000.00 was granted, and claimed by the purchase of 10,000.00."""
    of = "SELECT state, amount_minor FROM reward_grant WHERE customer_id = %s"
    assert shop.rows(of, treated()) == [("claimed", 100_000)]
    assert shop.rows(of, held_out()) == [("as_if", 100_000)]
    entries = shop.rows("SELECT kind, amount_minor FROM reward_entry ORDER BY id")
    assert entries == [("fund", 10_000_000), ("grant", 100_000), ("claim", 100_000)]
    claims = "SELECT state, reason FROM reward_claim WHERE customer_id = %s"
    assert shop.rows(claims, treated()) == [("accepted", None)]
    assert shop.rows(claims, held_out()) == [("refused", "not_granted")]


def _warnings_came_and_went(shop: Shop) -> None:
    """Both were warned of alike: until they had churned, or came back."""
    of = "SELECT closing FROM warn_warning WHERE customer_id = %s ORDER BY opened_day"
    ends = [closing for (closing,) in shop.rows(of, treated())]
    assert (
        ends == [closing for (closing,) in shop.rows(of, held_out())] == ["churned", "churned", "came_back"]
    )

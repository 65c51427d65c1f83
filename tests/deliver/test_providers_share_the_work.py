"""Weight, fail-over, back-off and rates among providers of a medium."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.deliver.worlds import (
    HOUR,
    MINUTE,
    NOON,
    SECOND,
    Drawn,
    asked,
    business,
    contact,
    go,
    states,
    treat,
)
from winback.deliver.carriers import Lane, in_turn
from winback.deliver.nouns import Fate, Timing
from winback.deliver.run import run
from winback.settings.deliver import ProviderSection
from winback.store.workspace import Workspace
from winback.terms.errors import SettingsProblem


def provider(name: str, weight: int = 100, **over: Any) -> dict[str, Any]:
    return {"name": name, "medium": "inbox", "kind": "sandbox", "weight": weight, **over}


def crowd(root: Path, count: int, *providers: dict[str, Any], **deliver: Any) -> Workspace:
    """So many customers with a message each."""
    ws = business(root, providers=list(providers), deliver={"batch_rows": 10, **deliver})
    treat(ws, *({"id": n, "customer_id": f"c{n}"} for n in range(1, count + 1)))
    return ws


def test_each_provider_gets_its_share_of_batches() -> None:
    sections = [ProviderSection.model_validate(provider(n, w)) for n, w in (("a", 70), ("b", 30), ("c", 0))]
    lanes = [Lane(Drawn(each.name), each) for each in sections]
    firsts = [in_turn(lanes, number)[0].section.name for number in range(1000)]
    assert abs(firsts.count("a") - 700) < 10
    assert abs(firsts.count("b") - 300) < 10
    assert [lane.section.name for lane in in_turn([lanes[2]], 1)] == ["c"], "alone, even one without weight"


def test_where_one_is_down_the_next_takes_over_and_the_first_rests(tmp_path: Path) -> None:
    ws = crowd(tmp_path, 30, provider("a"), provider("b", 0))
    down, up = Drawn("a", fate=Fate.DOWN), Drawn("b")
    found = go(ws, NOON, down, up)
    assert found.outcomes == {"sent": 30}
    assert len(down.seen) == 10, "after the first batch it rests"
    assert asked(ws, "SELECT failures, down_until_us FROM deliver_provider WHERE name = 'a'") == [
        (1, NOON + 10 * SECOND)
    ]
    down.fate = Fate.SENT
    treat(ws, {"id": 99, "customer_id": "c99"})
    go(ws, NOON + 11 * SECOND, down, up)
    assert asked(ws, "SELECT provider FROM deliver_message WHERE id = 99") == [("a",)]
    assert asked(ws, "SELECT failures FROM deliver_provider WHERE name = 'a'") == [(0,)]


def test_what_may_have_been_sent_is_not_given_to_another(tmp_path: Path) -> None:
    ws = crowd(tmp_path, 5, provider("a"), provider("b", 0))
    unsure, other = Drawn("a", fate=Fate.UNKNOWN), Drawn("b")
    unsure.fates = {1: Fate.DOWN}
    go(ws, NOON, unsure, other)
    assert [letter.id for letter in other.seen] == [1]
    assert {state for state, _ in states(ws).values()} == {"unknown", "sent"}


def test_where_all_are_down_everything_waits(tmp_path: Path) -> None:
    ws = crowd(tmp_path, 20, provider("a"), provider("b"))
    found = go(ws, NOON, Drawn("a", fate=Fate.DOWN), Drawn("b", fate=Fate.DOWN))
    assert found.outcomes == {"later": 10}
    assert {state for state, _ in states(ws).values()} == {"waiting"}
    found = go(ws, NOON + 2 * MINUTE, Drawn("a"), Drawn("b"))
    assert found.outcomes == {"sent": 20}


def test_a_provider_gets_no_more_a_second_than_it_takes(tmp_path: Path) -> None:
    ws = crowd(tmp_path, 25, provider("a", per_second_max=4))
    carrier = Drawn("a")
    assert go(ws, NOON, carrier).outcomes == {"sent": 4}
    assert go(ws, NOON, carrier).outcomes == {}
    now = [NOON + 2 * SECOND]

    def pause(seconds: float) -> None:
        now[0] += int(seconds * SECOND)

    found = run(ws, now[0], [carrier], timing=Timing(lambda: now[0], pause))
    assert found.outcomes == {"sent": 21}
    assert 5 * SECOND <= now[0] - (NOON + 2 * SECOND) <= 6 * SECOND


def test_a_day_has_its_limit_and_the_most_expected_goes_first(tmp_path: Path) -> None:
    ws = business(tmp_path, providers=[provider("a", per_day_max=2)])
    treat(ws, *({"id": n, "customer_id": f"c{n}", "expected_minor": n} for n in range(1, 6)))
    go(ws, NOON, Drawn("a"))
    assert {id for id, (state, _) in states(ws).items() if state == "sent"} == {4, 5}
    go(ws, NOON + 23 * HOUR, Drawn("a"))
    assert sum(state == "sent" for state, _ in states(ws).values()) == 2
    go(ws, NOON + 24 * HOUR, Drawn("a"))
    assert {id for id, (state, _) in states(ws).items() if state == "sent"} == {2, 3, 4, 5}


def test_a_contact_that_is_wrong_for_good_is_not_tried_again(tmp_path: Path, facts_url: str) -> None:
    ws = business(tmp_path, facts_url)
    contact(ws, "ann", "phone", "13800001111")
    treat(ws, {"id": 1, "medium": "sms"})
    go(ws, NOON, Drawn(medium="sms", fate=Fate.BAD_CONTACT))
    treat(ws, {"id": 2, "medium": "sms", "due_us": NOON + 1})
    go(ws, NOON + MINUTE, Drawn(medium="sms"))
    assert states(ws) == {1: ("failed", "no to …"), 2: ("refused", "dead_contact")}


def test_a_medium_that_nobody_carries_is_told(tmp_path: Path) -> None:
    ws = business(tmp_path)
    treat(ws, {"id": 1})
    with pytest.raises(SettingsProblem, match="no provider carries inbox"):
        go(ws, NOON, Drawn(medium="sms"))


def test_contacts_without_their_key_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ws = business(tmp_path)
    contact(ws, "ann", "phone", "13800001111")
    treat(ws, {"id": 1, "medium": "sms"})
    monkeypatch.delenv("WINBACK_CONTACTS_KEY")
    with pytest.raises(SettingsProblem, match="WINBACK_CONTACTS_KEY"):
        go(ws)
    assert states(ws)[1][0] == "waiting"

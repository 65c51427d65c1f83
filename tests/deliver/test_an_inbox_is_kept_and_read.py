"""The inbox of the business's own app: messages with read state, each once."""

from __future__ import annotations

from pathlib import Path

from tests.deliver.worlds import HOUR, MINUTE, NOON, business, go, states, told, treat
from winback import app
from winback.deliver import act, read
from winback.deliver.nouns import Fate, InboxRow, Letter, Parcel
from winback.deliver.providers.inbox import Inbox

INBOX = [{"name": "app", "medium": "inbox", "kind": "inbox"}]


def test_a_message_lies_in_the_inbox_until_it_is_read(tmp_path: Path, facts_url: str) -> None:
    ws = business(tmp_path, facts_url, providers=INBOX)
    treat(ws, {"id": 1})
    go(ws, NOON, *app.carriers(ws))
    assert states(ws) == {1: ("delivered", None)}
    assert read.inbox(ws, "ann") == [InboxRow(1, "问候", "您好", NOON, None)]
    assert act.mark_read(ws, "bob", 1, NOON + MINUTE) is False, "it is not bob's"
    assert act.mark_read(ws, "ann", 1, NOON + MINUTE) is True
    assert act.mark_read(ws, "ann", 1, NOON + HOUR) is False, "twice is once"
    assert read.inbox(ws, "ann")[0].read_us == NOON + MINUTE
    go(ws, NOON + HOUR, *app.carriers(ws))
    assert [event["attributes"]["what"] for event in told(ws)] == ["read", "sent"]


def test_the_inbox_knows_what_lies_in_it(tmp_path: Path, facts_url: str) -> None:
    ws = business(tmp_path, facts_url)
    inbox = Inbox("app", ws)
    one, two = (
        Letter(
            id=n,
            customer_id="ann",
            medium="inbox",
            purpose="service",
            template="hello",
            playbook="back",
            step="write",
            grant_id=None,
            to="",
            title="t",
            body="b",
        )
        for n in (1, 2)
    )
    list(inbox.send(Parcel(1, NOON, [one])))
    list(inbox.send(Parcel(1, NOON, [one])))
    assert [(each.id, each.fate) for each in inbox.ask(Parcel(1, NOON, [one, two]))] == [
        (1, Fate.DELIVERED),
        (2, Fate.LATER),
    ]
    assert len(read.inbox(ws, "ann")) == 1


def test_without_providers_everything_goes_to_the_sandbox(tmp_path: Path) -> None:
    mediums = {each.medium for each in app.carriers(business(tmp_path))}
    assert mediums == {"inbox", "sms", "push", "email", "webhook"}

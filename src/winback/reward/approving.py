"""A second person lets a held grant stand, as far as there is money for it."""

from __future__ import annotations

from winback.reward import book
from winback.reward.desk import DAY_US, Desk
from winback.reward.nouns import GrantState
from winback.reward.offering import expires_us


class Declined(Exception):  # noqa: N818 - it is told to the person who asked
    """Why an act was not done: a message of words.py, and the word that fills its blank `{about}`."""

    def __init__(self, message: str, about: str = "") -> None:
        self.message, self.about = message, about
        super().__init__(message.format(about=about))


def approve_one(desk: Desk, key: int, turn: int) -> None:
    """Grant what was held, as of now. Raises Declined where it is not held, or a limit speaks against it."""
    row = book.fetch(desk.connection, "grant_of", [key])[0]
    customer, playbook, reward, pot, currency, state, amount, maker = (
        row[place] for place in (1, 2, 5, 7, 8, 9, 10, 20)
    )
    if state != GrantState.HELD:
        raise Declined("it is {about}", state)
    if maker == desk.when.who:
        raise Declined("whoever made it cannot approve it")
    _money_is_there(desk, (pot, currency), (playbook, customer), amount)
    section = desk.settings.rewards.get(reward)
    now = desk.when.now_us
    ends = row[17] if section is None else expires_us(desk.settings, section, now)
    book.do(desk.connection, "approve_grant", [desk.when.who, now, now, desk.when.day, ends, turn, key])
    for name in ("post_grants", "use_day", "use_playbook"):
        book.do(desk.connection, name, [turn])


def _money_is_there(desk: Desk, pot: book.Pot, who: tuple[str, str], amount: int) -> None:
    """Raises Declined with the limit that the grant would break."""
    section = book.pots_of(desk.settings).get(pot)
    if section is None:
        raise Declined("there is no pot {about}", " ".join(pot))
    playbook, customer = who
    scopes = (
        ("day", str(desk.when.day), section.day_max_minor),
        ("playbook", playbook, section.playbook_max_minor),
    )
    for scope, key, limit in scopes:
        book.do(desk.connection, "set_limit", [*pot, scope, key, limit])
    used = {tuple(row[:4]): (row[4], row[5]) for row in book.fetch(desk.connection, "limits")}
    free = {(row[0], row[1]): row[3] for row in book.fetch(desk.connection, "pots")}
    if amount > free.get(pot, 0):
        raise Declined("the pot is empty")
    for scope, key, _ in scopes:
        limit, had = used[(*pot, scope, key)]
        if limit is not None and had + amount > limit:
            raise Declined("the limit of the {about} would be broken", scope)
    if section.customer_max_minor is not None:
        since = desk.when.now_us - section.customer_days * DAY_US
        had = book.fetch(desk.connection, "customer_used", [customer, *pot, since])[0][0]
        if had + amount > section.customer_max_minor:
            raise Declined("the limit of the {about} would be broken", "customer")

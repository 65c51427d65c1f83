"""The facts of reward: pots and their ledger, grants, claims, and who decided what.

Days are whole numbers since 1970-01-01 and moments microseconds since then (UTC); money is in minor units.
Customers go by their id. The key of a grant is that of its treatment, the key of a claim is computed from its
event (`BigAutoField` only makes keys the row's own address on SQLite). What a database must not be able to
hold stands here as a constraint, or in the migration `0002_laws` as a trigger.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

STATES = ("granted", "held", "refused", "claimed", "expired", "reversed", "as_if")
#: What an entry of each kind moves, and between which accounts.
MOVES = (
    ("fund", "funded", "budget"),
    ("raise", "funded", "budget"),
    ("grant", "budget", "outstanding"),
    ("claim", "outstanding", "claimed"),
    ("claim", "expired", "claimed"),
    ("release", "outstanding", "budget"),
    ("expire", "outstanding", "expired"),
    ("reverse", "outstanding", "budget"),
    ("reverse", "claimed", "budget"),
)


def _moves() -> Q:
    allowed = Q()
    for kind, taken, given in MOVES:
        allowed |= Q(kind=kind, from_account=taken, to_account=given)
    return allowed


class Book(models.Model):  # type: ignore[misc]
    """One row: whoever writes money takes a turn first, so that no two do so at once.

    `seen_due_us`: treatments due up to then have been looked at; `log_version`: so has that of the event log.
    """

    id = models.IntegerField(primary_key=True)
    turn = models.BigIntegerField()
    seen_due_us = models.BigIntegerField()
    log_version = models.BigIntegerField()

    class Meta:
        app_label = "reward"


class Pot(models.Model):  # type: ignore[misc]
    """The balances of a pot, kept by the database from its entries; in every row they sum to zero."""

    name = models.CharField(max_length=40)
    currency = models.CharField(max_length=3)
    funded_minor = models.BigIntegerField(default=0)
    budget_minor = models.BigIntegerField(default=0)
    outstanding_minor = models.BigIntegerField(default=0)
    claimed_minor = models.BigIntegerField(default=0)
    expired_minor = models.BigIntegerField(default=0)

    class Meta:
        app_label = "reward"
        constraints = (
            models.UniqueConstraint(fields=("name", "currency"), name="reward_pot_once"),
            models.CheckConstraint(
                condition=Q(budget_minor__gte=0)
                & Q(outstanding_minor__gte=0)
                & Q(claimed_minor__gte=0)
                & Q(expired_minor__gte=0),
                name="reward_pot_not_overdrawn",
            ),
            models.CheckConstraint(
                condition=Q(
                    funded_minor=-F("budget_minor")
                    - F("outstanding_minor")
                    - F("claimed_minor")
                    - F("expired_minor")
                ),
                name="reward_pot_sums_to_zero",
            ),
        )


class Entry(models.Model):  # type: ignore[misc]
    """An entry of the ledger: one amount, taken from one account of a pot and given to another.

    Both legs are one row, so an entry that does not balance cannot be written. `subject_id` is the grant, or
    the request or pot that was funded; it has one entry of a kind at most. Never changed, never deleted.
    """

    subject_id = models.BigIntegerField()
    kind = models.CharField(max_length=8)
    pot = models.CharField(max_length=40)
    currency = models.CharField(max_length=3)
    from_account = models.CharField(max_length=12)
    to_account = models.CharField(max_length=12)
    amount_minor = models.BigIntegerField()
    at_us = models.BigIntegerField()
    who = models.TextField()
    why = models.TextField()
    turn = models.BigIntegerField()

    class Meta:
        app_label = "reward"
        constraints = (
            models.UniqueConstraint(fields=("subject_id", "kind"), name="reward_entry_once"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="reward_entry_moves_money"),
            models.CheckConstraint(condition=_moves(), name="reward_entry_is_of_a_kind"),
        )


class Budget(models.Model):  # type: ignore[misc]
    """How much of a pot one day or one playbook has been granted; never more than its limit, if any."""

    pot = models.CharField(max_length=40)
    currency = models.CharField(max_length=3)
    scope = models.CharField(max_length=8)
    key = models.CharField(max_length=40)
    limit_minor = models.BigIntegerField(null=True)
    used_minor = models.BigIntegerField()

    class Meta:
        app_label = "reward"
        constraints = (
            models.UniqueConstraint(fields=("pot", "currency", "scope", "key"), name="reward_budget_once"),
            models.CheckConstraint(
                condition=Q(used_minor__gte=0) & (Q(limit_minor=None) | Q(used_minor__lte=F("limit_minor"))),
                name="reward_budget_kept",
            ),
        )


class Grant(models.Model):  # type: ignore[misc]
    """What became of one grant treatment; `face_minor` is the amount on it, `amount_minor` what it can cost.

    `by_purchase`: the purchase claims it by itself. `turn` is that of the last writing. `as_if`: of
    a customer held out, so no money is behind it.
    """

    id = models.BigAutoField(primary_key=True)
    customer_id = models.TextField()
    playbook = models.CharField(max_length=40)
    step = models.CharField(max_length=40)
    arm = models.CharField(max_length=40)
    reward = models.CharField(max_length=40)
    kind = models.CharField(max_length=16)
    pot = models.CharField(max_length=40)
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=8)
    amount_minor = models.BigIntegerField()
    face_minor = models.BigIntegerField()
    claimed_minor = models.BigIntegerField()
    purchase_min_minor = models.BigIntegerField()
    by_purchase = models.BooleanField()
    conditions = models.TextField()
    expected_minor = models.BigIntegerField()
    as_of_day = models.IntegerField()
    granted_day = models.IntegerField()
    granted_us = models.BigIntegerField()
    expires_us = models.BigIntegerField()
    changed_us = models.BigIntegerField()
    reason = models.CharField(max_length=24, null=True)
    maker = models.TextField()
    approver = models.TextField(null=True)
    turn = models.BigIntegerField()

    class Meta:
        app_label = "reward"
        constraints = (
            models.CheckConstraint(condition=Q(state__in=STATES), name="reward_grant_state"),
            models.CheckConstraint(
                condition=Q(amount_minor__gte=0, claimed_minor__gte=0, claimed_minor__lte=F("amount_minor")),
                name="reward_grant_amount",
            ),
            models.CheckConstraint(
                condition=Q(approver=None) | ~Q(approver=F("maker")), name="reward_grant_second_person"
            ),
        )
        indexes = (
            models.Index(fields=("customer_id",), name="reward_grant_customer"),
            models.Index(fields=("turn",), name="reward_grant_turn"),
            models.Index(fields=("expires_us",), condition=Q(state="granted"), name="reward_grant_open"),
            models.Index(fields=("granted_us",), condition=Q(state="held"), name="reward_grant_held"),
            models.Index(fields=("expires_us",), condition=Q(by_purchase=True), name="reward_grant_purchase"),
        )


class Claim(models.Model):  # type: ignore[misc]
    """A claim, or a purchase that claims by itself: accepted, waiting for a purchase, refused, or dismissed.

    `purchase_key` is the purchase that fulfilled it; a purchase fulfils one claim only.
    """

    id = models.BigAutoField(primary_key=True)
    grant_id = models.BigIntegerField(null=True)
    customer_id = models.TextField()
    reward = models.TextField()
    at_us = models.BigIntegerField()
    told_minor = models.BigIntegerField(null=True)
    claimed_minor = models.BigIntegerField()
    purchase_key = models.BigIntegerField(null=True)
    state = models.CharField(max_length=9)
    reason = models.CharField(max_length=24, null=True)
    who = models.TextField()
    why = models.TextField()
    judged_us = models.BigIntegerField()
    turn = models.BigIntegerField()

    class Meta:
        app_label = "reward"
        constraints = (
            models.UniqueConstraint(
                fields=("grant_id",), condition=Q(state="accepted"), name="reward_claim_of_grant"
            ),
            models.UniqueConstraint(
                fields=("purchase_key",), condition=Q(state="accepted"), name="reward_claim_of_purchase"
            ),
        )
        indexes = (
            models.Index(
                fields=("at_us",), condition=Q(state__in=("waiting", "refused")), name="reward_claim_open"
            ),
            models.Index(fields=("turn",), name="reward_claim_turn"),
        )


class Request(models.Model):  # type: ignore[misc]
    """Somebody asked for more money in a pot; above the limit it waits for a second person."""

    id = models.BigAutoField(primary_key=True)
    pot = models.CharField(max_length=40)
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    maker = models.TextField()
    made_us = models.BigIntegerField()
    why = models.TextField()
    state = models.CharField(max_length=8)
    approver = models.TextField(null=True)
    decided_us = models.BigIntegerField(null=True)

    class Meta:
        app_label = "reward"
        constraints = (
            models.CheckConstraint(
                condition=Q(approver=None) | ~Q(approver=F("maker")), name="reward_request_second_person"
            ),
        )


class Act(models.Model):  # type: ignore[misc]
    """What an operator did, to what, and why. Never changed, never deleted."""

    at_us = models.BigIntegerField()
    verb = models.CharField(max_length=12)
    subject = models.TextField()
    who = models.TextField()
    why = models.TextField()

    class Meta:
        app_label = "reward"


class Policy(models.Model):  # type: ignore[misc]
    """A policy of amounts as it was put in force; the highest version counts."""

    name = models.CharField(max_length=40)
    version = models.IntegerField()
    rules = models.TextField()
    from_us = models.BigIntegerField()
    who = models.TextField()
    why = models.TextField()

    class Meta:
        app_label = "reward"
        constraints = (models.UniqueConstraint(fields=("name", "version"), name="reward_policy_version"),)


class ForeignClaims(models.Model):  # type: ignore[misc]
    """How many claims of a day were of a reward that is none of ours, and the money that they told of."""

    reward = models.TextField()
    day = models.IntegerField()
    claims = models.BigIntegerField()
    told_minor = models.BigIntegerField()

    class Meta:
        app_label = "reward"
        db_table = "reward_foreign"
        constraints = (models.UniqueConstraint(fields=("reward", "day"), name="reward_foreign_once"),)

"""The facts of deliver: the outbox, batches under way, refusals, receipts, consent, dead contacts, the inbox.

Moments are microseconds since 1970-01-01 (UTC), so that SQLite and PostgreSQL are told the same. Customers go
by their id. A message has the key of its treatment, so the same treatment is the same message.
"""

from __future__ import annotations

from django.db import models


class Message(models.Model):  # type: ignore[misc]
    """One message of the outbox: intent before deed, outcome after.

    `due_us` is when it may be judged next, `first_due_us` when its treatment was due. `cleared_until_us` is
    until when the gate's word holds (0: none). `slot_us` is what counts for frequency caps: when it was let
    through, then when it was sent.
    """

    #: Never drawn. An automatic field is SQLite's own row number, so that a key needs no second look-up.
    id = models.BigAutoField(primary_key=True)
    treatment_id = models.BigIntegerField()
    customer_id = models.TextField()
    playbook = models.TextField()
    version = models.IntegerField()
    step = models.TextField()
    arm = models.TextField()
    medium = models.CharField(max_length=8)
    template = models.TextField()
    purpose = models.CharField(max_length=12)
    grant_id = models.BigIntegerField(null=True)
    expected_minor = models.BigIntegerField()
    is_held_out = models.BooleanField()
    first_due_us = models.BigIntegerField()
    due_us = models.BigIntegerField()
    state = models.CharField(max_length=12)
    cleared_until_us = models.BigIntegerField()
    slot_us = models.BigIntegerField(null=True)
    batch_id = models.BigIntegerField(null=True)
    tries = models.SmallIntegerField()
    language = models.CharField(max_length=8, null=True)
    provider = models.CharField(max_length=40, null=True)
    provider_ref = models.TextField(null=True)
    sent_us = models.BigIntegerField(null=True)
    reason = models.TextField(null=True)
    note = models.TextField(null=True)

    class Meta:
        app_label = "deliver"
        indexes = (
            models.Index(
                fields=("medium", "due_us", "id"),
                condition=models.Q(state="waiting"),
                name="deliver_message_due",
            ),
            models.Index(fields=("customer_id",), name="deliver_message_customer"),
            models.Index(
                fields=("provider", "provider_ref"),
                condition=models.Q(provider_ref__isnull=False),
                name="deliver_message_ref",
            ),
            models.Index(
                fields=("batch_id", "medium"),
                condition=models.Q(state="sending") | models.Q(state="unknown"),
                name="deliver_message_open",
            ),
            models.Index(fields=("id",), condition=models.Q(state="held"), name="deliver_message_held"),
            models.Index(fields=("first_due_us",), name="deliver_message_first_due"),
        )


class Batch(models.Model):  # type: ignore[misc]
    """Messages that one worker took at once; `ids` as JSON. No `done_us` after its lease: the worker died."""

    medium = models.CharField(max_length=8)
    provider = models.CharField(max_length=40)
    claimed_us = models.BigIntegerField()
    done_us = models.BigIntegerField(null=True)
    is_told = models.BooleanField()
    ids = models.TextField()

    class Meta:
        app_label = "deliver"
        indexes = (
            models.Index(
                fields=("claimed_us",), condition=models.Q(done_us__isnull=True), name="deliver_batch_open"
            ),
            models.Index(fields=("id",), condition=models.Q(is_told=False), name="deliver_batch_untold"),
        )


class Refusal(models.Model):  # type: ignore[misc]
    """The gate did not let a message through: why, and until when it waits (null: for good)."""

    message_id = models.BigIntegerField()
    at_us = models.BigIntegerField()
    reason = models.CharField(max_length=20)
    until_us = models.BigIntegerField(null=True)

    class Meta:
        app_label = "deliver"
        constraints = (
            models.UniqueConstraint(fields=("message_id", "at_us", "reason"), name="deliver_refusal_once"),
        )
        indexes = (models.Index(fields=("at_us",), name="deliver_refusal_at"),)


class Receipt(models.Model):  # type: ignore[misc]
    """What came back about a message; `counts` is false where a machine did it, not the customer."""

    message_id = models.BigIntegerField()
    what = models.CharField(max_length=12)
    at_us = models.BigIntegerField()
    counts = models.BooleanField()
    is_told = models.BooleanField()
    detail = models.TextField()

    class Meta:
        app_label = "deliver"
        constraints = (
            models.UniqueConstraint(fields=("message_id", "what", "at_us"), name="deliver_receipt_once"),
        )
        indexes = (
            models.Index(fields=("id",), condition=models.Q(is_told=False), name="deliver_receipt_untold"),
        )


class Consent(models.Model):  # type: ignore[misc]
    """What a customer said about one medium and purpose; the latest word counts, the others are history."""

    customer_id = models.TextField()
    medium = models.CharField(max_length=8)
    purpose = models.CharField(max_length=12)
    at_us = models.BigIntegerField()
    is_given = models.BooleanField()
    source = models.TextField()

    class Meta:
        app_label = "deliver"
        constraints = (
            models.UniqueConstraint(
                fields=("customer_id", "medium", "purpose", "at_us"), name="deliver_consent_once"
            ),
        )


class DeadContact(models.Model):  # type: ignore[misc]
    """A contact that a provider calls wrong for good, by its blind index; a new contact is another index."""

    kind = models.CharField(max_length=16)
    blind_index = models.BinaryField(max_length=16)
    at_us = models.BigIntegerField()
    provider = models.CharField(max_length=40)
    reason = models.TextField()

    class Meta:
        app_label = "deliver"
        db_table = "deliver_dead_contact"
        constraints = (
            models.UniqueConstraint(fields=("kind", "blind_index"), name="deliver_dead_contact_once"),
        )


class Hold(models.Model):  # type: ignore[misc]
    """An emergency hold: nothing of this medium, purpose and playbook goes out (null: of any)."""

    medium = models.CharField(max_length=8, null=True)
    purpose = models.CharField(max_length=12, null=True)
    playbook = models.TextField(null=True)
    since_us = models.BigIntegerField()
    who = models.TextField()
    why = models.TextField()
    released_us = models.BigIntegerField(null=True)
    released_by = models.TextField(null=True)

    class Meta:
        app_label = "deliver"


class Provider(models.Model):  # type: ignore[misc]
    """How a provider fares: until when it rests after failures, how much of this second is used, and when its
    mailbox was looked into last.
    """

    name = models.CharField(max_length=40, primary_key=True)
    failures = models.IntegerField()
    down_until_us = models.BigIntegerField()
    second = models.BigIntegerField()
    used = models.IntegerField()
    looked_us = models.BigIntegerField(default=0)

    class Meta:
        app_label = "deliver"


class Inbox(models.Model):  # type: ignore[misc]
    """A message in the customer's inbox; `read_us` null: not read yet."""

    message_id = models.BigIntegerField(primary_key=True)
    customer_id = models.TextField()
    title = models.TextField()
    body = models.TextField()
    sent_us = models.BigIntegerField()
    read_us = models.BigIntegerField(null=True)

    class Meta:
        app_label = "deliver"
        indexes = (models.Index(fields=("customer_id", "sent_us"), name="deliver_inbox_customer"),)

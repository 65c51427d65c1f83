"""The facts of warn: runs, verdicts, warnings, their changes, alerts and their sending, policies.

Days are whole numbers since 1970-01-01 and moments microseconds since then (UTC), so that SQLite and
PostgreSQL are told the same. Customers go by their id, which outlives every rebuilding of keys.
"""

from __future__ import annotations

from django.db import models


class Run(models.Model):  # type: ignore[misc]
    """One run as of a date: `judging`, then `judged` (all verdicts are in), then `done`.

    `basis` holds what rules took from the whole base, for the live pass, which looks at few customers.
    """

    as_of_day = models.IntegerField(primary_key=True)
    state = models.CharField(max_length=8)
    summary = models.TextField()
    basis = models.TextField(default="")

    class Meta:
        app_label = "warn"


class Verdict(models.Model):  # type: ignore[misc]
    """What a run under way will do to one warning; gone when the run is done. `part` is a chunk of them."""

    as_of_day = models.IntegerField()
    part = models.IntegerField()
    customer_id = models.TextField()
    opened_day = models.IntegerField()
    move = models.CharField(max_length=8)
    level_from = models.SmallIntegerField()
    level = models.SmallIntegerField()
    status = models.CharField(max_length=12)
    closing = models.CharField(max_length=12, null=True)
    probability = models.FloatField(null=True)
    value_minor = models.BigIntegerField()
    expected_minor = models.BigIntegerField()
    rules = models.TextField()
    reasons = models.TextField(null=True)
    phase = models.TextField(null=True)
    channel = models.TextField(null=True)

    class Meta:
        app_label = "warn"
        constraints = (
            models.UniqueConstraint(fields=("as_of_day", "part", "customer_id"), name="warn_verdict_of_day"),
        )


class Warning_(models.Model):  # type: ignore[misc]  # noqa: N801 - Python has a Warning
    """A warning, known by its customer and the date that opened it; at most one of a customer is open.

    `run_day` is the last run that touched it, `seen_day` the last date on which something spoke for it;
    `live_day` the day whose events made the live pass raise it (null: a run did).
    """

    customer_id = models.TextField()
    opened_day = models.IntegerField()
    status = models.CharField(max_length=12)
    level = models.SmallIntegerField()
    probability = models.FloatField(null=True)
    value_minor = models.BigIntegerField()
    expected_minor = models.BigIntegerField()
    rules = models.TextField()
    reasons = models.TextField(null=True)
    phase = models.TextField(null=True)
    channel = models.TextField(null=True)
    changed_day = models.IntegerField()
    seen_day = models.IntegerField()
    run_day = models.IntegerField()
    snoozed_until_day = models.IntegerField(null=True)
    closed_day = models.IntegerField(null=True)
    closing = models.CharField(max_length=12, null=True)
    live_day = models.IntegerField(null=True)

    class Meta:
        app_label = "warn"
        db_table = "warn_warning"
        constraints = (
            models.UniqueConstraint(fields=("customer_id", "opened_day"), name="warn_warning_of_day"),
            models.UniqueConstraint(
                fields=("customer_id",), condition=~models.Q(status="closed"), name="warn_warning_open"
            ),
        )
        indexes = (models.Index(fields=("status", "closed_day"), name="warn_warning_status"),)


class Change(models.Model):  # type: ignore[misc]
    """One row of a warning's history; `at_us` is 0 for a step of a run, else the moment of the act."""

    customer_id = models.TextField()
    opened_day = models.IntegerField()
    as_of_day = models.IntegerField()
    move = models.CharField(max_length=12)
    at_us = models.BigIntegerField()
    level_from = models.SmallIntegerField()
    level = models.SmallIntegerField()
    who = models.TextField()
    why = models.TextField()
    probability = models.FloatField(null=True)
    reasons = models.TextField(null=True)
    value_minor = models.BigIntegerField()

    class Meta:
        app_label = "warn"
        constraints = (
            models.UniqueConstraint(
                fields=("customer_id", "opened_day", "as_of_day", "move", "at_us"), name="warn_change_once"
            ),
        )
        indexes = (models.Index(fields=("as_of_day",), name="warn_change_day"),)


class Alert(models.Model):  # type: ignore[misc]
    """Something to tell operators of, each once a date."""

    as_of_day = models.IntegerField()
    kind = models.CharField(max_length=16)
    subject = models.TextField()
    title = models.TextField()
    body = models.TextField()

    class Meta:
        app_label = "warn"
        constraints = (
            models.UniqueConstraint(fields=("as_of_day", "kind", "subject"), name="warn_alert_once"),
        )


class Sending(models.Model):  # type: ignore[misc]
    """An alert on its way to one address: waiting, sending (the intent), sent, failed, unknown, or late.

    `target` is a digest of the address, never the address; `due_us` is when it may be tried next.
    """

    as_of_day = models.IntegerField()
    kind = models.CharField(max_length=16)
    subject = models.TextField()
    target = models.CharField(max_length=16)
    scheme = models.CharField(max_length=24)
    state = models.CharField(max_length=8)
    tries = models.IntegerField()
    due_us = models.BigIntegerField()
    tried_us = models.BigIntegerField(null=True)
    error = models.TextField(null=True)

    class Meta:
        app_label = "warn"
        constraints = (
            models.UniqueConstraint(
                fields=("as_of_day", "kind", "subject", "target"), name="warn_sending_once"
            ),
        )
        indexes = (models.Index(fields=("target", "tried_us"), name="warn_sending_tried"),)


class Live(models.Model):  # type: ignore[misc]
    """Where the live pass stands: one row with the commit of ingest it has seen, and what it did last."""

    name = models.CharField(max_length=8, primary_key=True)
    version = models.BigIntegerField()
    as_of_day = models.IntegerField()
    at_us = models.BigIntegerField()
    summary = models.TextField()

    class Meta:
        app_label = "warn"


class Policy(models.Model):  # type: ignore[misc]
    """What a policy says, by its fingerprint: it can be gone on with when winback.toml says another."""

    fingerprint = models.CharField(max_length=16, primary_key=True)
    body = models.TextField()

    class Meta:
        app_label = "warn"


class Switch(models.Model):  # type: ignore[misc]
    """A policy was switched on: by whom, why, and whether without a replay; the latest one is in use.

    `at_us` is the moment, null where a run did it by itself as of `as_of_day`.
    """

    fingerprint = models.CharField(max_length=16)
    as_of_day = models.IntegerField(null=True)
    at_us = models.BigIntegerField(null=True)
    who = models.TextField()
    why = models.TextField()
    is_override = models.BooleanField()

    class Meta:
        app_label = "warn"


class Replay(models.Model):  # type: ignore[misc]
    """What a replay of a policy over a span of days promised; the same span again replaces it."""

    fingerprint = models.CharField(max_length=16)
    first_day = models.IntegerField()
    last_day = models.IntegerField()
    at_us = models.BigIntegerField()
    result = models.TextField()

    class Meta:
        app_label = "warn"
        constraints = (
            models.UniqueConstraint(fields=("fingerprint", "first_day", "last_day"), name="warn_replay_once"),
        )

"""The facts of the worker: who holds the lease, what became of each step, and a log of it.

Days are whole numbers since 1970-01-01 and moments microseconds since then (UTC).
"""

from __future__ import annotations

from django.db import models


class Lease(models.Model):  # type: ignore[misc]
    """Who may do the work until when; whoever finds it run out may take it."""

    name = models.CharField(max_length=16, primary_key=True)
    owner = models.TextField()
    since_us = models.BigIntegerField()
    beat_us = models.BigIntegerField()
    until_us = models.BigIntegerField()

    class Meta:
        app_label = "worker"


class Step(models.Model):  # type: ignore[misc]
    """A job of one night, or one that comes again and again (`as_of_day` 0): running, done, failed, given_up.

    `tries` counts since it last succeeded; `due_us` is when it may be done next.
    """

    job = models.CharField(max_length=32)
    as_of_day = models.IntegerField()
    state = models.CharField(max_length=8)
    tries = models.IntegerField()
    owner = models.TextField()
    began_us = models.BigIntegerField()
    ended_us = models.BigIntegerField(null=True)
    done_us = models.BigIntegerField(null=True)
    due_us = models.BigIntegerField()
    said = models.TextField()
    error = models.TextField()

    class Meta:
        app_label = "worker"
        constraints = (models.UniqueConstraint(fields=("job", "as_of_day"), name="worker_step_once"),)


class Log(models.Model):  # type: ignore[misc]
    """What happened and when: the lease taken and given back, steps that did something, failures."""

    at_us = models.BigIntegerField()
    owner = models.TextField()
    job = models.CharField(max_length=32)
    as_of_day = models.IntegerField()
    what = models.CharField(max_length=8)
    said = models.TextField()

    class Meta:
        app_label = "worker"
        indexes = (models.Index(fields=("at_us",), name="worker_log_at"),)

"""The facts of plan: playbooks and their versions, who walks them, and the treatments they give.

Days are whole numbers since 1970-01-01 and moments microseconds since then (UTC). Customers go by their id.
Keys of entries and treatments are computed, not drawn (`BigAutoField` only makes them the row's own address
on SQLite), so the same entry and the same treatment are the same row however often they are made.
"""

from __future__ import annotations

from django.db import models


class Playbook(models.Model):  # type: ignore[misc]
    """A playbook as operators left it: `on`, `paused` or `stopped`, and the version that is entered now."""

    name = models.CharField(max_length=40, primary_key=True)
    state = models.CharField(max_length=8)
    version = models.IntegerField()
    changed_us = models.BigIntegerField()
    who = models.TextField()

    class Meta:
        app_label = "plan"


class Version(models.Model):  # type: ignore[misc]
    """A playbook's content, numbered from 1 in the order in which contents came; `digest` knows it again."""

    playbook = models.CharField(max_length=40)
    number = models.IntegerField()
    digest = models.CharField(max_length=16)
    text = models.TextField()
    from_day = models.IntegerField()

    class Meta:
        app_label = "plan"
        constraints = (
            models.UniqueConstraint(fields=("playbook", "number"), name="plan_version_number"),
            models.UniqueConstraint(fields=("playbook", "digest"), name="plan_version_digest"),
        )


class Act(models.Model):  # type: ignore[misc]
    """What an operator did to a playbook, and when: paused, resumed, stopped, moved."""

    playbook = models.CharField(max_length=40)
    at_us = models.BigIntegerField()
    what = models.CharField(max_length=12)
    who = models.TextField()
    why = models.TextField()

    class Meta:
        app_label = "plan"
        constraints = (models.UniqueConstraint(fields=("playbook", "at_us", "what"), name="plan_act_once"),)


class Edge(models.Model):  # type: ignore[misc]
    """A way from one stop of a walk to the next, and how long one stays there.

    A walk is one arm of one version (`walk_id`). `outcome` 0 is the ordinary way on, others are the exits of
    the stop; `stay_us` null: the walk ends there. `is_asked`: which exit is taken must be asked first.
    """

    walk_id = models.IntegerField()
    stop = models.SmallIntegerField()
    outcome = models.SmallIntegerField()
    next_stop = models.SmallIntegerField()
    stay_us = models.BigIntegerField(null=True)
    is_asked = models.BooleanField()

    class Meta:
        app_label = "plan"
        constraints = (models.UniqueConstraint(fields=("walk_id", "stop", "outcome"), name="plan_edge_once"),)


class Emission(models.Model):  # type: ignore[misc]
    """A treatment that is given on an edge; `step_key` makes its key out of that of the entry."""

    walk_id = models.IntegerField()
    stop = models.SmallIntegerField()
    outcome = models.SmallIntegerField()
    place = models.SmallIntegerField()
    version = models.IntegerField()
    step = models.CharField(max_length=40)
    step_key = models.BigIntegerField()
    kind = models.CharField(max_length=8)
    medium = models.CharField(max_length=8, null=True)
    template = models.TextField(null=True)
    purpose = models.CharField(max_length=12, null=True)
    reward = models.TextField(null=True)
    grant_key = models.BigIntegerField(null=True)

    class Meta:
        app_label = "plan"
        constraints = (
            models.UniqueConstraint(
                fields=("walk_id", "stop", "outcome", "place"), name="plan_emission_once"
            ),
        )


class Entry(models.Model):  # type: ignore[misc]
    """One customer's walk through one playbook: at which stop it stands, since when and until when.

    `due_us` null: nothing moves it (it ended, or a pause holds it and keeps the time left in `left_us`).
    `outcome` is the exit that will be taken, -1 where that is still to be asked; `from_stop` and
    `from_outcome` are the edge that led here. `held_by` is null, `control` or `holdout`.
    """

    id = models.BigAutoField(primary_key=True)
    playbook = models.CharField(max_length=40)
    customer_id = models.TextField()
    walk_id = models.IntegerField()
    arm = models.CharField(max_length=40)
    held_by = models.CharField(max_length=8, null=True)
    entered_day = models.IntegerField()
    entered_us = models.BigIntegerField()
    expected_minor = models.BigIntegerField()
    why = models.TextField()
    stop = models.SmallIntegerField()
    outcome = models.SmallIntegerField()
    from_stop = models.SmallIntegerField()
    from_outcome = models.SmallIntegerField()
    began_us = models.BigIntegerField()
    due_us = models.BigIntegerField(null=True)
    left_us = models.BigIntegerField(null=True)
    ended_us = models.BigIntegerField(null=True)
    ending = models.CharField(max_length=12, null=True)

    class Meta:
        app_label = "plan"
        constraints = (
            models.UniqueConstraint(
                fields=("customer_id", "playbook", "entered_day"), name="plan_entry_once"
            ),
        )
        indexes = (
            models.Index(fields=("due_us",), condition=models.Q(due_us__isnull=False), name="plan_entry_due"),
        )


class Answer(models.Model):  # type: ignore[misc]
    """Which exit of its stop an entry takes; lives within one transaction only."""

    entry_id = models.BigAutoField(primary_key=True)
    stop = models.SmallIntegerField()
    outcome = models.SmallIntegerField()

    class Meta:
        app_label = "plan"


class Treatment(models.Model):  # type: ignore[misc]
    """What one customer is to get by one step; the stages to the right do it. Written once, but `stopped_us`.

    `is_held_out`: walked as if, must not be done. `grant_id`: the treatment whose grant this one promises.
    `due_us` never falls from one tick to the next, so who has read all up to a moment reads on from there.
    """

    id = models.BigAutoField(primary_key=True)
    entry_id = models.BigIntegerField()
    customer_id = models.TextField()
    playbook = models.CharField(max_length=40)
    version = models.IntegerField()
    step = models.CharField(max_length=40)
    kind = models.CharField(max_length=8)
    as_of_day = models.IntegerField()
    due_us = models.BigIntegerField()
    arm = models.CharField(max_length=40)
    is_held_out = models.BooleanField()
    medium = models.CharField(max_length=8, null=True)
    template = models.TextField(null=True)
    purpose = models.CharField(max_length=12, null=True)
    reward = models.TextField(null=True)
    grant_id = models.BigIntegerField(null=True)
    expected_minor = models.BigIntegerField()
    stopped_us = models.BigIntegerField(null=True)
    why = models.TextField()

    class Meta:
        app_label = "plan"
        indexes = (
            models.Index(fields=("due_us",), name="plan_treatment_due"),
            models.Index(
                fields=("due_us", "id"),
                condition=models.Q(kind__in=("call", "alert")),
                name="plan_treatment_tasks",
            ),
        )


class TaskDone(models.Model):  # type: ignore[misc]
    """A call or an alert that somebody has done: who, when, and what came of it."""

    treatment_id = models.BigIntegerField(primary_key=True)
    at_us = models.BigIntegerField()
    who = models.TextField()
    outcome = models.TextField()

    class Meta:
        app_label = "plan"
        db_table = "plan_task_done"


class Clock(models.Model):  # type: ignore[misc]
    """One row: whoever moves people takes it first, so that no two do so at once; `parts` counts the moves.

    `now_us` is the moment of the latest tick: time goes forward only. Of events before `heard_us`, and taken
    in up to the log's version `heard_version`, everybody was told; null: all who wait are asked anew.
    """

    id = models.IntegerField(primary_key=True)
    parts = models.BigIntegerField()
    now_us = models.BigIntegerField()
    heard_us = models.BigIntegerField(null=True)
    heard_version = models.BigIntegerField(null=True)

    class Meta:
        app_label = "plan"


class Run(models.Model):  # type: ignore[misc]
    """The entries of one date: `choosing`, then `done`."""

    as_of_day = models.IntegerField(primary_key=True)
    state = models.CharField(max_length=8)
    summary = models.TextField()

    class Meta:
        app_label = "plan"


class Channel(models.Model):  # type: ignore[misc]
    """A channel in a playbook for weak channels: since when it is weak, and the day it left for good."""

    playbook = models.CharField(max_length=40)
    channel = models.TextField()
    joined_day = models.IntegerField()
    looked_day = models.IntegerField()
    weak_since_day = models.IntegerField(null=True)
    left_day = models.IntegerField(null=True)
    new_customers = models.IntegerField()
    churned_share = models.FloatField(null=True)
    why = models.TextField()

    class Meta:
        app_label = "plan"
        constraints = (models.UniqueConstraint(fields=("playbook", "channel"), name="plan_channel_once"),)

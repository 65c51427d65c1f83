"""The facts of experiment: rotations of the global control group, and definitions of experiments.

Both are kept with the day from which they count and never overwritten, so that who was held out on any day
can be told again from the customer's id alone. Days are whole numbers since 1970-01-01.
"""

from __future__ import annotations

from django.db import models


class Rotation(models.Model):  # type: ignore[misc]
    """A global control group: those whose number under `salt` is below `share_bp` of 10,000."""

    number = models.IntegerField(primary_key=True)
    from_day = models.IntegerField()
    salt = models.TextField()
    share_bp = models.IntegerField()
    who = models.TextField()

    class Meta:
        app_label = "experiment"


class Definition(models.Model):  # type: ignore[misc]
    """How the experiment of a playbook divides customers from a day on; `arms` is JSON: name → share."""

    experiment = models.CharField(max_length=40)
    number = models.IntegerField()
    from_day = models.IntegerField()
    layer = models.CharField(max_length=40)
    measure_days = models.IntegerField()
    salt = models.TextField()
    holdout_bp = models.IntegerField()
    arms = models.TextField()

    class Meta:
        app_label = "experiment"
        constraints = (
            models.UniqueConstraint(fields=("experiment", "number"), name="experiment_definition_once"),
        )

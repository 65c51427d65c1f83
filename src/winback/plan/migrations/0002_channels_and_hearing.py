"""Weak channels of playbooks, and up to where reactions were heard."""

from typing import Any, ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):  # type: ignore[misc]

    dependencies: ClassVar[list[Any]] = [("plan", "0001_initial")]

    operations: ClassVar[list[Any]] = [
        migrations.AddField("clock", "heard_us", models.BigIntegerField(null=True)),
        migrations.AddField("clock", "heard_version", models.BigIntegerField(null=True)),
        migrations.CreateModel(
            name="Channel",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("playbook", models.CharField(max_length=40)),
                ("channel", models.TextField()),
                ("joined_day", models.IntegerField()),
                ("looked_day", models.IntegerField()),
                ("weak_since_day", models.IntegerField(null=True)),
                ("left_day", models.IntegerField(null=True)),
                ("new_customers", models.IntegerField()),
                ("churned_share", models.FloatField(null=True)),
                ("why", models.TextField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("playbook", "channel"), name="plan_channel_once")
                ],
            },
        ),
    ]

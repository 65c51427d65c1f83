"""Calls and alerts that people have done, and an index by which the open ones are found."""

from typing import Any, ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):  # type: ignore[misc]

    dependencies: ClassVar[list[Any]] = [("plan", "0002_channels_and_hearing")]

    operations: ClassVar[list[Any]] = [
        migrations.CreateModel(
            name="TaskDone",
            fields=[
                ("treatment_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("at_us", models.BigIntegerField()),
                ("who", models.TextField()),
                ("outcome", models.TextField()),
            ],
            options={"db_table": "plan_task_done"},
        ),
        migrations.AddIndex(
            "treatment",
            models.Index(
                fields=["due_us", "id"],
                condition=models.Q(kind__in=("call", "alert")),
                name="plan_treatment_tasks",
            ),
        ),
    ]

"""Claims of rewards that are none of ours are counted by day."""

from django.db import migrations, models


class Migration(migrations.Migration):  # type: ignore[misc]
    """One table more."""

    dependencies = (("reward", "0002_laws"),)
    operations = (
        migrations.CreateModel(
            name="ForeignClaims",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reward", models.TextField()),
                ("day", models.IntegerField()),
                ("claims", models.BigIntegerField()),
                ("told_minor", models.BigIntegerField()),
            ],
            options={"db_table": "reward_foreign"},
        ),
        migrations.AddConstraint(
            model_name="foreignclaims",
            constraint=models.UniqueConstraint(fields=("reward", "day"), name="reward_foreign_once"),
        ),
    )

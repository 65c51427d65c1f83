"""When the mailbox of a provider was looked into last."""

from typing import Any

from django.db import migrations, models


class Migration(migrations.Migration):  # type: ignore[misc]

    dependencies: list[Any] = [('deliver', '0002_looked_up')]

    operations = [
        migrations.AddField(
            model_name='provider',
            name='looked_us',
            field=models.BigIntegerField(default=0),
        ),
    ]

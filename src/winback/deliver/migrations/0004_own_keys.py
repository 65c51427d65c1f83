"""The key of a message is SQLite's own row number, as that of its treatment is."""

from typing import Any

from django.db import migrations, models


class Migration(migrations.Migration):  # type: ignore[misc]

    dependencies: list[Any] = [('deliver', '0003_mailboxes')]

    operations = [
        migrations.AlterField(
            model_name='message',
            name='id',
            field=models.BigAutoField(primary_key=True, serialize=False),
        ),
    ]

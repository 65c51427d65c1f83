"""Messages are claimed in the order of moment and key, so that a worker reads on from where it stopped."""

from typing import Any

from django.db import migrations, models


class Migration(migrations.Migration):  # type: ignore[misc]

    dependencies: list[Any] = [('deliver', '0004_own_keys')]

    operations = [
        migrations.RemoveIndex(model_name='message', name='deliver_message_due'),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('state', 'waiting')), fields=['medium', 'due_us', 'id'], name='deliver_message_due'),
        ),
    ]

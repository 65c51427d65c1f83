"""What deliver looks up every few seconds has an index: what is open, held, taken last."""

from typing import Any

from django.db import migrations, models


class Migration(migrations.Migration):  # type: ignore[misc]

    dependencies: list[Any] = [('deliver', '0001_initial')]

    operations = [
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('state', 'sending'), ('state', 'unknown'), _connector='OR'), fields=['batch_id', 'medium'], name='deliver_message_open'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('state', 'held')), fields=['id'], name='deliver_message_held'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(fields=['first_due_us'], name='deliver_message_first_due'),
        ),
    ]

"""The contacts."""

from typing import Any

from django.db import migrations, models


class Migration(migrations.Migration):  # type: ignore[misc]

    initial = True

    dependencies: list[Any] = []

    operations = [
        migrations.CreateModel(
            name='Contact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('customer_id', models.TextField()),
                ('kind', models.CharField(max_length=16)),
                ('sealed', models.BinaryField()),
                ('blind_index', models.BinaryField(max_length=16)),
                ('from_at', models.BigIntegerField()),
            ],
            options={
                'indexes': [models.Index(fields=['kind', 'blind_index'], name='ingest_contact_index')],
                'constraints': [models.UniqueConstraint(fields=('customer_id', 'kind'), name='ingest_contact_of_customer')],
            },
        ),
    ]

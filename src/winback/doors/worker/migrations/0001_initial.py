"""The lease, the steps and the log of the worker."""

from typing import Any

from django.db import migrations, models


class Migration(migrations.Migration):  # type: ignore[misc]

    initial = True

    dependencies: list[Any] = []

    operations = [
        migrations.CreateModel(
            name='Lease',
            fields=[
                ('name', models.CharField(max_length=16, primary_key=True, serialize=False)),
                ('owner', models.TextField()),
                ('since_us', models.BigIntegerField()),
                ('beat_us', models.BigIntegerField()),
                ('until_us', models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='Log',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at_us', models.BigIntegerField()),
                ('owner', models.TextField()),
                ('job', models.CharField(max_length=32)),
                ('as_of_day', models.IntegerField()),
                ('what', models.CharField(max_length=8)),
                ('said', models.TextField()),
            ],
            options={
                'indexes': [models.Index(fields=['at_us'], name='worker_log_at')],
            },
        ),
        migrations.CreateModel(
            name='Step',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('job', models.CharField(max_length=32)),
                ('as_of_day', models.IntegerField()),
                ('state', models.CharField(max_length=8)),
                ('tries', models.IntegerField()),
                ('owner', models.TextField()),
                ('began_us', models.BigIntegerField()),
                ('ended_us', models.BigIntegerField(null=True)),
                ('done_us', models.BigIntegerField(null=True)),
                ('due_us', models.BigIntegerField()),
                ('said', models.TextField()),
                ('error', models.TextField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('job', 'as_of_day'), name='worker_step_once')],
            },
        ),
    ]

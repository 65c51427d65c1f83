"""Runs, verdicts, warnings, changes, alerts and their sending."""

from typing import Any

from django.db import migrations, models


class Migration(migrations.Migration):  # type: ignore[misc]

    initial = True

    dependencies: list[Any] = []

    operations = [
        migrations.CreateModel(
            name='Run',
            fields=[
                ('as_of_day', models.IntegerField(primary_key=True, serialize=False)),
                ('state', models.CharField(max_length=8)),
                ('summary', models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name='Alert',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('as_of_day', models.IntegerField()),
                ('kind', models.CharField(max_length=16)),
                ('subject', models.TextField()),
                ('title', models.TextField()),
                ('body', models.TextField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('as_of_day', 'kind', 'subject'), name='warn_alert_once')],
            },
        ),
        migrations.CreateModel(
            name='Change',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('customer_id', models.TextField()),
                ('opened_day', models.IntegerField()),
                ('as_of_day', models.IntegerField()),
                ('move', models.CharField(max_length=12)),
                ('at_us', models.BigIntegerField()),
                ('level_from', models.SmallIntegerField()),
                ('level', models.SmallIntegerField()),
                ('who', models.TextField()),
                ('why', models.TextField()),
                ('probability', models.FloatField(null=True)),
                ('reasons', models.TextField(null=True)),
                ('value_minor', models.BigIntegerField()),
            ],
            options={
                'indexes': [models.Index(fields=['as_of_day'], name='warn_change_day')],
                'constraints': [models.UniqueConstraint(fields=('customer_id', 'opened_day', 'as_of_day', 'move', 'at_us'), name='warn_change_once')],
            },
        ),
        migrations.CreateModel(
            name='Sending',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('as_of_day', models.IntegerField()),
                ('kind', models.CharField(max_length=16)),
                ('subject', models.TextField()),
                ('target', models.CharField(max_length=16)),
                ('scheme', models.CharField(max_length=24)),
                ('state', models.CharField(max_length=8)),
                ('tries', models.IntegerField()),
                ('due_us', models.BigIntegerField()),
                ('tried_us', models.BigIntegerField(null=True)),
                ('error', models.TextField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['target', 'tried_us'], name='warn_sending_tried')],
                'constraints': [models.UniqueConstraint(fields=('as_of_day', 'kind', 'subject', 'target'), name='warn_sending_once')],
            },
        ),
        migrations.CreateModel(
            name='Verdict',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('as_of_day', models.IntegerField()),
                ('part', models.IntegerField()),
                ('customer_id', models.TextField()),
                ('opened_day', models.IntegerField()),
                ('move', models.CharField(max_length=8)),
                ('level_from', models.SmallIntegerField()),
                ('level', models.SmallIntegerField()),
                ('status', models.CharField(max_length=12)),
                ('closing', models.CharField(max_length=12, null=True)),
                ('probability', models.FloatField(null=True)),
                ('value_minor', models.BigIntegerField()),
                ('expected_minor', models.BigIntegerField()),
                ('rules', models.TextField()),
                ('reasons', models.TextField(null=True)),
                ('phase', models.TextField(null=True)),
                ('channel', models.TextField(null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('as_of_day', 'part', 'customer_id'), name='warn_verdict_of_day')],
            },
        ),
        migrations.CreateModel(
            name='Warning_',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('customer_id', models.TextField()),
                ('opened_day', models.IntegerField()),
                ('status', models.CharField(max_length=12)),
                ('level', models.SmallIntegerField()),
                ('probability', models.FloatField(null=True)),
                ('value_minor', models.BigIntegerField()),
                ('expected_minor', models.BigIntegerField()),
                ('rules', models.TextField()),
                ('reasons', models.TextField(null=True)),
                ('phase', models.TextField(null=True)),
                ('channel', models.TextField(null=True)),
                ('changed_day', models.IntegerField()),
                ('seen_day', models.IntegerField()),
                ('run_day', models.IntegerField()),
                ('snoozed_until_day', models.IntegerField(null=True)),
                ('closed_day', models.IntegerField(null=True)),
                ('closing', models.CharField(max_length=12, null=True)),
            ],
            options={
                'db_table': 'warn_warning',
                'indexes': [models.Index(fields=['status', 'closed_day'], name='warn_warning_status')],
                'constraints': [models.UniqueConstraint(fields=('customer_id', 'opened_day'), name='warn_warning_of_day'), models.UniqueConstraint(condition=models.Q(('status', 'closed'), _negated=True), fields=('customer_id',), name='warn_warning_open')],
            },
        ),
    ]

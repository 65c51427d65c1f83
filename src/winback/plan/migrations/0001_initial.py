"""Playbooks, versions, walks, entries, treatments, acts, runs and the clock."""

from typing import Any

from django.db import migrations, models


class Migration(migrations.Migration):  # type: ignore[misc]

    initial = True

    dependencies: list[Any] = []

    operations = [
        migrations.CreateModel(
            name='Answer',
            fields=[
                ('entry_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('stop', models.SmallIntegerField()),
                ('outcome', models.SmallIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='Clock',
            fields=[
                ('id', models.IntegerField(primary_key=True, serialize=False)),
                ('parts', models.BigIntegerField()),
                ('now_us', models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='Playbook',
            fields=[
                ('name', models.CharField(max_length=40, primary_key=True, serialize=False)),
                ('state', models.CharField(max_length=8)),
                ('version', models.IntegerField()),
                ('changed_us', models.BigIntegerField()),
                ('who', models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name='Run',
            fields=[
                ('as_of_day', models.IntegerField(primary_key=True, serialize=False)),
                ('state', models.CharField(max_length=8)),
                ('summary', models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name='Act',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('playbook', models.CharField(max_length=40)),
                ('at_us', models.BigIntegerField()),
                ('what', models.CharField(max_length=12)),
                ('who', models.TextField()),
                ('why', models.TextField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('playbook', 'at_us', 'what'), name='plan_act_once')],
            },
        ),
        migrations.CreateModel(
            name='Edge',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('walk_id', models.IntegerField()),
                ('stop', models.SmallIntegerField()),
                ('outcome', models.SmallIntegerField()),
                ('next_stop', models.SmallIntegerField()),
                ('stay_us', models.BigIntegerField(null=True)),
                ('is_asked', models.BooleanField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('walk_id', 'stop', 'outcome'), name='plan_edge_once')],
            },
        ),
        migrations.CreateModel(
            name='Emission',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('walk_id', models.IntegerField()),
                ('stop', models.SmallIntegerField()),
                ('outcome', models.SmallIntegerField()),
                ('place', models.SmallIntegerField()),
                ('version', models.IntegerField()),
                ('step', models.CharField(max_length=40)),
                ('step_key', models.BigIntegerField()),
                ('kind', models.CharField(max_length=8)),
                ('medium', models.CharField(max_length=8, null=True)),
                ('template', models.TextField(null=True)),
                ('purpose', models.CharField(max_length=12, null=True)),
                ('reward', models.TextField(null=True)),
                ('grant_key', models.BigIntegerField(null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('walk_id', 'stop', 'outcome', 'place'), name='plan_emission_once')],
            },
        ),
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('playbook', models.CharField(max_length=40)),
                ('customer_id', models.TextField()),
                ('walk_id', models.IntegerField()),
                ('arm', models.CharField(max_length=40)),
                ('held_by', models.CharField(max_length=8, null=True)),
                ('entered_day', models.IntegerField()),
                ('entered_us', models.BigIntegerField()),
                ('expected_minor', models.BigIntegerField()),
                ('why', models.TextField()),
                ('stop', models.SmallIntegerField()),
                ('outcome', models.SmallIntegerField()),
                ('from_stop', models.SmallIntegerField()),
                ('from_outcome', models.SmallIntegerField()),
                ('began_us', models.BigIntegerField()),
                ('due_us', models.BigIntegerField(null=True)),
                ('left_us', models.BigIntegerField(null=True)),
                ('ended_us', models.BigIntegerField(null=True)),
                ('ending', models.CharField(max_length=12, null=True)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('due_us__isnull', False)), fields=['due_us'], name='plan_entry_due')],
                'constraints': [models.UniqueConstraint(fields=('customer_id', 'playbook', 'entered_day'), name='plan_entry_once')],
            },
        ),
        migrations.CreateModel(
            name='Treatment',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('entry_id', models.BigIntegerField()),
                ('customer_id', models.TextField()),
                ('playbook', models.CharField(max_length=40)),
                ('version', models.IntegerField()),
                ('step', models.CharField(max_length=40)),
                ('kind', models.CharField(max_length=8)),
                ('as_of_day', models.IntegerField()),
                ('due_us', models.BigIntegerField()),
                ('arm', models.CharField(max_length=40)),
                ('is_held_out', models.BooleanField()),
                ('medium', models.CharField(max_length=8, null=True)),
                ('template', models.TextField(null=True)),
                ('purpose', models.CharField(max_length=12, null=True)),
                ('reward', models.TextField(null=True)),
                ('grant_id', models.BigIntegerField(null=True)),
                ('expected_minor', models.BigIntegerField()),
                ('stopped_us', models.BigIntegerField(null=True)),
                ('why', models.TextField()),
            ],
            options={
                'indexes': [models.Index(fields=['due_us'], name='plan_treatment_due')],
            },
        ),
        migrations.CreateModel(
            name='Version',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('playbook', models.CharField(max_length=40)),
                ('number', models.IntegerField()),
                ('digest', models.CharField(max_length=16)),
                ('text', models.TextField()),
                ('from_day', models.IntegerField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('playbook', 'number'), name='plan_version_number'), models.UniqueConstraint(fields=('playbook', 'digest'), name='plan_version_digest')],
            },
        ),
    ]

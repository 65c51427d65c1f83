"""Rotations of the control group, and definitions of experiments."""

from typing import Any

from django.db import migrations, models


class Migration(migrations.Migration):  # type: ignore[misc]

    initial = True

    dependencies: list[Any] = []

    operations = [
        migrations.CreateModel(
            name='Rotation',
            fields=[
                ('number', models.IntegerField(primary_key=True, serialize=False)),
                ('from_day', models.IntegerField()),
                ('salt', models.TextField()),
                ('share_bp', models.IntegerField()),
                ('who', models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name='Definition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('experiment', models.CharField(max_length=40)),
                ('number', models.IntegerField()),
                ('from_day', models.IntegerField()),
                ('layer', models.CharField(max_length=40)),
                ('measure_days', models.IntegerField()),
                ('salt', models.TextField()),
                ('holdout_bp', models.IntegerField()),
                ('arms', models.TextField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('experiment', 'number'), name='experiment_definition_once')],
            },
        ),
    ]

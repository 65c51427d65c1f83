"""Policies, their switches and replays; where the live pass stands, and which warnings it raised."""

from django.db import migrations, models


class Migration(migrations.Migration):  # type: ignore[misc]

    dependencies = [
        ('warn', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Live',
            fields=[
                ('name', models.CharField(max_length=8, primary_key=True, serialize=False)),
                ('version', models.BigIntegerField()),
                ('as_of_day', models.IntegerField()),
                ('at_us', models.BigIntegerField()),
                ('summary', models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name='Policy',
            fields=[
                ('fingerprint', models.CharField(max_length=16, primary_key=True, serialize=False)),
                ('body', models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name='Switch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('fingerprint', models.CharField(max_length=16)),
                ('as_of_day', models.IntegerField(null=True)),
                ('at_us', models.BigIntegerField(null=True)),
                ('who', models.TextField()),
                ('why', models.TextField()),
                ('is_override', models.BooleanField()),
            ],
        ),
        migrations.AddField(
            model_name='run',
            name='basis',
            field=models.TextField(default=''),
        ),
        migrations.AddField(
            model_name='warning_',
            name='live_day',
            field=models.IntegerField(null=True),
        ),
        migrations.CreateModel(
            name='Replay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('fingerprint', models.CharField(max_length=16)),
                ('first_day', models.IntegerField()),
                ('last_day', models.IntegerField()),
                ('at_us', models.BigIntegerField()),
                ('result', models.TextField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('fingerprint', 'first_day', 'last_day'), name='warn_replay_once')],
            },
        ),
    ]

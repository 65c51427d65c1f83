"""The first tables of deliver."""

from typing import Any

from django.db import migrations, models


class Migration(migrations.Migration):  # type: ignore[misc]

    initial = True

    dependencies: list[Any] = []

    operations = [
        migrations.CreateModel(
            name='Hold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('medium', models.CharField(max_length=8, null=True)),
                ('purpose', models.CharField(max_length=12, null=True)),
                ('playbook', models.TextField(null=True)),
                ('since_us', models.BigIntegerField()),
                ('who', models.TextField()),
                ('why', models.TextField()),
                ('released_us', models.BigIntegerField(null=True)),
                ('released_by', models.TextField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Provider',
            fields=[
                ('name', models.CharField(max_length=40, primary_key=True, serialize=False)),
                ('failures', models.IntegerField()),
                ('down_until_us', models.BigIntegerField()),
                ('second', models.BigIntegerField()),
                ('used', models.IntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='Batch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('medium', models.CharField(max_length=8)),
                ('provider', models.CharField(max_length=40)),
                ('claimed_us', models.BigIntegerField()),
                ('done_us', models.BigIntegerField(null=True)),
                ('is_told', models.BooleanField()),
                ('ids', models.TextField()),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('done_us__isnull', True)), fields=['claimed_us'], name='deliver_batch_open'), models.Index(condition=models.Q(('is_told', False)), fields=['id'], name='deliver_batch_untold')],
            },
        ),
        migrations.CreateModel(
            name='Consent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('customer_id', models.TextField()),
                ('medium', models.CharField(max_length=8)),
                ('purpose', models.CharField(max_length=12)),
                ('at_us', models.BigIntegerField()),
                ('is_given', models.BooleanField()),
                ('source', models.TextField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('customer_id', 'medium', 'purpose', 'at_us'), name='deliver_consent_once')],
            },
        ),
        migrations.CreateModel(
            name='DeadContact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=16)),
                ('blind_index', models.BinaryField(max_length=16)),
                ('at_us', models.BigIntegerField()),
                ('provider', models.CharField(max_length=40)),
                ('reason', models.TextField()),
            ],
            options={
                'db_table': 'deliver_dead_contact',
                'constraints': [models.UniqueConstraint(fields=('kind', 'blind_index'), name='deliver_dead_contact_once')],
            },
        ),
        migrations.CreateModel(
            name='Inbox',
            fields=[
                ('message_id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('customer_id', models.TextField()),
                ('title', models.TextField()),
                ('body', models.TextField()),
                ('sent_us', models.BigIntegerField()),
                ('read_us', models.BigIntegerField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['customer_id', 'sent_us'], name='deliver_inbox_customer')],
            },
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('treatment_id', models.BigIntegerField()),
                ('customer_id', models.TextField()),
                ('playbook', models.TextField()),
                ('version', models.IntegerField()),
                ('step', models.TextField()),
                ('arm', models.TextField()),
                ('medium', models.CharField(max_length=8)),
                ('template', models.TextField()),
                ('purpose', models.CharField(max_length=12)),
                ('grant_id', models.BigIntegerField(null=True)),
                ('expected_minor', models.BigIntegerField()),
                ('is_held_out', models.BooleanField()),
                ('first_due_us', models.BigIntegerField()),
                ('due_us', models.BigIntegerField()),
                ('state', models.CharField(max_length=12)),
                ('cleared_until_us', models.BigIntegerField()),
                ('slot_us', models.BigIntegerField(null=True)),
                ('batch_id', models.BigIntegerField(null=True)),
                ('tries', models.SmallIntegerField()),
                ('language', models.CharField(max_length=8, null=True)),
                ('provider', models.CharField(max_length=40, null=True)),
                ('provider_ref', models.TextField(null=True)),
                ('sent_us', models.BigIntegerField(null=True)),
                ('reason', models.TextField(null=True)),
                ('note', models.TextField(null=True)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state', 'waiting')), fields=['medium', 'due_us'], name='deliver_message_due'), models.Index(fields=['customer_id'], name='deliver_message_customer'), models.Index(condition=models.Q(('provider_ref__isnull', False)), fields=['provider', 'provider_ref'], name='deliver_message_ref')],
            },
        ),
        migrations.CreateModel(
            name='Receipt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('message_id', models.BigIntegerField()),
                ('what', models.CharField(max_length=12)),
                ('at_us', models.BigIntegerField()),
                ('counts', models.BooleanField()),
                ('is_told', models.BooleanField()),
                ('detail', models.TextField()),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('is_told', False)), fields=['id'], name='deliver_receipt_untold')],
                'constraints': [models.UniqueConstraint(fields=('message_id', 'what', 'at_us'), name='deliver_receipt_once')],
            },
        ),
        migrations.CreateModel(
            name='Refusal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('message_id', models.BigIntegerField()),
                ('at_us', models.BigIntegerField()),
                ('reason', models.CharField(max_length=20)),
                ('until_us', models.BigIntegerField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['at_us'], name='deliver_refusal_at')],
                'constraints': [models.UniqueConstraint(fields=('message_id', 'at_us', 'reason'), name='deliver_refusal_once')],
            },
        ),
    ]

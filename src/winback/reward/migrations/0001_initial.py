"""Pots and their ledger, grants, claims, requests, acts, policies."""

from typing import Any

import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):  # type: ignore[misc]

    initial = True

    dependencies: list[Any] = []

    operations = [
        migrations.CreateModel(
            name='Act',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at_us', models.BigIntegerField()),
                ('verb', models.CharField(max_length=12)),
                ('subject', models.TextField()),
                ('who', models.TextField()),
                ('why', models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name='Book',
            fields=[
                ('id', models.IntegerField(primary_key=True, serialize=False)),
                ('turn', models.BigIntegerField()),
                ('seen_due_us', models.BigIntegerField()),
                ('log_version', models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='Budget',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('pot', models.CharField(max_length=40)),
                ('currency', models.CharField(max_length=3)),
                ('scope', models.CharField(max_length=8)),
                ('key', models.CharField(max_length=40)),
                ('limit_minor', models.BigIntegerField(null=True)),
                ('used_minor', models.BigIntegerField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('pot', 'currency', 'scope', 'key'), name='reward_budget_once'), models.CheckConstraint(condition=models.Q(('used_minor__gte', 0), models.Q(('limit_minor', None), ('used_minor__lte', models.F('limit_minor')), _connector='OR')), name='reward_budget_kept')],
            },
        ),
        migrations.CreateModel(
            name='Claim',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('grant_id', models.BigIntegerField(null=True)),
                ('customer_id', models.TextField()),
                ('reward', models.TextField()),
                ('at_us', models.BigIntegerField()),
                ('told_minor', models.BigIntegerField(null=True)),
                ('claimed_minor', models.BigIntegerField()),
                ('purchase_key', models.BigIntegerField(null=True)),
                ('state', models.CharField(max_length=9)),
                ('reason', models.CharField(max_length=24, null=True)),
                ('who', models.TextField()),
                ('why', models.TextField()),
                ('judged_us', models.BigIntegerField()),
                ('turn', models.BigIntegerField()),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state__in', ('waiting', 'refused'))), fields=['at_us'], name='reward_claim_open'), models.Index(fields=['turn'], name='reward_claim_turn')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'accepted')), fields=('grant_id',), name='reward_claim_of_grant'), models.UniqueConstraint(condition=models.Q(('state', 'accepted')), fields=('purchase_key',), name='reward_claim_of_purchase')],
            },
        ),
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subject_id', models.BigIntegerField()),
                ('kind', models.CharField(max_length=8)),
                ('pot', models.CharField(max_length=40)),
                ('currency', models.CharField(max_length=3)),
                ('from_account', models.CharField(max_length=12)),
                ('to_account', models.CharField(max_length=12)),
                ('amount_minor', models.BigIntegerField()),
                ('at_us', models.BigIntegerField()),
                ('who', models.TextField()),
                ('why', models.TextField()),
                ('turn', models.BigIntegerField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('subject_id', 'kind'), name='reward_entry_once'), models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0)), name='reward_entry_moves_money'), models.CheckConstraint(condition=models.Q(models.Q(('from_account', 'funded'), ('kind', 'fund'), ('to_account', 'budget')), models.Q(('from_account', 'funded'), ('kind', 'raise'), ('to_account', 'budget')), models.Q(('from_account', 'budget'), ('kind', 'grant'), ('to_account', 'outstanding')), models.Q(('from_account', 'outstanding'), ('kind', 'claim'), ('to_account', 'claimed')), models.Q(('from_account', 'expired'), ('kind', 'claim'), ('to_account', 'claimed')), models.Q(('from_account', 'outstanding'), ('kind', 'release'), ('to_account', 'budget')), models.Q(('from_account', 'outstanding'), ('kind', 'expire'), ('to_account', 'expired')), models.Q(('from_account', 'outstanding'), ('kind', 'reverse'), ('to_account', 'budget')), models.Q(('from_account', 'claimed'), ('kind', 'reverse'), ('to_account', 'budget')), _connector='OR'), name='reward_entry_is_of_a_kind')],
            },
        ),
        migrations.CreateModel(
            name='Grant',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('customer_id', models.TextField()),
                ('playbook', models.CharField(max_length=40)),
                ('step', models.CharField(max_length=40)),
                ('arm', models.CharField(max_length=40)),
                ('reward', models.CharField(max_length=40)),
                ('kind', models.CharField(max_length=16)),
                ('pot', models.CharField(max_length=40)),
                ('currency', models.CharField(max_length=3)),
                ('state', models.CharField(max_length=8)),
                ('amount_minor', models.BigIntegerField()),
                ('face_minor', models.BigIntegerField()),
                ('claimed_minor', models.BigIntegerField()),
                ('purchase_min_minor', models.BigIntegerField()),
                ('by_purchase', models.BooleanField()),
                ('conditions', models.TextField()),
                ('expected_minor', models.BigIntegerField()),
                ('as_of_day', models.IntegerField()),
                ('granted_day', models.IntegerField()),
                ('granted_us', models.BigIntegerField()),
                ('expires_us', models.BigIntegerField()),
                ('changed_us', models.BigIntegerField()),
                ('reason', models.CharField(max_length=24, null=True)),
                ('maker', models.TextField()),
                ('approver', models.TextField(null=True)),
                ('turn', models.BigIntegerField()),
            ],
            options={
                'indexes': [models.Index(fields=['customer_id'], name='reward_grant_customer'), models.Index(fields=['turn'], name='reward_grant_turn'), models.Index(condition=models.Q(('state', 'granted')), fields=['expires_us'], name='reward_grant_open'), models.Index(condition=models.Q(('state', 'held')), fields=['granted_us'], name='reward_grant_held'), models.Index(condition=models.Q(('by_purchase', True)), fields=['expires_us'], name='reward_grant_purchase')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ('granted', 'held', 'refused', 'claimed', 'expired', 'reversed', 'as_if'))), name='reward_grant_state'), models.CheckConstraint(condition=models.Q(('amount_minor__gte', 0), ('claimed_minor__gte', 0), ('claimed_minor__lte', models.F('amount_minor'))), name='reward_grant_amount'), models.CheckConstraint(condition=models.Q(('approver', None), models.Q(('approver', models.F('maker')), _negated=True), _connector='OR'), name='reward_grant_second_person')],
            },
        ),
        migrations.CreateModel(
            name='Policy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=40)),
                ('version', models.IntegerField()),
                ('rules', models.TextField()),
                ('from_us', models.BigIntegerField()),
                ('who', models.TextField()),
                ('why', models.TextField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('name', 'version'), name='reward_policy_version')],
            },
        ),
        migrations.CreateModel(
            name='Pot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=40)),
                ('currency', models.CharField(max_length=3)),
                ('funded_minor', models.BigIntegerField(default=0)),
                ('budget_minor', models.BigIntegerField(default=0)),
                ('outstanding_minor', models.BigIntegerField(default=0)),
                ('claimed_minor', models.BigIntegerField(default=0)),
                ('expired_minor', models.BigIntegerField(default=0)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('name', 'currency'), name='reward_pot_once'), models.CheckConstraint(condition=models.Q(('budget_minor__gte', 0), ('outstanding_minor__gte', 0), ('claimed_minor__gte', 0), ('expired_minor__gte', 0)), name='reward_pot_not_overdrawn'), models.CheckConstraint(condition=models.Q(('funded_minor', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('budget_minor'), '*', models.Value(-1)), '-', models.F('outstanding_minor')), '-', models.F('claimed_minor')), '-', models.F('expired_minor')))), name='reward_pot_sums_to_zero')],
            },
        ),
        migrations.CreateModel(
            name='Request',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pot', models.CharField(max_length=40)),
                ('currency', models.CharField(max_length=3)),
                ('amount_minor', models.BigIntegerField()),
                ('maker', models.TextField()),
                ('made_us', models.BigIntegerField()),
                ('why', models.TextField()),
                ('state', models.CharField(max_length=8)),
                ('approver', models.TextField(null=True)),
                ('decided_us', models.BigIntegerField(null=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('approver', None), models.Q(('approver', models.F('maker')), _negated=True), _connector='OR'), name='reward_request_second_person')],
            },
        ),
    ]

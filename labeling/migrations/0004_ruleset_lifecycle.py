"""Drafts, candidates, their history, tallies of the stream, brakes, and jobs over what is stored. Only adds."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('labeling', '0003_pipeline_limits'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='BackTest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('queued', 'Waiting for a worker'), ('running', 'Running'), ('done', 'Done'), ('cancelled', 'Cancelled'), ('failed', 'Failed')], default='queued', max_length=10)),
                ('position', models.BigIntegerField(default=0)),
                ('total', models.PositiveBigIntegerField(default=0)),
                ('done', models.PositiveBigIntegerField(default=0)),
                ('error', models.CharField(blank=True, max_length=1000)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('started_at', models.DateTimeField(blank=True, null=True)),
                ('beat_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('due_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('cancel_requested_at', models.DateTimeField(blank=True, null=True)),
                ('stage', models.CharField(default='samples', max_length=10)),
                ('result', models.JSONField(blank=True, default=dict)),
            ],
            options={
                'ordering': ['-id'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='RelabelJob',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('queued', 'Waiting for a worker'), ('running', 'Running'), ('done', 'Done'), ('cancelled', 'Cancelled'), ('failed', 'Failed')], default='queued', max_length=10)),
                ('position', models.BigIntegerField(default=0)),
                ('total', models.PositiveBigIntegerField(default=0)),
                ('done', models.PositiveBigIntegerField(default=0)),
                ('error', models.CharField(blank=True, max_length=1000)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('started_at', models.DateTimeField(blank=True, null=True)),
                ('beat_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('due_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('cancel_requested_at', models.DateTimeField(blank=True, null=True)),
                ('changed', models.PositiveBigIntegerField(default=0)),
                ('per_second', models.PositiveIntegerField()),
            ],
            options={
                'ordering': ['-id'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='RuleBrake',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rule', models.CharField(max_length=200)),
                ('cause', models.CharField(choices=[('share', 'Labels more than its share of the stream'), ('overturned', 'Moderators overturn its labels more often than usual')], max_length=10)),
                ('figures', models.JSONField(default=dict)),
                ('engaged_at', models.DateTimeField()),
                ('released_at', models.DateTimeField(blank=True, null=True)),
                ('release_reason', models.CharField(blank=True, max_length=1000)),
            ],
            options={
                'ordering': ['-engaged_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='RulesetEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('from_status', models.CharField(blank=True, choices=[('draft', 'Draft'), ('shadow', 'Shadow'), ('ramping', 'Ramping'), ('live', 'Live'), ('retired', 'Retired')], max_length=10)),
                ('to_status', models.CharField(choices=[('draft', 'Draft'), ('shadow', 'Shadow'), ('ramping', 'Ramping'), ('live', 'Live'), ('retired', 'Retired')], max_length=10)),
                ('from_share', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('to_share', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('reason', models.CharField(max_length=1000)),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='ShadowTally',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateTimeField()),
                ('until', models.DateTimeField()),
                ('compared', models.PositiveBigIntegerField()),
                ('differences', models.JSONField(default=dict)),
            ],
        ),
        migrations.CreateModel(
            name='StreamTally',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('finished_at', models.DateTimeField()),
                ('items', models.PositiveIntegerField()),
                ('labelled', models.PositiveIntegerField()),
                ('rules', models.JSONField(default=dict)),
                ('tags', models.JSONField(default=dict)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='ruleset',
            name='ruleset_status_is_known',
        ),
        migrations.AddField(
            model_name='ruleset',
            name='apply_from',
            field=models.FloatField(db_default=0.8, default=0.8),
        ),
        migrations.AddField(
            model_name='ruleset',
            name='author',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='ruleset',
            name='based_on',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='labeling.ruleset'),
        ),
        migrations.AddField(
            model_name='ruleset',
            name='note',
            field=models.CharField(blank=True, db_default='', max_length=1000),
        ),
        migrations.AddField(
            model_name='ruleset',
            name='previous',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='labeling.ruleset'),
        ),
        migrations.AddField(
            model_name='ruleset',
            name='retired_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='ruleset',
            name='review_from',
            field=models.FloatField(db_default=0.5, default=0.5),
        ),
        migrations.AddField(
            model_name='ruleset',
            name='share',
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='ruleset',
            name='went_live_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name='ruleset',
            name='digest',
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AlterField(
            model_name='ruleset',
            name='status',
            field=models.CharField(choices=[('draft', 'Draft'), ('shadow', 'Shadow'), ('ramping', 'Ramping'), ('live', 'Live'), ('retired', 'Retired')], max_length=10),
        ),
        migrations.AddConstraint(
            model_name='ruleset',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['draft', 'shadow', 'ramping', 'live', 'retired'])), name='ruleset_status_is_known'),
        ),
        migrations.AddConstraint(
            model_name='ruleset',
            constraint=models.UniqueConstraint(models.ExpressionWrapper(models.Q(('status__in', ('shadow', 'ramping'))), output_field=models.BooleanField()), condition=models.Q(('status__in', ('shadow', 'ramping'))), name='ruleset_candidate_is_one'),
        ),
        migrations.AddConstraint(
            model_name='ruleset',
            constraint=models.CheckConstraint(condition=models.Q(('status', 'draft'), models.Q(('digest', ''), _negated=True), _connector='OR'), name='ruleset_that_labels_has_a_digest'),
        ),
        migrations.AddConstraint(
            model_name='ruleset',
            constraint=models.CheckConstraint(condition=models.Q(('apply_from__lte', 1), ('review_from__gt', 0), ('review_from__lte', models.F('apply_from'))), name='ruleset_thresholds_are_in_order'),
        ),
        migrations.AddConstraint(
            model_name='ruleset',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'ramping'), ('share__gte', 1), ('share__isnull', False), ('share__lt', 100)), models.Q(models.Q(('status', 'ramping'), _negated=True), ('share', None)), _connector='OR'), name='ruleset_share_is_of_a_ramp'),
        ),
        migrations.AddField(
            model_name='backtest',
            name='baseline',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='labeling.ruleset'),
        ),
        migrations.AddField(
            model_name='backtest',
            name='requested_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='backtest',
            name='ruleset',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='labeling.ruleset'),
        ),
        migrations.AddField(
            model_name='relabeljob',
            name='requested_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='relabeljob',
            name='ruleset',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='labeling.ruleset'),
        ),
        migrations.AddField(
            model_name='rulebrake',
            name='released_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='rulebrake',
            name='ruleset',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='brakes', to='labeling.ruleset'),
        ),
        migrations.AddField(
            model_name='rulesetevent',
            name='ruleset',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='labeling.ruleset'),
        ),
        migrations.AddField(
            model_name='rulesetevent',
            name='user',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='shadowtally',
            name='baseline',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='labeling.ruleset'),
        ),
        migrations.AddField(
            model_name='shadowtally',
            name='ruleset',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shadow_tallies', to='labeling.ruleset'),
        ),
        migrations.AddField(
            model_name='streamtally',
            name='ruleset',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='labeling.ruleset'),
        ),
        migrations.AddConstraint(
            model_name='backtest',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['queued', 'running', 'done', 'cancelled', 'failed'])), name='backtest_state_is_known'),
        ),
        migrations.AddConstraint(
            model_name='backtest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('queued', 'running')), ('finished_at', None)), models.Q(models.Q(('state__in', ('queued', 'running')), _negated=True), ('finished_at__isnull', False)), _connector='OR'), name='backtest_end_has_a_time'),
        ),
        migrations.AddConstraint(
            model_name='backtest',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ('queued', 'running'))), fields=('ruleset',), name='back_test_of_a_set_is_one'),
        ),
        migrations.AddConstraint(
            model_name='relabeljob',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['queued', 'running', 'done', 'cancelled', 'failed'])), name='relabeljob_state_is_known'),
        ),
        migrations.AddConstraint(
            model_name='relabeljob',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('queued', 'running')), ('finished_at', None)), models.Q(models.Q(('state__in', ('queued', 'running')), _negated=True), ('finished_at__isnull', False)), _connector='OR'), name='relabeljob_end_has_a_time'),
        ),
        migrations.AddConstraint(
            model_name='relabeljob',
            constraint=models.UniqueConstraint(models.ExpressionWrapper(models.Q(('state__in', ('queued', 'running'))), output_field=models.BooleanField()), condition=models.Q(('state__in', ('queued', 'running'))), name='relabel_job_is_one'),
        ),
        migrations.AddConstraint(
            model_name='relabeljob',
            constraint=models.CheckConstraint(condition=models.Q(('per_second__gte', 1)), name='relabel_job_moves'),
        ),
        migrations.AddConstraint(
            model_name='rulebrake',
            constraint=models.CheckConstraint(condition=models.Q(('cause__in', ['share', 'overturned'])), name='brake_cause_is_known'),
        ),
        migrations.AddConstraint(
            model_name='rulebrake',
            constraint=models.UniqueConstraint(condition=models.Q(('released_at', None)), fields=('ruleset', 'rule'), name='brake_is_engaged_once'),
        ),
        migrations.AddConstraint(
            model_name='rulebrake',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('release_reason', ''), ('released_at', None), ('released_by', None)), models.Q(('released_at__isnull', False), models.Q(('release_reason', ''), _negated=True)), _connector='OR'), name='brake_release_has_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='rulesetevent',
            constraint=models.CheckConstraint(condition=models.Q(('to_status__in', ['draft', 'shadow', 'ramping', 'live', 'retired'])), name='ruleset_event_status_is_known'),
        ),
        migrations.AddConstraint(
            model_name='rulesetevent',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='ruleset_event_has_a_reason'),
        ),
        migrations.AddIndex(
            model_name='streamtally',
            index=models.Index(fields=['finished_at'], name='tally_by_time'),
        ),
    ]

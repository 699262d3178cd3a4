"""Blind second decisions and golden items; indexes that figures read."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('centers', '0002_history_is_append_only'),
        ('labeling', '0010_references_checked_together'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='GoldenItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('uri', models.CharField(max_length=320)),
                ('language', models.CharField(blank=True, max_length=8)),
                ('outcome', models.CharField(max_length=200)),
                ('reason', models.CharField(max_length=60)),
                ('why', models.CharField(max_length=900)),
                ('marked_at', models.DateTimeField()),
                ('retired_at', models.DateTimeField(blank=True, null=True)),
                ('retired_because', models.CharField(blank=True, max_length=900)),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='QualityCheck',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('second', 'Blind second decision'), ('golden', 'Golden item')], max_length=10)),
                ('state', models.CharField(choices=[('waiting', 'Waits for the second answer'), ('agreed', 'Decided alike'), ('differed', 'Decided otherwise: waits for a third person'), ('settled', 'Decided otherwise, and settled'), ('void', 'Came to nothing')], default='waiting', max_length=10)),
                ('first_outcome', models.CharField(max_length=200)),
                ('second_outcome', models.CharField(blank=True, max_length=200)),
                ('final_outcome', models.CharField(blank=True, max_length=200)),
                ('kind_of_queue', models.CharField(choices=[('unsure', 'The machine is not sure'), ('hashtag', 'Rising hashtag'), ('brake', 'A brake holds the rule'), ('report', 'Reported'), ('appeal', 'Appealed'), ('trusted_flagger', 'Trusted flagger'), ('rapid_response', 'Rapid response'), ('quality', 'Quality control')], max_length=20)),
                ('language', models.CharField(blank=True, max_length=8)),
                ('opened_at', models.DateTimeField()),
                ('compared_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.RemoveConstraint(
            model_name='reviewtask',
            name='review_task_is_open_once',
        ),
        migrations.AddField(
            model_name='reviewtask',
            name='is_blind',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddIndex(
            model_name='reviewdecision',
            index=models.Index(fields=['decided_at'], name='review_decision_by_time'),
        ),
        migrations.AddIndex(
            model_name='reviewsignal',
            index=models.Index(condition=models.Q(('kind', 'appeal')), fields=['created_at'], name='review_signal_appeals'),
        ),
        migrations.AddConstraint(
            model_name='reviewtask',
            constraint=models.UniqueConstraint(condition=models.Q(('is_blind', False), ('state', 'open')), fields=('uri',), name='review_task_is_open_once'),
        ),
        migrations.AddField(
            model_name='goldenitem',
            name='decision',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='labeling.reviewdecision'),
        ),
        migrations.AddField(
            model_name='goldenitem',
            name='item',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='labeling.contentitem'),
        ),
        migrations.AddField(
            model_name='goldenitem',
            name='jurisdiction',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='centers.jurisdiction'),
        ),
        migrations.AddField(
            model_name='goldenitem',
            name='marked_by',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='goldenitem',
            name='policy',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='labeling.policy'),
        ),
        migrations.AddField(
            model_name='goldenitem',
            name='retired_by',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='qualitycheck',
            name='final',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='check_as_final', to='labeling.reviewdecision'),
        ),
        migrations.AddField(
            model_name='qualitycheck',
            name='first',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='check_as_first', to='labeling.reviewdecision'),
        ),
        migrations.AddField(
            model_name='qualitycheck',
            name='golden',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='checks', to='labeling.goldenitem'),
        ),
        migrations.AddField(
            model_name='qualitycheck',
            name='jurisdiction',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='centers.jurisdiction'),
        ),
        migrations.AddField(
            model_name='qualitycheck',
            name='policy',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='labeling.policy'),
        ),
        migrations.AddField(
            model_name='qualitycheck',
            name='second',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='check_as_second', to='labeling.reviewdecision'),
        ),
        migrations.AddField(
            model_name='qualitycheck',
            name='settling',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='settles', to='labeling.reviewtask'),
        ),
        migrations.AddField(
            model_name='qualitycheck',
            name='task',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='quality_check', to='labeling.reviewtask'),
        ),
        migrations.AddIndex(
            model_name='goldenitem',
            index=models.Index(condition=models.Q(('retired_at', None)), fields=['language'], name='golden_item_pool'),
        ),
        migrations.AddConstraint(
            model_name='goldenitem',
            constraint=models.UniqueConstraint(condition=models.Q(('retired_at', None)), fields=('uri',), name='golden_item_has_one_answer'),
        ),
        migrations.AddConstraint(
            model_name='goldenitem',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('outcome', ''), _negated=True), models.Q(('why', ''), _negated=True)), name='golden_item_says_what_and_why'),
        ),
        migrations.AddConstraint(
            model_name='goldenitem',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('retired_at', None), ('retired_because', '')), models.Q(('retired_at__isnull', False), models.Q(('retired_because', ''), _negated=True)), _connector='OR'), name='golden_item_retires_with_a_reason'),
        ),
        migrations.AddIndex(
            model_name='qualitycheck',
            index=models.Index(condition=models.Q(('settling__isnull', False)), fields=['settling'], name='quality_check_settled_by'),
        ),
        migrations.AddIndex(
            model_name='qualitycheck',
            index=models.Index(condition=models.Q(('compared_at__isnull', False)), fields=['compared_at'], name='quality_check_by_time'),
        ),
        migrations.AddIndex(
            model_name='qualitycheck',
            index=models.Index(condition=models.Q(('state', 'waiting')), fields=['opened_at'], name='quality_check_waiting'),
        ),
        migrations.AddConstraint(
            model_name='qualitycheck',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['second', 'golden'])), name='quality_check_kind_is_known'),
        ),
        migrations.AddConstraint(
            model_name='qualitycheck',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'agreed', 'differed', 'settled', 'void'])), name='quality_check_state_is_known'),
        ),
        migrations.AddConstraint(
            model_name='qualitycheck',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('first__isnull', False), ('golden', None), ('kind', 'second')), models.Q(('first', None), ('golden__isnull', False), ('kind', 'golden')), _connector='OR'), name='quality_check_compares_with_one_answer'),
        ),
        migrations.AddConstraint(
            model_name='qualitycheck',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ('waiting', 'void')), models.Q(('compared_at__isnull', False), ('second__isnull', False)), _connector='OR'), name='quality_check_compares_two_answers'),
        ),
    ]

"""Content that repeats a claim, what labels rest on, and what policies lead to.

Constraints of tables that are large are added without looking at the rows that are there; 0014 does that without
keeping anybody from writing.
"""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('centers', '0005_proposal_same_meaning'),
        ('factcheck', '0006_claim_signs'),
        ('labeling', '0012_claim_by_language'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ClaimMatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('how', models.CharField(choices=[('phrase', 'A key phrase'), ('text', 'Similar words'), ('media', 'The same file'), ('picture', 'A similar picture'), ('person', 'Named by a person')], max_length=10)),
                ('evidence', models.JSONField(default=list)),
                ('likeness', models.FloatField(blank=True, null=True)),
                ('state', models.CharField(choices=[('proposed', 'Proposed'), ('confirmed', 'Confirmed'), ('refused', 'Refused')], default='proposed', max_length=10)),
                ('mark', models.CharField(blank=True, max_length=32)),
                ('found_at', models.DateTimeField()),
                ('asked_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name_plural': 'claim matches',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='ClaimSearch',
            fields=[
                ('claim', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='factcheck.claim')),
                ('signs', models.CharField(max_length=32)),
                ('learned', models.CharField(blank=True, max_length=32)),
                ('after_item', models.BigIntegerField(default=0)),
                ('until_item', models.BigIntegerField()),
                ('compared', models.BigIntegerField(default=0)),
                ('is_paused', models.BooleanField(default=False)),
                ('noticed_at', models.DateTimeField()),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name_plural': 'claim searches',
            },
        ),
        migrations.CreateModel(
            name='LabelBasis',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=60)),
                ('assessments', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), blank=True, default=list, size=None)),
                ('proposes_action', models.BooleanField(default=False)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name_plural': 'label bases',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='SearchCursor',
            fields=[
                ('name', models.CharField(max_length=10, primary_key=True, serialize=False)),
                ('after_item', models.BigIntegerField(default=0)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='reviewsignal',
            name='review_signal_kind_is_known',
        ),
        migrations.RemoveConstraint(
            model_name='reviewtask',
            name='review_task_kind_is_known',
        ),
        migrations.AddField(
            model_name='label',
            name='finding',
            field=models.JSONField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='policy',
            name='effects',
            field=models.JSONField(blank=True, db_default={}, default=dict),
        ),
        migrations.AddField(
            model_name='policy',
            name='ratings',
            field=models.JSONField(blank=True, db_default={}, default=dict),
        ),
        migrations.AddField(
            model_name='statementofreasons',
            name='basis',
            field=models.JSONField(blank=True, db_default={}, default=dict),
        ),
        migrations.AlterField(
            model_name='qualitycheck',
            name='kind_of_queue',
            field=models.CharField(choices=[('unsure', 'The machine is not sure'), ('hashtag', 'Rising hashtag'), ('brake', 'A brake holds the rule'), ('report', 'Reported'), ('appeal', 'Appealed'), ('fact_check', 'Fact-check'), ('trusted_flagger', 'Trusted flagger'), ('rapid_response', 'Rapid response'), ('quality', 'Quality control')], max_length=20),
        ),
        migrations.AlterField(
            model_name='reviewsignal',
            name='kind',
            field=models.CharField(choices=[('unsure', 'The machine is not sure'), ('hashtag', 'Rising hashtag'), ('brake', 'A brake holds the rule'), ('report', 'Reported'), ('appeal', 'Appealed'), ('fact_check', 'Fact-check'), ('trusted_flagger', 'Trusted flagger'), ('rapid_response', 'Rapid response'), ('quality', 'Quality control')], max_length=20),
        ),
        migrations.AlterField(
            model_name='reviewtask',
            name='kind',
            field=models.CharField(choices=[('unsure', 'The machine is not sure'), ('hashtag', 'Rising hashtag'), ('brake', 'A brake holds the rule'), ('report', 'Reported'), ('appeal', 'Appealed'), ('fact_check', 'Fact-check'), ('trusted_flagger', 'Trusted flagger'), ('rapid_response', 'Rapid response'), ('quality', 'Quality control')], max_length=20),
        ),
        AddConstraintNotValid(
            model_name='label',
            constraint=models.CheckConstraint(condition=models.Q(('finding', None), ('kind', 'unverified'), _connector='OR'), name='label_finding_is_of_unverified'),
        ),
        AddConstraintNotValid(
            model_name='reviewsignal',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['unsure', 'hashtag', 'brake', 'report', 'appeal', 'fact_check', 'trusted_flagger', 'rapid_response', 'quality'])), name='review_signal_kind_is_known'),
        ),
        AddConstraintNotValid(
            model_name='reviewtask',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['unsure', 'hashtag', 'brake', 'report', 'appeal', 'fact_check', 'trusted_flagger', 'rapid_response', 'quality'])), name='review_task_kind_is_known'),
        ),
        migrations.AddField(
            model_name='claimmatch',
            name='claim',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='matches', to='factcheck.claim'),
        ),
        migrations.AddField(
            model_name='claimmatch',
            name='decision',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='claim_matches', to='labeling.reviewdecision'),
        ),
        migrations.AddField(
            model_name='claimmatch',
            name='item',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='claim_matches', to='labeling.contentitem'),
        ),
        migrations.AddIndex(
            model_name='claimsearch',
            index=models.Index(condition=models.Q(('finished_at', None)), fields=['noticed_at'], name='claim_search_unfinished'),
        ),
        migrations.AddConstraint(
            model_name='claimsearch',
            constraint=models.CheckConstraint(condition=models.Q(('after_item__gte', 0), ('until_item__gte', 0)), name='claim_search_begins_at_the_beginning'),
        ),
        migrations.AddField(
            model_name='labelbasis',
            name='decision',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bases', to='labeling.reviewdecision'),
        ),
        migrations.AddField(
            model_name='labelbasis',
            name='ended_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='ended_bases', to='labeling.reviewdecision'),
        ),
        migrations.AddField(
            model_name='labelbasis',
            name='label',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='bases', to='labeling.label'),
        ),
        migrations.AddField(
            model_name='labelbasis',
            name='match',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='bases', to='labeling.claimmatch'),
        ),
        migrations.AddConstraint(
            model_name='searchcursor',
            constraint=models.CheckConstraint(condition=models.Q(('name__in', ['new', 'late'])), name='search_cursor_is_known'),
        ),
        migrations.AddIndex(
            model_name='claimmatch',
            index=models.Index(fields=['claim', 'mark'], name='claim_match_by_mark'),
        ),
        migrations.AddConstraint(
            model_name='claimmatch',
            constraint=models.UniqueConstraint(fields=('claim', 'item'), name='claim_match_is_found_once'),
        ),
        migrations.AddConstraint(
            model_name='claimmatch',
            constraint=models.CheckConstraint(condition=models.Q(('how__in', ['phrase', 'text', 'media', 'picture', 'person'])), name='claim_match_how_is_known'),
        ),
        migrations.AddConstraint(
            model_name='claimmatch',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['proposed', 'confirmed', 'refused'])), name='claim_match_state_is_known'),
        ),
        migrations.AddConstraint(
            model_name='claimmatch',
            constraint=models.CheckConstraint(condition=models.Q(('likeness', None), models.Q(('likeness__gte', 0), ('likeness__lte', 1)), _connector='OR'), name='claim_match_likeness_is_a_share'),
        ),
        migrations.AddConstraint(
            model_name='claimmatch',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decision', None), ('state', 'proposed')), models.Q(models.Q(('state', 'proposed'), _negated=True), ('decision__isnull', False)), _connector='OR'), name='claim_match_is_decided_by_people'),
        ),
        migrations.AddConstraint(
            model_name='labelbasis',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('label', 'match'), name='label_basis_stands_once'),
        ),
        migrations.AddConstraint(
            model_name='labelbasis',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='label_basis_has_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='labelbasis',
            constraint=models.CheckConstraint(condition=models.Q(('ended_by', None), ('ended_at__isnull', False), _connector='OR'), name='label_basis_ended_says_when'),
        ),
    ]

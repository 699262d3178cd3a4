"""Quotas, put-back batches, and the indexes that limits and operators read by. Only adds."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('labeling', '0002_decisions_are_append_only'),
    ]

    operations = [
        migrations.AddField(
            model_name='intakebatch',
            name='replay_count',
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='intakebatch',
            name='replayed_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='platform',
            name='items_per_minute',
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name='intakebatch',
            index=models.Index(condition=models.Q(('split_from', None)), fields=['platform', 'received_at'], include=('item_count',), name='batch_by_platform_and_time'),
        ),
        migrations.AddIndex(
            model_name='intakebatch',
            index=models.Index(condition=models.Q(('state', 'done')), fields=['finished_at'], name='batch_done_by_time'),
        ),
    ]

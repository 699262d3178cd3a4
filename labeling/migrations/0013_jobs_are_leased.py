"""A job belongs to one worker at a time."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('labeling', '0012_platform_keys_and_pages'),
    ]

    operations = [
        migrations.AddField(
            model_name='backtest',
            name='leased_until',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='relabeljob',
            name='leased_until',
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]

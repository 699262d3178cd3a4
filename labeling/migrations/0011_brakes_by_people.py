"""What people judged lately is found without reading what machines decided."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('labeling', '0010_rules_as_data'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name='labeldecision',
            index=models.Index(condition=models.Q(('decided_by', 'person')), fields=['decided_at'], name='decision_by_people_by_time'),
        ),
    ]

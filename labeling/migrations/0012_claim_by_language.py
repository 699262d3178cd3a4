"""The next task in a language that is rare in the queue is found without walking past all others."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("labeling", "0011_quality"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="reviewtask",
            index=models.Index(
                condition=models.Q(("state", "open")), fields=["language", "-rank"], name="review_task_next_by_language"
            ),
        ),
    ]

"""Payloads are stored as they are: the database would compress them, slowly, for the moment until their batch is done."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ("labeling", "0004_label_changes"),
    ]

    operations = [
        # Only of rows written from now on; nothing is rewritten.
        migrations.RunSQL(
            "ALTER TABLE labeling_intakebatch ALTER COLUMN payload SET STORAGE EXTERNAL",
            "ALTER TABLE labeling_intakebatch ALTER COLUMN payload SET STORAGE EXTENDED",
        ),
    ]

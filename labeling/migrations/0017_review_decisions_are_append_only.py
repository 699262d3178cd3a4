"""What moderators decided can be added to and nothing else, whoever holds the connection."""

from django.db import migrations

FORWARD = """
CREATE TRIGGER review_decisions_are_append_only
    BEFORE UPDATE OR DELETE ON labeling_reviewdecision
    FOR EACH ROW EXECUTE FUNCTION labeling_refuse_change();
"""
BACKWARD = "DROP TRIGGER review_decisions_are_append_only ON labeling_reviewdecision;"


class Migration(migrations.Migration):
    dependencies = [("labeling", "0016_review")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]

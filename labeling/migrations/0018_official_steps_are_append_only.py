"""The history of official accounts can be added to and nothing else, whoever holds the connection."""

from django.db import migrations

FORWARD = """
CREATE TRIGGER official_steps_are_append_only
    BEFORE UPDATE OR DELETE ON labeling_officialstep
    FOR EACH ROW EXECUTE FUNCTION labeling_refuse_change();
"""
BACKWARD = "DROP TRIGGER official_steps_are_append_only ON labeling_officialstep;"


class Migration(migrations.Migration):
    dependencies = [("labeling", "0017_official_accounts")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]

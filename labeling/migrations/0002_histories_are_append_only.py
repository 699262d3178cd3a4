"""The histories of labels, reminders and reviews can be added to and nothing else, whoever holds the connection."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION labeling_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the history of labels is append-only: % on % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END
$$;
CREATE TRIGGER label_decisions_are_append_only
    BEFORE UPDATE OR DELETE ON labeling_labeldecision
    FOR EACH ROW EXECUTE FUNCTION labeling_refuse_change();
CREATE TRIGGER reminder_changes_are_append_only
    BEFORE UPDATE OR DELETE ON labeling_reminderchange
    FOR EACH ROW EXECUTE FUNCTION labeling_refuse_change();
CREATE TRIGGER review_decisions_are_append_only
    BEFORE UPDATE OR DELETE ON labeling_reviewdecision
    FOR EACH ROW EXECUTE FUNCTION labeling_refuse_change();
"""
# TRUNCATE stays possible: only an owner of the table may do it, and test suites empty their database with it.
BACKWARD = """
DROP TRIGGER review_decisions_are_append_only ON labeling_reviewdecision;
DROP TRIGGER reminder_changes_are_append_only ON labeling_reminderchange;
DROP TRIGGER label_decisions_are_append_only ON labeling_labeldecision;
DROP FUNCTION labeling_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("labeling", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]

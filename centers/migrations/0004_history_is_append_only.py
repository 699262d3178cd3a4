"""The history of facts can be added to and nothing else, whoever holds the connection."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION centers_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the history of facts is append-only: % on % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END
$$;
CREATE TRIGGER published_changes_are_append_only
    BEFORE UPDATE OR DELETE ON centers_publishedchange
    FOR EACH ROW EXECUTE FUNCTION centers_refuse_change();
CREATE TRIGGER proposal_comments_are_append_only
    BEFORE UPDATE OR DELETE ON centers_proposalcomment
    FOR EACH ROW EXECUTE FUNCTION centers_refuse_change();
"""
# TRUNCATE stays possible: only an owner of the table may do it, and test suites empty their database with it.
BACKWARD = """
DROP TRIGGER proposal_comments_are_append_only ON centers_proposalcomment;
DROP TRIGGER published_changes_are_append_only ON centers_publishedchange;
DROP FUNCTION centers_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("centers", "0003_proposals_and_history")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]

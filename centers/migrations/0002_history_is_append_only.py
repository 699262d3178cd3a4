"""The history of facts can be added to and nothing else, whoever holds the connection.

It is not emptied either; test suites say on their connections that they may.
"""

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

CREATE FUNCTION centers_refuse_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('electioncenters.may_flush', true) IS DISTINCT FROM 'yes' THEN
        RAISE EXCEPTION 'the history of facts is append-only: % on % is refused', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER published_changes_are_not_emptied
    BEFORE TRUNCATE ON centers_publishedchange
    FOR EACH STATEMENT EXECUTE FUNCTION centers_refuse_truncate();
CREATE TRIGGER proposal_comments_are_not_emptied
    BEFORE TRUNCATE ON centers_proposalcomment
    FOR EACH STATEMENT EXECUTE FUNCTION centers_refuse_truncate();
"""
BACKWARD = """
DROP TRIGGER proposal_comments_are_not_emptied ON centers_proposalcomment;
DROP TRIGGER published_changes_are_not_emptied ON centers_publishedchange;
DROP FUNCTION centers_refuse_truncate();
DROP TRIGGER proposal_comments_are_append_only ON centers_proposalcomment;
DROP TRIGGER published_changes_are_append_only ON centers_publishedchange;
DROP FUNCTION centers_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("centers", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]

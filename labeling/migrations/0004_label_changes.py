"""Changes of labels as viewers see them, written by the database itself whoever changes a label.

Two triggers look at all rows of a statement at once: what was not shown and is now, what is shown no longer, and what
is shown with something else. They write one set for each platform and one row for each change.
"""

from django.db import migrations


# How the rows of `seen` become changes; both triggers end with it.
_RECORD = """,
    sets AS (
        INSERT INTO labeling_changeset (platform_id, size, at)
        SELECT platform_id, count(*), now() FROM seen GROUP BY platform_id
        RETURNING id, platform_id
    )
    INSERT INTO labeling_labelchange
        (change_set_id, ordinal, action, label_id, item_id, kind, jurisdiction_id, election_id, confidence)
    SELECT sets.id, row_number() OVER (PARTITION BY platform_id ORDER BY seen.id), seen.action,
           seen.id, seen.item_id, seen.kind, seen.jurisdiction_id, seen.election_id, seen.confidence
    FROM seen JOIN sets USING (platform_id);
    RETURN NULL;
END
$$;
"""
_SEEN = """
        SELECT {action} AS action, label.id, label.item_id, label.kind, label.jurisdiction_id, label.election_id,
               label.confidence,
               (SELECT platform_id FROM labeling_contentitem AS item WHERE item.id = label.item_id) AS platform_id
"""
_INSERTED = "'applied'"
_UPDATED = """CASE WHEN label.state <> 'applied' THEN 'withdrawn'
                    WHEN former.state <> 'applied' THEN 'applied' ELSE 'changed' END"""
# The plan is made at the first statement of a connection, which may have one row, and kept for those with thousands:
# it must suit both. Rows before and after are hashed, items are looked up by their key.
_FUNCTION = "LANGUAGE plpgsql SET enable_nestloop = off SET enable_seqscan = off SET jit = off AS $$"

FORWARD = f"""
CREATE FUNCTION labeling_inserted_labels_record() RETURNS trigger {_FUNCTION}
BEGIN
    WITH seen AS (
        {_SEEN.format(action=_INSERTED)}
        FROM labels_after AS label WHERE label.state = 'applied'
    ){_RECORD}

CREATE FUNCTION labeling_updated_labels_record() RETURNS trigger {_FUNCTION}
BEGIN
    WITH seen AS (
        {_SEEN.format(action=_UPDATED)}
        FROM labels_after AS label JOIN labels_before AS former ON former.id = label.id
        WHERE (label.state = 'applied') <> (former.state = 'applied')
           OR label.state = 'applied' AND former.state = 'applied'
              AND (label.kind, label.jurisdiction_id, label.election_id, label.confidence)
                  IS DISTINCT FROM (former.kind, former.jurisdiction_id, former.election_id, former.confidence)
    ){_RECORD}

CREATE TRIGGER inserted_labels_are_changes AFTER INSERT ON labeling_label
    REFERENCING NEW TABLE AS labels_after
    FOR EACH STATEMENT EXECUTE FUNCTION labeling_inserted_labels_record();
CREATE TRIGGER updated_labels_are_changes AFTER UPDATE ON labeling_label
    REFERENCING OLD TABLE AS labels_before NEW TABLE AS labels_after
    FOR EACH STATEMENT EXECUTE FUNCTION labeling_updated_labels_record();
"""
BACKWARD = """
DROP TRIGGER inserted_labels_are_changes ON labeling_label;
DROP TRIGGER updated_labels_are_changes ON labeling_label;
DROP FUNCTION labeling_inserted_labels_record();
DROP FUNCTION labeling_updated_labels_record();
"""


class Migration(migrations.Migration):
    dependencies = [("labeling", "0003_rulesets_are_immutable")]
    operations = [
        migrations.RunSQL(
            "INSERT INTO labeling_changeledger (id, last_position, erased_position) VALUES (1, 0, 0)",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]

"""A label that says something else of what fact-checkers found is a change that viewers see.

The function of 0004 with one comparison more; replacing it locks no table. A finding that stays null, as that of nearly
every label does, costs the comparison of two nulls.
"""

from django.db import migrations

_FUNCTION = """
CREATE OR REPLACE FUNCTION labeling_updated_labels_record() RETURNS trigger
LANGUAGE plpgsql SET enable_nestloop = off SET enable_seqscan = off SET jit = off AS $$
BEGIN
    WITH seen AS (
        SELECT CASE WHEN label.state <> 'applied' THEN 'withdrawn'
                    WHEN former.state <> 'applied' THEN 'applied' ELSE 'changed' END AS action,
               label.id, label.item_id, label.kind, label.jurisdiction_id, label.election_id, label.confidence,
               (SELECT platform_id FROM labeling_contentitem AS item WHERE item.id = label.item_id) AS platform_id
        FROM labels_after AS label JOIN labels_before AS former ON former.id = label.id
        WHERE (label.state = 'applied') <> (former.state = 'applied')
           OR label.state = 'applied' AND former.state = 'applied'
              AND (label.kind, label.jurisdiction_id, label.election_id, label.confidence{finding_after})
                  IS DISTINCT FROM
                  (former.kind, former.jurisdiction_id, former.election_id, former.confidence{finding_before})
    ),
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


class Migration(migrations.Migration):
    dependencies = [("labeling", "0014_claim_effects_hold")]
    operations = [
        migrations.RunSQL(
            _FUNCTION.format(finding_after=", label.finding", finding_before=", former.finding"),
            _FUNCTION.format(finding_after="", finding_before=""),
        ),
    ]

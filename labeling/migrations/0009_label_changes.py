"""Changes of labels as viewers see them, written by the database itself whoever changes a label.

Two triggers look at all rows of a statement at once: what was not shown and is now, what is shown no longer, and what
is shown with something else. They write one set for each platform and one row for each change.
"""

import django.db.models.deletion
from django.db import migrations, models


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

    dependencies = [
        ('centers', '0002_loadedrecord'),
        ('labeling', '0008_atproto_labels'),
    ]

    operations = [
        migrations.CreateModel(
            name='ChangeLedger',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('last_position', models.BigIntegerField(default=0)),
                ('erased_position', models.BigIntegerField(default=0)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='change_ledger_is_one_row'), models.CheckConstraint(condition=models.Q(('erased_position__lte', models.F('last_position'))), name='change_ledger_erases_what_it_numbered')],
            },
        ),
        migrations.CreateModel(
            name='ChangeSet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('size', models.PositiveIntegerField()),
                ('last_position', models.BigIntegerField(null=True)),
                ('at', models.DateTimeField()),
                ('platform', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='change_sets', to='labeling.platform')),
            ],
        ),
        migrations.CreateModel(
            name='LabelChange',
            fields=[
                ('pk', models.CompositePrimaryKey('change_set_id', 'ordinal', blank=True, editable=False, primary_key=True, serialize=False)),
                ('ordinal', models.PositiveIntegerField()),
                ('action', models.CharField(choices=[('applied', 'Applied'), ('changed', 'Changed'), ('withdrawn', 'Withdrawn')], max_length=10)),
                ('kind', models.CharField(choices=[('election', 'About an election'), ('unverified', 'Not confirmed by fact-checkers'), ('ai_generated', 'Made with artificial intelligence'), ('official_account', 'From an official account')], max_length=20)),
                ('confidence', models.FloatField()),
                ('change_set', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='changes', to='labeling.changeset')),
                ('election', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='centers.election')),
                ('item', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='labeling.contentitem')),
                ('jurisdiction', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='centers.jurisdiction')),
                ('label', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='changes', to='labeling.label')),
            ],
        ),
        migrations.AddIndex(
            model_name='changeset',
            index=models.Index(fields=['platform', 'last_position'], name='change_set_by_platform'),
        ),
        migrations.AddIndex(
            model_name='changeset',
            index=models.Index(condition=models.Q(('last_position', None)), fields=['id'], name='change_set_without_position'),
        ),
        migrations.AddConstraint(
            model_name='changeset',
            constraint=models.CheckConstraint(condition=models.Q(('size__gt', 0)), name='change_set_is_not_empty'),
        ),
        migrations.AddConstraint(
            model_name='changeset',
            constraint=models.UniqueConstraint(fields=('last_position',), name='change_set_position_is_given_once'),
        ),
        migrations.RunSQL(
            "INSERT INTO labeling_changeledger (id, last_position, erased_position) VALUES (1, 0, 0)",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]

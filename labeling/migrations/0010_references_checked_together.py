"""What thousands of rows of a statement refer to is checked once for all of them, and not once for each.

A foreign key runs a query for every row, and locks the same few rows again and again: places, elections, a set of
rules, the platform. Here each is looked at and locked once for a statement, with the same words for who breaks it. The
other side stays as it was: what is referred to cannot be deleted, which is judged when the transaction ends.

References to items, labels and accounts, which differ from row to row, stay foreign keys.
"""

import django.db.models.deletion
from django.db import migrations, models

#: Table with the reference, its column, and what it refers to.
REFERENCES = [
    ("labeling_label", "jurisdiction_id", "centers_jurisdiction"),
    ("labeling_label", "election_id", "centers_election"),
    ("labeling_label", "ruleset_id", "labeling_ruleset"),
    ("labeling_labeldecision", "ruleset_id", "labeling_ruleset"),
    ("labeling_contentitem", "platform_id", "labeling_platform"),
]
TABLES = sorted({table for table, _, _ in REFERENCES})
REFERRED = sorted({referred for _, _, referred in REFERENCES})

# The lock is the one that a foreign key takes: nobody deletes the row before this transaction has ended.
_CHECK = """
    SELECT count(DISTINCT {column}) INTO named FROM rows_after;
    IF named > 0 THEN
        SELECT count(*) INTO found FROM (
            SELECT FROM {referred} WHERE id IN (SELECT {column} FROM rows_after) FOR KEY SHARE
        ) AS kept;
        IF found < named THEN
            RAISE foreign_key_violation USING
                MESSAGE = 'insert or update on table "{table}" names rows that "{referred}" does not have',
                TABLE = '{table}', COLUMN = '{column}';
        END IF;
    END IF;
"""
_KEPT = """
    IF EXISTS (SELECT FROM {table} WHERE {column} = OLD.id) THEN
        RAISE foreign_key_violation USING
            MESSAGE = 'delete on table "{referred}" would leave rows of "{table}" that refer to it',
            TABLE = '{table}', COLUMN = '{column}';
    END IF;
"""


def _of_table(table: str) -> str:
    checks = "".join(
        _CHECK.format(table=table, column=column, referred=referred)
        for owner, column, referred in REFERENCES
        if owner == table
    )
    return f"""
CREATE FUNCTION {table}_refer() RETURNS trigger LANGUAGE plpgsql SET jit = off AS $$
DECLARE named bigint; found bigint;
BEGIN
{checks}
    RETURN NULL;
END
$$;
CREATE TRIGGER inserted_rows_refer AFTER INSERT ON {table}
    REFERENCING NEW TABLE AS rows_after FOR EACH STATEMENT EXECUTE FUNCTION {table}_refer();
CREATE TRIGGER updated_rows_refer AFTER UPDATE ON {table}
    REFERENCING NEW TABLE AS rows_after FOR EACH STATEMENT EXECUTE FUNCTION {table}_refer();
"""


def _of_referred(referred: str) -> str:
    kept = "".join(
        _KEPT.format(table=table, column=column, referred=referred)
        for table, column, target in REFERENCES
        if target == referred
    )
    return f"""
CREATE FUNCTION {referred}_referred() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
{kept}
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER referred_rows_stay AFTER DELETE ON {referred}
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {referred}_referred();
"""


FORWARD = "".join([*map(_of_table, TABLES), *map(_of_referred, REFERRED)])
BACKWARD = "".join(
    [
        *(
            f"DROP TRIGGER inserted_rows_refer ON {table}; DROP TRIGGER updated_rows_refer ON {table};"
            f"DROP FUNCTION {table}_refer();"
            for table in TABLES
        ),
        *(f"DROP TRIGGER referred_rows_stay ON {table}; DROP FUNCTION {table}_referred();" for table in REFERRED),
    ]
)


class Migration(migrations.Migration):

    dependencies = [
        ("labeling", "0009_policies_keep_their_order"),
    ]

    operations = [
        migrations.AlterField(
            model_name="contentitem",
            name="platform",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="items",
                to="labeling.platform",
            ),
        ),
        migrations.AlterField(
            model_name="label",
            name="jurisdiction",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="labels",
                to="centers.jurisdiction",
            ),
        ),
        migrations.AlterField(
            model_name="label",
            name="election",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="labels",
                to="centers.election",
            ),
        ),
        migrations.AlterField(
            model_name="label",
            name="ruleset",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="labels",
                to="labeling.ruleset",
            ),
        ),
        migrations.AlterField(
            model_name="labeldecision",
            name="ruleset",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="labeling.ruleset",
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]

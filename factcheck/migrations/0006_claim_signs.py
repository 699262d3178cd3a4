
import django.db.models.deletion
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('factcheck', '0005_claims_from_outside'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ClaimSign',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('phrase', 'Key phrase'), ('picture', 'Picture'), ('file', 'File')], max_length=10)),
                ('value', models.CharField(max_length=200)),
                ('added_at', models.DateTimeField()),
                ('added_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('claim', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='signs', to='factcheck.claim')),
            ],
            options={
                'ordering': ['kind', 'id'],
            },
        ),
        migrations.CreateModel(
            name='ClaimSignAudit',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('kind', models.CharField(choices=[('phrase', 'Key phrase'), ('picture', 'Picture'), ('file', 'File')], max_length=10)),
                ('value', models.CharField(max_length=200)),
                ('added_at', models.DateTimeField()),
                ('added_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('claim', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='factcheck.claim')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='factcheck.claimsign')),
            ],
            options={
                'abstract': False,
                'default_permissions': (),
            },
        ),
        migrations.AddConstraint(
            model_name='claimsign',
            constraint=models.UniqueConstraint(fields=('claim', 'kind', 'value'), name='claim_sign_is_given_once'),
        ),
        migrations.AddConstraint(
            model_name='claimsign',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['phrase', 'picture', 'file'])), name='claim_sign_kind_is_known'),
        ),
        migrations.AddConstraint(
            model_name='claimsign',
            constraint=models.CheckConstraint(condition=models.Q(('value', ''), _negated=True), name='claim_sign_says_something'),
        ),
        migrations.AddConstraint(
            model_name='claimsign',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'picture'), _negated=True), ('value__regex', '^[0-9a-f]{16}$'), _connector='OR'), name='claim_sign_picture_is_a_hash'),
        ),
        migrations.AddConstraint(
            model_name='claimsign',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'file'), _negated=True), ('value__regex', '^[0-9a-f]{64}$'), _connector='OR'), name='claim_sign_file_is_a_digest'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='claimsign',
            trigger=pgtrigger.compiler.Trigger(name='added_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "factcheck_claimsignaudit" ("added_at", "added_by_id", "claim_id", "id", "kind", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "value") VALUES (NEW."added_at", NEW."added_by_id", NEW."claim_id", NEW."id", NEW."kind", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'added\', NEW."id", NEW."value"); RETURN NULL;', hash='92e9ffef825b1ee47b7ed3f00610d745e4832df4', operation='INSERT', pgid='pgtrigger_added_insert_b4636', table='factcheck_claimsign', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='claimsign',
            trigger=pgtrigger.compiler.Trigger(name='changed_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "factcheck_claimsignaudit" ("added_at", "added_by_id", "claim_id", "id", "kind", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "value") VALUES (NEW."added_at", NEW."added_by_id", NEW."claim_id", NEW."id", NEW."kind", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'changed\', NEW."id", NEW."value"); RETURN NULL;', hash='bc7ed4e4d27428663dfc851282a9f3ad4f13f7f5', operation='UPDATE', pgid='pgtrigger_changed_update_5c690', table='factcheck_claimsign', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='claimsign',
            trigger=pgtrigger.compiler.Trigger(name='removed_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "factcheck_claimsignaudit" ("added_at", "added_by_id", "claim_id", "id", "kind", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "value") VALUES (OLD."added_at", OLD."added_by_id", OLD."claim_id", OLD."id", OLD."kind", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'removed\', OLD."id", OLD."value"); RETURN NULL;', hash='7997ca163c633aa84b6039f55455d3bc584d5ca9', operation='DELETE', pgid='pgtrigger_removed_delete_ee01b', table='factcheck_claimsign', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='claimsignaudit',
            trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="IF current_setting('electioncenters.may_flush', true) IS DISTINCT FROM 'yes' THEN RAISE EXCEPTION 'the audit is append-only: TRUNCATE on % is refused', TG_TABLE_NAME; END IF; RETURN NULL;", hash='d33ec4056bd3453cfce74897b41e28a560581fa2', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_e1d55', table='factcheck_claimsignaudit', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='claimsignaudit',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='a15a315bdac968e7afe6b29fd5d33e9182426c19', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_e50cb', table='factcheck_claimsignaudit', when='BEFORE')),
        ),
    ]

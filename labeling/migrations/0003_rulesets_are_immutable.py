"""What labels content can be changed while it is a draft and not after, whoever holds the connection."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION labeling_rules_of_drafts_only() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    -- A rule that is moved needs both its sets to be drafts.
    touched bigint[] := CASE TG_OP WHEN 'INSERT' THEN ARRAY[NEW.ruleset_id] WHEN 'DELETE' THEN ARRAY[OLD.ruleset_id]
                        ELSE ARRAY[OLD.ruleset_id, NEW.ruleset_id] END;
    standing text;
BEGIN
    -- The lock holds up whoever takes the set out of its draft until this transaction has ended.
    FOR standing IN SELECT status FROM labeling_ruleset WHERE id = ANY(touched) FOR SHARE LOOP
        IF standing <> 'draft' THEN
            RAISE EXCEPTION 'the rules of a set that is % cannot be changed: % is refused', standing, TG_OP
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END LOOP;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END
$$;
CREATE TRIGGER rules_of_drafts_only BEFORE INSERT OR UPDATE OR DELETE ON labeling_rule
    FOR EACH ROW EXECUTE FUNCTION labeling_rules_of_drafts_only();

CREATE FUNCTION labeling_ruleset_stays_what_it_is() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR NEW.status = 'draft'
       OR (OLD.version, OLD.digest, OLD.apply_from, OLD.review_from)
           IS DISTINCT FROM (NEW.version, NEW.digest, NEW.apply_from, NEW.review_from) THEN
        RAISE EXCEPTION 'set % is % and stays what it is: % is refused', OLD.version, OLD.status, TG_OP
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER ruleset_stays_what_it_is BEFORE UPDATE OR DELETE ON labeling_ruleset
    FOR EACH ROW WHEN (OLD.status <> 'draft') EXECUTE FUNCTION labeling_ruleset_stays_what_it_is();

CREATE FUNCTION labeling_refuse_ruleset_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the history of rulesets is append-only: % is refused', TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END
$$;
CREATE TRIGGER ruleset_events_are_append_only BEFORE UPDATE OR DELETE ON labeling_rulesetevent
    FOR EACH ROW EXECUTE FUNCTION labeling_refuse_ruleset_history();
"""
BACKWARD = """
DROP TRIGGER ruleset_events_are_append_only ON labeling_rulesetevent;
DROP FUNCTION labeling_refuse_ruleset_history();
DROP TRIGGER ruleset_stays_what_it_is ON labeling_ruleset;
DROP FUNCTION labeling_ruleset_stays_what_it_is();
DROP TRIGGER rules_of_drafts_only ON labeling_rule;
DROP FUNCTION labeling_rules_of_drafts_only();
"""


class Migration(migrations.Migration):
    dependencies = [("labeling", "0002_histories_are_append_only")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]

"""Events are written once and stamped once; seals are written once. Nothing is deleted.

The trigger on events compares whole rows with the sealer's three columns blanked, so a column added
later is protected without touching it. TRUNCATE is refused too; who owns the tables can still disable
triggers, and that is what the seals are for.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION audit_event_stamp_only() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    stamped audit_event := NEW;
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.seal_number IS NULL AND OLD.position IS NULL AND OLD.digest IS NULL
        AND NEW.seal_number IS NOT NULL AND NEW.position IS NOT NULL AND NEW.digest IS NOT NULL
    THEN
        stamped.seal_number := NULL;
        stamped.position := NULL;
        stamped.digest := NULL;
        IF stamped *= OLD THEN  -- the same bytes, not merely equal values
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'audit events are never changed or deleted' USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is never changed or deleted', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER audit_event_stamp_only BEFORE UPDATE OR DELETE ON audit_event
    FOR EACH ROW EXECUTE FUNCTION audit_event_stamp_only();
CREATE TRIGGER audit_event_no_truncate BEFORE TRUNCATE ON audit_event
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_seal_immutable BEFORE UPDATE OR DELETE ON audit_seal
    FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_seal_no_truncate BEFORE TRUNCATE ON audit_seal
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
"""

BACKWARD = """
DROP TRIGGER audit_seal_no_truncate ON audit_seal;
DROP TRIGGER audit_seal_immutable ON audit_seal;
DROP TRIGGER audit_event_no_truncate ON audit_event;
DROP TRIGGER audit_event_stamp_only ON audit_event;
DROP FUNCTION audit_refuse();
DROP FUNCTION audit_event_stamp_only();
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]

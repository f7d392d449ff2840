"""Whose cases a city knows is counted by a trigger, as its registrations are (`registry` 0014)."""

from django.db import migrations

_COUNT = """
INSERT INTO registry_presence AS kept (authority_code, person_id, name, cases)
SELECT {of}.authority_code, id, name, {by} FROM registry_person WHERE id = {of}.person_id
ON CONFLICT (authority_code, person_id) DO UPDATE SET cases = kept.cases + EXCLUDED.cases;
"""
FORWARD = f"""
CREATE FUNCTION applications_presence() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.reported_at IS NOT NULL THEN {_COUNT.format(of="OLD", by=-1)} END IF;
    IF TG_OP <> 'DELETE' AND NEW.reported_at IS NOT NULL THEN {_COUNT.format(of="NEW", by=1)} END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER presence_insert AFTER INSERT ON applications_application
    FOR EACH ROW WHEN (NEW.reported_at IS NOT NULL) EXECUTE FUNCTION applications_presence();
CREATE TRIGGER presence_delete AFTER DELETE ON applications_application
    FOR EACH ROW WHEN (OLD.reported_at IS NOT NULL) EXECUTE FUNCTION applications_presence();
CREATE TRIGGER presence_update AFTER UPDATE ON applications_application FOR EACH ROW WHEN (
    (OLD.reported_at IS NULL, OLD.authority_code, OLD.person_id)
    IS DISTINCT FROM (NEW.reported_at IS NULL, NEW.authority_code, NEW.person_id)
) EXECUTE FUNCTION applications_presence();
"""
BACKWARD = "DROP FUNCTION applications_presence CASCADE"
COUNTED = """
INSERT INTO registry_presence AS kept (authority_code, person_id, name, cases)
SELECT a.authority_code, p.id, p.name, count(*)
FROM applications_application a JOIN registry_person p ON p.id = a.person_id WHERE a.reported_at IS NOT NULL
GROUP BY 1, 2, 3 ORDER BY 1, 2
ON CONFLICT (authority_code, person_id) DO UPDATE SET cases = kept.cases + EXCLUDED.cases;
ANALYZE registry_presence;
"""


class Migration(migrations.Migration):
    dependencies = [("applications", "0009_failed_jobs"), ("registry", "0014_presence_counted")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD), migrations.RunSQL(COUNTED, migrations.RunSQL.noop)]

"""The province knows its cities' cases: each is counted for the province too, whose code is the first two digits of any
code in it and four noughts (GB/T 2260). By a name its officers then find cases as a city's do, in one index.
"""

from django.db import migrations

_COUNT = """
INSERT INTO registry_presence AS kept (authority_code, person_id, name, cases)
SELECT code, id, name, {by} FROM registry_person, ({codes}) AS known (code) WHERE id = {of}.person_id ORDER BY code
ON CONFLICT (authority_code, person_id) DO UPDATE SET cases = kept.cases + EXCLUDED.cases;
"""
_CITY = "SELECT {of}.authority_code"
_CITY_AND_PROVINCE = _CITY + " UNION SELECT left({of}.authority_code, 2) || '0000'"
_COUNTED = """
INSERT INTO registry_presence AS kept (authority_code, person_id, name, cases)
SELECT left(authority_code, 2) || '0000', person_id, name, {sign} sum(cases) FROM registry_presence
WHERE authority_code NOT LIKE '%0000' AND cases <> 0 GROUP BY 1, 2, 3 ORDER BY 1, 2
ON CONFLICT (authority_code, person_id) DO UPDATE SET cases = kept.cases + EXCLUDED.cases;
ANALYZE registry_presence;
"""


def _counting(codes: str) -> str:
    def count(of: str, by: int) -> str:
        return _COUNT.format(codes=codes.format(of=of), of=of, by=by)

    return f"""
CREATE OR REPLACE FUNCTION applications_presence() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.reported_at IS NOT NULL THEN {count("OLD", -1)} END IF;
    IF TG_OP <> 'DELETE' AND NEW.reported_at IS NOT NULL THEN {count("NEW", 1)} END IF;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("applications", "0010_presence")]

    operations = [
        migrations.RunSQL(_counting(_CITY_AND_PROVINCE), _counting(_CITY)),
        migrations.RunSQL(_COUNTED.format(sign=""), _COUNTED.format(sign="-")),
    ]

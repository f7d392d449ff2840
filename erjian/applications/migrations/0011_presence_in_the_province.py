"""The province knows its cities' cases: each is counted for the province too, whose code is the first two digits of any
code in it and four noughts (GB/T 2260). By a name its officers then find cases as a city's do, in one index.
"""

from django.db import migrations

_CITY = "INSERT INTO registry_presence AS kept (authority_code, person_id, name, cases)\n"
_ADDED = "ON CONFLICT (authority_code, person_id) DO UPDATE SET cases = kept.cases + EXCLUDED.cases;\n"
_BEFORE = f"""
{_CITY}SELECT {{of}}.authority_code, id, name, {{by}} FROM registry_person WHERE id = {{of}}.person_id
{_ADDED}"""
_NOW = f"""
{_CITY}SELECT code, id, name, {{by}} FROM registry_person, (
    SELECT {{of}}.authority_code UNION SELECT left({{of}}.authority_code, 2) || '0000'
) AS known (code) WHERE id = {{of}}.person_id ORDER BY code
{_ADDED}"""


def _counting(count: str) -> str:
    return f"""
CREATE OR REPLACE FUNCTION applications_presence() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.reported_at IS NOT NULL THEN {count.format(of="OLD", by=-1)} END IF;
    IF TG_OP <> 'DELETE' AND NEW.reported_at IS NOT NULL THEN {count.format(of="NEW", by=1)} END IF;
    RETURN NULL;
END $$;
"""


def _of_cities(sign: str) -> str:
    return f"""
{_CITY}SELECT left(authority_code, 2) || '0000', person_id, name, {sign} sum(cases) FROM registry_presence
WHERE authority_code NOT LIKE '%0000' AND cases <> 0 GROUP BY 1, 2, 3 ORDER BY 1, 2
{_ADDED}ANALYZE registry_presence;
"""


class Migration(migrations.Migration):
    dependencies = [("applications", "0010_presence")]

    operations = [
        migrations.RunSQL(_counting(_NOW), _counting(_BEFORE)),
        migrations.RunSQL(_of_cities(""), _of_cities("-")),
    ]

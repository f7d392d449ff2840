"""Whose register a person belongs to is counted by triggers, so that no writer of a registration, a qualification or an
enterprise can forget it, and rows that are loaded in bulk are counted in one statement.

Each row counts for itself: it adds one where it comes and takes one off where it goes. Two transactions that do so at
once wait for each other's row and lose nothing, which looking again at what ties a person to a city would.
"""

from django.db import migrations

_COUNT = """
INSERT INTO registry_presence AS kept (authority_code, person_id, name, held)
SELECT {authority}, p.id, p.name, {sign} count(*) FROM {rows} JOIN registry_person p ON p.id = r.person_id
GROUP BY 1, 2, 3 ORDER BY 1, 2
ON CONFLICT (authority_code, person_id) DO UPDATE SET held = kept.held + EXCLUDED.held;
"""
_REGISTERED = "{rows} r JOIN registry_enterprise e ON e.id = r.enterprise_id"
_RECORDED = "{rows} r JOIN registry_enterprise e ON e.credit_code = r.enterprise_code"
_EMPLOYED = """(
    SELECT person_id FROM registry_registration WHERE enterprise_id = {of}.id
    UNION ALL SELECT person_id FROM registry_qualification WHERE enterprise_code = {of}.credit_code
) r"""


def _of_rows(function: str, joined: str, columns: str) -> str:
    """A trigger function of a table whose rows tie a person to an enterprise by two columns."""

    def count(sign: str, rows: str) -> str:
        return _COUNT.format(authority="e.filing_authority", sign=sign, rows=joined.format(rows=rows))

    def only(these: str, those: str) -> str:
        return f"(SELECT {columns} FROM {these} EXCEPT ALL SELECT {columns} FROM {those})"  # noqa: S608

    return f"""
CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN {count("", "came")}
    ELSIF TG_OP = 'DELETE' THEN {count("-", "gone")}
    ELSE {count("-", only("gone", "came"))} {count("", only("came", "gone"))}
    END IF;
    RETURN NULL;
END $$;
"""


def _fired(table: str, function: str) -> str:
    """Its triggers: a statement's rows are counted together."""
    seen = {
        "INSERT": "NEW TABLE AS came",
        "UPDATE": "OLD TABLE AS gone NEW TABLE AS came",
        "DELETE": "OLD TABLE AS gone",
    }
    return "".join(
        f"CREATE TRIGGER presence_{event.lower()} AFTER {event} ON {table} REFERENCING {rows} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {function}();\n"
        for event, rows in seen.items()
    )


FORWARD = "".join(
    (
        _of_rows("registry_presence_registered", _REGISTERED, "person_id, enterprise_id"),
        _of_rows("registry_presence_recorded", _RECORDED, "person_id, enterprise_code"),
        "CREATE FUNCTION registry_presence_employer() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ",
        "IF TG_OP = 'UPDATE' THEN ",
        _COUNT.format(authority="OLD.filing_authority", sign="-", rows=_EMPLOYED.format(of="OLD")),
        "END IF;",
        _COUNT.format(authority="NEW.filing_authority", sign="", rows=_EMPLOYED.format(of="NEW")),
        "RETURN NULL; END $$;",
        _fired("registry_registration", "registry_presence_registered"),
        _fired("registry_qualification", "registry_presence_recorded"),
        """
CREATE TRIGGER presence_insert AFTER INSERT ON registry_enterprise
    FOR EACH ROW EXECUTE FUNCTION registry_presence_employer();
CREATE TRIGGER presence_update AFTER UPDATE ON registry_enterprise
    FOR EACH ROW WHEN ((OLD.filing_authority, OLD.credit_code) IS DISTINCT FROM (NEW.filing_authority, NEW.credit_code))
    EXECUTE FUNCTION registry_presence_employer();

CREATE FUNCTION registry_presence_renamed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE registry_presence SET name = NEW.name WHERE person_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER presence_update AFTER UPDATE ON registry_person
    FOR EACH ROW WHEN (OLD.name IS DISTINCT FROM NEW.name) EXECUTE FUNCTION registry_presence_renamed();
""",
    )
)
COUNTED = "".join(
    _COUNT.format(authority="e.filing_authority", sign="", rows=joined.format(rows=table))
    for joined, table in ((_REGISTERED, "registry_registration"), (_RECORDED, "registry_qualification"))
)
BACKWARD = """
DROP TRIGGER presence_update ON registry_person;
DROP TRIGGER presence_update ON registry_enterprise;
DROP TRIGGER presence_insert ON registry_enterprise;
DROP FUNCTION registry_presence_renamed, registry_presence_employer;
DROP FUNCTION registry_presence_registered, registry_presence_recorded CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("registry", "0013_presence")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD), migrations.RunSQL(COUNTED, migrations.RunSQL.noop)]

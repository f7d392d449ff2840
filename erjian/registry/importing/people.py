"""People as rows of an import name them: found by ID number, made when unknown, never renamed by an import.

A spreadsheet names a person by ID number *and* name; when the register knows the number under another name, or two
rows of the file disagree, the rows are errors for a human to settle. A mobile number fills a blank and replaces that
of somebody who was never verified; a verified person's number, by which they sign in, stays as it is.
"""

from __future__ import annotations

from django.db.backends.utils import CursorWrapper

from erjian.registry.importing.statements import STAGE, insert, mark
from erjian.registry.models import Person

#: Columns of the stage that describe the person, with their types, in the order in which they are copied.
PERSON_COLUMNS: tuple[tuple[str, str], ...] = (
    ("name", "text"),
    ("sex", "text"),
    ("birth_date", "date"),
    ("document_kind", "text"),
    ("id_cipher", "bytea"),
    ("id_index", "bytea"),
    ("id_mask", "text"),
    ("phone_cipher", "bytea"),
    ("phone_index", "bytea"),
    ("phone_mask", "text"),
)


_MANY = 5000


def resolve(cursor: CursorWrapper) -> None:
    """Find the people of the stage in the register, and mark the rows that contradict it or each other."""
    cursor.execute(
        f"UPDATE {STAGE} s SET person = p.id FROM registry_person p WHERE p.id_number_index = s.id_index"  # noqa: S608
    )
    known = cursor.rowcount
    if known:
        mark(
            cursor,
            message="format('该身份证号在登记库中的姓名是“%s”，与本行不符', p.name)",
            source="registry_person p",
            where="p.id = s.person AND p.name <> s.name",
        )
    _mark_disagreement(cursor)
    if known:
        cursor.execute(
            f"UPDATE {STAGE} s SET phone_set = (p.phone_index IS NULL OR p.assurance = 'none'), "  # noqa: S608
            "phone_before = p.phone_mask FROM registry_person p WHERE p.id = s.person "
            "AND s.phone_index IS NOT NULL AND p.phone_index IS DISTINCT FROM s.phone_index AND s.outcome <> 'error'"
        )


def _mark_disagreement(cursor: CursorWrapper) -> None:
    """Rows of one ID number that differ in name or mobile number: nobody can say which of them is right."""
    mark(
        cursor,
        message="concat_ws('；', CASE WHEN d.names THEN '同一身份证号在本文件中有不同的姓名' END, "
        "CASE WHEN d.phones THEN '同一人在本文件中有不同的手机号码' END)",
        # Least and greatest are hashed in one pass; counting distinct values would sort the file twice.
        source=(
            "(SELECT id_index, min(name) <> max(name) AS names, min(phone_hex) <> max(phone_hex) AS phones "  # noqa: S608
            f"FROM (SELECT id_index, name, encode(phone_index, 'hex') AS phone_hex FROM {STAGE} "
            "WHERE outcome <> 'error') rows GROUP BY id_index HAVING count(*) > 1) d"
        ),
        where="d.id_index = s.id_index AND (d.names OR d.phones) AND s.outcome <> 'error'",
    )


def kept_phones(cursor: CursorWrapper) -> int:
    """How many rows name another mobile number than a verified person's, which is kept."""
    cursor.execute(f"SELECT count(*) FROM {STAGE} WHERE phone_set = false AND outcome <> 'error'")  # noqa: S608
    return int(cursor.fetchone()[0])


def write(cursor: CursorWrapper) -> None:
    """Make the people whom the register does not know; take over the mobile numbers."""
    made = insert(
        cursor,
        Person,
        values={
            "name": "name",
            "sex": "sex",
            "birth_date": "birth_date",
            "document_kind": "document_kind",
            "id_number_cipher": "id_cipher",
            "id_number_index": "id_index",
            "id_number_mask": "id_mask",
            "phone_cipher": "coalesce(phone_cipher, ''::bytea)",
            "phone_index": "phone_index",
            "phone_mask": "coalesce(phone_mask, '')",
            "emergency_phone_index": "NULL",
        },
        source=(
            f"{STAGE} s JOIN (SELECT coalesce(min(line) FILTER (WHERE phone_index IS NOT NULL), min(line)) AS line "  # noqa: S608
            f"FROM {STAGE} WHERE person IS NULL AND outcome <> 'error' GROUP BY id_index) first USING (line)"
        ),
    )
    # So many new rows that the planner's idea of the table is wrong until it looks.
    if made > _MANY:
        cursor.execute("ANALYZE registry_person (id_number_index)")
    cursor.execute(
        "UPDATE registry_person p SET phone_cipher = s.phone_cipher, phone_index = s.phone_index, "  # noqa: S608
        f"phone_mask = s.phone_mask, version = p.version + 1 FROM {STAGE} s "
        "WHERE p.id = s.person AND s.phone_set AND s.outcome <> 'error'"
    )

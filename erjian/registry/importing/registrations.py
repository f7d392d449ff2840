"""Existing registrations: one staged row for each specialty and period, several rows make one registration.

A registration is found by person, class, number and day of first registration, so that history (earlier, cancelled
periods under the same number) and the live row stand side by side. Numbers of older forms are taken as they are;
those of the current form raise the counter, so that it never gives them out again. What this platform itself
registered is not changed by an import, and what has ended is not brought back to life by one.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.db.backends.utils import CursorWrapper

from erjian import policy
from erjian.policy import clock
from erjian.registry import numbers
from erjian.registry.importing import people
from erjian.registry.importing.kinds import find_enterprises
from erjian.registry.importing.statements import STAGE, insert, mark, mark_repeated
from erjian.registry.models import Change, ChangeKind, Registration, RegistrationSpecialty
from erjian.standards.registration_numbers import SECOND_CLASS_DIGIT

_COLUMNS = (
    ("registration_class", "text"),
    ("number", "text"),
    ("enterprise_code", "text"),
    ("enterprise_name", "text"),
    ("status", "text"),
    ("certificate_kind", "text"),
    ("certificate_number", "text"),
    ("registered_on", "date"),
    ("employed_on", "date"),
    ("valid_until", "date"),
    ("ended_on", "date"),
    ("end_reason", "text"),
    ("specialty", "text"),
    ("begins", "date"),
    ("ends", "date"),
    ("management_number", "text"),
    ("enterprise", "bigint"),
    ("qualification", "bigint"),
    ("registration", "bigint"),
    ("bundle", "integer"),
)
_KEY = ("id_index", "registration_class", "number", "registered_on")
_STATED = (
    "status",
    "certificate_kind",
    "certificate_number",
    "employed_on",
    "valid_until",
    "ended_on",
    "end_reason",
)
_LIVE = "IN ('valid', 'suspended')"
_PERIOD = "daterange(s.begins, s.ends, '[]') && daterange({0}, {1}, '[]')"
_GOOD = "s.outcome <> 'error'"


@dataclass(frozen=True)
class Registrations:
    """The load of registrations; see the module's docstring."""

    has_people: bool = True
    keys: tuple[str, ...] = _KEY

    @property
    def vocabularies(self) -> tuple[type[models.Model], ...]:
        return Registration, RegistrationSpecialty

    @property
    def columns(self) -> tuple[tuple[str, str], ...]:
        return people.PERSON_COLUMNS + _COLUMNS

    def judge(self, cursor: CursorWrapper, *, lock: bool) -> None:
        """Mark contradictions in the file, then with the register; a registration is loaded whole or not at all."""
        people.resolve(cursor)
        find_enterprises(cursor)
        _bundle(cursor)
        mark_repeated(cursor, keys=("bundle", "specialty", "begins"))
        _check_file(cursor)
        if lock:
            cursor.execute(
                f"SELECT count(*) FROM (SELECT r.id FROM registry_registration r WHERE r.person_id IN "  # noqa: S608
                f"(SELECT person FROM {STAGE}) ORDER BY r.id FOR NO KEY UPDATE) locked"
            )
        _find(cursor)
        _check_register(cursor)
        _link_qualifications(cursor)
        mark(
            cursor,
            message="format('同一注册的第 %s 行有错误', d.line)",
            source=f"(SELECT bundle, min(line) AS line FROM {STAGE} WHERE outcome = 'error' GROUP BY bundle) d",  # noqa: S608
            where=f"d.bundle = s.bundle AND {_GOOD}",
        )
        _compare(cursor)
        mark(
            cursor,
            message="format('该注册由本平台办理（申报编号 %s），不能用导入修改', r.case_number)",
            source="registry_registration r",
            where="r.id = s.registration AND r.case_number <> '' AND s.outcome IN ('new', 'update') "
            f"AND {_changes_registration()}",
        )

    def write(self, cursor: CursorWrapper, *, actor: str) -> None:
        """People, changed registrations, new ones, their specialties, counters, history."""
        people.write(cursor)
        _update_registrations(cursor)
        _insert_registrations(cursor)
        _write_specialties(cursor)
        _reserve_numbers(cursor)
        _remember(cursor, actor)


REGISTRATIONS = Registrations()


def _bundle(cursor: CursorWrapper) -> None:
    """Number the registrations of the file."""
    cursor.execute(
        f"UPDATE {STAGE} s SET bundle = d.bundle FROM "  # noqa: S608
        f"(SELECT line, dense_rank() OVER (ORDER BY {', '.join(_KEY)}) AS bundle FROM {STAGE}) d WHERE d.line = s.line"
    )


def _check_file(cursor: CursorWrapper) -> None:
    stated = ", ".join(["enterprise_code", *_STATED])
    mark(
        cursor,
        message="'同一注册的各行中企业、状态、日期等不一致'",
        source=f"(SELECT bundle FROM {STAGE} WHERE outcome <> 'error' GROUP BY bundle "  # noqa: S608
        f"HAVING count(DISTINCT ROW({stated})) > 1) d",
        where=f"d.bundle = s.bundle AND {_GOOD}",
    )
    mark(
        cursor,
        message="'该注册号在本文件中属于不同的人'",
        source=f"(SELECT number, registration_class FROM {STAGE} WHERE outcome <> 'error' "  # noqa: S608
        "GROUP BY number, registration_class HAVING count(DISTINCT id_index) > 1) d",
        where=f"d.number = s.number AND d.registration_class = s.registration_class AND {_GOOD}",
    )
    mark(
        cursor,
        message="'同一人在本文件中有两条有效的同类注册'",
        source=f"(SELECT id_index, registration_class FROM {STAGE} WHERE status {_LIVE} AND outcome <> 'error' "  # noqa: S608
        "GROUP BY id_index, registration_class HAVING count(DISTINCT bundle) > 1) d",
        where="d.id_index = s.id_index AND d.registration_class = s.registration_class "
        f"AND s.status {_LIVE} AND {_GOOD}",
    )
    mark(
        cursor,
        message="format('与第 %s 行同一专业的有效期重叠', o.line)",
        source=f"{STAGE} o",
        where="o.bundle = s.bundle AND o.specialty = s.specialty AND o.line < s.line AND o.outcome <> 'error' "
        f"AND {_PERIOD.format('o.begins', 'o.ends')} AND {_GOOD}",
    )


def _find(cursor: CursorWrapper) -> None:
    """The registration, and the specialty's period, that a row speaks of."""
    cursor.execute(
        f"UPDATE {STAGE} s SET registration = r.id FROM registry_registration r "  # noqa: S608
        "WHERE r.person_id = s.person AND r.registration_class = s.registration_class AND r.number = s.number "
        "AND r.registered_on = s.registered_on"
    )
    cursor.execute(
        f"UPDATE {STAGE} s SET target = t.id FROM registry_registrationspecialty t "  # noqa: S608
        'WHERE t.registration_id = s.registration AND t.specialty = s.specialty AND t."begin" = s.begins '
        "AND NOT t.voided"
    )


def _check_register(cursor: CursorWrapper) -> None:
    ending = (
        f"EXISTS (SELECT 1 FROM {STAGE} e WHERE e.registration = r.id AND e.status NOT {_LIVE} "  # noqa: S608
        "AND e.outcome <> 'error')"
    )
    mark(
        cursor,
        message="format('该人员已有有效的同类注册（%s），不能重复注册', r.number)",
        source="registry_registration r",
        where=f"r.person_id = s.person AND r.registration_class = s.registration_class AND r.status {_LIVE} "
        f"AND r.id IS DISTINCT FROM s.registration AND s.status {_LIVE} AND {_GOOD} AND NOT {ending}",
    )
    mark(
        cursor,
        message="format('该注册号已登记在“%s”名下', p.name)",
        source="registry_registration r JOIN registry_person p ON p.id = r.person_id",
        where="r.number = s.number AND r.registration_class = s.registration_class "
        f"AND r.person_id IS DISTINCT FROM s.person AND {_GOOD}",
    )
    mark(
        cursor,
        message="'登记库中该注册已终止，不能用导入恢复'",
        source="registry_registration r",
        where=f"r.id = s.registration AND r.status NOT {_LIVE} AND s.status {_LIVE} AND {_GOOD}",
    )
    mark(
        cursor,
        message="'与登记库中同一专业的有效期重叠'",
        source="registry_registrationspecialty t",
        where="t.registration_id = s.registration AND t.specialty = s.specialty AND NOT t.voided "  # noqa: S608
        f"AND t.id IS DISTINCT FROM s.target AND {_PERIOD.format('t.begin', 't.end')} AND {_GOOD} "
        f"AND NOT EXISTS (SELECT 1 FROM {STAGE} o WHERE o.target = t.id)",
    )


def _link_qualifications(cursor: CursorWrapper) -> None:
    """A stated certificate must be known; without one the person's first unused one of the specialty is taken."""
    cursor.execute(
        f"UPDATE {STAGE} s SET qualification = q.id FROM registry_qualification q "  # noqa: S608
        "WHERE q.person_id = s.person AND q.specialty = s.specialty AND q.management_number = s.management_number"
    )
    mark(
        cursor,
        message="'登记库中没有本人该专业的这本资格证书，请先导入资格证书，或不填资格证书管理号'",
        where=f"s.management_number IS NOT NULL AND s.qualification IS NULL AND {_GOOD}",
    )
    cursor.execute(
        f"UPDATE {STAGE} s SET qualification = q.id FROM (SELECT DISTINCT ON (person_id, specialty) id, person_id, "  # noqa: S608
        f"specialty FROM registry_qualification WHERE used_at IS NULL AND person_id IN (SELECT person FROM {STAGE}) "
        "ORDER BY person_id, specialty, obtained_on, id) q WHERE q.person_id = s.person AND q.specialty = s.specialty "
        "AND s.management_number IS NULL AND s.target IS NULL"
    )


def _differs() -> str:
    merged = ", ".join(f"coalesce(s.{name}, r.{name})" for name in _STATED)
    stated = ", ".join(f"r.{name}" for name in _STATED)
    return f"(ROW({merged}, s.enterprise) IS DISTINCT FROM ROW({stated}, r.enterprise_id))"


def _changes_registration() -> str:
    """Whether the row changes more than the person's mobile number."""
    return f"({_differs()} OR s.target IS NULL OR s.before ->> 'ends' IS DISTINCT FROM s.after ->> 'ends')"


def _compare(cursor: CursorWrapper) -> None:
    differs = f"({_differs()} OR t.end <> s.ends OR coalesce(s.phone_set, false))"
    old = ", ".join(f"'{name}', r.{name}" for name in _STATED)
    new = ", ".join(f"'{name}', coalesce(s.{name}, r.{name})" for name in _STATED)
    phone = "CASE WHEN s.phone_set THEN jsonb_build_object('phone', {0}) ELSE '{{}}'::jsonb END"
    cursor.execute(
        f"UPDATE {STAGE} s SET outcome = CASE WHEN {differs} THEN 'update' ELSE 'same' END, "  # noqa: S608
        "before = jsonb_build_object('enterprise_name', e.name, 'specialty', t.specialty, 'ends', t.end, "
        f"{old}) || {phone.format('s.phone_before')}, "
        "after = jsonb_build_object('enterprise_name', n.name, 'specialty', s.specialty, 'ends', s.ends, "
        f"{new}) || {phone.format('s.phone_mask')} "
        "FROM registry_registration r, registry_registrationspecialty t, registry_enterprise e, registry_enterprise n "
        "WHERE r.id = s.registration AND t.id = s.target AND e.id = r.enterprise_id AND n.id = s.enterprise "
        "AND s.outcome <> 'error'"
    )


def _update_registrations(cursor: CursorWrapper) -> None:
    changes = ", ".join(f"{name} = coalesce(s.{name}, r.{name})" for name in _STATED)
    cursor.execute(
        f"UPDATE registry_registration r SET {changes}, enterprise_id = s.enterprise, version = r.version + 1 "  # noqa: S608
        f"FROM (SELECT DISTINCT ON (registration) * FROM {STAGE} WHERE outcome IN ('new', 'update') "
        f"AND registration IS NOT NULL ORDER BY registration, line) s WHERE r.id = s.registration AND {_differs()}"
    )


def _insert_registrations(cursor: CursorWrapper) -> None:
    insert(
        cursor,
        Registration,
        values={
            "person_id": "p.id",
            "registration_class": "s.registration_class",
            "number": "s.number",
            "enterprise_id": "s.enterprise",
            "status": "s.status",
            "certificate_kind": "coalesce(s.certificate_kind, 'paper')",
            "certificate_number": "coalesce(s.certificate_number, '')",
            "registered_on": "s.registered_on",
            "employed_on": "coalesce(s.employed_on, s.registered_on)",
            "valid_until": "coalesce(s.valid_until, s.last_end)",
            # Days of temporary constructors (such as 2011) are extended by policy (domain decision G.10).
            "dates_binding": "s.registration_class <> 'temporary'",
            "ended_on": "s.ended_on",
            "end_reason": "coalesce(s.end_reason, '')",
            "case_number": "''",
        },
        source=(
            f"(SELECT DISTINCT ON (bundle) *, max(ends) OVER (PARTITION BY bundle) AS last_end FROM {STAGE} "  # noqa: S608
            "WHERE registration IS NULL AND outcome = 'new' ORDER BY bundle, line) s "
            "JOIN registry_person p ON p.id_number_index = s.id_index ORDER BY s.line"
        ),
    )
    cursor.execute(
        f"UPDATE {STAGE} s SET registration = r.id, person = r.person_id "  # noqa: S608
        "FROM registry_registration r JOIN registry_person p ON p.id = r.person_id "
        "WHERE p.id_number_index = s.id_index AND r.registration_class = s.registration_class "
        "AND r.number = s.number AND r.registered_on = s.registered_on AND s.registration IS NULL AND s.outcome = 'new'"
    )


def _write_specialties(cursor: CursorWrapper) -> None:
    insert(
        cursor,
        RegistrationSpecialty,
        values={
            "registration_id": "s.registration",
            "specialty": "s.specialty",
            "qualification_id": "s.qualification",
            "begin": "s.begins",
            "end": "s.ends",
        },
        source=f"{STAGE} s WHERE s.outcome = 'new' AND s.target IS NULL ORDER BY s.line",
    )
    cursor.execute(
        f'UPDATE registry_registrationspecialty t SET "end" = s.ends FROM {STAGE} s '  # noqa: S608
        "WHERE t.id = s.target AND s.outcome = 'update' AND t.end <> s.ends"
    )
    cursor.execute(
        f'UPDATE registry_registration r SET valid_until = t.last FROM (SELECT registration_id, max("end") AS last '  # noqa: S608
        f"FROM registry_registrationspecialty WHERE NOT voided AND registration_id IN (SELECT registration FROM {STAGE} "
        "WHERE outcome IN ('new', 'update') AND valid_until IS NULL) GROUP BY registration_id) t "
        "WHERE r.id = t.registration_id AND r.valid_until <> t.last"
    )
    cursor.execute(
        f"UPDATE registry_qualification q SET used_at = %s FROM {STAGE} s "  # noqa: S608
        "WHERE q.id = s.qualification AND q.used_at IS NULL AND s.outcome IN ('new', 'update')",
        [clock.now()],
    )


def _reserve_numbers(cursor: CursorWrapper) -> None:
    """Counters never give out what the file brings in (domain note B.10)."""
    province = policy.current().province
    form = f"^{province.short}{SECOND_CLASS_DIGIT}{province.code[:2]}(19|20)[0-9]{{2}}(19|20)[0-9]{{2}}[0-9]{{5}}$"
    cursor.execute(
        f"SELECT substr(number, 9, 4)::int, max(substr(number, 13, 5)::int) FROM {STAGE} "  # noqa: S608
        "WHERE outcome = 'new' AND registration_class = 'constructor' AND number ~ %s GROUP BY 1 ORDER BY 1",
        [form],
    )
    for year, serial in cursor.fetchall():
        numbers.reserve("registration", year=year, upto=serial)
    cursor.execute(
        f"SELECT max(certificate_number::bigint) FROM {STAGE} "  # noqa: S608
        "WHERE outcome IN ('new', 'update') AND certificate_number ~ '^[0-9]{8}$'"
    )
    (last,) = cursor.fetchone()
    if last:
        numbers.reserve("certificate", year=0, upto=last)


def _remember(cursor: CursorWrapper, actor: str) -> None:
    new = ", ".join(f"'{name}', s.{name}" for name in (*_STATED, "number", "specialty", "begins", "ends"))
    cursor.execute(
        f'INSERT INTO "{Change._meta.db_table}" '  # noqa: S608
        "(at, kind, person_id, registration_id, enterprise_id, case_number, actor, before, after) "
        "SELECT %s, %s, s.person, s.registration, s.enterprise, '', %s, coalesce(s.before, '{}'::jsonb), "
        "jsonb_build_object('table', 'registration') "
        f"|| coalesce(s.after, jsonb_strip_nulls(jsonb_build_object({new}))) "
        f"FROM {STAGE} s WHERE s.outcome IN ('new', 'update') ORDER BY s.line",
        [clock.now(), ChangeKind.IMPORTED, actor[:120]],
    )

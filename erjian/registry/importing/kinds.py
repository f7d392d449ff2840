"""What each kind of row is to the register: its key, its facts, and the rules that only the register can check."""

from __future__ import annotations

from datetime import date

from django.db.backends.utils import CursorWrapper

from erjian.registry import employers
from erjian.registry.importing.merging import Fact, Mark, Merge
from erjian.registry.importing.statements import STAGE, mark
from erjian.registry.models import Bar, EducationHours, Enterprise, EnterpriseQualification, Lock, Qualification

NOT_WITHDRAWN = date.min
"""In place of the day of a withdrawal: there was none, whatever the register knows."""
_NOT_WRONG = "s.outcome <> 'error'"

#: 资格证书 (manual 3.2.4.4). One management number belongs to one person.
QUALIFICATIONS = Merge(
    model=Qualification,
    has_people=True,
    keys=("id_index", "specialty", "management_number"),
    match="t.person_id = s.person AND t.specialty = s.specialty AND t.management_number = s.management_number",
    further=(("specialty", "text"), ("management_number", "text")),
    facts=(
        Fact("grade", default="'二级注册建造师'"),
        Fact("pass_year", "smallint", "NULL"),
        Fact("obtained_on", "date", "NULL"),
        Fact("enterprise_name"),
        Fact("enterprise_code"),
        Fact("review_result", default="'pending'"),
        Fact("kind", default="'初始申报'"),
    ),
    inserted={"specialty": "s.specialty", "management_number": "s.management_number", "used_at": "NULL"},
    marks=(
        Mark(
            message="format('证书管理号已登记在“%s”名下', o.name)",
            source="(SELECT q.management_number, q.specialty, q.person_id, p.name FROM registry_qualification q "
            "JOIN registry_person p ON p.id = q.person_id) o",
            where="o.management_number = s.management_number AND o.specialty = s.specialty "
            f"AND o.person_id IS DISTINCT FROM s.person AND {_NOT_WRONG}",
        ),
        Mark(
            message="'同一证书管理号在本文件中属于不同的人'",
            source=f"(SELECT management_number, specialty FROM {STAGE} WHERE outcome <> 'error' "  # noqa: S608
            "GROUP BY management_number, specialty HAVING count(*) > 1 AND min(encode(id_index, 'hex')) <> max(encode(id_index, 'hex'))) d",
            where=f"d.management_number = s.management_number AND d.specialty = s.specialty AND {_NOT_WRONG}",
        ),
    ),
    marks_on_target=(
        Mark(
            message="'该资格证书已用于注册，复审结果不能改为非合格；需要撤销的，请依职权办理'",
            where="t.used_at IS NOT NULL AND s.review_result IS NOT NULL AND s.review_result <> t.review_result",
        ),
    ),
)


def keep_authorities(cursor: CursorWrapper) -> None:
    """An authority that was only derived from the row's city stays as it is unless the enterprise has moved."""
    cursor.execute(
        f"UPDATE {STAGE} s SET filing_authority = NULL FROM registry_enterprise e "  # noqa: S608
        "WHERE e.credit_code = s.credit_code AND s.derived "
        "AND coalesce(s.origin, e.origin) = e.origin AND (coalesce(s.city, e.city) = e.city OR e.origin <> 'inside')"
    )


def recheck_enterprises(cursor: CursorWrapper) -> None:
    """Whether the enterprises that were written can still employ."""
    employers.recheck(
        cursor,
        "SELECT w.id FROM registry_enterprise w "  # noqa: S608
        f"JOIN {STAGE} s ON w.credit_code = s.credit_code WHERE s.outcome IN ('new', 'update')",
    )


#: 企业. The name changes only by 企业名称变更, never by an import (domain decision G.13).
ENTERPRISES = Merge(
    model=Enterprise,
    keys=("credit_code",),
    match="t.credit_code = s.credit_code",
    further=(("label", "text"), ("credit_code", "text"), ("name", "text"), ("derived", "boolean")),
    resolve=keep_authorities,
    settle=recheck_enterprises,
    facts=(
        Fact("credit_code_override"),
        Fact("origin", default="'inside'"),
        Fact("province"),
        Fact("city"),
        Fact("county"),
        Fact("address"),
        Fact("established_on", "date", "NULL"),
        Fact("former_name"),
        Fact("registration_kind"),
        Fact("capital", "numeric", "NULL"),
        Fact("currency"),
        Fact("legal_representative"),
        Fact("nature"),
        Fact("kind"),
        Fact("office_phone"),
        Fact("fax"),
        Fact("contact_name"),
        Fact("website"),
        Fact("email"),
        Fact("business_scope"),
        Fact("status", default="'normal'"),
        Fact("filing_authority"),
    ),
    protected=("contact_phone",),
    inserted={"credit_code": "s.credit_code", "name": "s.name"},
    touched="version = t.version + 1, updated_at = now()",
    owner="enterprise_id",
    marks=(
        Mark(
            message="'新企业须填写“注册所在地市”或“申报主管部门”'",
            where="s.filing_authority IS NULL AND s.outcome <> 'error' "
            "AND NOT EXISTS (SELECT 1 FROM registry_enterprise e WHERE e.credit_code = s.credit_code)",
        ),
    ),
    marks_on_target=(
        Mark(
            message="format('登记库中该信用代码的企业名称是“%s”；名称变更请由企业办理企业名称变更', t.name)",
            where="t.name <> s.name",
        ),
    ),
)


def find_enterprises(cursor: CursorWrapper) -> None:
    """Find the enterprises of the stage by credit code; a row of an unknown one is an error."""
    cursor.execute(
        f"UPDATE {STAGE} s SET enterprise = e.id FROM registry_enterprise e "  # noqa: S608
        "WHERE e.credit_code = s.enterprise_code"
    )
    mark(
        cursor,
        message="'登记库中没有该信用代码的企业，请先导入企业'",
        where="s.enterprise IS NULL AND s.outcome <> 'error'",
    )
    mark(
        cursor,
        message="format('登记库中该信用代码的企业名称是“%s”，与本行不符', e.name)",
        source="registry_enterprise e",
        where="e.id = s.enterprise AND s.enterprise_name <> e.name AND s.outcome <> 'error'",
    )


def recheck_holders(cursor: CursorWrapper) -> None:
    """Whether the enterprises whose 资质 were written can still employ."""
    employers.recheck(cursor, f"SELECT s.enterprise FROM {STAGE} s WHERE s.outcome IN ('new', 'update')")  # noqa: S608


#: 企业资质.
ENTERPRISE_QUALIFICATIONS = Merge(
    model=EnterpriseQualification,
    keys=("enterprise_code", "number", "scope"),
    match="t.enterprise_id = s.enterprise AND t.number = s.number AND t.scope = s.scope",
    further=(
        ("label", "text"),
        ("enterprise_code", "text"),
        ("enterprise_name", "text"),
        ("number", "text"),
        ("scope", "text"),
        ("enterprise", "bigint"),
    ),
    facts=(
        Fact("level"),
        Fact("issued_on", "date", "NULL"),
        Fact("expires_on", "date", "NULL"),
        Fact("withdrawn_on", "date", "NULL", nothing=f"'{NOT_WITHDRAWN}'::date"),
    ),
    resolve=find_enterprises,
    settle=recheck_holders,
    inserted={"enterprise_id": "s.enterprise", "number": "s.number", "scope": "s.scope"},
    owner="enterprise_id",
)

#: 不予注册记录 (《注册建造师管理规定》第十五、三十三、三十四条).
BARS = Merge(
    model=Bar,
    has_people=True,
    keys=("id_index", "basis", "begins", "document"),
    match="t.person_id = s.person AND t.basis = s.basis AND t.begins = s.begins AND t.document = s.document",
    further=(("basis", "text"), ("begins", "date"), ("document", "text")),
    facts=(
        Fact("reason"),
        Fact("ends", "date", "NULL"),
        Fact("lifted_on", "date", "NULL"),
        Fact("lift_reason"),
    ),
    inserted={"basis": "s.basis", "begins": "s.begins", "document": "s.document"},
)

#: 锁定. Nothing but the release of a known lock and its end may be changed by an import.
LOCKS = Merge(
    model=Lock,
    has_people=True,
    keys=("id_index", "lock_kind", "begins", "document"),
    match="t.person_id = s.person AND t.kind = s.lock_kind AND t.begins = s.begins AND t.document = s.document",
    further=(("lock_kind", "text"), ("begins", "date"), ("document", "text")),
    facts=(
        Fact("reason"),
        Fact("ends", "date", "NULL"),
        Fact("released_on", "date", "NULL"),
        Fact("release_reason"),
    ),
    inserted={"kind": "s.lock_kind", "begins": "s.begins", "document": "s.document"},
)

#: 继续教育学时. What was withdrawn is not brought back by an import.
EDUCATION = Merge(
    model=EducationHours,
    has_people=True,
    keys=("id_index", "certificate_number"),
    match="t.person_id = s.person AND t.certificate_number = s.certificate_number",
    further=(("certificate_number", "text"),),
    facts=(
        Fact("completed_on", "date", "NULL"),
        Fact("compulsory", "smallint", "0"),
        Fact("elective", "smallint", "0"),
        Fact("course"),
        Fact("provider"),
    ),
    inserted={"certificate_number": "s.certificate_number"},
    marks_on_target=(Mark(message="'这份继续教育证明已撤回，不能再次导入'", where="t.withdrawn_on IS NOT NULL"),),
)

"""The sections that the manual's forms share (A.4.3), so that a declaration only names what differs."""

from __future__ import annotations

from dataclasses import replace

from erjian.procedures.fields import Control, FormField, Section
from erjian.registry.changes import EXPIRED
from erjian.standards.dictionaries import Degree, DocumentKind, Education, EnterpriseType, Ethnicity, Sex


def _choices(vocabulary: type) -> tuple[tuple[str, str], ...]:
    return tuple(vocabulary.choices)  # type: ignore[attr-defined]


NAME = FormField(name="name", label="姓名", required=True, read_only=True, known_from="person.name")
SEX = FormField(
    name="sex",
    label="性别",
    control=Control.SELECT,
    choices=_choices(Sex),
    required=True,
    read_only=True,
    known_from="person.sex",
)
DOCUMENT_KIND = FormField(
    name="document_kind",
    label="证件类型",
    control=Control.SELECT,
    choices=_choices(DocumentKind),
    required=True,
    read_only=True,
    known_from="person.document_kind",
)
ID_NUMBER = FormField(name="id_number", label="证件号", required=True, read_only=True, known_from="person.id_number")
BIRTH_DATE = FormField(
    name="birth_date",
    label="出生日期",
    control=Control.DATE,
    required=True,
    read_only=True,
    known_from="person.birth_date",
)
ETHNICITY = FormField(
    name="ethnicity",
    label="民族",
    control=Control.SELECT,
    choices=_choices(Ethnicity),
    required=True,
    known_from="person.ethnicity",
)
PHONE = FormField(name="phone", label="手机号码", control=Control.MOBILE, required=True, known_from="person.phone")
LANDLINE = FormField(
    name="landline",
    label="联系电话",
    control=Control.LANDLINE,
    required=True,
    known_from="person.landline",
    hint="固定电话或手机号码",
)
SCHOOL = FormField(name="school", label="毕业院校", required=True, known_from="person.school")
MAJOR = FormField(name="major", label="所学专业", required=True, known_from="person.major")
GRADUATED_ON = FormField(
    name="graduated_on", label="毕业时间", control=Control.DATE, required=True, known_from="person.graduated_on"
)
EDUCATION = FormField(
    name="education",
    label="学历",
    control=Control.SELECT,
    choices=_choices(Education),
    required=True,
    known_from="person.education",
)
DEGREE = FormField(
    name="degree",
    label="学位",
    control=Control.SELECT,
    choices=_choices(Degree),
    required=True,
    known_from="person.degree",
)
EMPLOYMENT_BEGIN = FormField(
    name="employment_begin",
    label="聘用开始时间",
    control=Control.DATE,
    required=True,
    begins_with="earlier.employment_begin",
)
EMPLOYMENT_END = FormField(
    name="employment_end",
    label="聘用结束时间",
    control=Control.DATE,
    required=True,
    begins_with="earlier.employment_end",
)
EMPLOYMENT_OPEN = FormField(
    name="employment_open",
    label="长期",
    control=Control.CHECK,
    beside="employment_end",
    begins_with="earlier.employment_open",
)
PUNISHMENTS = FormField(
    name="punishments", label="处罚或不良情形", control=Control.TEXTAREA, max_length=500, wide=True, hint="没有的填“无”"
)

PERSON = Section(
    code="person",
    title="人员信息",
    compared_with="实名认证、资格库",
    fields=(
        NAME,
        SEX,
        DOCUMENT_KIND,
        ID_NUMBER,
        BIRTH_DATE,
        ETHNICITY,
        PHONE,
        LANDLINE,
        SCHOOL,
        MAJOR,
        GRADUATED_ON,
        EDUCATION,
        DEGREE,
        EMPLOYMENT_BEGIN,
        EMPLOYMENT_END,
        EMPLOYMENT_OPEN,
        PUNISHMENTS,
    ),
)

EMPLOYER = Section(
    code="employer",
    title="聘用企业情况",
    note="取自企业基本信息，如有变化请先更新企业基本信息",
    compared_with="企业库",
    fields=(
        FormField(name="enterprise_name", label="企业名称", read_only=True, known_from="enterprise.name"),
        FormField(
            name="enterprise_kind",
            label="企业类型",
            control=Control.SELECT,
            choices=_choices(EnterpriseType),
            required=True,
            known_from="enterprise.kind",
        ),
        FormField(
            name="legal_representative",
            label="法定代表人",
            read_only=True,
            known_from="enterprise.legal_representative",
        ),
        FormField(name="enterprise_region", label="所在市州(县区)", read_only=True, known_from="enterprise.region"),
        FormField(name="enterprise_nature", label="企业性质", read_only=True, known_from="enterprise.nature_label"),
        FormField(name="enterprise_address", label="通讯地址", read_only=True, known_from="enterprise.address"),
        FormField(
            name="qualification_number",
            label="企业资质证书编号",
            read_only=True,
            known_from="enterprise.qualification_number",
        ),
        FormField(
            name="qualification_level",
            label="企业资质等级",
            read_only=True,
            known_from="enterprise.qualification_level",
        ),
        FormField(
            name="qualification_scope",
            label="企业资质范围",
            read_only=True,
            known_from="enterprise.qualification_scope",
            wide=True,
        ),
    ),
)


def optional(section: Section, *names: str) -> Section:
    """The section with some fields not required (毕业时间 and 学历 in 初始)."""
    return replace(
        section, fields=tuple(replace(item, required=False) if item.name in names else item for item in section.fields)
    )


def titled(section: Section, title: str) -> Section:
    """The section under another heading (聘用企业情况 / 现聘用企业信息)."""
    return replace(section, title=title)


PRESENT_EMPLOYER = titled(EMPLOYER, "现聘用企业信息")

HANDLER = FormField(name="handler", label="经办人", required=True, max_length=50, begins_with="operator.name")
HANDLER_PHONE = FormField(
    name="handler_phone", label="经办人手机号", control=Control.MOBILE, required=True, begins_with="operator.phone"
)

_CONTRACT_ENDED, _OVER_AGE = "已与聘用企业解除聘用合同关系", "年龄超过65周岁"
LAPSE_REASONS = (
    "聘用企业破产",
    "聘用企业被吊销营业执照",
    "聘用企业被吊销或者撤回资质证书",
    _CONTRACT_ENDED,
    EXPIRED,
    _OVER_AGE,
    "死亡或不具有完全民事行为能力",
    "其他导致注册失效的情形",
)
"""《注册建造师管理规定》第十六条."""
_OF_OLD_RECORDS = {"解除": _CONTRACT_ENDED, "期满": EXPIRED, "年龄": _OVER_AGE}
"""What other words of a reason tell which it is."""


def lapse_reason(registered: str) -> str:
    """The 失效原因 that the register's reason is, whose words are the regulation's or an old record's; empty when none."""
    said = registered.rpartition("：")[2].replace("聘用单位", "聘用企业")
    of_old = (reason for word, reason in _OF_OLD_RECORDS.items() if word in said)
    return said if said in LAPSE_REASONS else next(of_old, "")


CANCEL_REASONS = (
    *LAPSE_REASONS[:7],
    "依法被撤销注册",
    "依法被吊销注册证书",
    "受到刑事处罚",
    "法律、法规规定应当注销的其他情形",
)
"""《注册建造师管理规定》第十七条."""


def words(values: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """A list of words as choices: the word is the value."""
    return tuple((value, value) for value in values)


LAPSE = Section(
    code="lapse",
    title="失效情况",
    fields=(
        FormField(name="lapsed_on", label="失效日期", control=Control.DATE, required=True, begins_with="ended.day"),
        FormField(
            name="lapse_reason",
            label="失效原因",
            control=Control.SELECT,
            choices=words(LAPSE_REASONS),
            required=True,
            begins_with="ended.reason",
        ),
    ),
)
CANCELLATION = Section(
    code="cancellation",
    title="注销情况",
    fields=(
        FormField(
            name="cancel_reason",
            label="注销原因",
            control=Control.SELECT,
            choices=words(CANCEL_REASONS),
            required=True,
        ),
        FormField(name="left_on", label="解聘时间", control=Control.DATE),
        FormField(name="cancel_note", label="情况说明", control=Control.TEXTAREA, max_length=500, wide=True),
    ),
)


def with_fields(section: Section, *more: FormField) -> Section:
    """The section with further fields at its end."""
    return replace(section, fields=(*section.fields, *more))

"""The other kinds: enterprises, their qualifications, existing registrations."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from erjian.policy import clock
from erjian.registry import numbers
from erjian.registry.models import (
    Change,
    Enterprise,
    EnterpriseQualification,
    Person,
    Registration,
    RegistrationSpecialty,
)
from tests import makers
from tests.exchange.files import load, tally, xlsx

pytestmark = pytest.mark.django_db


def company(**changed: Any) -> dict[str, Any]:
    """A good row of 企业."""
    values = {
        "企业名称": "湖南麓川建设工程有限公司",
        "统一社会信用代码": makers.credit_code(11),
        "企业类型": "省内企业",
        "注册所在省": "湖南省",
        "注册所在地市": "长沙市",
        "注册所在区县": "岳麓区",
        "企业登记注册类型": "其他有限责任公司",
        "注册资本金(万元)": 5000.5,
        "注册资本币种": "人民币",
        "法定代表人": "陈国梁",
        "联系人手机号码": "13800002716",
        "成立日期": date(2010, 5, 20),
    }
    return values | changed


class TestEnterprises:
    def test_a_new_one(self) -> None:
        content = xlsx([company()])
        assert tally(load("enterprises", content)) == (1, 0, 0, 0)
        made = Enterprise.objects.get()
        assert (made.city, made.county, made.filing_authority) == ("430100", "430104", "430100")
        assert (str(made.capital), made.currency, made.contact_phone) == ("5000.500000", "156", "13800002716")
        assert Change.objects.get().enterprise_id == made.pk
        assert "13800002716" not in str(Change.objects.get().after)
        assert tally(load("enterprises", content)) == (0, 0, 1, 0)

    def test_direct_and_outside_ones_file_at_the_province(self) -> None:
        rows = [
            company(企业类型="省直企业"),
            company(
                企业类型="省外企业",
                注册所在省="湖北省",
                注册所在地市="",
                注册所在区县="",
                统一社会信用代码=makers.credit_code(12),
            ),
        ]
        assert tally(load("enterprises", xlsx(rows))) == (2, 0, 0, 0)
        assert set(Enterprise.objects.values_list("filing_authority", flat=True)) == {"430000"}

    def test_a_change_keeps_what_is_not_stated(self) -> None:
        load("enterprises", xlsx([company(企业类型="省直企业")]))
        row = {
            name: value
            for name, value in company(法定代表人="李国梁").items()
            if name in {"企业名称", "统一社会信用代码", "法定代表人", "注册所在地市"}
        }
        outcome = load("enterprises", xlsx([row]))
        assert tally(outcome) == (0, 1, 0, 0)
        made = Enterprise.objects.get()
        assert (made.legal_representative, made.filing_authority, made.version) == ("李国梁", "430000", 2)
        change = Change.objects.latest("pk")
        assert (change.before["legal_representative"], change.after["legal_representative"]) == ("陈国梁", "李国梁")

    def test_the_name_is_never_changed(self) -> None:
        load("enterprises", xlsx([company()]))
        outcome = load("enterprises", xlsx([company(企业名称="湖南麓山建设工程有限公司")]))
        assert tally(outcome) == (0, 0, 0, 1)
        assert "名称变更" in outcome.errors[0][1]

    def test_errors(self) -> None:
        outcome = load(
            "enterprises",
            xlsx(
                [
                    company(统一社会信用代码="91350203M0001QAY9B"),
                    company(注册所在区县="攸县", 统一社会信用代码=makers.credit_code(13)),
                    company(注册所在地市="", 注册所在区县="", 统一社会信用代码=makers.credit_code(14)),
                    company(**{"注册资本金(万元)": "-1"}, 统一社会信用代码=makers.credit_code(15)),
                    company(注册所在省="湖北省", 统一社会信用代码=makers.credit_code(16)),
                ]
            ),
        )
        assert tally(outcome) == (0, 0, 0, 5)
        said = [message for _, message in outcome.errors]
        for part, message in zip(
            ("校验码不符", "长沙市没有“攸县”", "新企业须填写", "不小于 0", "不在注册所在省内"), said, strict=True
        ):
            assert part in message

    def test_the_waiver_is_kept(self) -> None:
        row = company(统一社会信用代码="91350203M0001QAY9B", 校验豁免理由="已核对营业执照原件")
        assert tally(load("enterprises", xlsx([row]))) == (1, 0, 0, 0)
        assert Enterprise.objects.get().credit_code_override == "已核对营业执照原件"


class TestEnterpriseQualifications:
    def row(self, of: Enterprise, **changed: Any) -> dict[str, Any]:
        values = {
            "企业名称": of.name,
            "企业信用代码": of.credit_code,
            "企业资质证书编号": "D243000001",
            "企业资质范围": "市政公用工程施工总承包",
            "企业资质等级": "二级",
            "发证日期": "2024-01-01",
            "有效期至": "2029-01-01",
        }
        return values | changed

    def test_new_changed_same(self) -> None:
        of = makers.enterprise()
        assert tally(load("enterprise-qualifications", xlsx([self.row(of)]))) == (1, 0, 0, 0)
        assert tally(load("enterprise-qualifications", xlsx([self.row(of)]))) == (0, 0, 1, 0)
        assert tally(load("enterprise-qualifications", xlsx([self.row(of, 企业资质等级="一级")]))) == (0, 1, 0, 0)
        assert EnterpriseQualification.objects.get(number="D243000001").level == "一级"
        assert Change.objects.filter(enterprise_id=of.pk).count() == 2

    def test_unknown_or_otherwise_named_enterprise(self) -> None:
        of = makers.enterprise()
        rows = [
            self.row(of, 企业名称="别的公司"),
            self.row(of, 企业信用代码=makers.credit_code(77)),
            self.row(of, 有效期至="2023-01-01"),
        ]
        outcome = load("enterprise-qualifications", xlsx(rows))
        assert tally(outcome) == (0, 0, 0, 3)
        said = dict(outcome.errors)
        assert "与本行不符" in said[2]
        assert "请先导入企业" in said[3]
        assert "早于发证日期" in said[4]


def registration(of: Enterprise, **changed: Any) -> dict[str, Any]:
    """A good row of 注册."""
    values = {
        "姓名": "周启明",
        "身份证号": makers.id_number(serial=21),
        "注册类型": "二级注册建造师",
        "注册号": "湘2432019202012345",
        "企业名称": of.name,
        "企业信用代码": of.credit_code,
        "证书状态": "有效",
        "证书编号": "00012345",
        "初始注册日期": "2020-07-01",
        "注册专业": "建筑工程",
        "专业有效期起": "2026-07-01",
        "专业有效期止": "2029-06-30",
    }
    return values | changed


class TestRegistrations:
    def test_two_specialties_make_one_registration(self) -> None:
        of = makers.enterprise()
        rows = [
            registration(of),
            registration(of, 注册专业="市政", 专业有效期起="2026-01-01", 专业有效期止="2028-12-31"),
        ]
        assert tally(load("registrations", xlsx(rows))) == (2, 0, 0, 0)
        made = Registration.objects.get()
        assert (made.number, made.status, made.enterprise_id) == ("湘2432019202012345", "valid", of.pk)
        assert (made.registered_on, made.employed_on) == (date(2020, 7, 1), date(2020, 7, 1))
        assert made.valid_until == date(2029, 6, 30)
        assert made.dates_binding
        assert made.certificate_kind == "paper"
        assert sorted(made.specialties.values_list("specialty", flat=True)) == ["building", "municipal"]
        assert Change.objects.filter(registration_id=made.pk, person_id=made.person_id).count() == 2
        assert tally(load("registrations", xlsx(rows))) == (0, 0, 2, 0)

    def test_counters_are_raised(self) -> None:
        of = makers.enterprise()
        load("registrations", xlsx([registration(of)]))
        assert numbers.take("registration", year=2020) == 12346
        assert numbers.take("certificate", limit=99_999_999) == 12346

    def test_legacy_numbers_temporary_ones_and_history(self) -> None:
        of = makers.enterprise()
        other = makers.id_number(serial=22)
        rows = [
            registration(
                of,
                注册号="湘243131323247",
                证书状态="注销",
                初始注册日期="2013-05-01",
                专业有效期起="2013-05-01",
                专业有效期止="2016-04-30",
                终止日期="2015-01-01",
                终止原因="聘用合同解除",
            ),
            registration(of, 证书编号=""),
            registration(
                of,
                姓名="欧阳思齐",
                身份证号=other,
                注册类型="二级注册临时建造师",
                注册号="湘204080800077(临)",
                初始注册日期="2008-04-17",
                专业有效期起="2008-04-17",
                专业有效期止="2011-04-16",
                证书编号="",
            ),
        ]
        assert tally(load("registrations", xlsx(rows))) == (3, 0, 0, 0)
        temporary = Registration.objects.get(registration_class="temporary")
        assert temporary.number == "湘204080800077(临)"
        assert not temporary.dates_binding
        assert temporary.status_on(clock.today()) == "valid"
        past = Registration.objects.get(status="cancelled")
        assert (past.ended_on, past.end_reason) == (date(2015, 1, 1), "聘用合同解除")
        assert Person.objects.get(name="周启明").registrations.count() == 2

    def test_the_qualification_is_used_up(self) -> None:
        of = makers.enterprise()
        row = registration(of)
        holder = makers.person(id_number=row["身份证号"], verified=False)
        makers.qualification(holder, management_number="M1")
        makers.qualification(holder, "municipal", management_number="M2")
        assert tally(load("registrations", xlsx([row]))) == (1, 0, 0, 0)
        assert holder.qualifications.get(specialty="building").used_at is not None
        assert holder.qualifications.get(specialty="municipal").used_at is None
        outcome = load("registrations", xlsx([row | {"注册专业": "公路工程", "资格证书管理号": "M9"}]))
        assert "请先导入资格证书" in outcome.errors[0][1]
        assert RegistrationSpecialty.objects.get().qualification is not None

    def test_changes_of_a_known_registration(self) -> None:
        of, to = makers.enterprise(), makers.enterprise("湖南湘江建设有限公司")
        load("registrations", xlsx([registration(of)]))
        moved = registration(to, 到现单位日期="2024-03-01", 专业有效期止="2029-09-30")
        dry = load("registrations", xlsx([moved]), apply=False)
        assert tally(dry) == (0, 1, 0, 0)
        assert dry.differences[0].before["enterprise_name"] == of.name
        assert tally(load("registrations", xlsx([moved]))) == (0, 1, 0, 0)
        made = Registration.objects.get()
        assert (made.enterprise_id, made.valid_until, made.version) == (to.pk, date(2029, 9, 30), 2)
        assert tally(
            load(
                "registrations",
                xlsx([registration(to, 证书状态="注销", 终止日期="2026-01-05", 专业有效期止="2029-09-30")]),
            )
        ) == (0, 1, 0, 0)
        outcome = load("registrations", xlsx([registration(to, 专业有效期止="2029-09-30")]))
        assert "不能用导入恢复" in outcome.errors[0][1]

    def test_an_ended_one_makes_room_for_the_next_in_the_same_file(self) -> None:
        of = makers.enterprise()
        load("registrations", xlsx([registration(of)]))
        rows = [
            registration(of, 证书状态="注销", 终止日期="2026-01-05"),
            registration(of, 初始注册日期="2026-02-01", 专业有效期起="2026-02-01", 证书编号=""),
        ]
        assert tally(load("registrations", xlsx(rows))) == (1, 1, 0, 0)
        assert Registration.objects.filter(status="valid").get().registered_on == date(2026, 2, 1)

    @pytest.mark.parametrize(
        ("changed", "said"),
        [
            ({"专业有效期止": "2026-01-01"}, "早于专业有效期起"),
            ({"终止日期": "2026-01-01"}, "有效的注册不能有终止日期"),
            ({"证书状态": "在册"}, "证书状态没有“在册”"),
            ({"企业信用代码": "91430199000000990T"}, "没有该信用代码的企业"),
            ({"姓名": "周明启"}, "登记库中的姓名是“周启明”"),
            ({"注册号": "湘2432019202012399"}, "已有有效的同类注册"),
            ({"姓名": "欧阳思齐", "身份证号": makers.id_number(serial=31)}, "该注册号已登记在“周启明”名下"),
            ({"专业有效期起": "2026-08-01"}, "与登记库中同一专业的有效期重叠"),
        ],
    )
    def test_what_the_register_does_not_allow_is_a_row_error(self, changed: dict[str, Any], said: str) -> None:
        of = makers.enterprise()
        load("registrations", xlsx([registration(of)]))
        before = list(Registration.objects.values()), list(RegistrationSpecialty.objects.values())
        outcome = load("registrations", xlsx([registration(of, **changed)]))
        assert tally(outcome) == (0, 0, 0, 1)
        assert said in outcome.errors[0][1]
        assert (list(Registration.objects.values()), list(RegistrationSpecialty.objects.values())) == before

    def test_contradictions_inside_the_file(self) -> None:
        of = makers.enterprise()
        rows = [
            registration(of),
            registration(of, 注册专业="市政", 证书状态="注销"),
            registration(of, 姓名="欧阳思齐", 身份证号=makers.id_number(serial=32), 注册号="N1"),
            registration(of, 姓名="欧阳思齐", 身份证号=makers.id_number(serial=32), 注册号="N2"),
            registration(of, 姓名="上官文博", 身份证号=makers.id_number(serial=33), 注册号="N3"),
            registration(
                of, 姓名="上官文博", 身份证号=makers.id_number(serial=33), 注册号="N3", 专业有效期起="2027-01-01"
            ),
        ]
        outcome = load("registrations", xlsx(rows))
        assert tally(outcome) == (0, 0, 0, 6)
        said = dict(outcome.errors)
        assert "不一致" in said[2]
        assert "两条有效的同类注册" in said[4]
        assert "同一注册的第 7 行有错误" in said[6]
        assert "有效期重叠" in said[7]

    def test_a_bad_specialty_takes_the_whole_registration_back(self) -> None:
        of = makers.enterprise()
        rows = [registration(of), registration(of, 注册专业="园林")]
        outcome = load("registrations", xlsx(rows))
        assert tally(outcome) == (0, 0, 0, 2)
        assert "第 3 行有错误" in dict(outcome.errors)[2]
        assert Registration.objects.count() == 0

    def test_what_the_platform_registered_is_not_changed(self) -> None:
        of = makers.enterprise()
        row = registration(of)
        load("registrations", xlsx([row]))
        Registration.objects.update(case_number="CS-2026-000001")
        assert tally(load("registrations", xlsx([row]))) == (0, 0, 1, 0)
        outcome = load("registrations", xlsx([row | {"专业有效期止": "2031-01-01"}]))
        assert "不能用导入修改" in outcome.errors[0][1]

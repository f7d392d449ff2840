"""When the register takes an employer for one that cannot employ, and since when."""

from __future__ import annotations

from datetime import date

import pytest

from erjian import audit
from erjian.policy import clock
from erjian.procedures.sections import LAPSE_REASONS
from erjian.proceedings import measures
from erjian.registry import enterprise_profile
from erjian.registry.employers import reason
from erjian.registry.enterprise_profile import QualificationChange
from erjian.registry.models import Enterprise, EnterpriseQualification
from tests import makers
from tests.applications.employing import ABNORMAL, DEREGISTERED, NORMAL, REVOKED, learn, qualified
from tests.exchange.files import load, tally, xlsx

pytestmark = pytest.mark.django_db
LONG_AGO = date(2019, 4, 17)


@pytest.mark.parametrize(
    ("status", "withdrawn", "ceased"),
    [
        (NORMAL, (None,), False),
        (ABNORMAL, (None,), False),
        (REVOKED, (None,), True),
        (DEREGISTERED, (None,), True),
        (NORMAL, (LONG_AGO,), True),
        (NORMAL, (LONG_AGO, None), False),
        (NORMAL, (LONG_AGO, LONG_AGO), True),
        (ABNORMAL, (LONG_AGO,), True),
        (REVOKED, (LONG_AGO,), True),
    ],
)
def test_when_an_employer_cannot_employ(status: str, withdrawn: tuple[date | None, ...], ceased: bool) -> None:
    firm = makers.enterprise()
    EnterpriseQualification.objects.all().delete()
    learn(firm, status)
    qualified(firm, *withdrawn)
    firm.refresh_from_db()
    assert firm.ceased_on == (clock.today() if ceased else None), "the day of the record, not one in the file"


def test_an_enterprise_of_which_no_qualification_is_recorded_is_none() -> None:
    firm = makers.enterprise()
    EnterpriseQualification.objects.all().delete()
    learn(firm, ABNORMAL)
    learn(firm, NORMAL)
    firm.refresh_from_db()
    assert firm.ceased_on is None


def test_a_new_enterprise_of_a_file_is_known_from_that_day() -> None:
    code = makers.credit_code(817)
    row = {"企业名称": "湖南旧日建设有限公司", "统一社会信用代码": code, "注册所在地市": "长沙市", "经营状态": REVOKED}
    load("enterprises", xlsx([row]))
    assert Enterprise.objects.get(credit_code=code).ceased_on == clock.today()


def test_the_day_stays_while_the_record_does_and_goes_with_it() -> None:
    firm = makers.enterprise()
    first = clock.today()
    learn(firm, REVOKED)
    with clock.travel(days=9):
        learn(firm, DEREGISTERED)
        qualified(firm, None, LONG_AGO)
        firm.refresh_from_db()
        assert firm.ceased_on == first
        learn(firm, NORMAL)
        firm.refresh_from_db()
        assert firm.ceased_on is None, "its other 资质 stands"
        qualified(firm, LONG_AGO, None)
        firm.refresh_from_db()
        assert firm.ceased_on is None
        qualified(firm, LONG_AGO, LONG_AGO)
        firm.refresh_from_db()
        assert firm.ceased_on == clock.today()


def test_what_the_central_library_withdraws_counts_and_can_be_put_right() -> None:
    firm = makers.enterprise()
    held = firm.qualifications.get()
    facts = {"number": held.number, "scope": held.scope, "level": held.level}
    for withdrawn, ceased in ((LONG_AGO, clock.today()), (None, None)):
        item = QualificationChange(**facts, withdrawn_on=withdrawn)
        made = enterprise_profile.take_over(
            enterprise=firm, values={}, qualifications=[item], by=audit.SYSTEM, seen=None
        )
        assert made.ceased_on == ceased
        assert Enterprise.objects.get(pk=firm.pk).ceased_on == ceased


def test_the_words_are_those_of_the_rules() -> None:
    known = {ground.text for rule in measures.RULES.values() for ground in rule.grounds}
    firm = makers.enterprise(status="revoked")
    assert reason(firm) in known
    assert reason(firm).replace("单位", "企业") in LAPSE_REASONS
    assert reason(makers.enterprise()) in known


def test_a_withdrawal_recorded_by_mistake_is_taken_back_by_a_word_and_not_by_an_empty_cell() -> None:
    firm = makers.enterprise()
    qualified(firm, LONG_AGO)
    held = firm.qualifications.get()
    row = {
        "企业信用代码": firm.credit_code, "企业资质证书编号": held.number, "企业资质范围": held.scope, "企业资质等级": held.level,
        "撤回日期": "",
    }  # fmt: skip
    assert tally(load("enterprise-qualifications", xlsx([row]))) == (0, 0, 1, 0)
    outcome = load("enterprise-qualifications", xlsx([row | {"撤回日期": "未撤回"}]))
    assert tally(outcome) == (0, 1, 0, 0)
    held.refresh_from_db()
    assert held.withdrawn_on is None
    assert Enterprise.objects.get().ceased_on is None
    assert tally(load("enterprise-qualifications", xlsx([row | {"撤回日期": "未撤回"}]))) == (0, 0, 1, 0)
    new = row | {"撤回日期": "未撤回", "企业资质证书编号": "D243000417"}
    outcome = load("enterprise-qualifications", xlsx([new]))
    assert tally(outcome) == (1, 0, 0, 0)
    assert "0001-01-01" not in str(outcome)
    assert firm.qualifications.get(number="D243000417").withdrawn_on is None

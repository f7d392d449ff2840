"""Bars, locks, hours and barred enterprises through the pages: lists, filters, adding, ending, scope."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from erjian import audit
from erjian.accounts.models import Function
from erjian.policy import clock
from erjian.registry import restrictions
from erjian.registry.models import Bar, EducationHours, EnterpriseBar, Lock, Person
from tests import makers
from tests.portals.authority.scenes import CITY, OTHER_CITY, PROVINCE, signed_in

pytestmark = pytest.mark.django_db
ROOT = "/authority/register/kept/"


@pytest.fixture
def province() -> Any:
    return signed_in(makers.officer(PROVINCE, Function.REGISTER))


def of_city(city: str, name: str) -> Person:
    """A person whom the city sees, by a qualification recorded with one of its enterprises."""
    person = makers.person(name, verified=False)
    makers.qualification(person, enterprise_code=makers.enterprise(f"{name}公司", city=city).credit_code)
    return person


def lock(person: Person, **changed: Any) -> Lock:
    values = {"kind": "manual", "reason": "核查中", "document": "", "begins": clock.today(), "ends": None}
    return restrictions.add_lock(person=person, actor=audit.SYSTEM, **(values | changed))


BAR = {"basis": "fraud", "document": "湘建罚〔2026〕12号", "reason": "伪造资格证书"}


def bar_of(person: Person, **changed: Any) -> dict[str, Any]:
    today = clock.today()
    own = {"name": person.name, "id_number": person.id_number, "begins": today, "ends": today + timedelta(days=1095)}
    return BAR | own | changed


def test_a_bar_is_added_shown_and_lifted_once(province: Any) -> None:
    person = makers.person()
    made = province.post(f"{ROOT}bars/new/", bar_of(person))
    assert made.status_code == 302
    bar = Bar.objects.get()
    page = province.get(made["Location"]).content.decode()
    assert "以欺骗、贿赂等不正当手段取得" in page
    assert person.id_number not in page
    assert "伪造资格证书" in province.get(f"/authority/register/people/{person.pk}/").content.decode()
    end = f"{ROOT}bars/{bar.pk}/end/"
    assert "可以重新申请注册" in province.get(end).content.decode()
    missing = province.post(end, {"reason": " "})
    assert missing.status_code == 422
    assert "请填写理由" in missing.content.decode()
    assert province.post(end, {"reason": "复议决定撤销"}).status_code == 302
    again = province.post(end, {"reason": "第二个人也点了"})
    assert again.status_code == 409
    assert "请刷新页面" in again.content.decode()
    bar.refresh_from_db()
    assert bar.lift_reason == "复议决定撤销"


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"ends": ""}, "请填写截止日期"),
        ({"basis": "lifetime"}, "终身不予注册没有截止日期"),
        ({"basis": "no_such"}, "依据不在可选范围内"),
        ({"begins": "2026-02-30"}, "不是日历上的一天"),
        ({"begins": "2999-01-01", "ends": "2999-01-02"}, "不能晚于今天"),
        ({"ends": "2000-01-01"}, "不能早于起始日期"),
        ({"name": "别的人"}, "不是登记库中本单位范围内的同一人"),
        ({"id_number": "430102199003173410"}, "身份证号"),
        ({"reason": "伪\x00造"}, "请"),
        ({"document": "湘" * 101}, "最多 100 个字"),
    ],
)
def test_bad_input_is_said_at_its_field_and_kept(province: Any, changed: dict[str, Any], words: str) -> None:
    answer = province.post(f"{ROOT}bars/new/", bar_of(makers.person(), **changed))
    assert answer.status_code == 422
    text = answer.content.decode()
    assert words in text
    assert "湘" in text, "what was typed stays"
    assert Bar.objects.count() == 0


def test_the_same_bar_twice_is_refused_in_words(province: Any) -> None:
    person = makers.person()
    province.post(f"{ROOT}bars/new/", bar_of(person))
    answer = province.post(f"{ROOT}bars/new/", bar_of(person))
    assert (answer.status_code, Bar.objects.count()) == (422, 1)
    assert "已登记" in answer.content.decode()


def test_a_city_locks_its_own_people_only_and_bars_nobody() -> None:
    own, foreign = of_city(CITY, "本市人"), of_city(OTHER_CITY, "外市人")
    city = signed_in(makers.officer(CITY, Function.REGISTER))
    sent = {
        "kind": "project",
        "document": "4301042511050101",
        "reason": "项目负责人",
        "begins": clock.today(),
        "ends": "",
    }
    assert city.post(f"{ROOT}locks/new/", sent | {"person": own.pk}).status_code == 302
    assert city.post(f"{ROOT}locks/new/", sent | {"person": foreign.pk}).status_code == 404
    named = city.post(f"{ROOT}locks/new/", sent | {"name": foreign.name, "id_number": foreign.id_number})
    assert named.status_code == 422
    other = lock(foreign)
    text = city.get(f"{ROOT}locks/").content.decode()
    assert "本市人" in text
    assert "外市人" not in text
    assert city.get(f"{ROOT}locks/{other.pk}/").status_code == 404
    assert city.post(f"{ROOT}locks/{other.pk}/end/", {"reason": "×"}).status_code == 404
    assert city.post(f"{ROOT}bars/new/", bar_of(own)).status_code == 403
    assert "登记不予注册</a>" not in city.get(f"{ROOT}bars/").content.decode()


def test_the_history_speaks_in_words(province: Any) -> None:
    person = makers.person()
    lock(person, kind="project", document="4301042511050101")
    text = province.get(f"/authority/register/people/{person.pk}/").content.decode()
    assert "锁定类型：在施锁定" in text
    assert "企业资质类型" not in text


def test_a_project_lock_without_a_project_is_refused(province: Any) -> None:
    sent = {"kind": "project", "document": "", "reason": "项目负责人", "begins": clock.today(), "ends": ""}
    answer = province.post(f"{ROOT}locks/new/", sent | {"person": makers.person().pk})
    assert answer.status_code == 422
    assert "请填写项目编号" in answer.content.decode()


def test_hours_are_added_and_withdrawn(province: Any) -> None:
    person = makers.person()
    sent = {
        "person": person.pk,
        "completed_on": clock.today(),
        "compulsory": "60",
        "elective": "0",
        "course": "建筑工程专业继续教育",
        "provider": "湖南城建职业技术学院",
        "certificate_number": "XJ20260418",
    }
    assert "不能都是 0" in province.post(f"{ROOT}education/new/", sent | {"compulsory": "0"}).content.decode()
    assert province.post(f"{ROOT}education/new/", sent | {"compulsory": "60.5"}).status_code == 422
    assert province.post(f"{ROOT}education/new/", sent).status_code == 302
    row = EducationHours.objects.get()
    assert province.post(f"{ROOT}education/{row.pk}/end/", {"reason": "证明系伪造"}).status_code == 302
    assert "已撤回" in province.get(f"{ROOT}education/{row.pk}/").content.decode()


def test_filters_find_and_the_number_stays_out_of_the_address(province: Any) -> None:
    first, second = makers.person("彭志远"), makers.person("谭雨欣")
    lock(first)
    over = lock(second, kind="suspected")
    restrictions.release_lock(lock=over, reason="核查完毕", actor=audit.SYSTEM)
    found = province.post(f"{ROOT}locks/", {"id_number": first.id_number})
    assert first.id_number not in found["Location"]
    text = province.get(found["Location"]).content.decode()
    assert ("彭志远" in text, "谭雨欣" in text) == (True, False)
    for query, names in (
        ("?state=running", (True, False)),
        ("?state=ended", (False, True)),
        ("?choice=suspected", (False, True)),
        ("?name=彭", (True, False)),
        ("?choice=nonsense&state=nonsense&person=x", (True, True)),
    ):
        text = province.get(f"{ROOT}locks/{query}").content.decode()
        assert ("彭志远" in text, "谭雨欣" in text) == names, query
    assert province.get(f"{ROOT}nonsense/").status_code == 404


@pytest.mark.parametrize("kind", ["bars", "locks", "education"])
def test_the_number_of_queries_does_not_grow(province: Any, kind: str) -> None:
    def counted() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert province.get(f"{ROOT}{kind}/").status_code == 200
        return len(queries)

    today = clock.today()
    for number in range(12):
        person = makers.person(f"人{'甲乙丙丁戊己庚辛壬癸子丑'[number]}", verified=False)
        if number == 1:
            counted()  # the first request fills caches
            few = counted()
        Bar.objects.create(person=person, basis="other", reason="×", begins=today, ends=today)
        Lock.objects.create(person=person, kind="manual", reason="×", begins=today)
        EducationHours.objects.create(
            person=person, completed_on=today, compulsory=1, course="×", provider="×", certificate_number="1"
        )
    assert counted() == few


def test_an_enterprise_is_barred_and_freed_by_the_province(province: Any) -> None:
    enterprise = makers.enterprise()
    page = f"/authority/register/enterprises/{enterprise.pk}/"
    sent = {"begins": clock.today(), "ends": "", "document": "湘建罚〔2026〕13号", "reason": "提供虚假申报材料"}
    assert province.post(f"{page}bar/", sent | {"reason": ""}).status_code == 422
    assert province.post(f"{page}bar/", sent).status_code == 302
    bar = EnterpriseBar.objects.get()
    assert "提供虚假申报材料" in province.get(page).content.decode()
    city = signed_in(makers.officer(CITY, Function.REGISTER))
    assert city.post(f"{page}bar/", sent).status_code == 403
    assert "限制申报</a>" not in city.get(page).content.decode()
    assert province.post(f"{page}bars/{bar.pk}/lift/", {"reason": "期满"}).status_code == 302
    assert province.post(f"{page}bars/{bar.pk}/lift/", {"reason": "期满"}).status_code == 409


def test_all_that_is_missing_is_summed_up_once(province: Any) -> None:
    page = province.post(f"{ROOT}bars/new/", {}).content.decode()
    assert page.count('ej-sum"') == 1
    summary = page[page.index('ej-sum"') : page.index('<form class="ej-panel"')]
    assert "请填写姓名" in summary
    assert "#id_reason" in summary

"""统计: each figure is what the register and the cases hold, within the officer's scope."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django.models import ProcrastinateJob

from erjian.accounts.models import Function
from erjian.policy import clock
from erjian.registry import changes, tasks
from erjian.registry.models import Enterprise, Figures, Registration
from tests import makers
from tests.portals.authority.scenes import CITY, OTHER_CITY, PROVINCE, Scene, signed_in

pytestmark = pytest.mark.django_db
ROOT = "/authority/statistics/"


def plots(client: Client) -> dict[str, dict[str, str]]:
    """What each plot says: its caption, and the figure in words for every bar."""
    answer = client.get(ROOT)
    assert answer.status_code == 200
    found = {}
    for table in re.findall(r'<table class="ej-bars">(.*?)</table>', answer.content.decode(), re.DOTALL):
        rows = re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)
        caption = re.search(r"<caption[^>]*>(.*?)</caption>", table)
        found[caption[1] if caption else ""] = dict(_bar(row) for row in rows)
    return found


def _bar(row: str) -> tuple[str, str]:
    label, figure = re.search(r"<th[^>]*>(.*?)</th>.*</svg></td><td[^>]*>(.*)</td>", row, re.DOTALL).groups()
    return re.sub(r"<[^>]*>", "", label), re.sub(r"<[^>]*>", " ", figure).replace("  ", " ").strip()


def registered(enterprise: Enterprise) -> Registration:
    person = makers.person("彭志远")
    makers.qualification(person)
    return changes.register(
        person_id=person.pk,
        enterprise_id=enterprise.pk,
        registration_class="constructor",
        specialties=("building",),
        on=clock.today(),
        case_number="CS-2026-000001",
        form={},
        actor=makers.officer(PROVINCE, Function.DECISION).actor,
    )


def test_cases_are_counted_by_state_and_place_in_the_officers_scope() -> None:
    here, there = Scene(CITY), Scene(OTHER_CITY)
    here.reported("彭志远")
    late = here.accepted("罗海燕")
    there.reported("周启明")
    late.due_on = clock.today() - timedelta(days=1)
    late.save(update_fields=["due_on"])
    city = plots(signed_in(here.acceptor))
    assert city["在办申报，按状态"] == {"已上报": "1 件", "已受理": "1 件 逾期 1"}
    assert "等待办理的申报，按主管部门" not in city
    province = plots(signed_in(makers.officer(PROVINCE, Function.DECISION)))
    assert province["在办申报，按状态"] == {"已上报": "2 件", "已受理": "1 件 逾期 1"}
    offices = province["等待办理的申报，按主管部门"]
    assert {name: said for name, said in offices.items() if said != "0 件"} == {
        "长沙市": "2 件 逾期 1",
        "株洲市": "1 件",
    }


def test_decisions_are_counted_for_colleagues_only() -> None:
    here, there = Scene(CITY), Scene(OTHER_CITY)
    here.reviewed("彭志远")
    here.accepted("罗海燕")
    there.accepted("周启明")
    officers = plots(signed_in(here.acceptor))["本单位近 30 日办理量，按人员"]
    assert list(officers.items()) == [(here.acceptor.name, "2 件"), ("罗婷", "1 件")]


def test_the_register_is_told_to_those_who_keep_it() -> None:
    today = clock.today()
    registered(makers.enterprise(city=CITY))
    tasks.count_figures()
    assert "有效注册，按专业" not in plots(signed_in(makers.officer(CITY, Function.ACCEPTANCE)))
    keeper = plots(signed_in(makers.officer(CITY, Function.REGISTER)))
    assert keeper["有效注册，按专业"] == {"建筑工程": "1 人"}
    months = keeper["今后十二个月到期的注册，按月"]
    assert len(months) == 12
    assert next(iter(months)) == f"{today:%Y-%m}"
    elsewhere = plots(signed_in(makers.officer(OTHER_CITY, Function.REGISTER)))
    assert "有效注册，按专业" not in elsewhere


def test_a_registration_stands_in_the_month_it_runs_out() -> None:
    today = clock.today()
    made = registered(makers.enterprise(city=CITY))
    made.valid_until = today
    made.save(update_fields=["valid_until"])
    tasks.count_figures()
    keeper = signed_in(makers.officer(PROVINCE, Function.REGISTER))
    months = plots(keeper)["今后十二个月到期的注册，按月"]
    assert [(month, said) for month, said in months.items() if said != "0 人"] == [(f"{today:%Y-%m}", "1 人")]
    made.valid_until = today - timedelta(days=1)
    made.save(update_fields=["valid_until"])
    assert plots(keeper)["今后十二个月到期的注册，按月"] == months, "counted again at once"
    tasks.count_figures()
    assert Figures.objects.count() == 1
    assert set(plots(keeper)["今后十二个月到期的注册，按月"].values()) == {"0 人"}


def test_a_plot_leads_on_to_its_list() -> None:
    scene = Scene(CITY)
    scene.reported("彭志远")
    client = signed_in(scene.acceptor)
    assert 'href="/authority/cases/?state=reported"' in client.get(ROOT).content.decode()
    assert "彭志远" in client.get("/authority/cases/?state=reported").content.decode()


def test_the_first_page_leads_here_those_whose_work_is_counted() -> None:
    assert (
        f'href="{ROOT}"' in signed_in(makers.officer(CITY, Function.FIRST_REVIEW)).get("/authority/").content.decode()
    )
    without = signed_in(makers.officer(CITY, Function.NOTICES))
    assert f'href="{ROOT}"' not in without.get("/authority/").content.decode()
    assert without.get(ROOT).status_code == 403


def test_the_number_of_queries_does_not_grow() -> None:
    scene = Scene(CITY)
    client = signed_in(makers.officer(PROVINCE, Function.DECISION, Function.REGISTER))
    scene.reported("彭志远")
    tasks.count_figures()
    client.get(ROOT)
    with CaptureQueriesContext(connection) as before:
        client.get(ROOT)
    for name in ("罗海燕", "周启明", "周婉如"):
        scene.reviewed(name)
    with CaptureQueriesContext(connection) as after:
        client.get(ROOT)
    assert len(after) == len(before)
    read = " ".join(each["sql"] for each in after)
    assert "registry_registration" not in read, "the register is counted by the job alone"


def test_the_page_says_when_the_register_was_counted_and_lets_it_be_counted_again() -> None:
    registered(makers.enterprise(city=CITY))
    by = makers.officer(CITY, Function.REGISTER)
    keeper = signed_in(by)
    assert "还没有统计。每小时统计一次" in keeper.get(ROOT).content.decode()
    with clock.travel(to=datetime(2026, 11, 27, 1, 50, tzinfo=UTC)):
        tasks.count_figures()
        page = signed_in(by).get(ROOT).content.decode()
    assert page.count("统计时间 11-27 09:50") == 2
    keeper = signed_in(by)
    waiting = ProcrastinateJob.objects.filter(task_name="erjian.registry.tasks.count_figures", status="todo")
    said = keeper.post(f"{ROOT}recount/", follow=True).content.decode()
    assert "已开始重新统计" in said
    assert waiting.count() == 1
    assert "重新统计正在进行" in keeper.post(f"{ROOT}recount/", follow=True).content.decode()
    assert waiting.count() == 1
    other = signed_in(makers.officer(CITY, Function.ACCEPTANCE))
    assert "重新统计" not in other.get(ROOT).content.decode()
    assert other.post(f"{ROOT}recount/").status_code == 403

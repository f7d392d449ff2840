"""Every column is seen on a screen of 1366 px: in 建造师企业申报查询, which has the most, and beside a long 剩余时限."""

from __future__ import annotations

from datetime import timedelta

import pytest

from erjian.applications.models import Application
from erjian.applications.states import State
from erjian.policy import clock
from tests import makers
from tests.journeys.acting import Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_every_column_of_the_enterprises_query_is_seen(visit: Visit) -> None:
    company = makers.enterprise()
    operator = makers.operator(company, username="luchuan")
    for number, (name, code, kind, state) in enumerate(
        (
            ("古丽娜尔·艾则孜", "id_number", "constructor", State.ACCEPTED),
            ("欧阳海棠", "temporary_transfer", "temporary", State.REPORTED),
            ("周启明", "initial", "constructor", State.FIRST_NG),
        )
    ):
        Application.objects.create(
            person=makers.person(name), enterprise=company, registration_class=kind, procedure_code=code, state=state,
            number=f"CS-2026-{number:06d}", authority_code="430100", created_by=operator, created_at=clock.now(),
            reported_at=clock.now(), accepted_at=clock.now(), announced_at=clock.now(),
        )  # fmt: skip
    page = visit("李晓琳").sign_in(operator.username, makers.PASSWORD)
    page.set_viewport_size({"width": 1366, "height": 768})
    page.goto(page.url.split("/enterprise/")[0] + "/enterprise/cases/")
    assert page.locator("tbody tr").count() == 3
    assert page.evaluate("[...document.querySelectorAll('tbody tr')].every(one => one.clientHeight <= 60)"), "two lines"
    assert page.evaluate(
        "[...document.querySelectorAll('.table-scroll')].every(one => one.scrollWidth <= one.clientWidth)"
    )


def test_a_long_limit_takes_two_lines_rather_than_room_from_the_operations(visit: Visit) -> None:
    company = makers.enterprise("湖南省第六工程有限公司")
    operator = makers.operator(company, username="luchuan")
    for number, name in enumerate(("古丽娜尔·艾则孜", "周启明")):
        Application.objects.create(
            person=makers.person(name), enterprise=company, registration_class="constructor", procedure_code="addition",
            state=State.REPORTED, number=f"CS-2026-{number:06d}", authority_code="430100", created_by=operator,
            specialties=["building", "municipal", "highway"], created_at=clock.now(), reported_at=clock.now(), accepted_at=clock.now(),
            due_on=clock.today() - timedelta(days=100),
        )  # fmt: skip
    page = visit("李晓琳").sign_in(operator.username, makers.PASSWORD)
    page.set_viewport_size({"width": 1366, "height": 768})
    page.goto(page.url.split("/enterprise/")[0] + "/enterprise/addition/")
    assert "受理逾期" in page.locator("tbody tr").first.inner_text()
    assert page.evaluate(
        "[...document.querySelectorAll('.table-scroll')].every(one => one.scrollWidth <= one.clientWidth)"
    )


def test_extreme_names_widen_no_phone_and_squeeze_nothing_on_paper(visit: Visit) -> None:
    company = makers.enterprise("湖南省湘西土家族苗族自治州第一建设工程集团股份有限公司龙山县分公司")
    operator = makers.operator(company, username="luchuan")
    for number, name in enumerate(("W" * 60, "阿不都热依木·买买提明·吐尔逊江·阿卜杜克热木", "周启明")):
        Application.objects.create(
            person=makers.person(name), enterprise=company, registration_class="constructor", procedure_code="id_number",
            state=State.FIRST_NG, number=f"CS-2026-{number:06d}", authority_code="430100", created_by=operator,
            created_at=clock.now(), reported_at=clock.now(), accepted_at=clock.now(), announced_at=clock.now(),
        )  # fmt: skip
    page = visit("李晓琳").sign_in(operator.username, makers.PASSWORD)
    page.set_viewport_size({"width": 390, "height": 844})
    for address in ("/enterprise/cases/", "/enterprise/id_number/", "/enterprise/"):
        page.goto(page.url.split("/enterprise/")[0] + address)
        assert page.evaluate("document.documentElement.scrollWidth") == 390, address
        assert page.evaluate(
            "[...document.querySelectorAll('.table-scroll')].every(one => one.scrollWidth <= one.clientWidth)"
        ), address
    page.goto(page.url.split("/enterprise/")[0] + "/enterprise/cases/")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 1017, "height": 700})  # A4 across, within its margins
    assert page.evaluate("document.documentElement.scrollWidth") == 1017
    heights = page.evaluate("[...document.querySelectorAll('tbody tr')].map(one => one.clientHeight)")
    assert max(heights[:2]) <= 110, "neither name is written letter under letter"

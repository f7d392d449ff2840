"""建造师企业申报查询 has the most columns of all lists: every one of them is seen on a screen of 1366 px."""

from __future__ import annotations

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

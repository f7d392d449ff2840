"""Lists whose views and filters follow from what the procedure declares."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from erjian.accounts.models import User
from erjian.applications import actions, form_data
from erjian.applications.models import Application
from erjian.policy import clock
from erjian.procedures import get
from erjian.registry.models import Registration
from tests import makers
from tests.portals.enterprise.test_filing import text

pytestmark = pytest.mark.django_db


def started(code: str, name: str, by: User, **values: Any) -> Application:
    """A draft of a procedure for a person registered at the operator's enterprise."""
    person = makers.person(name)
    Registration.objects.create(
        person=person,
        enterprise=by.enterprise,
        registration_class="constructor",
        number=f"湘2432019{person.pk:09d}",
        valid_until=clock.today() + timedelta(days=400),
        registered_on=clock.today() - timedelta(days=600),
        employed_on=clock.today() - timedelta(days=600),
    )
    case = actions.start(procedure=get(code), person=person, enterprise=by.enterprise, by=by)
    actions.save(application=case, values=form_data.unseal(case.draft) | values, specialties=(), by=by)
    return case


def test_what_no_authority_handles_is_not_looked_for_at_an_authority(browser: Client, operator: User) -> None:
    case = started("cancellation", "彭志远", operator)
    page = text(browser.get("/enterprise/cancellation/"))
    for words in ("审核中", "公示公告", "待补正", "申报主管部门"):
        assert words not in page.split("<main")[1]
    for words in ("待确认", "已办结", "未通过或撤回", "彭志远"):
        assert words in page
    assert "审核中" in text(browser.get("/enterprise/initial/"))
    assert "0 / 0" not in text(browser.get(f"/enterprise/cases/{case.uuid}/edit/"))

"""The question before what cannot be undone: it comes when nothing is missing any more."""

from __future__ import annotations

import pytest

from erjian.policy import clock
from erjian.publicity.models import Objection
from tests import makers
from tests.journeys.acting import Visit
from tests.publicity.scenes import Office

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_what_is_missing_is_named_before_anything_is_asked(visit: Visit) -> None:
    office = Office()
    batch = office.published(*office.several(1))
    objection = Objection.objects.create(
        item=batch.items.get(), code="CODE1", name="文国栋", id_number=makers.id_number(), phone="13900000000",
        text="与公示的聘用单位不一致。", created_at=clock.now(),
    )  # fmt: skip
    browser = visit("核查异议")
    browser.sign_in(office.decider.username, makers.PASSWORD, side="主管单位")
    page = browser.go(f"/authority/objections/{objection.pk}/")
    close = page.get_by_role("button", name="办结")
    close.click()
    page.locator(".ej-sum").wait_for()
    assert page.get_by_role("dialog").count() == 0
    browser.look("核查异议")
    page.get_by_label("异议不成立").check()
    page.locator("[name=answer]").fill("经核查，聘用单位与社会保险一致。")
    close.click()
    page.get_by_role("dialog").get_by_role("button", name="办结").wait_for()

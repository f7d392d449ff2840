"""Journeys of people whose registration their employer adds to, prolongs, replaces or corrects."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from erjian.policy import clock
from erjian.registry.models import Person
from erjian.standards.specialties import Specialty
from tests import makers
from tests.journeys.acting import Cast, Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cast(visit: Visit, tmp_path: Path) -> Cast:
    return Cast(visit, tmp_path)


def test_the_dialog_by_keyboard(cast: Cast) -> None:
    page = cast.at(cast.operator).go("/enterprise/initial/")
    adding = page.get_by_role("link", name="添加申报").first
    adding.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("人员姓名")).to_be_focused()
    page.keyboard.type("周启明")
    page.keyboard.press("Tab")
    page.keyboard.type("123")
    page.keyboard.press("Enter")
    wrong = dialog.get_by_label("人员身份证号")
    expect(dialog.get_by_role("alert")).to_be_visible()
    expect(wrong).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(adding).to_be_focused()


def test_a_specialty_is_added(cast: Cast) -> None:
    who = cast.somebody("彭志远", cast.company)
    makers.qualification(who.person, Specialty.MUNICIPAL)
    browser = cast.picks("addition", who, twice=True)
    cast.fills(browser, "市政公用工程")
    cast.attaches(browser, "qualification")
    browser.look("增项-填写")
    case = cast.reports(browser)
    cast.consents(who)
    cast.decides(cast.city, who, "accept", "first_pass", look="增项-市局")
    cast.decides(cast.province, who, "final_pass")
    cast.announces(case)
    registration = cast.ended(case, look="增项-已发证")
    held = dict(registration.specialties.values_list("specialty", "end"))
    assert held[Specialty.MUNICIPAL] > held[Specialty.BUILDING]
    cast.shown(
        cast.operator,
        {"/enterprise/addition/": "增项-列表", f"/enterprise/certificates/{registration.pk}/": "增项-电子证书"},
    )


def test_a_registration_is_prolonged(cast: Cast) -> None:
    who = cast.somebody("周启明", cast.company, days_left=80)
    before = who.registration.valid_until
    browser = cast.picks("renewal", who)
    cast.fills(browser, "建筑工程")
    cast.attaches(browser, "contract", "continuing_education", look="延续-附件材料")
    browser.look("延续-填写")
    case = cast.reports(browser)
    cast.consents(who, look="延续-本人确认")
    cast.decides(cast.city, who, "accept", "first_pass", look="延续-市局")
    cast.decides(cast.province, who, "final_pass", look="延续-省厅")
    cast.announces(case, look="延续-省厅")
    registration = cast.ended(case)
    assert registration.valid_until == before.replace(year=before.year + 3)


def test_a_lost_certificate_is_replaced(cast: Cast) -> None:
    who = cast.somebody("刘思齐", cast.company)
    who.registration.refresh_from_db()
    before = who.registration.certificate_number
    browser = cast.picks("replacement", who)
    cast.fills(browser, loss_reason="遗失", lost_on=str(clock.today() - timedelta(days=9)), loss_note="出差途中遗失。")
    cast.attaches(browser, "loss_statement")
    browser.look("遗失补办-填写")
    case = cast.reports(browser)
    cast.consents(who)
    cast.decides(cast.city, who, "accept")
    cast.decides(cast.province, who, "final_pass", look="遗失补办-省厅")
    registration = cast.ended(case, look="遗失补办-已发证")
    assert registration.certificate_number not in ("", before)
    cast.shown(who.user, {f"/person/certificates/{registration.pk}/": "遗失补办-个人电子证书"})


def test_a_wrong_number_is_corrected(cast: Cast) -> None:
    who = cast.somebody("黎雪峰", cast.company)
    number = makers.id_number(date(1990, 3, 27))
    browser = cast.picks("id_number", who)
    cast.fills(browser, correction_kind="身份证号码错误", new_id_number=number, correction_note="登记时出生日期录错。")
    cast.attaches(browser, "new_id_front", "new_id_back", "id_proof", look="身份证号变更-附件材料")
    browser.look("身份证号变更-填写")
    case = cast.reports(browser)
    cast.consents(who, look="身份证号变更-本人确认")
    cast.decides(cast.city, who, "accept", look="身份证号变更-市局")
    cast.decides(cast.province, who, "final_pass", look="身份证号变更-省厅")
    cast.ended(case, look="身份证号变更-已发证")
    person = Person.objects.get(pk=who.person.pk)
    assert (person.id_number, person.birth_date) == (number, date(1990, 3, 27))
    cast.shown(who.user, {"/person/registrations/": "身份证号变更-个人注册信息"})
    cast.shown(cast.operator, {"/enterprise/id_number/": "身份证号变更-列表"})

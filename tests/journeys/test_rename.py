"""The journey of an enterprise whose name has changed, and of a holder who makes a copy for one purpose."""

from __future__ import annotations

from pathlib import Path
from threading import Thread

import pytest
from django.db import connections
from playwright.sync_api import expect

from erjian.certificates import issuing
from erjian.certificates.models import CertificateVersion, UsageWindow
from erjian.policy import clock
from tests.journeys.acting import Cast, Visit
from tests.journeys.working import work

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NEW = "湖南麓川建工集团有限公司"


@pytest.fixture
def cast(visit: Visit, tmp_path: Path) -> Cast:
    return Cast(visit, tmp_path)


def _issue(version_id: int) -> None:
    try:
        issuing.issue(version_id)
    finally:
        connections.close_all()


def test_a_name_changes_and_every_certificate_follows(cast: Cast) -> None:
    old = cast.company.name
    holders = [cast.somebody(name, cast.company) for name in ("彭志远", "周启明", "刘思齐")]
    elsewhere = cast.somebody("黎雪峰", cast.former)
    work()
    browser = cast.at(cast.operator)
    page = browser.go("/enterprise/enterprise_rename/")
    browser.look("企业名称变更-空列表")
    page.get_by_role("link", name="添加申报").first.click()
    expect(page.get_by_text("现有有效注册 3 个")).to_be_visible()
    browser.look("企业名称变更-核对条件")
    page.get_by_role("button", name="开始填写").click()
    page.wait_for_url("**/edit/")
    cast.fills(
        browser, new_enterprise_name=NEW, changed_on="2026-11-02", change_reason="公司改制。", handler="李晓琳",
        handler_phone="13800002716",
    )  # fmt: skip
    cast.attaches(browser, "new_licence", "rename_approval", look="企业名称变更-附件材料")
    browser.look("企业名称变更-填写")
    case = cast.reports(browser, look="企业名称变更-已上报")
    cast.decides(cast.city, old, "accept", "first_pass", look="企业名称变更-市局")
    cast.decides(cast.province, old, "final_pass", look="企业名称变更-省厅")
    cast.company.refresh_from_db()
    assert cast.company.name == NEW
    page = browser.go(f"/enterprise/cases/{case.uuid}/")
    expect(page.get_by_text("已发证").first).to_be_visible()
    browser.look("企业名称变更-已发证")
    cast.shown(
        cast.operator,
        {"/enterprise/enterprise_rename/": "企业名称变更-列表", "/enterprise/cases/": "企业名称变更-查询"},
    )
    made = CertificateVersion.objects.filter(case_number=case.number, state="current")
    assert {item.registration.person_id for item in made} == {one.person.pk for one in holders}
    assert elsewhere.registration is not None
    assert elsewhere.registration.certificates.get().facts["employer"] == cast.former.name
    public = cast.visit("public")
    public.go(f"/verify/{made[0].token}/")
    expect(public.page.get_by_text(NEW).first).to_be_visible()
    public.look("企业名称变更-公众查验")


def test_a_holder_makes_a_copy_for_one_purpose_and_takes_it_back(cast: Cast) -> None:
    who = cast.somebody("彭志远", cast.company)
    assert who.registration is not None
    version = who.registration.certificates.get()
    issued = Thread(target=_issue, args=[version.pk])  # the browser keeps an event loop in this thread
    issued.start()
    issued.join()
    address = f"/person/certificates/{version.pk}/"
    browser = cast.at(who.user)
    page = browser.go(address)
    page.get_by_role("link", name="设定使用有效期").click()
    browser.look("使用有效期-填写")
    page.get_by_label("用途").fill("长沙麓谷科技园二期工程施工总承包投标")
    page.get_by_role("button", name="制作副本").click()
    expect(page.get_by_text("制作中")).to_be_visible()
    work()
    browser.go(address)
    browser.look("使用有效期-列表")
    with page.expect_download() as download:
        page.locator("#windows").get_by_role("link", name="下载").click()
    assert download.value.suggested_filename.endswith(".pdf")
    window = UsageWindow.objects.get()
    assert window.begin == clock.today()
    public = cast.visit("public")
    public.go(f"/verify/{window.token}/")
    expect(public.page.get_by_text("长沙麓谷科技园二期工程施工总承包投标")).to_be_visible()
    public.look("使用有效期-公众查验")
    page.locator("#windows").get_by_role("link", name="撤销").click()
    browser.look("使用有效期-撤销")
    page.get_by_role("button", name="撤销", exact=True).click()
    expect(page.get_by_text("已由持证人撤销").first).to_be_visible()
    public.go(f"/verify/{window.token}/")
    expect(public.page.get_by_text("这份证书已由持证人撤销")).to_be_visible()

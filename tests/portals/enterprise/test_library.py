"""中央库下载 over HTTP: the differences, taking over, and a library that is down."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.test import Client

from erjian.registry.models import Change, Enterprise
from tests import makers

pytestmark = pytest.mark.django_db
URL = "/enterprise/profile/library/"


def text(answer: Any) -> str:
    return answer.content.decode()


def shown(page: str) -> dict[str, Any]:
    """What the page would post with the boxes as they are."""
    return {
        "seen": re.search(r'name="seen" value="(\d+)"', page)[1],  # type: ignore[index]
        "record": re.search(r'name="record" value="([^"]+)"', page)[1],  # type: ignore[index]
        "field": re.findall(r'name="field" value="([^"]+)"[^>]* checked', page),
        "qualification": re.findall(r'name="qualification" value="([^"]+)"[^>]* checked', page),
    }


def test_what_is_ticked_is_taken_over(browser: Client, employer: Enterprise) -> None:
    assert "中央库下载" in text(browser.get("/enterprise/profile/"))
    page = text(browser.post(URL))
    for words in ("注册资本金(万元)", "营业执照经营范围", "资质信息", "环保工程专业承包", "新增", "更新"):
        assert words in page
    posted = shown(page)
    assert "capital" in posted["field"]
    posted["field"] = ["business_scope"]
    answer = browser.post(f"{URL}take-over/", posted, follow=True)
    assert "已采用中央库的 3 项内容" in text(answer)
    before, name = employer.capital, employer.name
    employer.refresh_from_db()
    assert (employer.capital, employer.name) == (before, name)
    assert "园林绿化" in employer.business_scope
    assert "环保工程专业承包" in text(browser.get("/enterprise/qualifications/"))
    assert Change.objects.filter(enterprise_id=employer.pk).count() == 1
    assert "注册资本金(万元)" in text(browser.post(URL))


def test_another_name_is_shown_and_not_offered(browser: Client, employer: Enterprise) -> None:
    from erjian.exchange.central_library import EmbeddedLibrary

    library = EmbeddedLibrary()
    for serial in range(100, 140):
        employer.credit_code = makers.credit_code(serial)
        employer.save()
        record = library.find(employer.credit_code)
        if record is not None and record.name != employer.name:
            break
    assert record is not None
    page = text(browser.post(URL))
    assert "请办理企业名称变更" in page
    offered = re.search(r'href="(/enterprise/enterprise_rename/new/[^"]+)"', page)
    assert offered
    start = text(browser.get(html.unescape(offered[1])))
    assert f'name="new_enterprise_name" value="{record.name}"' in start
    opened = browser.post("/enterprise/enterprise_rename/start/", {"new_enterprise_name": record.name})
    assert record.name in text(browser.get(opened.url))
    employer.refresh_from_db()
    assert employer.name != record.name
    assert 'value="name"' not in page
    posted = shown(page) | {"field": ["name", "credit_code"], "qualification": []}
    answer = browser.post(f"{URL}take-over/", posted)
    assert answer.status_code == 422
    assert "请勾选要更新的内容" in text(answer)


def test_a_library_that_is_down_changes_nothing(browser: Client, employer: Enterprise, settings: Any) -> None:
    settings.ERJIAN_CENTRAL_LIBRARY, settings.ERJIAN_CENTRAL_LIBRARY_SECRET = "http://127.0.0.1:9/", "s"
    answer = browser.post(URL, follow=True)
    assert "中央库暂时无法连接，没有改动任何信息" in text(answer)
    settings.ERJIAN_CENTRAL_LIBRARY, settings.ERJIAN_DEMO = "", False
    assert "尚未接入中央库" in text(browser.post(URL, follow=True))
    assert not Change.objects.exists()


def test_somebody_who_saved_meanwhile_is_not_overwritten(browser: Client, employer: Enterprise) -> None:
    posted = shown(text(browser.post(URL)))
    employer.version += 1
    employer.save()
    answer = browser.post(f"{URL}take-over/", posted)
    assert answer.status_code == 409
    assert "已被修改" in text(answer)
    assert not Change.objects.exists()
    again = shown(text(answer))
    assert browser.post(f"{URL}take-over/", again).status_code == 302
    # Of what was ticked nothing differs any more.
    answer = browser.post(f"{URL}take-over/", again)
    assert answer.status_code == 409
    assert "已被修改" in text(answer)


@pytest.mark.parametrize("record", ["", "x", "eyJhIjoxfQ:1:forged"])
def test_a_forged_record_is_not_taken(browser: Client, employer: Enterprise, record: str) -> None:
    answer = browser.post(f"{URL}take-over/", {"seen": 1, "record": record, "field": "capital"}, follow=True)
    assert "请重新下载" in text(answer)
    assert not Change.objects.exists()


def test_who_may_download(browser: Client, onlooker: Client, stranger: Client) -> None:
    assert browser.get(URL).status_code == 302
    assert onlooker.post(URL).status_code == 403
    assert onlooker.post(f"{URL}take-over/").status_code == 403
    assert 'action="/enterprise/profile/library/"' not in text(onlooker.get("/enterprise/profile/"))
    posted = shown(text(browser.post(URL)))
    assert "请重新下载" in text(stranger.post(f"{URL}take-over/", posted, follow=True))


def test_asking_is_limited(browser: Client) -> None:
    assert [browser.post(URL).status_code for _ in range(11)] == [200] * 10 + [429]

"""二级建造师资格证信息查询: the own ones, anybody's by the full number, and the file of the ticked."""

from __future__ import annotations

import io
import re

import openpyxl
import pytest
from django.test import Client

from erjian.audit.models import Event
from erjian.registry.models import Enterprise
from tests import makers
from tests.portals.enterprise.scenes import text

pytestmark = pytest.mark.django_db


def test_own_qualifications_are_listed_others_need_the_full_number(browser: Client, employer: Enterprise) -> None:
    own, other = makers.person("刘思齐"), makers.person("石磊")
    makers.qualification(own, enterprise_code=employer.credit_code)
    foreign = makers.qualification(other)
    page = text(browser.get("/enterprise/qualified/"))
    assert "刘思齐" in page
    assert "石磊" not in page
    assert browser.get(f"/enterprise/qualified/{foreign.pk}/").status_code == 404
    by_name = browser.post("/enterprise/qualified/", {"name": "石磊"})
    assert "石磊</b>" not in text(browser.get(by_name.url))
    found = browser.post("/enterprise/qualified/", {"name": other.id_number})
    page = text(browser.get(found.url))
    assert "石磊" in page
    assert other.id_number not in page
    link = page[page.index(f"/enterprise/qualified/{foreign.pk}/?key=") :].split('"')[0]
    detail = text(browser.get(link))
    assert "资格证书详情" in detail
    assert foreign.management_number in detail
    assert Event.objects.filter(code="qualification.search", subject_id=str(other.pk)).exists()


def test_the_ticked_qualifications_are_exported(browser: Client, stranger: Client, employer: Enterprise) -> None:
    for name in ("刘思齐", "贺新"):
        makers.qualification(makers.person(name), enterprise_code=employer.credit_code)
    foreign = makers.qualification(makers.person("石磊"))
    page = text(browser.get("/enterprise/qualified/"))
    boxes = re.findall(r'name="picked" value="([^"]+)"', page)
    assert len(boxes) == 2
    export = "/enterprise/qualified/export.xlsx"
    sheet = openpyxl.load_workbook(io.BytesIO(browser.post(export, {"picked": boxes[:1]}).content)).active
    head, row = sheet.iter_rows(values_only=True)
    assert row[0] == "贺新"
    assert "*" in row[1]
    assert head[5] == "资格证书管理号"
    for wrong in ([], [str(foreign.pk)], ["x"]):
        answer = browser.post(export, {"picked": wrong})
        assert (answer.status_code, answer["Location"]) == (302, "/enterprise/qualified/")
    assert stranger.post(export, {"picked": boxes}).status_code == 302


def test_ticks_of_several_pages_are_exported_and_too_many_are_refused(browser: Client, employer: Enterprise) -> None:
    for number in range(31):
        makers.qualification(makers.person(f"刘思{number}"), enterprise_code=employer.credit_code)
    export, boxes = "/enterprise/qualified/export.xlsx", []
    for page in (1, 2):
        shown = text(browser.get(f"/enterprise/qualified/?page={page}"))
        boxes += re.findall(r'name="picked" value="([^"]+)"', shown)
    sheet = openpyxl.load_workbook(io.BytesIO(browser.post(export, {"picked": boxes}).content)).active
    assert len(list(sheet.iter_rows())) == 1 + 31
    answer = browser.post(export, {"picked": boxes * 10})
    assert answer.status_code == 422
    assert "一次最多勾选 300 条，已勾选 310 条。" in text(answer)


def test_a_signed_search_is_of_no_use_to_another(browser: Client, stranger: Client, employer: Enterprise) -> None:
    other = makers.person("石磊")
    foreign = makers.qualification(other)
    found = browser.post("/enterprise/qualified/", {"name": other.id_number})
    assert "石磊" not in text(stranger.get(found.url))
    page = text(browser.get(found.url))
    link = page[page.index(f"/enterprise/qualified/{foreign.pk}/?key=") :].split('"')[0]
    assert stranger.get(link).status_code == 404

"""Consent and its refusals, over HTTP."""

from __future__ import annotations

import base64
import uuid
from types import SimpleNamespace

import pytest
from django.test import Client

from erjian import files
from erjian.applications import actions
from erjian.applications.models import Application
from erjian.applications.states import State
from erjian.audit.models import Event
from erjian.registry.models import Change, Person
from tests import makers
from tests.files import hostile
from tests.portals.person.conftest import waiting

pytestmark = pytest.mark.django_db


def data_url(content: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(content).decode()


def drawn() -> str:
    return data_url(makers.picture(800, 400, colour="#ffffff", kind="PNG"))


def agree(mine: SimpleNamespace, **data: object):
    return mine.client.post(f"{mine.url}consent/", {"seen": mine.case.version, "agree": "on", **data})


def test_the_page_says_what_is_promised(mine: SimpleNamespace) -> None:
    page = mine.client.get(f"{mine.url}consent/")
    text = page.content.decode()
    assert page.status_code == 200
    assert f"本人受聘且只受聘于{mine.case.enterprise.name}" in text
    assert "建筑工程" in text
    assert "我已核对并同意" in text
    assert mine.person.id_number not in text


def test_consent_sends_the_case_to_the_authority(mine: SimpleNamespace) -> None:
    answer = agree(mine)
    assert (answer.status_code, answer.url) == (302, mine.url)
    mine.case.refresh_from_db()
    assert mine.case.state == State.REPORTED
    assert mine.case.consented_version == mine.case.form_version
    entry = mine.case.timeline.get(transition="consent")
    assert "只受聘于" in entry.data["commitment"]
    assert entry.actor_user_id == mine.user.pk
    assert "已同意并签名" in mine.client.get(mine.url).content.decode()


def test_without_the_box_nothing_happens(mine: SimpleNamespace) -> None:
    answer = mine.client.post(f"{mine.url}consent/", {"seen": mine.case.version})
    assert answer.status_code == 422
    assert "请先阅读承诺" in answer.content.decode()
    mine.case.refresh_from_db()
    assert mine.case.state == State.WAIT_PERSON


def test_a_forgotten_box_does_not_cost_the_signature(mine: SimpleNamespace) -> None:
    Person.objects.filter(pk=mine.person.pk).update(signature=None)
    answer = agree(mine, agree="", signature=drawn())
    assert answer.status_code == 422
    assert "签名已保存。请先阅读承诺" in answer.content.decode()
    assert "<canvas" not in answer.content.decode()
    assert agree(mine).status_code == 302


def test_a_signature_drawn_at_the_consent_is_kept_and_attached(mine: SimpleNamespace) -> None:
    Person.objects.filter(pk=mine.person.pk).update(signature=None)
    mine.case.materials.filter(code="signature").delete()
    page = mine.client.get(f"{mine.url}consent/").content.decode()
    assert "<canvas" in page
    assert "改为上传签名图片" in page
    refused = agree(mine)
    assert refused.status_code == 422
    assert "请先手写签名" in refused.content.decode()
    assert agree(mine, signature=drawn()).status_code == 302
    person = Person.objects.get(pk=mine.person.pk)
    assert person.signature is not None
    item = mine.case.materials.get(code="signature", removed_in=None)
    assert item.blob_id == person.signature_id
    assert item.origin == "本人确认时提供"
    assert item.added_in == mine.case.form_version
    assert Change.objects.filter(person_id=person.pk, after__has_key="signature").exists()
    assert Event.objects.filter(code="registry.set_signature", subject_id=str(person.pk)).exists()


@pytest.mark.parametrize(
    ("signature", "status"),
    [
        ("not a picture", 422),
        ("data:image/png;base64,@@@@", 422),
        (data_url(b"MZ" + bytes(200)), 415),
        (data_url(b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"), 415),
        (data_url(hostile.png(800, 400)[:400]), 422),
        (data_url(hostile.png_bomb()), 422),
        (data_url(hostile.png(20, 10)), 422),
        (data_url(hostile.encoded(hostile.Image.new("RGBA", (800, 400), (0, 0, 0, 0)), "PNG")), 422),
        ("data:image/png;base64," + "A" * 3_200_000, 422),
    ],
    ids=["words", "no-base64", "program", "svg", "truncated", "bomb", "tiny", "blank", "too-long"],
)
def test_hostile_signatures(mine: SimpleNamespace, signature: str, status: int) -> None:
    Person.objects.filter(pk=mine.person.pk).update(signature=None)
    answer = agree(mine, signature=signature)
    assert answer.status_code == status
    assert "。" in answer.content.decode().split("ej-note bad")[1][:200]
    mine.case.refresh_from_db()
    assert mine.case.state == State.WAIT_PERSON
    assert Person.objects.get(pk=mine.person.pk).signature_id is None


def test_the_portrait_in_the_case_becomes_the_persons(mine: SimpleNamespace) -> None:
    Person.objects.filter(pk=mine.person.pk).update(portrait=None)
    assert "企业在申报中上传的寸照" in mine.client.get(f"{mine.url}consent/").content.decode()
    assert agree(mine).status_code == 302
    item = mine.case.materials.get(code="portrait", removed_in=None)
    assert Person.objects.get(pk=mine.person.pk).portrait_id == item.blob_id


def test_a_portrait_uploaded_at_the_consent_replaces_the_one_in_the_case(mine: SimpleNamespace) -> None:
    upload = makers.upload(makers.picture(500, 700, colour="#ffffff"))
    answer = mine.client.post("/person/portrait/", {"file": upload}, headers={"Accept": "application/json"})
    assert answer.status_code == 200
    assert answer.json()["message"] == "寸照已保存。"
    assert agree(mine).status_code == 302
    person = Person.objects.get(pk=mine.person.pk)
    assert mine.case.materials.get(code="portrait", removed_in=None).blob_id == person.portrait_id


def test_without_any_portrait_the_consent_is_refused(mine: SimpleNamespace) -> None:
    Person.objects.filter(pk=mine.person.pk).update(portrait=None)
    mine.case.materials.filter(code="portrait").delete()
    answer = agree(mine)
    assert answer.status_code == 422
    assert "请上传近期免冠正面照" in answer.content.decode()


def test_the_second_consent_is_answered_kindly(mine: SimpleNamespace) -> None:
    agree(mine)
    again = agree(mine)
    assert again.status_code == 409
    assert "不用再次提交" in again.content.decode()
    assert mine.case.timeline.filter(transition="consent").count() == 1
    assert mine.client.get(f"{mine.url}consent/").status_code == 200


def test_withdrawn_meanwhile(mine: SimpleNamespace) -> None:
    mine.case.refresh_from_db()
    actions.withdraw(application=mine.case, by=mine.operator, seen=mine.case.version)
    for answer in (agree(mine), mine.client.post(f"{mine.url}decline/", {"seen": 1, "opinion": "没有受聘"})):
        assert answer.status_code == 409
        assert "企业已撤回这条申报" in answer.content.decode()


@pytest.mark.parametrize("seen", ["1", "", "999999", "x"])
def test_an_outdated_page_is_refused(mine: SimpleNamespace, seen: str) -> None:
    answer = agree(mine, seen=seen)
    assert answer.status_code == 409
    assert "页面打开后" in answer.content.decode()
    mine.case.refresh_from_db()
    assert mine.case.state == State.WAIT_PERSON


def test_consent_while_another_case_is_open(mine: SimpleNamespace) -> None:
    other = waiting(mine.person, makers.operator(makers.enterprise("湖南衡岳路桥工程有限公司")))
    agree(mine)
    answer = mine.client.post(f"/person/cases/{other.uuid}/consent/", {"seen": other.version, "agree": "on"})
    assert answer.status_code == 422
    assert "办结或撤回后才能" in answer.content.decode()
    assert mine.case.enterprise.name in answer.content.decode()
    other.refresh_from_db()
    assert other.state == State.WAIT_PERSON


def test_decline_needs_a_reason_and_ends_the_case(mine: SimpleNamespace) -> None:
    asked = mine.client.get(f"{mine.url}decline/").content.decode()
    assert "不同意后这条申报即结束" in asked
    refused = mine.client.post(f"{mine.url}decline/", {"seen": mine.case.version, "opinion": "  "})
    assert refused.status_code == 422
    assert "请填写不同意的理由" in refused.content.decode()
    done = mine.client.post(f"{mine.url}decline/", {"seen": mine.case.version, "opinion": "已离职"})
    assert done.status_code == 302
    mine.case.refresh_from_db()
    assert mine.case.state == State.DECLINED
    assert "已离职" in mine.client.get(mine.url).content.decode()


def test_decline_from_an_outdated_page(mine: SimpleNamespace) -> None:
    answer = mine.client.post(f"{mine.url}decline/", {"seen": "1", "opinion": "已离职，合同已解除"})
    assert answer.status_code == 409
    assert "已离职，合同已解除" in answer.content.decode()


@pytest.mark.parametrize("path", ["", "consent/", "decline/", "print.pdf", "materials/1/", "letters/1/"])
def test_somebody_elses_case_does_not_exist(mine: SimpleNamespace, path: str) -> None:
    other = makers.person("刘思齐")
    makers.qualification(other)
    theirs = waiting(other, mine.operator)
    assert mine.client.get(f"/person/cases/{theirs.uuid}/{path}").status_code == 404
    assert mine.client.get(f"/person/cases/{uuid.uuid4()}/{path}").status_code == 404


def test_somebody_elses_material_under_my_case(mine: SimpleNamespace) -> None:
    other = makers.person("刘思齐")
    makers.qualification(other)
    item = waiting(other, mine.operator).materials.first()
    assert mine.client.get(f"{mine.url}materials/{item.pk}/").status_code == 404
    own = mine.case.materials.first()
    assert mine.client.get(f"{mine.url}materials/{own.pk}/").status_code == 200


def test_consent_for_somebody_else_is_not_possible(mine: SimpleNamespace) -> None:
    other = makers.person("刘思齐")
    makers.qualification(other)
    theirs = waiting(other, mine.operator)
    answer = mine.client.post(f"/person/cases/{theirs.uuid}/consent/", {"seen": theirs.version, "agree": "on"})
    assert answer.status_code == 404
    assert Application.objects.get(pk=theirs.pk).state == State.WAIT_PERSON


def test_a_draft_is_not_visible(holder: Person, operator, client: Client) -> None:
    case = makers.draft(holder, operator)
    client.force_login(makers.person_user(holder))
    assert client.get(f"/person/cases/{case.uuid}/").status_code == 404
    assert "还没有以您的名义提出的申报" in client.get("/person/cases/").content.decode()


def test_stored_signature_is_written_anew(mine: SimpleNamespace) -> None:
    payload = hostile.encoded(hostile.drawing(800, 400), "PNG", pnginfo=hostile.text_chunks("<script>")) + b"<?php ?>"
    answer = mine.client.post("/person/signature/upload/", {"file": hostile.upload(payload, "签名.png", "image/png")})
    assert answer.status_code == 302
    kept = files.read(Person.objects.get(pk=mine.person.pk).signature)
    assert b"script" not in kept
    assert b"php" not in kept

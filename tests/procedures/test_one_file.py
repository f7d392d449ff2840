"""A procedure costs one file: an imagined one goes its whole way through every door, with no other line written for it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from erjian.accounts.models import EnterpriseRight, Function
from erjian.applications.models import Application
from erjian.applications.states import State
from erjian.audit.models import Event
from erjian.certificates.models import CertificateVersion
from erjian.procedures import all_procedures, declaration, get, kinds
from tests import makers
from tests.procedures.scenes import CITY, PROVINCE, Scene, confirmed

pytestmark = pytest.mark.django_db
FOLDER = Path(__file__).parent / "imagined"
LABEL, KIND = "二级建造师执业印章更换申报", "印章更换申报"


@pytest.fixture
def scene(db: None) -> Iterator[Scene]:
    """The file lies among the declarations for the time of one test."""
    before = list(kinds.__path__)
    kinds.__path__.append(str(FOLDER))
    declaration._declared.cache_clear()
    try:
        yield Scene("seal")
    finally:
        kinds.__path__[:] = before
        sys.modules.pop(f"{kinds.__name__}.seal", None)
        declaration._declared.cache_clear()


def signed_in(user: Any) -> Client:
    found = Client()
    found.force_login(user)
    return found


def text(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, (answer.status_code, answer.content.decode()[:3000])
    return answer.content.decode()


def decide(officer: Client, case: Application, decision: str) -> Any:
    data = {"decision": decision, "opinion": "符合条件。", "seen": case.version, "asked": "1"}
    return officer.post(f"/authority/desk/{case.uuid}/decide/", data)


def test_the_whole_way_through_every_door(scene: Scene) -> None:
    browser = scene.client()

    # The enterprise's menu, list, dialog and form.
    listed = text(browser.get("/enterprise/seal/"))
    menu = listed[listed.index('id="ej-side"') : listed.index('id="main"')]
    assert menu.index("遗失补办申报") < menu.index(LABEL) < menu.index("二级建造师变更申报")
    assert "执业印章磨损，需要更换的人员。" in listed
    started = scene.choose(browser)()
    assert started.status_code == 302
    case = scene.case = Application.objects.get(procedure_code="seal")
    form = text(browser.get(started.url))
    assert "印章情况" in form
    assert "印章编号" in form
    missing = text(scene.hand_in(browser), 422)
    assert "请填写印章编号" in missing
    upload = {"file": makers.upload()}
    assert browser.post(f"/enterprise/cases/{case.uuid}/materials/seal_photo/add/", upload).status_code == 302
    typed = {
        "do": "report", "version": scene.again().version, "seal_number": "湘243-07", "employment_begin": "2025-07-01",
        "employment_open": "on", "punishments": "无", "enterprise_kind": "construction",
        **{name: getattr(scene.person, name) for name in ("ethnicity", "phone", "landline", "school", "major", "education", "degree")},
        "graduated_on": "2012-06-30",
    }  # fmt: skip
    handed_in = confirmed(browser, browser.post(f"/enterprise/cases/{case.uuid}/edit/", typed))
    assert handed_in.status_code == 302, text(handed_in, handed_in.status_code)
    assert scene.again().state == State.WAIT_PERSON
    assert KIND in text(browser.get("/enterprise/cases/"))
    assert f">{KIND}</option>" in text(browser.get("/enterprise/cases/"))

    # The person's consent.
    person = signed_in(scene.user)
    assert KIND in text(person.get("/person/"))
    asked = text(person.get(f"/person/cases/{case.uuid}/consent/"))
    assert f"旧印章交回{scene.enterprise.name}销毁" in asked
    agreed = {"seen": scene.again().version, "agree": "on"}
    assert person.post(f"/person/cases/{case.uuid}/consent/", agreed).status_code == 302
    assert scene.again().state == State.REPORTED

    # The desk, acceptance and the decision with its effect.
    city = signed_in(makers.officer(CITY, Function.ACCEPTANCE))
    desk = text(city.get(f"/authority/desk/{case.uuid}/"))
    assert KIND in desk
    assert "湘243-07" in desk
    assert "旧印章印模" in desk
    assert decide(city, scene.again(), "accept").status_code == 302
    province = signed_in(makers.officer(PROVINCE, Function.FINAL_REVIEW, name="贺建明"))
    assert f">{KIND}</option>" in text(province.get("/authority/cases/"))
    before = CertificateVersion.objects.count()
    assert decide(province, scene.again(), "final_pass").status_code == 302
    done = scene.again()
    assert done.state == State.ANNOUNCED
    version = CertificateVersion.objects.get(pk=done.certificate_version_id)
    assert CertificateVersion.objects.count() == before + 1
    assert version.reason == "更换执业印章 湘243-07"
    assert done.letters.filter(kind="grant").count() == 1
    assert Event.objects.filter(subject_kind="application", subject_id=str(done.pk)).count() >= 5
    assert browser.get(f"/enterprise/cases/{case.uuid}/print.pdf").status_code == 200

    # 办事指南, for everybody.
    assert LABEL in text(Client().get("/guide/"))
    guide = text(Client().get("/guide/seal/"))
    for words in ("旧印章印模", "执业印章磨损", "平台规则", "个人确认", "复审"):
        assert words in guide


def test_who_may_is_derived_too(scene: Scene) -> None:
    case = scene.draft()
    stranger = signed_in(makers.operator(makers.enterprise("湘潭另一家建设有限公司")))
    onlooker = signed_in(makers.operator(scene.enterprise, right=EnterpriseRight.VIEW))
    other_city = signed_in(makers.officer("430200", Function.ACCEPTANCE))
    assert stranger.get(f"/enterprise/cases/{case.uuid}/").status_code == 404
    assert onlooker.get("/enterprise/seal/").status_code == 200
    assert onlooker.get("/enterprise/seal/new/").status_code == 403
    assert onlooker.post("/enterprise/seal/start/").status_code == 403
    assert other_city.get(f"/authority/desk/{case.uuid}/").status_code == 404
    assert Client().get("/enterprise/seal/").status_code == 302
    assert signed_in(scene.user).get("/enterprise/seal/").status_code == 404


def test_nothing_of_it_is_left_behind() -> None:
    assert "seal" not in {item.code for item in all_procedures()}
    with pytest.raises(KeyError):
        get("seal")
    assert "seal" not in "".join(path.name for path in Path(kinds.__file__).parent.iterdir())

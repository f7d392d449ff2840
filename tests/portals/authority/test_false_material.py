"""False material over HTTP: the decision enters the year's bar, says so before and after, once, and for one person only."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from erjian import documents
from erjian.applications import actions, form_data, letters
from erjian.applications.grounds import Ground
from erjian.applications.models import Application, Letter
from erjian.applications.states import State
from erjian.audit.models import Event
from erjian.messaging.models import InboxMessage
from erjian.policy import clock
from erjian.procedures import About, Step, all_procedures
from erjian.publicity import actions as batches
from erjian.publicity import objections, running
from erjian.publicity.models import Objection
from erjian.registry.models import Bar
from erjian.standards.validity import add_years
from tests import makers
from tests.portals.authority.scenes import CITY, Scene, desk, signed_in
from tests.procedures import scenes
from tests.procedures.test_printed_forms import text_of

pytestmark = pytest.mark.django_db
REASON = "学历证书编号查无此证。"


@pytest.fixture
def scene() -> Scene:
    return Scene()


def refuse(client: Client, case: Application, ground: str = Ground.FALSE_MATERIAL, **more: Any) -> Any:
    data = {"seen": case.version, "send": "1", "ground": ground, "reason": REASON, **more}
    return client.post(desk(case, "refusal/"), data)


def year() -> tuple[Any, Any]:
    today = clock.today()
    return today, add_years(today, 1) - timedelta(days=1)


def announced(scene: Scene, *cases: Application) -> None:
    """公告 of what the province refused, as its decision-maker makes it."""
    batch = batches.create_batch(
        kind="announcement", applications=[case.pk for case in cases], title="湖南省第1批公告", by=scene.decider
    )
    batches.publish(batch=batch, by=scene.decider, seen=batch.version)
    running.run(batch.pk)


def written(letter: Letter) -> str:
    content = form_data.unseal(letter.data) | {"doc_no": letter.number, "qr": documents.qr(letter.number)}
    return text_of(documents.render("notices", content, timestamp=letter.created_at))


def test_not_accepting_enters_the_bar_with_the_letter(scene: Scene) -> None:
    case, other = scene.reported("彭志远"), scene.reported("陈思源")
    client = signed_in(scene.acceptor)
    before = client.get(desk(case, "refusal/")).content.decode()
    assert "彭志远自决定之日起 1 年内不得再次申请注册，系统将登记不予注册记录" in before
    assert refuse(client, case).status_code == 302
    case.refresh_from_db()
    letter = Letter.objects.get(application=case, kind="decline")
    bar = Bar.objects.get()
    assert (case.state, bar.person_id, bar.basis) == (State.NOT_ACCEPTED, case.person_id, "false_material")
    assert (bar.begins, bar.ends, bar.document) == (*year(), letter.number)
    assert case.number in bar.reason
    event = Event.objects.get(code="register.bar")
    assert (event.actor_user_id, event.subject_id) == (scene.acceptor.pk, str(case.person_id))
    said = written(letter)
    assert "根据《中华人民共和国行政许可法》第七十八条的规定，决定不予受理" in said
    assert "彭志远自决定之日起1年内（至" in said
    assert "不得再次申请注册" in said
    told = InboxMessage.objects.filter(template="application.barred")
    assert set(told.values_list("recipient_kind", "recipient_id")) == {
        ("person", str(case.person_id)), ("enterprise", str(case.enterprise_id)),
    }  # fmt: skip
    assert all(str(bar.ends.year) in message.body and "不予受理通知书" in message.body for message in told)
    assert not other.person.bars.exists(), "somebody else of the same enterprise goes on"


def test_sent_twice_the_bar_is_entered_once(scene: Scene) -> None:
    case = scene.reported()
    client = signed_in(scene.acceptor)
    assert refuse(client, case).status_code == 302
    assert refuse(client, case).status_code == 409
    assert Bar.objects.count() == 1
    assert Letter.objects.filter(application=case).count() == 1


@pytest.mark.parametrize("ground", ["not_required", "not_competent"])
def test_no_other_ground_bars(scene: Scene, ground: str) -> None:
    case = scene.reported()
    assert refuse(signed_in(scene.acceptor), case, ground, where="株洲市住房和城乡建设局").status_code == 302
    assert not Bar.objects.exists()
    assert "不得再次申请" not in written(Letter.objects.get(application=case))


def test_whoever_was_signed_in_for_long_says_again_who_they_are(scene: Scene) -> None:
    case = scene.reported()
    client = signed_in(scene.acceptor)
    session = client.session
    session["confirmed_at"] = 0
    session.save()
    assert "密码" in refuse(client, case).content.decode()
    case.refresh_from_db()
    assert (case.state, Bar.objects.count(), Letter.objects.count()) == (State.REPORTED, 0, 0)


def test_the_final_refusal_bars_from_the_day_it_is_announced(scene: Scene) -> None:
    false, plain = scene.reviewed("彭志远"), scene.reviewed("陈思源")
    client = signed_in(scene.final)
    assert "陈思源自决定之日起 1 年内不得再次申请注册" in client.get(desk(plain, "refusal/")).content.decode()
    assert refuse(client, false).status_code == 302
    assert refuse(client, plain, "conditions").status_code == 302
    assert not Bar.objects.exists(), "an opinion is no decision"
    with clock.travel(days=3):
        batch = batches.create_batch(
            kind="announcement", applications=[false.pk, plain.pk], title="湖南省第1批公告", by=scene.decider
        )
        asking = signed_in(scene.decider).get(f"/authority/batches/{batch.pk}/publish/").content.decode()
        assert "其中 1 人因虚假材料不准予" in asking
        batches.publish(batch=batch, by=scene.decider, seen=batch.version)
        running.run(batch.pk)
        running.run(batch.pk)
        bar = Bar.objects.get()
        letter = Letter.objects.get(application=false, kind="refuse")
        assert (bar.person_id, bar.begins, bar.ends, bar.document) == (false.person_id, *year(), letter.number)
    said = written(letter)
    assert "第七十八条的规定，决定不予初始注册" in said
    assert "彭志远自决定之日起1年内（至" in said
    assert REASON in said
    assert "不得再次" not in written(Letter.objects.get(application=plain, kind="refuse"))


def test_a_review_taken_back_bars_nobody(scene: Scene) -> None:
    case = scene.reviewed()
    refuse(signed_in(scene.final), case)
    case.refresh_from_db()
    case = actions.step_back(application=case, by=scene.decider, seen=None, opinion="证书已核实")
    assert refuse(signed_in(scene.final), case, "conditions").status_code == 302
    announced(scene, case)
    case.refresh_from_db()
    assert (case.state, Bar.objects.count()) == (State.REJECTED, 0)


def test_an_objection_found_true_of_false_material_bars(scene: Scene) -> None:
    case = scene.approved()
    batch = batches.create_batch(kind="publicity", applications=[case.pk], title="公示", by=scene.decider)
    batches.publish(batch=batch, by=scene.decider, seen=batch.version)
    running.run(batch.pk)
    actions.hold(application=case, objection="YY-1")
    objection = Objection.objects.create(
        item=batch.items.get(), name="举报人", id_number=makers.id_number(), phone="13900001111", text="学历是假的",
        code="YY23456789AB", created_at=clock.now(),
    )  # fmt: skip
    client = signed_in(scene.decider)
    page = f"/authority/objections/{objection.pk}/"
    assert "系统登记不予注册记录" in client.get(page).content.decode()
    assert client.post(page, {"finding": "false_material", "answer": REASON}).status_code == 302
    case.refresh_from_db()
    objection.refresh_from_db()
    assert (case.state, objection.state) == (State.REVIEW_NG, objections.ObjectionState.UPHELD)
    assert not Bar.objects.exists()
    announced(scene, case)
    assert Bar.objects.get().person_id == case.person_id


def test_whoever_is_barred_is_picked_again_only_after_the_year(scene: Scene) -> None:
    case = scene.reported("彭志远")
    refuse(signed_in(scene.acceptor), case)
    named = {"name": "彭志远", "id_number": case.person.id_number}
    found = signed_in(scene.operator).post("/enterprise/initial/new/", named).content.decode()
    assert f"至 {year()[1]}不予注册" in found
    with clock.travel(days=366):
        found = signed_in(scene.operator).post("/enterprise/initial/new/", named).content.decode()
        assert "不予注册。对此" not in found
        assert "彭志远" in found


@pytest.mark.parametrize("code", [item.code for item in all_procedures() if Step.ACCEPTANCE in item.route])
def test_every_filing_with_an_authority_bars_by_its_declaration(code: str) -> None:
    made = scenes.Scene(code)
    made.draft()
    case = made.report()
    procedure = made.procedure
    Application.objects.filter(pk=case.pk).update(state=State.REPORTED)
    acting = CITY if letters.entry_authority(case, "decline") == CITY else scenes.PROVINCE
    Application.objects.filter(pk=case.pk).update(acting_authority=acting, acting_function="acceptance")
    case.refresh_from_db()
    client = signed_in(makers.officer(acting, "acceptance"))
    page = client.get(desk(case, "refusal/")).content.decode()
    assert ("不是申请注册" in page) is not procedure.registers
    assert refuse(client, case).status_code == 302
    assert Bar.objects.count() == int(procedure.registers)
    if procedure.about == About.PERSON and procedure.registers:
        assert Bar.objects.get().person_id == case.person_id


def test_whoever_decides_sees_how_the_same_was_refused_within_a_year(scene: Scene) -> None:
    case = scene.reported("彭志远")
    refuse(signed_in(scene.acceptor), case, "not_required")
    other = makers.enterprise("株洲另一建设有限公司", city=CITY)
    with clock.travel(days=100):
        operator = makers.operator(other)
        again = actions.report(application=makers.draft(case.person, operator), by=operator, seen=None)
        again = actions.consent(application=again, by=case.person.user, seen=again.version, commitment="同意")
        stranger = scene.reported("陈思源")
        client = signed_in(scene.acceptor)
        text = client.get(desk(again)).content.decode()
        assert "一年内曾 1 次未获准，理由见下" in text
        assert "此前申报不予受理" in text
        assert case.number in text
        assert REASON in text
        assert "未获准" not in client.get(desk(stranger)).content.decode()
    with clock.travel(days=370):
        assert "未获准" not in signed_in(scene.acceptor).get(desk(again)).content.decode()

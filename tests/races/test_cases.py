"""Cases that two hands reach for at once, over sockets: done once, written down once, told once, the other is told why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from erjian.accounts.models import Function
from erjian.applications import actions
from erjian.applications.models import Application, FormVersion
from erjian.applications.states import State
from erjian.audit.models import Event
from erjian.messaging.models import InboxMessage
from erjian.registry.models import Person, Registration
from tests import makers
from tests.procedures.scenes import CITY, Scene
from tests.races.browsers import Browser, at_once, one_wins, words

pytestmark = pytest.mark.django_db(transaction=True)
Open = Callable[[Any], Browser]


def told_once() -> None:
    """Nobody has the same message twice."""
    inbox = InboxMessage.objects.values_list("recipient_kind", "recipient_id", "title", "body", "link")
    assert [row for row, count in Counter(inbox).items() if count > 1] == []


def steps(case: Application) -> list[str]:
    return list(case.timeline.order_by("pk").values_list("transition", flat=True))


def audited(case: Application, *codes: str) -> int:
    return Event.objects.filter(subject_kind="application", subject_id=case.pk, code__in=codes).count()


def consented(scene: Scene) -> Application:
    scene.draft()
    return actions.consent(application=scene.report(), by=scene.user, seen=None, commitment="同意")


def decision(name: str, case: Application, opinion: str = "材料齐全，已核对原件。") -> dict[str, Any]:
    return {"decision": name, "opinion": opinion, "seen": case.version, "asked": "1"}


def test_two_officers_decide_one_case(opens: Open) -> None:
    case = consented(Scene("initial"))
    desk = f"/authority/desk/{case.uuid}/decide/"
    first, second = [opens(makers.officer(CITY, Function.ACCEPTANCE, name=name)) for name in ("胡敏", "谭学军")]
    loser = one_wins(at_once(*[lambda who=who: who.post(desk, decision("accept", case)) for who in (first, second)]))
    assert "已受理" in words(loser)
    assert "材料齐全，已核对原件。" in words(loser), "the opinion that was typed is still there"
    assert steps(case).count("accept") == audited(case, "application.accept") == case.letters.count() == 1
    told_once()


def test_two_clerks_hand_in_one_draft(opens: Open) -> None:
    """Both have the question before 上报 open, and answer it at once."""
    scene = Scene("initial")
    case = scene.draft()
    other = makers.operator(scene.enterprise, right="file")
    page = f"/enterprise/cases/{case.uuid}/hand-in/"
    clerks = [opens(scene.operator), opens(other)]
    answers = at_once(*[lambda who=who: who.post(page, {"version": case.version}) for who in clerks])
    assert "已将其改为“待个人确认”" in words(one_wins(answers, told=(409,)))
    assert steps(case).count("report") == FormVersion.objects.filter(application=case).count() == 1
    assert audited(case, "application.report") == 1
    told_once()


def test_two_clerks_save_different_words(opens: Open) -> None:
    """The later one reads what is newest, and what they typed themselves is still on the page."""
    scene = Scene("initial")
    case = scene.draft()
    clerks = [opens(scene.operator), opens(makers.operator(scene.enterprise, right="file"))]
    page = f"/enterprise/cases/{case.uuid}/edit/"
    typed = {"employment_begin": "2025-07-01", "employment_open": "on", "version": case.version, "do": "save"}
    said = ["无处罚记录之一", "无处罚记录之二"]
    answers = at_once(
        *[
            lambda who=who, text=text: who.post(page, {**typed, "punishments": text})
            for who, text in zip(clerks, said, strict=True)
        ]
    )
    one_wins(answers, told=(409,))
    late = [answer.status_code for answer in answers].index(409)
    assert said[late] in answers[late].text
    assert audited(case, "application.save") == 2  # the draft's own, and one of these


def test_both_parties_answer_a_transfer(opens: Open) -> None:
    """原单位 refuses, the person takes part, 新单位 withdraws: the three of them at the same moment."""
    scene = Scene("transfer")
    case = consented(scene)
    assert case.state == State.WAIT_FORMER
    former = makers.operator(scene.other)
    seen = {"seen": case.version, "opinion": "尚未办理工作交接"}
    page = f"/enterprise/cases/{case.uuid}"
    there = [opens(former), opens(former), opens(scene.operator)]
    answers = at_once(
        lambda: there[0].post(f"{page}/answer/agree_former/", seen),
        lambda: there[1].post(f"{page}/answer/refuse_former/", seen),
        lambda: there[2].post(f"{page}/withdraw/", seen),
    )
    one_wins(answers, told=(409,))
    assert len({"agree_former", "refuse_former", "withdraw"} & set(steps(case))) == 1
    assert scene.again().version == case.version + 1
    told_once()


def test_a_cancellation_by_the_person_confirmed_twice(opens: Open) -> None:
    """确认 pressed twice in the list, and a third time on the case's page by a colleague."""
    scene = Scene("cancellation_by_person")
    scene.draft()
    case = scene.report()
    clerk, colleague = opens(scene.operator), opens(makers.operator(scene.enterprise, right="file"))
    ticked = {"picked": f"{case.uuid}:{case.version}", "sure": "1"}
    batch = "/enterprise/confirmations/cancellations/agree/"
    answers = at_once(
        lambda: clerk.post(batch, ticked),
        lambda: clerk.post(batch, ticked),
        lambda: colleague.post(f"/enterprise/cases/{case.uuid}/answer/agree_enterprise/", {"seen": case.version}),
    )
    assert {answer.status_code for answer in answers} <= {302, 409}
    assert steps(case).count("agree_enterprise") == audited(case, "application.agree_enterprise") == 1
    assert Registration.objects.get().status == "cancelled"
    told_once()


def test_a_batch_of_cancellations_confirmed_twice(opens: Open) -> None:
    scene = Scene("cancellation_by_person")
    scene.draft()
    cases = [scene.report()]
    for serial in range(2):
        Registration.objects.filter(number="湘2432019202012345").update(number=f"湘243201920200000{serial}")
        another = Scene("cancellation_by_person")
        Registration.objects.filter(person=another.person).update(enterprise=scene.enterprise)
        another.enterprise = scene.enterprise
        another.draft()
        cases.append(another.report())
    ticked = {"picked": [f"{case.uuid}:{case.version}" for case in cases], "sure": "1"}
    clerks = [opens(scene.operator), opens(makers.operator(scene.enterprise, right="file"))]
    page = "/enterprise/confirmations/cancellations/agree/"
    answers = at_once(*[lambda who=who: who.post(page, ticked) for who in clerks])
    assert [answer.status_code for answer in answers] == [302, 302]
    said = " ".join(words(who.get("/enterprise/confirmations/cancellations/")) for who in clerks)
    assert said.count("证书注销成功") >= 1
    for case in cases:
        assert steps(case).count("agree_enterprise") == 1
    assert set(Registration.objects.values_list("status", flat=True)) == {"cancelled"}
    told_once()


def test_two_enterprises_want_one_person(opens: Open) -> None:
    """Two 变更 of one person: reported by both, the person consents to both at once; one of them is under way."""
    scene = Scene("transfer")
    scene.draft()
    first = scene.report()
    third = makers.operator(makers.enterprise("株洲另一建设有限公司"))
    scene.operator, scene.enterprise, scene.filer = third, third.enterprise, third
    scene.draft()
    second = scene.report()
    windows = [opens(scene.user), opens(scene.user)]
    answers = at_once(
        *[
            lambda who=who, case=case: who.post(
                f"/person/cases/{case.uuid}/consent/", {"seen": case.version, "agree": "on"}
            )
            for who, case in zip(windows, (first, second), strict=True)
        ]
    )
    one_wins(answers)
    assert Application.objects.filter(state=State.WAIT_FORMER).count() == 1
    assert Event.objects.filter(code="application.consent").count() == 1
    told_once()


def test_two_enterprises_register_one_person(opens: Open) -> None:
    """初始 at two enterprises: drafts may lie beside each other, the two consents given at once may not."""
    scene = Scene("initial")
    other = makers.operator(makers.enterprise("湘江新区另一建设有限公司"))
    scene.draft()
    cases = [scene.report(), actions.report(application=makers.draft(scene.person, other), by=other, seen=None)]
    windows = [opens(scene.user), opens(scene.user)]
    answers = at_once(
        *[
            lambda who=who, case=case: who.post(
                f"/person/cases/{case.uuid}/consent/", {"seen": case.version, "agree": "on"}
            )
            for who, case in zip(windows, cases, strict=True)
        ]
    )
    assert "申报" in words(one_wins(answers))
    assert Application.objects.filter(state=State.REPORTED).count() == 1


def test_one_person_chosen_twice_at_once_opens_one_draft(opens: Open) -> None:
    scene = Scene("replacement")
    clerks = [opens(scene.operator), opens(scene.operator)]
    token = clerks[0].value(clerks[0].get("/enterprise/replacement/new/"), "token")
    answers = at_once(*[lambda who=who: who.post("/enterprise/replacement/start/", {"token": token}) for who in clerks])
    assert [answer.status_code for answer in answers] == [302, 302], [words(answer)[:400] for answer in answers]
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert scene.drafts() == Event.objects.filter(code="application.start").count() == 1


def test_taking_back_while_the_authority_accepts(opens: Open) -> None:
    scene = Scene("initial")
    case = consented(scene)
    clerk, officer = opens(scene.operator), opens(makers.officer(CITY, Function.ACCEPTANCE))
    answers = at_once(
        lambda: clerk.post(f"/enterprise/cases/{case.uuid}/withdraw/", {"seen": case.version}),
        lambda: officer.post(f"/authority/desk/{case.uuid}/decide/", decision("accept", case)),
    )
    loser = one_wins(answers, told=(409,))
    done = scene.again()
    assert done.state == (State.WITHDRAWN if answers[0].status_code == 302 else State.ACCEPTED)
    assert done.get_state_display() in words(loser)
    assert audited(case, "application.accept", "application.withdraw") == 1
    told_once()


def test_a_new_portrait_while_the_form_is_handed_in(opens: Open) -> None:
    """Whatever comes first, what was filed holds together: the version's digest is of the files that it names."""
    scene = Scene("initial")
    case = scene.draft()
    clerk, person = opens(scene.operator), opens(scene.user)
    picture = makers.picture(colour="#ffffff")
    answers = at_once(
        lambda: clerk.post(f"/enterprise/cases/{case.uuid}/hand-in/", {"version": case.version}),
        lambda: clerk.post(
            f"/enterprise/cases/{case.uuid}/materials/contract/add/",
            files={"file": ("合同.jpg", picture, "image/jpeg")},
        ),
        lambda: person.post("/person/portrait/", files={"file": ("寸照.jpg", picture, "image/jpeg")}),
    )
    assert answers[0].status_code == answers[2].status_code == 302
    assert answers[1].status_code in (200, 302, 409, 422)
    frozen = FormVersion.objects.get(application=case)
    added = case.materials.filter(code="contract", removed_in__isnull=True)
    assert all(item.added_in <= 1 for item in added), "a file that was late is not in a version nobody handed in"
    assert frozen.number == 1


def test_a_signature_while_the_person_consents(opens: Open) -> None:
    """The case keeps the signature that the person had when they agreed, or the new one; never none, never two."""
    scene = Scene("initial")
    scene.draft()
    case = scene.report()
    windows = [opens(scene.user), opens(scene.user)]
    picture = makers.picture(400, 160)
    answers = at_once(
        lambda: windows[0].post(f"/person/cases/{case.uuid}/consent/", {"seen": case.version, "agree": "on"}),
        lambda: windows[1].post("/person/signature/upload/", files={"file": ("签名.jpg", picture, "image/jpeg")}),
    )
    assert [answer.status_code for answer in answers] == [302, 302]
    (kept,) = case.materials.filter(code="signature", removed_in__isnull=True)
    assert kept.blob.sha256
    assert Person.objects.get(pk=scene.person.pk).signature is not None

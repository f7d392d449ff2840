"""A scene for any declared procedure in which all of its conditions hold, and the one change that breaks each of them.

The scene is derived from the declaration: what its guards and its route ask for is there, nothing else is known of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.test import Client

from erjian import policy
from erjian.accounts.models import Function, User
from erjian.applications import actions, facts, form_data
from erjian.applications.models import Application
from erjian.applications.routing import acting_authority, arrival
from erjian.applications.states import State
from erjian.policy import clock, loading
from erjian.policy.levels import Level
from erjian.procedures import About, Filer, Picker, Procedure, Step, get
from erjian.procedures.guards import Answer, Stage, Verdict
from erjian.proceedings.models import Proceeding
from erjian.registry.models import (
    Bar,
    Enterprise,
    EnterpriseBar,
    EnterpriseQualification,
    Lock,
    Person,
    Qualification,
    Registration,
    RegistrationSpecialty,
)
from erjian.registry.models.enterprises import EnterpriseOrigin
from erjian.standards.specialties import Specialty
from tests import makers

CITY, PROVINCE = "430100", "430000"
BUILDING, MUNICIPAL = Specialty.BUILDING, Specialty.MUNICIPAL
TYPED = {
    "employment_begin": "2025-07-01", "employment_open": "on", "handler": "王经办", "handler_phone": "13800002716",
    "cancel_reason": "已与聘用企业解除聘用合同关系", "loss_reason": "遗失", "lapsed_on": "2026-01-01",
    "lapse_reason": "注册有效期满且未延续注册", "correction_kind": "身份证号码错误", "correction_note": "登记时录错",
    "new_name": "周启明", "change_note": "更换寸照", "new_enterprise_name": "湖南麓川建工集团有限公司",
    "changed_on": "2026-11-02", "change_reason": "公司改制",
}  # fmt: skip

# Attached although nothing requires them: the proof that some guards count, the picture that is to be changed.
_OFFERED = ("continuing_education", "new_portrait")


def confirmed(browser: Client, answer: Any) -> Any:
    """What 上报 comes to: where its answer leads to the question, the answer to 上报 pressed there."""
    if answer.status_code != 302 or not answer.url.endswith("/hand-in/"):
        return answer
    asked = browser.get(answer.url)
    shown = re.search(r'name="version" value="(\d+)"', asked.content.decode())
    return browser.post(answer.url, {"version": shown[1]}) if asked.status_code == 200 and shown else asked


class Scene:
    """One procedure's filer, person and registration; `report()` and `at_decision()` bring a case further."""

    def __init__(self, code: str) -> None:
        self.procedure: Procedure = get(code)
        self.asks = {guard.code for guard in self.procedure.guards}
        self.enterprise = makers.enterprise()
        self.other = makers.enterprise("湘江新区另一建设有限公司")
        self.operator = makers.operator(self.enterprise)
        self.person = makers.person()
        self.user = makers.person_user(self.person)
        self.filer: User = self.user if self.procedure.filer == Filer.PERSON else self.operator
        self.new_number = makers.id_number()
        self.blob = makers.blob()
        self.used = makers.qualification(self.person, used_at=clock.now())
        self.unused = makers.qualification(self.person, MUNICIPAL)
        if "specialties_usable" in self.asks:
            Qualification.objects.filter(pk=self.used.pk).update(used_at=None)
        self.registration = self._registered()
        self.case: Application | None = None

    @property
    def specialties(self) -> tuple[str, ...]:
        """What the filing ticks: two where the declaration lets two be ticked, so that one can go wrong by itself."""
        if not self.procedure.has_specialties:
            return ()
        return (MUNICIPAL,) if "new_specialties" in self.asks else (BUILDING, MUNICIPAL)

    def _registered(self) -> Registration | None:
        """What the register holds before: nothing, one that has ended, one elsewhere, or one here."""
        if "no_live_registration" in self.asks or (self.procedure.picker == Picker.ANYONE and not (
            self.asks & {"once_registered", "held_elsewhere"}
        )):  # fmt: skip
            return None
        ended = "once_registered" in self.asks
        end = clock.today() + timedelta(days=60 if "inside_renewal_window" in self.asks else 400)
        begin = end - timedelta(days=1094)
        made = Registration.objects.create(
            person=self.person, registration_class=self.procedure.registration_class or "constructor", number="湘2432019202012345",
            enterprise=self.other if "held_elsewhere" in self.asks else self.enterprise, registered_on=begin,
            employed_on=begin, valid_until=end, certificate_number="90000001", status="cancelled" if ended else "valid",
            ended_on=clock.today() if ended else None,
        )  # fmt: skip
        for held in (self.used,) if "new_specialties" in self.asks else (self.used, self.unused):
            made.specialties.create(specialty=held.specialty, qualification=held, begin=begin, end=end)
        return made

    # --- the way of the case ---

    def client(self) -> Client:
        """The browser of whoever files."""
        found = Client()
        found.force_login(self.filer)
        return found

    def choose(self, browser: Client) -> Callable[[], Any]:
        """Find the person as the pages do; the answer sends what was found, now or after something has changed."""
        code = self.procedure.code
        if self.procedure.filer == Filer.PERSON:
            return lambda: browser.post(f"/person/filing/{code}/start/")
        address = f"/enterprise/{code}/new/"
        if self.procedure.picker == Picker.OWN_ENTERPRISE:
            assert "开始填写" in browser.get(address).content.decode()
            return lambda: browser.post(f"/enterprise/{code}/start/")
        named = {"name": self.person.name, "id_number": self.person.id_number}
        page = browser.post(address, named) if self.procedure.picker == Picker.ANYONE else browser.get(address)
        found = re.search(r'name="token" value="([^"]+)"', page.content.decode())
        assert found, page.content.decode()
        return lambda: browser.post(f"/enterprise/{code}/start/", {"token": found[1]})

    def draft(self) -> Application:
        """A draft with everything that 上报 needs."""
        person = self.person if self.procedure.about == About.PERSON else None
        case = actions.start(procedure=self.procedure, person=person, enterprise=self.enterprise, by=self.filer)
        names = {item.name for item in self.procedure.fields if not item.read_only}
        typed = TYPED | {"new_id_number": self.new_number}
        values = form_data.unseal(case.draft) | {name: value for name, value in typed.items() if name in names}
        actions.save(application=case, values=values, specialties=self.specialties, by=self.filer)
        asked = facts.of_application(case)
        for material in self.procedure.materials:
            held = case.materials.filter(code=material.code).exists()
            if not held and (material.required(asked) or material.code in _OFFERED):
                self.attach(case, material.code)
        self.case = case
        return self.again()

    def attach(self, case: Application, code: str) -> None:
        """A file as the pages store it."""
        case.materials.create(
            code=code, blob=self.blob, filename="scan.jpg", origin="本次上传", uploaded_by="李晓琳", uploaded_at=clock.now()
        )  # fmt: skip

    def report(self) -> Application:
        """Hand the draft in, by the action."""
        return actions.report(application=self.again(), by=self.filer, seen=None)

    def drafts(self) -> int:
        """How many drafts of the procedure there are."""
        return Application.objects.filter(procedure_code=self.procedure.code, state=State.DRAFT).count()

    def hand_in(self, browser: Client) -> Any:
        """Press 上报 on the form's page, and again where it asks."""
        case = self.again()
        side = "person" if self.procedure.filer == Filer.PERSON else "enterprise"
        values = form_data.unseal(case.draft)
        typed = {name: value for name, value in values.items() if value not in (None, "", False)}
        more = {"version": case.version, "do": "report", "specialties": list(case.specialties)}
        return confirmed(browser, browser.post(f"/{side}/cases/{case.uuid}/edit/", {**typed, **more}))

    def at_decision(self) -> Callable[[], Application]:
        """Put the reported case where only the decision is left; the answer takes it."""
        case = self.again()
        route, code = self.procedure.route, case.pk
        decider = makers.officer(PROVINCE, Function.FINAL_REVIEW, Function.DECISION)
        decide: Callable[[], Application]
        if Step.ANNOUNCEMENT in route:
            state = State.PUBLICITY_DONE if Step.PUBLICITY in route else State.REVIEW_OK
            decide = lambda: actions.announce(application=self.again(), by=decider, granted=True, batch="GG")  # noqa: E731
        elif Step.FINAL_REVIEW in route:
            state = State.FIRST_OK if Step.FIRST_REVIEW in route else State.ACCEPTED
            decide = lambda: actions.final_review(application=self.again(), by=decider, seen=None, passed=True)  # noqa: E731
        elif route[-1] == Step.PERSON:
            state = State.WAIT_PERSON
            decide = lambda: actions.consent(  # noqa: E731
                application=self.again(), by=self.user, seen=None, commitment="同意"
            )
        else:
            state = arrival(self.procedure, None)
            decide = lambda: actions.answer_enterprise(  # noqa: E731
                application=self.again(), by=self.operator, seen=None, agreed=True
            )
        authority, function = acting_authority(self.procedure, state, case.authority_code)
        Application.objects.filter(pk=code).update(state=state, acting_authority=authority, acting_function=function)
        return decide

    def again(self) -> Application:
        """The case as it is now."""
        assert self.case is not None
        return Application.objects.get(pk=self.case.pk)

    def judge(self, stage: Stage) -> dict[str, Verdict]:
        """What the guards say of the case, from facts read now."""
        return {verdict.code: verdict for verdict in facts.verdicts(self.again(), stage=stage)}


# --- the one change for each guard ---


@dataclass(frozen=True)
class Spoil:
    """One change of the database after which a guard does not hold, and its sentence."""

    change: Callable[[Scene], Any]
    words: str
    answer: Answer = Answer.NO
    also: frozenset[str] = field(default_factory=frozenset)
    """Guards that cannot hold either, because they ask for more of the same."""
    pick: str = ""
    """What the page of picking says instead, where it does not get as far as the guard."""
    form: str = ""
    """What the form's page says instead."""
    policy: tuple[str, str] | None = None
    """A text of the policy file and what stands there instead."""


def _person(scene: Scene, **values: Any) -> None:
    Person.objects.filter(pk=scene.person.pk).update(**values)


def _enterprise(scene: Scene, **values: Any) -> None:
    Enterprise.objects.filter(pk=scene.enterprise.pk).update(**values)


def _registration(scene: Scene, **values: Any) -> None:
    assert scene.registration is not None
    Registration.objects.filter(pk=scene.registration.pk).update(**values)


def _without(scene: Scene, code: str, **person: Any) -> None:
    if person:
        _person(scene, **person)
    if scene.case is not None:
        scene.case.materials.filter(code=code).delete()


def _older(scene: Scene) -> None:
    years = facts.policy.current().age_limit_for(scene.procedure.registration_class)
    today = clock.today()
    _person(scene, birth_date=today.replace(year=today.year - years, day=min(today.day, 28)))


def _other_case(scene: Scene) -> None:
    Application.objects.create(
        procedure_code="initial", person=scene.person, enterprise=scene.other, registration_class="constructor",
        authority_code=CITY, state=State.ACCEPTED, created_by=scene.operator, created_at=clock.now(),
        reported_at=clock.now(), number="CS-2026-000001",
    )  # fmt: skip


def _registered_elsewhere(scene: Scene) -> None:
    today = clock.today()
    Registration.objects.create(
        person=scene.person, registration_class=scene.procedure.registration_class, number="湘2432019202054321",
        enterprise=scene.other, registered_on=today, employed_on=today, valid_until=today + timedelta(days=900),
    )  # fmt: skip


def _ends_in(scene: Scene, days: int) -> None:
    end = clock.today() + timedelta(days=days)
    _registration(scene, valid_until=end)
    RegistrationSpecialty.objects.filter(registration=scene.registration).update(end=end)


def _old_qualification(scene: Scene) -> None:
    Qualification.objects.filter(person=scene.person).update(obtained_on=clock.today() - timedelta(days=1500))
    _without(scene, "continuing_education")


def _void(scene: Scene) -> None:
    RegistrationSpecialty.objects.filter(registration=scene.registration, specialty=MUNICIPAL).update(voided=True)


def _added_meanwhile(scene: Scene) -> None:
    assert scene.registration is not None
    today = clock.today()
    scene.registration.specialties.create(specialty=MUNICIPAL, begin=today, end=today + timedelta(days=300))


def _number_given_away(scene: Scene) -> None:
    makers.person("刘思齐", verified=False, id_number=scene.new_number)


def _day_to_come(scene: Scene) -> None:
    case = scene.again()
    changed = {"changed_on": str(clock.today() + timedelta(days=1))}
    Application.objects.filter(pk=case.pk).update(draft=form_data.seal(form_data.unseal(case.draft) | changed))
    for frozen in case.form_versions.all():
        frozen.data = form_data.seal(form_data.unseal(frozen.data) | changed)
        frozen.save(update_fields=["data"])


def _same_kind_open(scene: Scene) -> None:
    Application.objects.create(
        procedure_code=scene.procedure.code, about=About.ENTERPRISE, enterprise=scene.enterprise, authority_code=CITY,
        state=State.ACCEPTED, created_by=scene.operator, created_at=clock.now(), reported_at=clock.now(),
        number="CS-2026-000001",
    )  # fmt: skip


def _under_proceeding(scene: Scene) -> None:
    assert scene.registration is not None
    if scene.registration.status == "cancelled":
        # 重新申报 also follows on a registration that ran out and was not cancelled yet.
        _registration(scene, status="lapsed")
    Proceeding.objects.create(
        number="YZ-2026-00001", measure="revoke", ground="quality", facts="×", origin="officer", state="proposed",
        registration=scene.registration, person=scene.person, enterprise=scene.registration.enterprise,
        created_at=clock.now(),
    )  # fmt: skip


SPOILS: dict[str, Spoil] = {
    "not_under_proceeding": Spoil(_under_proceeding, "主管部门正在核查注册 湘2432019202012345，办结前不能注销"),
    "addable_qualification": Spoil(
        lambda scene: Qualification.objects.filter(pk=scene.unused.pk).update(used_at=clock.now()),
        "须取得其他专业的资格证书，经复审合格且未用于注册。",
    ),
    "verified_person": Spoil(
        lambda scene: _person(scene, assurance="none", verified_at=None), "尚未通过实名认证。请本人登录个人版"
    ),
    "within_age": Spoil(_older, "周岁，不予注册。"),
    "not_barred": Spoil(
        lambda scene: Bar.objects.create(person=scene.person, basis="revoked", reason="×", begins=clock.today()),
        "被吊销注册证书，终身不予注册。",
    ),
    "not_locked": Spoil(
        lambda scene: Lock.objects.create(person=scene.person, kind="project", reason="在建项目", begins=clock.today()),
        "在施锁定（在建项目），解除前只能办理注销。",
    ),
    "one_open_case": Spoil(_other_case, "正在办理湘江新区另一建设有限公司提出的初始申报，办结或撤回后才能申请。"),
    "no_live_registration": Spoil(_registered_elsewhere, "已在其他单位注册，不得同时受聘于两个单位。"),
    "unused_qualification": Spoil(
        lambda scene: Qualification.objects.filter(person=scene.person).update(used_at=clock.now()),
        "资格证书均已用于注册。",
        also=frozenset({"specialties_usable"}),
    ),
    "specialties_usable": Spoil(
        lambda scene: Qualification.objects.filter(pk=scene.unused.pk).update(used_at=clock.now()),
        "市政公用工程的资格证书已用于注册。请取消该专业。",
    ),
    "continuing_education": Spoil(_old_qualification, "请在附件材料中上传继续教育证明。", Answer.ASKS),
    "portrait_present": Spoil(
        lambda scene: _without(scene, "portrait", portrait=None), "请上传近期免冠正面照。", Answer.ASKS
    ),
    "signature_present": Spoil(
        lambda scene: _without(scene, "signature", signature=None), "本人确认时将请其手写签名。", Answer.ADVICE
    ),
    "enterprise_qualified": Spoil(
        lambda scene: EnterpriseQualification.objects.filter(enterprise=scene.enterprise).update(
            withdrawn_on=clock.today()
        ),
        "企业没有有效资质。新设立企业请在附件材料中上传承诺书。",
        Answer.ASKS,
    ),
    "enterprise_active": Spoil(lambda scene: _enterprise(scene, status="revoked"), "不能申报。请先到登记机关办理。"),
    "profile_complete": Spoil(lambda scene: _enterprise(scene, office_phone=""), "企业基本信息还缺 1 项：办公电话"),
    "registration_held_here": Spoil(lambda scene: _registration(scene, enterprise=scene.other), "注册不在本企业。"),
    "registration_in_force": Spoil(
        lambda scene: _registration(scene, status="suspended"), "注册已暂扣，解除前不能办理。"
    ),
    "enough_days_left": Spoil(lambda scene: _ends_in(scene, 30), "距有效期届满仅 30 日，不足 30 日"),
    "inside_renewal_window": Spoil(lambda scene: _ends_in(scene, 91), "之间申请延续。"),
    "registered_specialties": Spoil(
        _void, "市政公用工程不在现有注册中。请取消该专业。", form="所选专业不在可选范围内。请重新勾选。"
    ),
    "new_specialties": Spoil(_added_meanwhile, "市政公用工程已注册，不能增项。请取消该专业。"),
    "reviewed_specialties": Spoil(
        lambda scene: Qualification.objects.filter(pk=scene.unused.pk).update(review_result="failed"),
        "市政公用工程没有合格的资格证书。请取消该专业。",
    ),
    "once_registered": Spoil(
        lambda scene: _registration(scene, status="valid", ended_on=None), "仍有效，不需要重新申报。"
    ),
    "held_elsewhere": Spoil(
        lambda scene: _registration(scene, enterprise=scene.enterprise), "已在本企业注册，不需要变更。"
    ),
    "transfer_interval": Spoil(
        lambda scene: _registration(scene, employed_on=clock.today() - timedelta(days=100)), "12 个月内不能变更"
    ),
    "local_builder": Spoil(
        lambda scene: _enterprise(scene, origin=EnterpriseOrigin.OUTSIDE), "二级临时建造师只能注册在本省企业。"
    ),
    "temporary_class_open": Spoil(
        lambda _scene: None,
        "二级临时建造师业务已停止办理。",
        policy=("temporary_class = true", "temporary_class = false"),
    ),
    "release_proven": Spoil(
        lambda scene: Application.objects.filter(pk=scene.again().pk).update(former_answer="refused"),
        "原单位不同意转出，请上传解除劳动合同证明。",
        Answer.ASKS,
    ),
    "renewal_education": Spoil(
        lambda scene: _without(scene, "continuing_education"), "请上传继续教育证明：必修", Answer.ASKS
    ),
    "number_valid": Spoil(
        lambda scene: _person(scene, id_valid_until=clock.today() - timedelta(days=1)),
        "到期。请本人登录个人版，更新身份证件",
    ),
    "enterprise_not_barred": Spoil(
        lambda scene: EnterpriseBar.objects.create(
            enterprise=scene.enterprise, reason="提供虚假材料", document="湘建罚 1 号", begins=clock.today()
        ),
        "企业被限制申报（提供虚假材料），解除前不能申报。",
    ),
    "enterprise_seated": Spoil(
        lambda scene: _enterprise(scene, filing_authority="990000"),
        "企业注册所在地没有对应的主管部门。",
        form="没有代码为“990000”的主管部门。",
    ),
    "something_changes": Spoil(lambda scene: _without(scene, "new_portrait"), "请填写新姓名", answer=Answer.ASKS),
    "correct_number": Spoil(_number_given_away, "新身份证号已属于登记库中的另一人。"),
    "new_name_usable": Spoil(
        lambda _scene: makers.enterprise(TYPED["new_enterprise_name"]), "该名称已属于登记库中的另一家企业。"
    ),
    "changed_already": Spoil(_day_to_come, "还没有到。请在登记机关核准变更后申报。"),
    "holders_reissued": Spoil(
        lambda scene: _registration(scene, status="cancelled", ended_on=clock.today()),
        "本企业现没有有效注册的人员",
        Answer.ADVICE,
    ),
}
BY_ENTERPRISE = {
    "one_open_case": Spoil(
        _same_kind_open, "正在办理湖南麓川建设工程有限公司提出的企业名称变更，办结或撤回后才能申请。"
    ),
}

# Whoever files for themself files where they are registered: what can be missing is the registration.
BY_PERSON = {
    "registration_held_here": Spoil(
        lambda scene: _registration(scene, status="cancelled", ended_on=clock.today()),
        "没有有效的注册。已注销的请办理重新申报。",
        pick="您没有有效的",
    ),
}


def spoil_of(procedure: Procedure, code: str) -> Spoil:
    """The change that breaks a guard of a procedure."""
    by_person = BY_PERSON if procedure.filer == Filer.PERSON else {}
    about = BY_ENTERPRISE if procedure.about == About.ENTERPRISE else {}
    if code == "enterprise_seated" and policy.current().level_of(procedure.code, Step.ACCEPTANCE) == Level.PROVINCE:
        # Its form names the province whatever the enterprise's own seat is; the guard alone says what is wrong.
        return replace(SPOILS[code], form="")
    return by_person.get(code) or about.get(code) or SPOILS[code]


def spoil(scene: Scene, code: str, *, settings: Any, folder: Path) -> Spoil:
    """Make the one change."""
    change = spoil_of(scene.procedure, code)
    change.change(scene)
    if change.policy:
        text = loading.HUNAN.read_text(encoding="utf-8")
        assert change.policy[0] in text
        altered = folder / "policy.toml"
        altered.write_text(text.replace(*change.policy), encoding="utf-8")
        settings.ERJIAN_POLICY_FILE = str(altered)
    return change

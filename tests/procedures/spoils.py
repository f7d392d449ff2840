"""The one change of a scene after which each guard does not hold, and its sentence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from erjian import policy
from erjian.applications import facts, form_data
from erjian.applications.models import Application
from erjian.applications.states import State
from erjian.policy import clock, loading
from erjian.policy.levels import Level
from erjian.procedures import About, Filer, Procedure, Step
from erjian.procedures.guards import Answer
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
from tests import makers
from tests.procedures.scenes import CITY, MUNICIPAL, TYPED, Scene


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
    if code == "enterprise_seated" and (
        procedure.filer == Filer.PERSON or policy.current().level_of(procedure.code, Step.ACCEPTANCE) == Level.PROVINCE
    ):
        # Its form names no authority, or the province whatever the enterprise's own seat is: the guard alone says it.
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

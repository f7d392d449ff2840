"""窗口核验: the way of equal rank. The person brings the card (and the slip, if they took one); the officer looks.

The officer finds the person by exact name and number (logged, rate-limited, decision G.14), ticks the check list and
records the result. A pass counts at once and opens the account like an accepted face does.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from erjian import audit, documents, policy, protection
from erjian.accounts import limits
from erjian.accounts.limits import Limit
from erjian.accounts.models import User
from erjian.audit import codes
from erjian.identity import completing, consenting
from erjian.identity.errors import IdentityRefused
from erjian.identity.models import CounterCheck, Step, Verification
from erjian.identity.reasons import CHECK_LIST
from erjian.policy import clock
from erjian.registry.models import Assurance, Person
from erjian.registry.verification import set_verified, verify_person
from erjian.standards import id_numbers, phones
from erjian.standards.errors import Refusal

codes.register("identity.counter_search", "窗口核验：查找人员")
codes.register("identity.counter_passed", "窗口核验通过")
codes.register("identity.counter_refused", "窗口核验未通过")


def find(*, name: str, id_number: str, by: User) -> Person | None:
    """The person of exactly this name and number. Raises Refusal for no number, TooMany."""
    rules = policy.current().picker
    limits.take(Limit("counter-minute", rules.per_minute, timedelta(minutes=1)), str(by.pk))
    limits.take(Limit("counter-day", rules.per_day, timedelta(days=1)), str(by.pk))
    number = id_numbers.parse(id_number, today=clock.today()).number18
    found = Person.objects.filter(
        id_number_index=protection.index("id_number", number), name=" ".join(name.split())
    ).first()
    with transaction.atomic():
        audit.record(
            "identity.counter_search",
            actor=by.actor,
            subject=("person", found.pk if found else ""),
            data={"found": found is not None},
        )
    return found


def slip_of(person: Person) -> Verification | None:
    """The person's open way to the counter: its mobile has been proven by a code."""
    return (
        Verification.objects.filter(
            person=person, step__in=[Step.COUNTER, Step.CONSENT, Step.CARD, Step.FACE, Step.OFFICER],
            expires_at__gt=clock.now(),
        )
        .order_by("-id")
        .first()
    )  # fmt: skip


def record(
    *, person: Person, by: User, passed: bool, checked: Sequence[str], phone: str, reason: str = ""
) -> CounterCheck:
    """Write the result down; a pass verifies the person and tells them how to sign in.

    Raises IdentityRefused: the check list is not complete, or no reason is given.
    """
    wanted = [code for code, _ in CHECK_LIST]
    ticked = [code for code in wanted if code in checked]
    if passed and ticked != wanted:
        raise IdentityRefused("通过须逐项核对并勾选；有一项不符的，请选“不通过”。", code="check_list", field="checked")
    if not passed and not reason.strip():
        raise IdentityRefused("不通过的，请写明原因，本人会看到。", code="reason", field="reason")
    mobile = ""
    if passed:
        try:
            mobile = phones.parse_mobile(phone)
        except Refusal as refusal:
            raise IdentityRefused(refusal.message, code=refusal.code, field="phone") from refusal
    with transaction.atomic():
        person = Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
        own = slip_of(person)
        if own is not None:
            own = Verification.objects.select_for_update(of=("self",)).get(pk=own.pk)
        check = CounterCheck.objects.create(
            person=person,
            verification=own,
            authority_code=by.authority_code,
            officer_id=by.pk,
            officer_name=by.name,
            passed=passed,
            checked=ticked,
            reason=reason.strip(),
            phone_mask=phones.mask(mobile) if mobile else "",
            at=clock.now(),
        )
        event = "identity.counter_passed" if passed else "identity.counter_refused"
        data = {"check": check.pk, "checked": ticked, "reason": check.reason}
        audit.record(event, actor=by.actor, subject=("person", person.pk), data=data)
        if passed:
            _pass(person, own, mobile, check, by)
    return check


def _pass(person: Person, own: Verification | None, mobile: str, check: CounterCheck, by: User) -> None:
    set_verified(person_id=person.pk, values={"phone": mobile}, actor=by.actor)
    verify_person(person_id=person.pk, assurance=Assurance.COUNTER, actor=by.actor, provider="counter")
    if own is not None:
        consenting.drop_attempts(own)
        own.phone, own.step = mobile, Step.ACCEPTED
        own.version += 1
        own.save()
    completing.welcome(person_id=person.pk, phone=mobile, key=f"identity.counter:{check.pk}", actor=by.actor)


def paper(verification: Verification) -> bytes:
    """The slip (PDF) that the person takes along; it carries no full number."""
    rules = policy.current()
    province = rules.province
    today = clock.today().isoformat()
    paragraphs = [
        (
            f"{verification.name}（身份证号码 {verification.id_number_mask}，手机 {verification.phone_mask}）"
            f"到窗口办理二级建造师实名认证，核验单号 {verification.slip}，"
            f"{clock.day_of(verification.expires_at).isoformat()} 前有效。"
        ),
        (
            "请本人携带居民身份证原件，到任一市州住房和城乡建设主管部门或省住房和城乡建设厅的政务服务窗口办理，不收取费用，"
            "不需要复印件。没有本单也可以办理。"
        ),
        "窗口当场逐项核对：",
        *(f"□　{label}" for _, label in CHECK_LIST),
        "核验通过后，登录方式以短信发到上述手机，登录后补充个人实名认证信息并保存。窗口核验与人脸识别效力相同。",
    ]
    return documents.render(
        "notices",
        {
            "kind": "generic",
            "title": "实名认证窗口核验单",
            "organ": province.department,
            "doc_no": f"核验单号 {verification.slip}",
            "to": verification.name,
            "received_from": "",
            "person": verification.name,
            "procedure": "",
            "case_no": verification.slip,
            "received": today,
            "date": today,
            "platform": province.platform_title,
            "phone": province.support_phone,
            "service": province.platform_title,
            "review_body": province.review_body,
            "court": province.court,
            "qr": documents.qr(_address()),
            "qr_opens": "扫码打开实名认证",
            "sealed": False,
            "paragraphs": paragraphs,
        },
        timestamp=clock.now(),
    )


def _address() -> str:
    return f"{settings.ERJIAN_ORIGIN}/m/verify/"


def checks_of(user: User) -> QuerySet[CounterCheck]:
    """The checks recorded at the officer's authority, newest first."""
    return CounterCheck.objects.filter(authority_code=user.authority_code).select_related("person").order_by("-id")


def refused(verification: Verification) -> CounterCheck | None:
    """The person's latest check, when it was a refusal."""
    last = CounterCheck.objects.filter(person_id=verification.person_id).order_by("-id").first()
    return last if last is not None and not last.passed else None

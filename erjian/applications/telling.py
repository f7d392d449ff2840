"""What people are told at each transition, and the audit's names for what happened."""

from __future__ import annotations

from typing import Any

from erjian import messaging
from erjian.accounts.models import EnterpriseRight, User, UserKind
from erjian.applications.models import Application, TimelineEntry
from erjian.applications.states import State
from erjian.applications.workflow import TRANSITIONS, Transition, Who
from erjian.audit import codes
from erjian.certificates.models import CertificateVersion
from erjian.messaging import templates
from erjian.procedures import Filer

for _row in TRANSITIONS.values():
    codes.register(_row.audit_code, _row.done)
for _code, _label in {
    "application.start": "新建申报",
    "application.save": "保存申报",
    "application.delete": "删除未上报申报",
    "application.attach": "上传材料",
    "application.detach": "删除材料",
    "application.remind": "提醒本人确认",
    "application.extend": "延长办理期限",
    "application.pick": "查询可申报人员",
    "application.letter": "出具文书",
}.items():
    codes.register(_code, _label)

_TEMPLATES: dict[str, tuple[str, str, bool]] = {
    "consent_wanted": (
        "请确认{kind}",
        "{enterprise}为您提出{kind}（{number}），请在 {due}前登录个人版确认。不确认的，申报将自动终止。",
        True,
    ),
    "reminded": ("请确认{kind}", "{enterprise}提醒您确认{kind}（{number}），请在 {due}前登录个人版办理。", True),
    "consented": ("本人已确认", "{person}已确认{kind}（{number}）。", False),
    "declined": ("本人不同意", "{person}不同意{kind}（{number}），理由：{opinion}", True),
    "former_agreed": ("原单位同意转出", "原单位已同意{person}转出（{number}）。", False),
    "former_refused": (
        "原单位不同意转出",
        "原单位不同意{person}转出（{number}），理由：{opinion}。可上传解除劳动合同证明后继续提交。",
        True,
    ),
    "former_silent": (
        "原单位逾期未答复",
        "原单位未在期限内答复{person}的转出（{number}）。可上传解除劳动合同证明后继续提交。",
        True,
    ),
    "enterprise_wanted": (
        "请确认{kind}",
        "{person}提出{kind}（{number}），请在 {due}前登录企业版确认。",
        True,
    ),
    "former_wanted": (
        "请确认人员转出",
        "{person}申请转入{enterprise}（{number}），请在 {due}前登录企业版确认是否同意转出。",
        True,
    ),
    "effective": ("{kind}已办结", "{person}的{kind}（{number}）已办结。", True),
    "enterprise_agreed": ("企业已同意", "{enterprise}已同意您的{kind}（{number}）。", True),
    "enterprise_refused": ("企业不同意", "{enterprise}不同意您的{kind}（{number}），理由：{opinion}", True),
    "accepted": ("申报已受理", "{person}的{kind}（{number}）已受理，将在 {due}前作出决定。", True),
    "correction": (
        "申报需要补正",
        "{person}的{kind}（{number}）需要补正，请在 {due}前办理。逾期未补正的，申报将终止。",
        True,
    ),
    "not_accepted": ("不予受理", "{person}的{kind}（{number}）不予受理，理由见不予受理通知书。", True),
    "barred": (
        "1 年内不得再次申请注册",
        "{person}隐瞒有关情况或者提供虚假材料申请注册（{number}），1 年内（至 {until}）不得再次申请注册，理由见{letter}。",
        True,
    ),
    "published": ("申报正在公示", "{person}的{kind}（{number}）已通过复审，正在公示。", False),
    "granted": ("准予许可", "{person}的{kind}（{number}）已准予许可并公告。", True),
    "refused": ("不予许可", "{person}的{kind}（{number}）不予许可，理由和救济途径见决定书。", True),
    "issued": ("电子证书已制发", "{person}的电子证书已制发，可登录平台查看、下载。", True),
    "reissued": (
        "电子证书已换发",
        "{enterprise}的{kind}（{number}）已办结，您的电子证书已换发，注册编号不变，可登录平台查看、下载。",
        True,
    ),
    "withdrawn": ("申报已撤回", "{enterprise}已撤回为您提出的{kind}（{number}）。", False),
    "withdrawn_by_person": ("申报已撤回", "{person}已撤回{kind}（{number}），不需要再确认。", False),
    "timed_out": ("申报已终止", "{person}的{kind}（{number}）逾期未办，已自动终止。需要时可重新申报。", True),
    "terminated": ("申报已终止", "{person}的{kind}（{number}）已终止办理，理由：{opinion}", True),
    "extended": ("办理期限延长", "{person}的{kind}（{number}）办理期限延长至 {due}，理由：{opinion}", True),
}
for _name, (_title, _body, _sms) in _TEMPLATES.items():
    templates.register(f"application.{_name}", title=_title, body=_body, sms=_body if _sms else "")


def context(application: Application, opinion: str = "") -> dict[str, Any]:
    """The values every template of a case may use."""
    return {
        "kind": application.procedure.kind_label,
        "number": application.number or "未编号",
        "person": application.subject.name,
        "enterprise": application.enterprise.name,
        "due": application.due_on or "—",
        "opinion": opinion,
    }


WANTED: dict[State, tuple[tuple[Who, str], ...]] = {
    State.WAIT_PERSON: ((Who.PERSON, "application.consent_wanted"),),
    State.WAIT_ENTERPRISE: ((Who.ENTERPRISE, "application.enterprise_wanted"),),
    State.WAIT_FORMER: ((Who.FORMER, "application.former_wanted"),),
    State.DONE: ((Who.FILER, "application.effective"), (Who.PERSON, "application.effective")),
}
"""Who is told that a case has arrived in a state, however it came there."""


def _side(application: Application, who: Who) -> Who:
    if who == Who.FILER and application.procedure.filer == Filer.PERSON:
        return Who.PERSON
    return who


def recipient(application: Application, who: Who) -> messaging.Recipient | None:
    """Whom a side's message goes to; None when that side does not exist for the case."""
    if _side(application, who) == Who.PERSON:
        person = application.person
        if person is None:
            return None
        return messaging.Recipient.person(person.pk, person.name, person.phone)
    enterprise: Any = application.former_enterprise if who == Who.FORMER else application.enterprise
    if enterprise is None:
        return None
    return messaging.Recipient.enterprise(enterprise.pk, enterprise.name, enterprise.contact_phone)


_WITHDRAWN = {"application.withdrawn": (Who.ENTERPRISE, "application.withdrawn_by_person")}
"""Who hears of a withdrawal is the other side: the person of the enterprise's, the enterprise of the person's."""


def tell(application: Application, transition: Transition, entry: TimelineEntry) -> None:
    """Queue the transition's messages in the caller's transaction."""
    wanted = WANTED.get(State(application.state), ())
    told: set[tuple[Who, str]] = set()
    for who, template in (*transition.tells, *(wanted if entry.from_state != entry.to_state else ())):
        if application.procedure.filer == Filer.PERSON:
            who, template = _WITHDRAWN.get(template, (who, template))  # noqa: PLW2901 - the other side of the same
        if (_side(application, who), template) in told:
            continue
        told.add((_side(application, who), template))
        send(application, template, who=who, key=f"{template}:{application.pk}:{entry.pk}:{who}", opinion=entry.opinion)


def send(application: Application, template: str, *, who: Who, key: str, opinion: str = "", **more: Any) -> None:
    """Queue one message about a case to one side; `more` are values that only this template shows."""
    to = recipient(application, who)
    if to is None:
        return
    portal = "person" if _side(application, who) == Who.PERSON else "enterprise"
    messaging.send(
        template,
        to=to,
        context=context(application, opinion) | more,
        key=key,
        link=f"/{portal}/cases/{application.uuid}/",
    )


def tell_holder(application: Application, version: CertificateVersion) -> None:
    """Tell a holder whose certificate followed a change of the enterprise; repeating it sends nothing twice."""
    person = version.registration.person
    messaging.send(
        "application.reissued",
        to=messaging.Recipient.person(person.pk, person.name, person.phone),
        context=context(application),
        key=f"application.reissued:{version.pk}",
        link=f"/person/certificates/{version.pk}/",
    )


def may_file(user: User) -> bool:
    """Whether an operator may file for the enterprise, not only look."""
    return user.kind == UserKind.ENTERPRISE and user.right in (EnterpriseRight.FILE, EnterpriseRight.MANAGE)

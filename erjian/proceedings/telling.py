"""What the parties and the authority are told of a proceeding."""

from __future__ import annotations

from erjian import messaging
from erjian.accounts.models import Function
from erjian.messaging import templates
from erjian.policy import authorities
from erjian.proceedings.measures import rule
from erjian.proceedings.models import Event, Origin, Proceeding
from erjian.proceedings.states import Transition, Who

_TEMPLATES: dict[str, tuple[str, str, bool]] = {
    "filed": ("强制注销申请待受理", "{filer}申请强制注销{person}的注册（{number}），请受理。", False),
    "accepted": ("强制注销申请已受理", "{person}的强制注销申请（{number}）已受理，将告知另一方后作出决定。", True),
    "refused": ("强制注销申请不予受理", "{person}的强制注销申请（{number}）不予受理，理由：{text}", True),
    "notified": (
        "拟{measure}注册，请陈述申辩",
        "主管部门拟对{person}的注册作出{measure}决定（{number}），可在 {due}前登录平台陈述申辩或者申请听证。",
        True,
    ),
    "answered": ("收到陈述申辩", "{who}对{person}的{measure}事项（{number}）提出意见，请查阅。", False),
    "decided": ("已决定{measure}注册", "主管部门已对{person}的注册作出{measure}决定（{number}），决定书和救济途径请登录平台查阅。", True),
    "closed": ("不予处理", "{person}的{measure}事项（{number}）不予处理，注册不变。", True),
    "withdrawn": ("申请已撤回", "{filer}已撤回对{person}的强制注销申请（{number}）。", False),
    "term_over": (
        "暂扣期满", "{person}的注册暂扣（{number}）期限已满，自动解除，注册恢复有效。", True,
    ),
    "recounted": ("期限重新计算", "{person}的{measure}事项（{number}）：{text}", False),
    "heard": ("听证结束", "{person}的{measure}事项（{number}）听证已结束，主管部门将作出决定。", False),
}  # fmt: skip
for _name, (_title, _body, _sms) in _TEMPLATES.items():
    templates.register(f"proceeding.{_name}", title=_title, body=_body, sms=_body if _sms else "")

_OFFICE, _BOTH, _FILER = "office", "both", "filer"
_TOLD: dict[str, tuple[str, str]] = {
    "accept": ("accepted", _FILER),
    "refuse": ("refused", _FILER),
    "notify": ("notified", _BOTH),
    "state_case": ("answered", _OFFICE),
    "ask_hearing": ("answered", _OFFICE),
    "record_hearing": ("heard", _BOTH),
    "decide": ("decided", _BOTH),
    "withdraw": ("withdrawn", _OFFICE),
}
"""Which message each transition sends, and to whom; 不予处理 reaches only who had been told."""


def begun(proceeding: Proceeding) -> None:
    """An application of one side reaches the office."""
    if proceeding.origin != Origin.OFFICER:
        _send(proceeding, "filed", _OFFICE, key=f"proceeding:{proceeding.pk}:filed")


def tell(proceeding: Proceeding, row: Transition, event: Event) -> None:
    """Queue the transition's messages in the caller's transaction."""
    name, whom = _TOLD.get(row.name, ("", ""))
    if row.name == "close":
        name, whom = "closed", _BOTH if proceeding.notified_at else _FILER
    if name:
        who = event.organisation or event.actor_label
        _send(proceeding, name, whom, key=f"proceeding:{proceeding.pk}:{event.pk}", text=event.text, who=who)
    if row.who == Who.FILER and proceeding.notified_at:
        _send(proceeding, name, _BOTH, key=f"proceeding:{proceeding.pk}:{event.pk}:parties", text="", who="")


def term_over(proceeding: Proceeding, event: Event) -> None:
    """A 暂扣 that ended by itself: both parties are told."""
    _send(proceeding, "term_over", _BOTH, key=f"proceeding:{proceeding.pk}:{event.pk}")


def recounted(proceeding: Proceeding, event: Event) -> None:
    """Days that were 暂定 have been counted anew: both parties are told."""
    _send(proceeding, "recounted", _BOTH, key=f"proceeding:{proceeding.pk}:{event.pk}", text=event.text)


def _recipients(proceeding: Proceeding, whom: str) -> list[tuple[messaging.Recipient, str]]:
    person, enterprise = proceeding.person, proceeding.enterprise
    parties = {
        Origin.PERSON: (messaging.Recipient.person(person.pk, person.name, person.phone), "person"),
        Origin.ENTERPRISE: (
            messaging.Recipient.enterprise(enterprise.pk, enterprise.name, enterprise.contact_phone),
            "enterprise",
        ),
    }
    if whom == _BOTH:
        return list(parties.values())
    if whom == _OFFICE:
        return [(messaging.Recipient.authority(authorities.province().code, Function.REGISTER), "authority")]
    return [parties[Origin(proceeding.origin)]] if proceeding.origin in parties else []


def _send(proceeding: Proceeding, name: str, whom: str, *, key: str, text: str = "", who: str = "") -> None:
    filer = proceeding.person.name if proceeding.origin == Origin.PERSON else proceeding.enterprise.name
    context = {
        "person": proceeding.person.name,
        "number": proceeding.number,
        "measure": rule(proceeding.measure).label,
        "due": proceeding.due_on or "—",
        "filer": filer,
        "text": text,
        "who": who,
    }
    for recipient, portal in _recipients(proceeding, whom):
        messaging.send(
            f"proceeding.{name}",
            to=recipient,
            context=context,
            key=f"{key}:{portal}",
            link=f"/{portal}/proceedings/{proceeding.uuid}/",
        )

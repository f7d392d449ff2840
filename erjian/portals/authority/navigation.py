"""The frame of the authorities' pages: which tabs an officer's functions open, and as whom they work."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec

from django.http import HttpRequest
from django.urls import reverse

from erjian import messaging
from erjian.accounts import signing_up
from erjian.accounts.models import Function, User
from erjian.messaging import RecipientKind, inbox, outbox
from erjian.policy import authorities
from erjian.portals.authority.access import READING, officer
from erjian.portals.shared.proceedings import NAME
from erjian.ui.navigation import Entry, Group, Shell

_HOME = "/authority/"

_REGISTER = (
    ("people", "人员", "authority:people"),
    ("registrations", "注册", "authority:registrations"),
    ("qualifications", "资格证书", "authority:qualifications"),
    ("enterprises", "企业", "authority:enterprises"),
)


@cache
def built(module: str) -> bool:
    """Whether a part of this portal that has addresses of its own is installed."""
    try:
        return find_spec(f"erjian.portals.authority.{module}.urls") is not None
    except ModuleNotFoundError:
        return False


def who(user: User) -> str:
    """长沙市住房和城乡建设局 · 胡敏【受理】."""
    return f"{user.organisation} · {user.titled}"


def shell(request: HttpRequest, current: str, entry: str = "") -> Shell:
    """The frame with one tab current; `entry` is the current line of the register's side menu."""
    user = officer(request)
    if current == "proceedings" and Function.REGISTER in user.functions:
        current, entry = "register", "proceedings"
    return Shell(
        edition="主管单位版",
        home_url=_HOME,
        organisation=user.organisation,
        who=user.titled,
        who_icon="building-bank",
        tabs=tuple(Entry(label, url, current=code == current) for code, label, url in _tabs(user)),
        groups=_register(entry) if current == "register" else (),
        menu_label="登记库",
        messages_url="/messages/",
        messages_count=_unread(user),
        account_url="/account/",
        password_url="/password/",  # noqa: S106 - an address
        sign_out_url="/sign-out/",
    )


def _tabs(user: User) -> list[tuple[str, str, str]]:
    held = user.functions
    tabs = [("work", "待办事项", _HOME)]
    if held & frozenset(READING):
        tabs.append(("cases", "申报查询", reverse("authority:cases")))
    province = user.authority_code == authorities.province().code
    if Function.DECISION in held and province and built("publicity_pages"):
        tabs.append(("batches", "批次与公示", reverse("authority:batches")))
    if Function.REGISTER in held:
        tabs.append(("register", "登记库", reverse("authority:people")))
        if province and built("imports"):
            tabs.append(("imports", "数据导入", reverse("authority:imports")))
    if Function.DECISION in held and Function.REGISTER not in held:
        tabs.append(("proceedings", "处置", reverse("authority:proceedings")))
    if Function.ACCEPTANCE in held and signing_up.is_open():
        tabs.append(("sign_ups", "用户注册", reverse("authority:sign_ups")))
    if Function.NOTICES in held and province and built("publicity_pages"):
        tabs.append(("notices", "通知公告", reverse("authority:notices")))
    if Function.NOTICES in held and province and built("questions"):
        tabs.append(("questions", "企业咨询", reverse("authority:questions")))
    return [*tabs, *_of_operation(user, province=province)]


def _of_operation(user: User, *, province: bool) -> list[tuple[str, str, str]]:
    """Tabs of those who keep accounts, machines and real names in order."""
    held = user.functions
    tabs: list[tuple[str, str, str]] = []
    if held & {Function.SYSTEM, Function.SECURITY}:
        tabs.append(("officers", "账号与授权", reverse("authority:officers")))
    if Function.SYSTEM in held:
        tabs.append(("assigned", "企业账号", reverse("authority:assigned")))
    if Function.AUDIT in held:
        tabs.append(("trail", "审计记录", reverse("authority:audit_trail")))
    if Function.SYSTEM in held and province:
        tabs.append(("robots", "定时任务", reverse("authority:robots")))
    if Function.COUNTER in held:
        tabs.append(("identity", "实名认证", reverse("authority:identity")))
    if Function.SYSTEM in held and outbox.is_open():
        tabs.append(("outbox", "短信发件箱", reverse("authority:outbox")))
    return tabs


_KEPT = (("bars", "不予注册记录"), ("locks", "锁定记录"), ("education", "继续教育学时"))


def _register(current: str) -> tuple[Group, ...]:
    entries = tuple(Entry(label, reverse(url), current=code == current) for code, label, url in _REGISTER)
    kept = tuple(
        Entry(label, reverse("authority:restrictions", args=[code]), current=code == current) for code, label in _KEPT
    )
    acting = (Entry(NAME, reverse("authority:proceedings"), current=current == "proceedings"),)
    return (Group("登记库", entries), Group("限制与学时", kept), Group("处置", acting))


def _unread(user: User) -> int:
    recipients = [messaging.Recipient.authority(user.authority_code, function).id for function in user.functions]
    return inbox.unread_count(RecipientKind.AUTHORITY, *recipients) if recipients else 0

"""The frame of a person's pages, and the tabs inside 电子证照 and 个人信息."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse

from erjian.accounts import mailbox
from erjian.portals.person.access import account
from erjian.ui.navigation import Entry, Shell
from erjian.ui.parts import View

_TABS = (
    ("home", "我的首页"),
    ("certificates", "电子证照"),
    ("filing", "我要申报"),
    ("cases", "申报查询"),
    ("information", "个人信息"),
)
_MANUAL = (
    ("个人实名认证", "person:identity", ""),
    ("个人实名认证信息修改", "person:identity-edit", ""),
    ("个人信息修改", "person:filing", "personal_change"),
    ("二级建造师注销申报", "person:filing", "cancellation_by_person"),
    ("二级临时建造师注销申报", "person:filing", "temporary_cancellation_by_person"),
    ("二级建造师企业注销个人确认", "person:home", "waiting"),
    ("二级建造师个人信息查询", "person:registrations", ""),
    ("个人手写签名", "person:signature", ""),
)
"""The manual's menu of the individual edition (A.3): its words in its order, each leading to where it is done."""
_CERTIFICATE_TABS = (("certificates", "电子证书"), ("registrations", "我的注册"), ("standing", "学时与限制"))
_INFORMATION_TABS = (
    ("identity", "个人实名认证"),
    ("identity-edit", "实名认证信息修改"),
    ("information", "个人信息"),
    ("signature", "个人手写签名"),
    ("readers", "谁看过我的信息"),
)


def shell(request: HttpRequest, current: str = "") -> Shell:
    """The frame; `current` names the tab of the page."""
    user = account(request)
    return Shell(
        edition="个人版",
        home_url=reverse("person:home"),
        tabs=tuple(Entry(label, reverse(f"person:{name}"), current=name == current) for name, label in _TABS),
        who=user.titled,
        who_icon="user-check",
        messages_url=reverse("public:messages"),
        messages_count=mailbox.of(user).unread(),
        account_url="/account/",
        password_url=reverse("public:password"),
        sign_out_url=reverse("public:sign-out"),
    )


def manual_entries() -> tuple[Entry, ...]:
    """个人通道 as the manual lists it, for the home page."""
    return tuple(Entry(label, reverse(name) + (f"#{place}" if place else "")) for label, name, place in _MANUAL)


def certificate_tabs(current: str) -> tuple[View, ...]:
    """电子证书 | 我的注册."""
    return _views(_CERTIFICATE_TABS, current)


def information_tabs(current: str) -> tuple[View, ...]:
    """个人实名认证 | 实名认证信息修改 | 个人信息 | 个人手写签名 | 谁看过我的信息."""
    return _views(_INFORMATION_TABS, current)


def _views(tabs: tuple[tuple[str, str], ...], current: str) -> tuple[View, ...]:
    return tuple(View(label, reverse(f"person:{name}"), current=name == current) for name, label in tabs)

"""The frame of public pages: tabs on top, and who is signed in."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse

from erjian.accounts import mailbox
from erjian.accounts.models import User, UserKind
from erjian.ui.navigation import Entry, Shell

_TABS = (
    ("home", "首页"),
    ("verify", "证书查验"),
    ("notices", "公示公告"),
    ("guides", "办事指南"),
    ("progress", "办件进度"),
)
_EDITION = {UserKind.PERSON: "个人版", UserKind.ENTERPRISE: "企业版", UserKind.OFFICER: "主管单位版"}
_ICON = {UserKind.PERSON: "user", UserKind.ENTERPRISE: "building", UserKind.OFFICER: "building-bank"}


def shell(request: HttpRequest, current: str = "") -> Shell:
    """The frame; `current` names the tab of the page."""
    tabs = tuple(Entry(label, reverse(f"public:{name}"), current=name == current) for name, label in _TABS)
    manual = reverse("public:manual")
    if not request.user.is_authenticated:
        return Shell(tabs=tabs, manual_url=manual, sign_in_url=reverse("public:sign-in"))
    user: User = request.user
    return Shell(
        tabs=(*tabs, Entry(f"进入{_EDITION[user.kind]}", user.home)),
        who=user.titled,
        who_icon=_ICON[user.kind],
        messages_url=reverse("public:messages"),
        messages_count=mailbox.of(user).unread(),
        account_url="/account/",
        password_url=reverse("public:password"),
        sign_out_url=reverse("public:sign-out"),
    )

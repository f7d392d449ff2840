"""The doors of the home page. A signed-in reader sees their own and the public's: no link leads to where they can't go."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.http import HttpRequest
from django.urls import reverse

from erjian.accounts.models import UserKind
from erjian.portals.shared import frames
from erjian.ui.navigation import Shell


@dataclass(frozen=True)
class Door:
    """One side of the platform: `links` are (label, address), `enter` labels the button to `url`."""

    title: str
    icon: str
    lead: str
    links: tuple[tuple[str, str], ...]
    enter: str
    url: str


def of(request: HttpRequest) -> list[Door]:
    """The doors that this reader can open."""
    outside = _outside()
    if not request.user.is_authenticated:
        return [*outside.values(), _public()]
    shell: Shell = frames.of_the_reader(request)["shell"]
    tabs = tuple((tab.label, tab.url) for tab in shell.tabs)
    own = replace(outside[request.user.kind], links=tabs, enter=f"进入{shell.edition}", url=request.user.home)
    return [own, _public()]


def _outside() -> dict[str, Door]:
    """What a reader who has not signed in sees of each side."""
    sign_in = reverse("public:sign-in")
    return {
        UserKind.ENTERPRISE: Door(
            "企业", "building", "为本单位人员办理注册申报",
            _links(
                ("二级建造师申报", "enterprise:home"),
                ("建造师企业申报查询", "enterprise:cases"),
                ("二级建造师资格证信息查询", "enterprise:qualified"),
            ),
            "企业登录", sign_in,
        ),
        UserKind.PERSON: Door(
            "建造师个人", "user", "确认申报，下载和出示电子证书",
            _links(
                ("第一次使用，先实名认证", "person:verify"),
                ("待我确认的申报", "person:home"),
                ("我的电子证书", "person:certificates"),
            ),
            "二级建造师个人登录", reverse("person:sign-in"),
        ),
        UserKind.OFFICER: Door(
            "主管单位", "building-bank", "受理、审核、公示公告和发证",
            _links(
                ("待办事项", "authority:work"),
                ("批次与公示", "authority:batches"),
                ("申报查询", "authority:cases"),
            ),
            "主管单位登录", f"{sign_in}?side=office",
        ),
    }  # fmt: skip


def _links(*links: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((label, reverse(name)) for label, name in links)


def _public() -> Door:
    verify, notices = reverse("public:verify"), f"{reverse('public:notices')}?view=publicity"
    links = (("证书查验", verify), ("公示公告与异议", notices), ("异议办理结果查询", reverse("public:objections")))
    return Door("公众", "users", "查验证书，对公示提出异议", links, "查验证书", verify)

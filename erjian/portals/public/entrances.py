"""The ways in that the sign-in page lists (manual 3.2.1): declared here, opened by policy.

A way whose policy says `on` is open where it has a page and the installation is set up for it (`ready`); otherwise it
is announced: its place on the page stays, and the page says that it follows. `off` leaves it out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from django.urls import reverse
from django.utils.http import urlencode

from erjian import policy
from erjian.accounts import openid

PASSWORD = "password"  # noqa: S105 - the code of a way


class Place(StrEnum):
    """Where a way stands on the page."""

    TAB = "tab"
    BUTTON = "button"


class Opening(StrEnum):
    ON = "on"
    ANNOUNCED = "announced"
    OFF = "off"


@dataclass(frozen=True, kw_only=True)
class Way:
    """One way in.

    `template` draws its panel on the sign-in page (`/sign-in/?way=code`), `address` names a page of its own instead;
    a way with neither is announced at most. `follows` is what the page says until then, `how` its line beside the form
    once it is open: for whom, and what they need.
    """

    code: str
    label: str
    place: Place
    icon: str = ""
    template: str = ""
    address: str = ""
    follows: str = ""
    how: str = ""
    ready: Callable[[], bool] = lambda: True

    @property
    def opening(self) -> Opening:
        """Whether it is open on this installation today."""
        if self.code == PASSWORD:
            return Opening.ON
        wanted = Opening(getattr(policy.current().entrances, self.code))
        built = bool(self.template or self.address)
        return Opening.ANNOUNCED if wanted == Opening.ON and not (built and self.ready()) else wanted

    @property
    def name(self) -> str:
        """电子营业执照, for the way 电子营业执照登录."""
        return self.label.removesuffix("登录")

    @property
    def is_open(self) -> bool:
        return self.opening == Opening.ON

    def url(self, **kept: str) -> str:
        """Where the way leads; `kept` are the side and the page wanted."""
        kept = {name: value for name, value in kept.items() if value}
        if self.is_open and self.address:
            return reverse(self.address) + (f"?{urlencode(kept)}" if kept else "")
        query = kept if self.code == PASSWORD else {"way": self.code, **kept}
        return reverse("public:sign-in") + (f"?{urlencode(query)}" if query else "")


WAYS = (
    Way(code=PASSWORD, label="用户名登录", place=Place.TAB, template="public/entrances/password.html"),
    Way(
        code="certificate",
        label="数字证书登录",
        place=Place.TAB,
        follows="数字证书（CA 锁）登录正在接入，开通后插入 CA 锁即可在这里登录。现在请用用户名登录。",
    ),
    Way(
        code="digital_identity",
        label="可信数字身份登录",
        place=Place.TAB,
        template="public/entrances/identity.html",
        ready=partial(openid.is_ready, openid.IDENTITY),
        how="二级建造师个人，以及账号里登记了身份证号码的主管单位人员：到身份平台核验本人后登录，不用口令",
        follows="可信数字身份登录正在接入，开通后用手机扫码即可在这里登录。现在请用用户名登录。",
    ),
    Way(
        code="e_licence",
        label="电子营业执照登录",
        place=Place.BUTTON,
        icon="qrcode",
        address="public:licence",
        ready=partial(openid.is_ready, openid.LICENCE),
        how="企业管理员：用手机扫码，同意后登录，不用口令；企业还没有账号的，扫码后接着注册，当场开通",
        follows="电子营业执照登录正在接入，开通后用电子营业执照小程序扫码即可登录。现在请用用户名登录。",
    ),
)
"""In the manual's order."""


def offered(place: Place) -> tuple[Way, ...]:
    """The ways shown at a place: open or announced."""
    return tuple(way for way in WAYS if way.place == place and way.opening != Opening.OFF)


def helped() -> tuple[Way, ...]:
    """The open ways that the help beside the form explains."""
    return tuple(way for way in WAYS if way.how and way.is_open)


def way(code: str) -> Way:
    """The way with a code."""
    return next(way for way in WAYS if way.code == code)


def chosen(code: str) -> Way:
    """The way a visitor chose, among those that are drawn on the sign-in page; the password otherwise."""
    for way in WAYS:
        if way.code == code and way.opening != Opening.OFF and not (way.is_open and way.address):
            return way
    return WAYS[0]

"""What every page says about the province, and the day it is.

The design system stands beside ``policy`` and must not import it. The settings therefore name
two functions, and this module calls them::

    ERJIAN_UI = {"site": "erjian.portals.site.site", "today": "erjian.policy.clock.today"}

Without the setting the pages carry the product's name only and today is Django's local date.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache

from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string


@dataclass(frozen=True)
class Site:
    """The words that frame a page: the title in the top bar and the lines of the footer.

    ``footer`` is a tuple of lines, each a tuple of phrases; ``links`` the (label, address)
    pairs after the last line.
    """

    title: str = "二级建造师公共服务平台"
    province: str = ""
    short: str = ""
    home: str = "/"
    footer: tuple[tuple[str, ...], ...] = ()
    links: tuple[tuple[str, str], ...] = ()


def _named(key: str) -> Callable | None:
    path = getattr(settings, "ERJIAN_UI", {}).get(key)
    return _imported(path) if path else None


@cache
def _imported(path: str) -> Callable:
    return import_string(path)


def site() -> Site:
    """The province's words."""
    provider = _named("site")
    return provider() if provider else Site()


def today() -> date:
    """The current day where the office is (Asia/Shanghai)."""
    provider = _named("today")
    return provider() if provider else timezone.localdate()


def context(request) -> dict[str, Site]:
    """Context processor: ``site`` on every page."""
    return {"site": site()}

"""The frame of a signed-in page: which edition, who, the tabs on top, the menu on the left.

A portal builds one :class:`Shell` for a request and passes it to the template as ``shell``.
The words and their order are the manual's: 基本信息 | 人员管理 on top, the entries on the left.
"""

from dataclasses import dataclass
from functools import lru_cache
from html import escape

from django.utils.safestring import SafeString, mark_safe


@dataclass(frozen=True)
class Entry:
    """One place to go. ``count`` only for things that the user must do."""

    label: str
    url: str
    current: bool = False
    count: int = 0


@dataclass(frozen=True)
class Group:
    """Entries of the side menu under a quiet sub-heading."""

    label: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Shell:
    """Everything around the content of a page.

    ``edition`` is 企业版, 主管单位版, 个人版 or empty; ``organisation`` is cut where it is long, ``who`` never: the name
    and role, shown with ``who_icon``. An empty address leaves its link out. ``sign_out_url`` is posted to.
    """

    edition: str = ""
    home_url: str = "/"
    tabs: tuple[Entry, ...] = ()
    groups: tuple[Group, ...] = ()
    menu_label: str = ""
    organisation: str = ""
    who: str = ""
    who_icon: str = "user"
    messages_url: str = ""
    messages_count: int = 0
    password_url: str = ""
    account_url: str = ""
    sign_out_url: str = ""
    sign_in_url: str = ""
    manual_url: str = ""

    @property
    def tabs_drawn(self) -> SafeString:
        """The tabs on top as HTML."""
        return _tabs(self.tabs)

    @property
    def menu_drawn(self) -> SafeString:
        """The side menu as HTML."""
        return _menu(self.groups, self.menu_label, self.password_url)


_FIT = {"many": 6, "some": 4}
"""How many tabs stand beside the names of platform and user on most screens, and on small ones; more get their own line."""
_TO_DO = ' title="待我处理"'


def _link(entry: Entry, hint: str) -> str:
    current = ' aria-current="page"' if entry.current else ""
    count = f'<span class="ej-count"{hint}>{entry.count}</span>' if entry.count else ""
    return f'<a href="{escape(entry.url)}"{current}>{escape(entry.label)}{count}</a>'


# Frames repeat from request to request, and the template engine needs a millisecond for each.
@lru_cache(maxsize=1024)
def _tabs(tabs: tuple[Entry, ...]) -> SafeString:
    if not tabs:
        return mark_safe("")
    links = "".join(_link(entry, "") for entry in tabs)
    css = next((f" {name}" for name, most in _FIT.items() if len(tabs) > most), "")
    return mark_safe(f'<nav class="ej-tabs-top{css}" aria-label="一级菜单">{links}</nav>')  # noqa: S308


@lru_cache(maxsize=1024)
def _menu(groups: tuple[Group, ...], label: str, password_url: str) -> SafeString:
    if not groups:
        return mark_safe("")
    parts = [f'<nav class="ej-side" id="ej-side" aria-label="{escape(label)}">']
    for group in groups:
        if group.label:
            parts.append(f"<h2>{escape(group.label)}</h2>")
        links = "".join(f"<li>{_link(entry, _TO_DO)}</li>" for entry in group.entries)
        parts.append(f'<ul class="ej-plain">{links}</ul>')
    if password_url:
        address = escape(password_url)
        parts.append(f'<ul class="ej-plain only-folded"><li><a href="{address}">修改密码</a></li></ul>')
    parts.append("</nav>")
    return mark_safe("".join(parts))  # noqa: S308

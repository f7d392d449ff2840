"""The frame of a signed-in page: which edition, who, the tabs on top, the menu on the left.

A portal builds one :class:`Shell` for a request and passes it to the template as ``shell``.
The words and their order are the manual's: 基本信息 | 人员管理 on top, the entries on the left.
"""

from dataclasses import dataclass


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

    ``edition`` is 企业版, 主管单位版, 个人版 or empty; ``who`` the organisation and name, shown with
    ``who_icon``. An empty address leaves its link out. ``sign_out_url`` is posted to.
    """

    edition: str = ""
    home_url: str = "/"
    tabs: tuple[Entry, ...] = ()
    groups: tuple[Group, ...] = ()
    menu_label: str = ""
    who: str = ""
    who_icon: str = "user"
    messages_url: str = ""
    messages_count: int = 0
    password_url: str = ""
    sign_out_url: str = ""
    sign_in_url: str = ""
    manual_url: str = ""

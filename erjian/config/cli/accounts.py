"""Who may sign in to the demo, as a table for people and as JSON for programs."""

from __future__ import annotations

import dataclasses
from typing import Any

from rich.table import Table

_HEADINGS = {
    "role": "身份",
    "organisation": "单位",
    "username": "用户名",
    "password": "密码",
    "functions": "说明",
    "second_factor": "第二因素",
}


def rows(*, everyone: bool = False) -> list[dict[str, Any]]:
    """The demo accounts: role, user name, password and what else `erjian.demo` knows of them."""
    from erjian import demo

    return [dataclasses.asdict(account) for account in demo.accounts(everyone=everyone)]


def table(*, everyone: bool = False) -> Table:
    """The accounts worth trying; all of them on demand."""
    shown = Table(title="演示账号", title_justify="left")
    found = rows(everyone=everyone)
    for name in found[0] if found else ():
        shown.add_column(_HEADINGS.get(name, name), overflow="fold")
    for row in found:
        shown.add_row(*(str(value) for value in row.values()))
    if not everyone:
        shown.caption = "erjian accounts --all 列出全部账号"
    return shown

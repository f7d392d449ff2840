"""Who may sign in to the demo, as a table for people and as JSON for programs."""

from __future__ import annotations

import dataclasses
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table

_HEADINGS = {
    "role": "身份",
    "organisation": "单位",
    "username": "用户名",
    "password": "口令",
    "functions": "说明",
    "second_factor": "第二因素",
}
_SAID_ONCE = ("password", "second_factor")
_COPIED = ("role", "username", "password")


def rows(*, everyone: bool = False) -> list[dict[str, Any]]:
    """The demo accounts: role, user name, password and what else `erjian.demo` knows of them."""
    from erjian import demo

    return [dataclasses.asdict(account) for account in demo.accounts(everyone=everyone)]


def table(*, everyone: bool = False) -> Table:
    """The accounts worth trying; all of them on demand.

    What every account shares (the demo's password) is said once above, so that user names fit a terminal of 80
    columns unbroken and can be copied.
    """
    found = rows(everyone=everyone)
    shared = {name: values.pop() for name in _SAID_ONCE if len(values := {row[name] for row in found} - {""}) == 1}
    said = "，".join(f"{_HEADINGS[name]} {value}" for name, value in shared.items())
    shown = Table(
        title=f"演示账号（{said}）" if said else "演示账号", title_justify="left", box=SIMPLE_HEAD, pad_edge=False
    )
    columns = [name for name in (found[0] if found else ()) if name not in shared]
    for name in columns:
        shown.add_column(_HEADINGS[name], overflow="fold", no_wrap=name in _COPIED)
    for row in found:
        shown.add_row(*(str(row[name]) for name in columns))
    if not everyone:
        shown.caption = "erjian accounts --all 列出全部账号"
    return shown

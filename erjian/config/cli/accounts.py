"""Who may sign in to the demo, as a table for people and as JSON for programs."""

from __future__ import annotations

import dataclasses
from typing import Any

from rich.table import Table


def rows() -> list[dict[str, Any]]:
    """The demo accounts: role, user name, password and what else `erjian.demo` knows of them."""
    from erjian import demo

    return [dataclasses.asdict(account) for account in demo.accounts()]


def table(*, limit: int = 20) -> Table:
    found = rows()
    shown = Table(title="演示账号 demo accounts", title_justify="left")
    for name in found[0] if found else ():
        shown.add_column(name, overflow="fold")
    for row in found[:limit]:
        shown.add_row(*(str(value) for value in row.values()))
    if len(found) > limit:
        shown.caption = f"{len(found) - limit} more: erjian accounts"
    return shown

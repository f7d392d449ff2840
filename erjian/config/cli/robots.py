"""What a run of the robots did, as a table."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table


def report(run: Any, console: Console) -> int:
    """Print a run; exit code 1 when something was refused."""
    from erjian.applications.robots import ROBOTS

    shown = Table(title="试运行（没有改动）" if run.dry_run else "已运行", title_justify="left")
    shown.add_column("任务")
    shown.add_column("将办理" if run.dry_run else "已办理", justify="right")
    for robot in ROBOTS:
        shown.add_row(robot.label, str(run.done.get(robot.name, 0)))
    console.print(shown)
    for line in run.refused:
        console.print(f"未办理：{line}")
    return 1 if run.refused else 0

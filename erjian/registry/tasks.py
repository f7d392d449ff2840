"""Jobs of the register. A repeat changes nothing but the moment of counting."""

from __future__ import annotations

from procrastinate.contrib.django import app

from erjian.registry import figures


@app.periodic(cron="50 * * * *")
@app.task(queue="robots", queueing_lock="registry.figures")
def count_figures(timestamp: int = 0) -> None:
    """Hourly, and when somebody asks for it: 统计 of the register."""
    figures.count()

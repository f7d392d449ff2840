"""Jobs of certificates that no case asks for. Arguments are ids; every job can be repeated without a second effect."""

from __future__ import annotations

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from erjian.certificates import windows


@app.task(queue="certificates", retry=RetryStrategy(max_attempts=10, exponential_wait=3))
def issue_window(window_id: int) -> None:
    """Make the copy of one 使用有效期."""
    windows.issue(window_id)

"""Jobs of proceedings; each can be repeated without a second effect."""

from __future__ import annotations

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from erjian.proceedings import papers
from erjian.proceedings.models import Paper


@app.task(queue="letters", retry=RetryStrategy(max_attempts=10, exponential_wait=3))
def render_paper(paper_id: int) -> None:
    """Render and sign one paper."""
    papers.render(Paper.objects.get(pk=paper_id))

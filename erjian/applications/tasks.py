"""Jobs and robots of cases. Arguments are ids; every job can be repeated without a second effect."""

from __future__ import annotations

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from erjian import certificates
from erjian.applications import actions, letters, robots, telling
from erjian.applications.models import Application, Letter, RobotRun
from erjian.applications.states import State
from erjian.procedures import About

_RETRY = RetryStrategy(max_attempts=10, exponential_wait=3)


@app.task(queue="certificates", retry=_RETRY)
def issue_certificate(application_id: int, version_id: int | None = None) -> None:
    """Render, sign and store a certificate of a decided case (all it still owes, when none is named).

    Whoever stores the last file of the case closes it.
    """
    application = Application.objects.get(pk=application_id)
    number = application.number
    for pk in (version_id,) if version_id is not None else certificates.issuing.outstanding(number):
        version = certificates.issuing.issue(pk)
        if application.about == About.ENTERPRISE:
            telling.tell_holder(application, version)
    if application.state == State.ANNOUNCED and not certificates.issuing.outstanding(number):
        actions.mark_issued(application=application)


@app.task(queue="letters", retry=_RETRY)
def render_letter(letter_id: int) -> None:
    """Render and sign one official letter."""
    letters.render(Letter.objects.get(pk=letter_id))


@app.task(queue="robots")
def dry_run(run_id: int) -> None:
    """Count what the robots would do; what has ended is left alone."""
    kept = RobotRun.objects.get(pk=run_id)
    if kept.ended_at is None:
        robots.run(kept=kept)


@app.periodic(cron="5 * * * *")
@app.task(queue="robots", queueing_lock="robots.deadlines")
def deadlines(timestamp: int) -> None:
    """Hourly: deemed acceptance, time-outs, stale drafts."""
    robots.run()

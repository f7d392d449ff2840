"""Housekeeping of the job queue itself.

Times of periodic jobs, here and in every room, are in UTC: a night's work stands at 18 to 20 o'clock, 2 to 4 in China.
"""

from __future__ import annotations

import logging

from procrastinate import App, JobContext
from procrastinate.contrib.django import app
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Status

logger = logging.getLogger(__name__)
KEEP_FINISHED_HOURS = 72
MOST_ATTEMPTS = 20
"""More than any job's own retries, each of which counts."""


@app.periodic(cron="* * * * * */20")
@app.task(name="config.retry_stalled", queue="housekeeping", queueing_lock="config.retry_stalled", pass_context=True)
async def retry_stalled(context: JobContext, timestamp: int) -> None:
    """Give back the jobs of a worker that was killed: nothing else would ever touch them again."""
    await give_back_stalled(context.app)


async def give_back_stalled(of: App) -> int:
    """Put jobs whose worker is silent back into the queue; returns how many.

    One whose successor under the same queueing lock waits already is left to it. One that was begun so often that it
    must be what kills its workers is given up.
    """
    given_back = 0
    for job in list(await of.job_manager.get_stalled_jobs()):
        if job.attempts >= MOST_ATTEMPTS:
            logger.error("job %s (%s) is given up after %s attempts", job.id, job.task_name, job.attempts)
            await of.job_manager.finish_job(job, Status.FAILED, delete_job=False)
            continue
        try:
            await of.job_manager.retry_job(job)
            given_back += 1
        except UniqueViolation:
            await of.job_manager.finish_job(job, Status.ABORTED, delete_job=False)
    return given_back


@app.periodic(cron="41 18 * * *")
@app.task(name="config.purge_finished", queue="housekeeping", queueing_lock="config.purge_finished", pass_context=True)
async def purge_finished(context: JobContext, timestamp: int) -> None:
    """Forget finished jobs; failed ones stay until somebody has looked at them."""
    await context.app.job_manager.delete_old_jobs(nb_hours=KEEP_FINISHED_HOURS)

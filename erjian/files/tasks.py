"""The night work of this room; a repeat changes nothing."""

from procrastinate.contrib.django import app

from erjian.files import storing


@app.periodic(cron="13 * * * *")
@app.task(name="files.delete_discarded", queue="files", queueing_lock="files.delete_discarded")
def delete_discarded(timestamp: int) -> None:
    storing.delete_discarded()


@app.periodic(cron="41 18 * * *")
@app.task(name="files.sweep_orphans", queue="files", queueing_lock="files.sweep_orphans")
def sweep_orphans(timestamp: int) -> None:
    storing.sweep_orphans()

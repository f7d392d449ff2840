"""The sealer's rhythm: every four seconds, so that no event waits longer than five."""

from procrastinate.contrib.django import app

from erjian.audit import sealing


@app.periodic(cron="* * * * * */4")
@app.task(name="audit.seal", queue="audit", queueing_lock="audit.seal")
def seal(timestamp: int) -> None:
    sealing.seal()

"""The sealer's rhythm: every four seconds, so that no event waits longer than five. And who read most, every ten minutes."""

from procrastinate.contrib.django import app

from erjian.audit import reading, sealing


@app.periodic(cron="* * * * * */4")
@app.task(name="audit.seal", queue="audit", queueing_lock="audit.seal")
def seal(timestamp: int) -> None:
    sealing.seal()


@app.periodic(cron="*/10 * * * *")
@app.task(name="audit.count_readers", queue="robots", queueing_lock="audit.count_readers")
def count_readers(timestamp: int) -> None:
    """A repeat changes nothing but the moment of counting."""
    reading.count()

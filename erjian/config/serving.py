"""The two processes that do the work: the web server and the job worker.

Both may run under any supervisor; `erjian run` starts one of each. Each ends when the process that started it
ends, so that a killed supervisor leaves no orphan holding the port.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import sys

from erjian.config import env

_PR_SET_PDEATHSIG = 1


def end_with_parent() -> None:
    """Have the kernel send SIGTERM to this process when its parent dies (Linux; elsewhere nothing happens)."""
    if not sys.platform.startswith("linux"):
        return
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGTERM)


def serve_web() -> None:
    """Serve pages until SIGTERM."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    end_with_parent()
    threads = env.number("ERJIAN_WEB_THREADS", low=1, high=64)
    Granian(
        "erjian.config.wsgi:application",
        address=env.text("ERJIAN_BIND"),
        port=env.number("PORT", low=1, high=65535),
        interface=Interfaces.WSGI,
        workers=env.number("ERJIAN_WEB_WORKERS", low=1, high=64),
        blocking_threads=threads,
        # What waits beyond this is refused at once instead of piling up behind slow requests.
        backpressure=threads * 16,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
        log_level=LogLevels.warning,
    ).serve()


def work_on_jobs(*, wait: bool = True) -> None:
    """Work on jobs until SIGTERM, or until none is due."""
    import django
    from procrastinate.contrib.django import app

    from erjian.config.tasks import give_back_stalled

    end_with_parent()
    django.setup()

    async def work() -> None:
        with app.replace_connector(app.connector.get_worker_connector()) as worker_app:
            async with worker_app.open_async():
                await give_back_stalled(worker_app)
                await worker_app.run_worker_async(wait=wait)

    asyncio.run(work())

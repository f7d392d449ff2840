"""The two processes that do the work: the web server and the job worker.

Both may run under any supervisor; `erjian run` starts one of each. Each ends when the process that started it
ends, so that a killed supervisor leaves no orphan holding the port.
"""

from __future__ import annotations

import asyncio
import ctypes
import multiprocessing
import os
import signal
import sys

from erjian.config import env
from erjian.config.trouble import Trouble

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
    """Serve pages until SIGTERM. Raises Trouble when this node is not fit to."""
    end_with_parent()
    _prepare_node()

    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

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


def _prepare_node() -> None:
    """Look after keys and static files in a process of its own: the one that starts web workers stays small."""
    preparing = multiprocessing.get_context("fork").Process(target=_prepare)
    preparing.start()
    preparing.join()
    if preparing.exitcode:
        sys.exit(preparing.exitcode)


def _prepare() -> None:
    import django

    from erjian.config import nodes

    django.setup()
    try:
        nodes.require_fitting_keys()
    except Trouble as trouble:
        print(f"erjian: {trouble}", file=sys.stderr, flush=True)  # noqa: T201 - the operator's terminal
        sys.exit(1)
    nodes.collect_static()


def work_on_jobs(*, wait: bool = True) -> None:
    """Work on jobs until SIGTERM, or until none is due. Raises Trouble when the keys do not fit."""
    import django

    from erjian.config import nodes

    end_with_parent()
    django.setup()
    nodes.require_fitting_keys()

    from erjian.config import workers

    asyncio.run(workers.work(wait=wait))

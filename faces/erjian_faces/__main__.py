"""`python -m erjian_faces --socket PATH` or `--port NUMBER`: the service, until TERM."""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import logging
import os
import signal
import socket
import sys
from pathlib import Path

import uvicorn

from erjian_faces.service import Service

_PR_SET_PDEATHSIG = 1
MOST_CONNECTIONS = 64


def main() -> None:
    parser = argparse.ArgumentParser(prog="erjian_faces", description=__doc__)
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--socket", help="path of a Unix socket that only this user may use")
    where.add_argument("--port", type=int, help="TCP port")
    parser.add_argument("--host", default="127.0.0.1", help="address with --port")
    parser.add_argument("--log", default="WARNING", choices=["DEBUG", "INFO", "WARNING", "ERROR"])
    parser.add_argument(
        "--end-with-parent", action="store_true", help="end when the process that started this one ends"
    )
    chosen = parser.parse_args()
    logging.basicConfig(level=chosen.log, format="%(levelname)s faces %(message)s", stream=sys.stderr)
    if chosen.end_with_parent and sys.platform.startswith("linux"):
        parent = os.getppid()
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            return
    config = uvicorn.Config(
        Service(),
        host=chosen.host,
        port=chosen.port or 0,
        http="h11",
        loop="asyncio",
        ws="none",
        lifespan="on",
        limit_concurrency=MOST_CONNECTIONS,
        timeout_keep_alive=20,
        timeout_graceful_shutdown=5,
        access_log=False,
        server_header=False,
        log_config=None,
    )
    uvicorn.Server(config).run(sockets=[_socket(chosen.socket)] if chosen.socket else None)


def _socket(path: str) -> socket.socket:
    """A listening socket at `path` for this user alone; one that nobody listens at is replaced."""
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    with contextlib.suppress(ConnectionRefusedError, FileNotFoundError):
        listening.connect(path)
        sys.exit(f"erjian_faces: another service listens at {path}")
    listening.close()
    Path(path).unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    os.umask(0o077)
    listening.bind(path)
    listening.listen(MOST_CONNECTIONS)
    return listening


if __name__ == "__main__":
    main()

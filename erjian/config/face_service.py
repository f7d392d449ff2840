"""The face service (`faces/`): where it listens, how it is started, whether it is well.

It is a program of its own in an environment of its own, `.venv-faces`; nothing of it is imported here.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import socket
import stat
from pathlib import Path
from urllib.parse import urlsplit

from erjian.config import env
from erjian.config.trouble import Trouble

_ROOT = Path(__file__).resolve().parents[2]
PYTHON = _ROOT / ".venv-faces/bin/python"
_CODE = _ROOT / "faces"
# The kernel takes socket paths of up to 107 bytes.
_LONGEST_PATH = 100
_SECONDS = 1.5


def address() -> str:
    """Where the service is asked: http://host:port or unix:/path."""
    return env.text("ERJIAN_FACES_URL") or f"unix:{_socket()}"


def is_ours() -> bool:
    """Whether it is the one that `erjian run` starts on this machine."""
    return not env.text("ERJIAN_FACES_URL")


def is_installed() -> bool:
    return PYTHON.exists() and (PYTHON.parents[1] / ".made").exists()


def become() -> None:
    """Turn this process into the service. Ends when the process that started it ends."""
    if not is_installed():
        raise Trouble("The face service is not installed; run: make setup")
    if not is_ours():
        raise Trouble("ERJIAN_FACES_URL names a face service elsewhere; unset it to start one here.")
    path = _socket()
    _private_folder(path.parent)
    # `python -m` finds the package where it is started.
    os.chdir(_CODE)
    level = env.text("ERJIAN_LOG")
    command = [str(PYTHON), "-m", "erjian_faces", "--end-with-parent", "--log", level, "--socket", str(path)]
    os.execv(PYTHON, command)  # noqa: S606 - no shell is wanted


def state() -> str:
    """`ok`, `starting`, or `down`."""
    connection = _connection(address())
    try:
        connection.request("GET", "/healthz", headers={"Connection": "close"})
        found = json.loads(connection.getresponse().read(100_000))
    except (OSError, http.client.HTTPException, ValueError):
        return "down"
    finally:
        connection.close()
    return "ok" if isinstance(found, dict) and found.get("ok") is True else "starting"


def _socket() -> Path:
    """In the data folder, or, when that has too long a name, in a folder of this user's with a short one."""
    data = env.data_folder()
    path = data / "faces/socket"
    if len(os.fsencode(path)) <= _LONGEST_PATH:
        return path
    digest = hashlib.sha256(os.fsencode(data)).hexdigest()[:16]
    return Path(f"/tmp/erjian-faces-{os.geteuid()}-{digest}/socket")  # noqa: S108 - the folder's owner is checked


def _private_folder(folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o077:
        raise Trouble(f"{folder} must be a folder of this user's alone; remove it.")


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=_SECONDS)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


def _connection(where: str) -> http.client.HTTPConnection:
    if where.startswith("unix:"):
        return _UnixConnection(where.removeprefix("unix:"))
    parts = urlsplit(where)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    return kind(parts.hostname or "", parts.port, timeout=_SECONDS)

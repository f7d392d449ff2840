"""What a node needs before it serves: the keys that the database was written with, the static files of its version.

A node without either would do harm or answer every page with an error: with keys of its own it could read nobody's
identity number and would write new ones that no other node can read.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
from collections.abc import Iterator
from pathlib import Path

from erjian.config.trouble import Trouble


def require_fitting_keys() -> None:
    """Raise Trouble when the keys at hand are not those that the database was written with.

    Of each protected column the first value is read. A database without tables or that is down says nothing.
    """
    from django.db import OperationalError, ProgrammingError

    from erjian.config import env

    with contextlib.suppress(OperationalError, ProgrammingError):
        for column in _unreadable():
            path = env.file("ERJIAN_KEYS_FILE") or env.data_folder() / "keys.json"
            raise Trouble(f"The keys in {path} are not those of this database (they do not open {column}).")


def _unreadable() -> Iterator[str]:
    from django.apps import apps

    from erjian.protection import ProtectedText

    for model in apps.get_models():
        for field in vars(model).values():
            if not isinstance(field, ProtectedText):
                continue
            cipher, index, _ = field.columns
            rows = model._base_manager.exclude(**{cipher: b""}).order_by("pk")  # noqa: SLF001 - Django documents it
            row = rows.values_list(cipher, index).first()
            if row is not None and not field.opens(*row):
                yield f"{model._meta.label}.{field.name}"


def collect_static() -> None:
    """Collect, hash and compress static files, unless none has changed since the last time."""
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command

    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            state = Path(storage.path(path)).stat()
            digest.update(f"{path}\0{state.st_size}\0{state.st_mtime_ns}\n".encode())
    folder = Path(settings.STATIC_ROOT)
    stamp = folder / ".collected"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / "static.lock").open("a") as lock:
        # Two processes of one data folder that start together must not clear each other's files.
        fcntl.flock(lock, fcntl.LOCK_EX)
        with contextlib.suppress(OSError):
            if stamp.read_text() == digest.hexdigest():
                return
        call_command("collectstatic", interactive=False, verbosity=0, clear=folder.exists())
        stamp.write_text(digest.hexdigest())

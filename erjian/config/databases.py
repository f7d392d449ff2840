"""From `DATABASE_URL` to Django's settings, and the check that the database can be reached at all."""

from __future__ import annotations

from typing import Any

from psycopg import OperationalError, ProgrammingError, connect
from psycopg.conninfo import conninfo_to_dict

from erjian.config.env import BadEnvironment

_DJANGO_NAMES = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}


def configuration(url: str, *, connections: int) -> dict[str, Any]:
    """Django's entry for `url`, with a pool of at most `connections` per process."""
    try:
        parts = conninfo_to_dict(url)
    except ProgrammingError as error:
        raise BadEnvironment(f"DATABASE_URL cannot be read: {error}".splitlines()[0]) from error
    if "://" not in url or not parts.get("dbname"):
        raise BadEnvironment("DATABASE_URL must look like postgresql://user:password@host:5432/name.")
    entry: dict[str, Any] = {_DJANGO_NAMES[k]: str(v) for k, v in parts.items() if k in _DJANGO_NAMES}
    options: dict[str, Any] = {k: v for k, v in parts.items() if k not in _DJANGO_NAMES}
    options["pool"] = {"min_size": 1, "max_size": connections, "timeout": 10}
    return {"ENGINE": "django.db.backends.postgresql", "OPTIONS": options, **entry}


def trouble(url: str) -> str | None:
    """Why the database at `url` cannot be used, in one line; None when it can."""
    try:
        with connect(url, connect_timeout=5) as connection:
            connection.execute("SELECT 1")
            version = connection.info.server_version
    except OperationalError as error:
        lines = [line for line in str(error).splitlines() if line.strip()]
        return f"Cannot reach the database of DATABASE_URL: {lines[0] if lines else type(error).__name__}"
    if version < 140000:
        return f"PostgreSQL 14 or newer is required, this one is {version // 10000}."
    return None

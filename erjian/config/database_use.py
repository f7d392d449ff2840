"""Having a database while a command works: the embedded one is started and left again, another one is only checked."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

from erjian.config import databases, env, nodes
from erjian.config.postgres import Cluster, DatabaseTrouble


@contextlib.contextmanager
def database() -> Iterator[Cluster | None]:
    """A reachable database, Django set up with the keys that fit, and the embedded cluster if that is the one.

    Raises Trouble with one line.
    """
    url = env.text("DATABASE_URL")
    if url:
        databases.configuration(url, connections=1)
        if reason := databases.trouble(url):
            raise DatabaseTrouble(reason)
        _set_up()
        yield None
        return
    cluster = Cluster(env.data_folder())
    cluster.start()
    try:
        _set_up()
        yield cluster
    finally:
        _close_connections()
        cluster.stop()


def _set_up() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "erjian.config.settings")
    django.setup()
    nodes.require_fitting_keys()


def _close_connections() -> None:
    from django.conf import settings

    if settings.configured:
        from django.db import connections

        for connection in connections.all(initialized_only=True):
            connection.close()
            if getattr(connection, "close_pool", None):
                connection.close_pool()


def migrate(*, verbosity: int = 0) -> None:
    """Bring the database to this version's shape; nodes that start together wait for each other.

    A migration that cannot get its locks gives up instead of stopping every request behind it.
    """
    from django.core.management import call_command
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext('erjian.migrate'))")
        cursor.execute("SET lock_timeout = '10s'")
    try:
        call_command("migrate", interactive=False, verbosity=verbosity)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")
            cursor.execute("SELECT pg_advisory_unlock(hashtext('erjian.migrate'))")

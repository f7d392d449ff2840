"""`erjian`, the operator's tool. Commands import what they need when they run, so that `--help` answers at once."""

from __future__ import annotations

import os
import signal
import sys

from erjian.config.trouble import Trouble


def main() -> None:
    """Run the command line; a trouble is one line on standard error and exit code 1."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "erjian.config.settings")
    from erjian.config.cli.commands import application

    # TERM unwinds like Ctrl-C does, so that an embedded database started for the command is stopped with it.
    signal.signal(signal.SIGTERM, _unwind)
    try:
        application()
    except Trouble as trouble:
        print(f"erjian: {trouble}", file=sys.stderr)  # noqa: T201 - the operator's terminal
        sys.exit(1)
    except Exception as error:
        if not _lacks_tables(error):
            raise
        print("erjian: The database lacks tables of this version; run `erjian migrate` first.", file=sys.stderr)  # noqa: T201
        sys.exit(1)


def _lacks_tables(error: Exception) -> bool:
    """Whether a query met a table or a column that migrations have yet to make."""
    from psycopg import errors

    return isinstance(error.__cause__, errors.UndefinedTable | errors.UndefinedColumn)


def _unwind(number: int, frame: object) -> None:
    sys.exit(128 + number)

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


def _unwind(number: int, frame: object) -> None:
    sys.exit(128 + number)

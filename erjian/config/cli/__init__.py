"""`erjian`, the operator's tool. Commands import what they need when they run, so that `--help` answers at once."""

from __future__ import annotations

import os
import sys

from erjian.config.trouble import Trouble


def main() -> None:
    """Run the command line; a trouble is one line on standard error and exit code 1."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "erjian.config.settings")
    from erjian.config.cli.commands import application

    try:
        application()
    except Trouble as trouble:
        print(f"erjian: {trouble}", file=sys.stderr)  # noqa: T201 - the operator's terminal
        sys.exit(1)

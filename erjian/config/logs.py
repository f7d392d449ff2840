"""Lines of the log, without what opens a door.

Django writes the address of each request that was refused, and the page it came from; some addresses hold a secret.
"""

from __future__ import annotations

import logging
import re

# What follows these is a secret: an invitation's one-use token, the token printed on a certificate.
# Whatever is written there is masked, whether or not it names a page: an address copied with a 。 is no page at all.
SECRET_AFTER = ("/sign-in/link/", "/verify/")

_SECRET = re.compile(rf"({'|'.join(map(re.escape, SECRET_AFTER))})[^/\s\"'<>]+")


class LineFormatter(logging.Formatter):
    """Formats as `logging.Formatter` does and masks secrets in all of it, tracebacks included."""

    def format(self, record: logging.LogRecord) -> str:
        return _SECRET.sub(r"\1***", super().format(record))

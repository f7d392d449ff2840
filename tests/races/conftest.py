"""A real web server, and windows of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.races.browsers import Browser


@pytest.fixture
def opens(live_server: Any, settings: Any) -> Callable[[Any], Browser]:
    """A window of somebody who has just signed in."""
    settings.ERJIAN_ORIGIN = live_server.url
    return lambda user: Browser(live_server.url, user)

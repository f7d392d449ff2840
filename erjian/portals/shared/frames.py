"""The frame that a signed-in reader works in, for pages that all portals share: messages, account, password.

Each portal says at start which template and which :class:`~erjian.ui.navigation.Shell` its readers are used to.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest

from erjian.accounts.models import UserKind
from erjian.ui.navigation import Shell

_FRAMES: dict[str, tuple[str, Callable[[HttpRequest], Shell]]] = {}


def register(kind: UserKind, template: str, shell: Callable[[HttpRequest], Shell]) -> None:
    """Make a portal's frame known: `shell` builds it for a request of a user of this kind."""
    _FRAMES[kind.value] = (template, shell)


def of_the_reader(request: HttpRequest) -> dict[str, Any]:
    """The context of a shared page: `frame`, the template to extend, and `shell`. The reader is signed in."""
    template, shell = _FRAMES[request.user.kind]
    return {"frame": template, "shell": shell(request)}

"""Addresses: four front doors and one for the machine room.

`/`, `/sign-in/`, `/notices/`, `/verify/`, `/enterprise/`, `/person/`, `/authority/` and `/healthz` are stable.
"""

from __future__ import annotations

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

from erjian.config.health import healthz

_DOORS = (
    ("person/", "erjian.portals.person"),
    ("enterprise/", "erjian.portals.enterprise"),
    ("authority/", "erjian.portals.authority"),
    ("", "erjian.portals.public"),
)


def _built(room: str) -> bool:
    try:
        return find_spec(f"{room}.urls") is not None
    except ModuleNotFoundError:
        return False


urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    *(path(prefix, include(f"{room}.urls")) for prefix, room in _DOORS if _built(room)),
]

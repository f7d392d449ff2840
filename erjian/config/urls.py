"""Addresses: four front doors and one for the machine room.

`/`, `/sign-in/`, `/notices/`, `/verify/`, `/enterprise/`, `/person/`, `/m/`, `/authority/` and `/healthz` are stable.
"""

from __future__ import annotations

from django.urls import include, path

from erjian.config.health import healthz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("m/", include("erjian.portals.person.mobile")),
    path("person/", include("erjian.portals.person.urls")),
    path("enterprise/", include("erjian.portals.enterprise.urls")),
    path("authority/", include("erjian.portals.authority.urls")),
    path("", include("erjian.portals.public.urls")),
]

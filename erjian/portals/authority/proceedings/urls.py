"""Addresses of 依职权办理, below /authority/."""

from __future__ import annotations

from django.urls import path

from erjian.portals.authority.proceedings import pages

urlpatterns = [
    path("proceedings/", pages.listing, name="proceedings"),
    path("proceedings/<uuid:uuid>/", pages.page, name="proceeding"),
    path("proceedings/<uuid:uuid>/act/<slug:name>/", pages.act, name="proceeding-act"),
    path("proceedings/<uuid:uuid>/papers/<int:pk>/", pages.paper, name="proceeding-paper"),
    path("proceedings/<uuid:uuid>/files/<int:pk>/", pages.attachment, name="proceeding-file"),
    path("register/registrations/<int:pk>/proceeding/", pages.new, name="proceeding-new"),
]

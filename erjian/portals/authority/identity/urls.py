"""Addresses below /authority/identity/."""

from __future__ import annotations

from django.urls import path

from erjian.portals.authority.identity import comparing, counter

urlpatterns = [
    path("", comparing.listing, name="identity"),
    path("faces/<uuid:uuid>/", comparing.page, name="identity_face"),
    path("faces/<uuid:uuid>/frame.jpg", comparing.frame, name="identity_frame"),
    path("faces/<uuid:uuid>/card.jpg", comparing.card, name="identity_card"),
    path("counter/", counter.search, name="identity_counter"),
    path("counter/<int:pk>/", counter.page, name="identity_check"),
]

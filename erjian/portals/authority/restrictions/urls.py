"""Addresses below /authority/register/."""

from __future__ import annotations

from django.urls import path

from erjian.portals.authority.restrictions import enterprises, pages

urlpatterns = [
    path("kept/<slug:kind>/", pages.listing, name="restrictions"),
    path("kept/<slug:kind>/new/", pages.new, name="restriction_new"),
    path("kept/<slug:kind>/<int:pk>/", pages.page, name="restriction"),
    path("kept/<slug:kind>/<int:pk>/end/", pages.end, name="restriction_end"),
    path("enterprises/<int:pk>/bar/", enterprises.bar, name="enterprise_bar"),
    path("enterprises/<int:pk>/bars/<int:bar>/lift/", enterprises.lift, name="enterprise_bar_lift"),
]

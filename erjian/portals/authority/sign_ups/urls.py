"""Addresses below /authority/sign-ups/."""

from __future__ import annotations

from django.urls import path

from erjian.portals.authority.sign_ups import pages

urlpatterns = [
    path("", pages.listing, name="sign_ups"),
    path("<int:pk>/", pages.page, name="sign_up"),
    path("<int:pk>/licence/", pages.licence, name="sign_up_licence"),
    path("<int:pk>/approve/", pages.approve, name="sign_up_approve"),
    path("<int:pk>/refuse/", pages.refuse, name="sign_up_refuse"),
]

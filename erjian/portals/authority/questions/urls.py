"""Addresses below /authority/questions/."""

from __future__ import annotations

from django.urls import path

from erjian.portals.authority.questions import pages

urlpatterns = [
    path("", pages.listing, name="questions"),
    path("<int:pk>/", pages.page, name="question"),
    path("<int:pk>/attachment/", pages.attachment, name="question_attachment"),
    path("<int:pk>/publish/", pages.publish, name="question_publish"),
    path("<int:pk>/withdraw/", pages.withdraw, name="question_withdraw"),
]

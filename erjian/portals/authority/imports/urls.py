"""Addresses below /authority/imports/."""

from __future__ import annotations

from django.urls import path

from erjian.portals.authority.imports import doing, pages

urlpatterns = [
    path("", pages.listing, name="imports"),
    path("new/", doing.new, name="import_new"),
    path("templates/<slug:kind>.xlsx", pages.template, name="import_template"),
    path("<uuid:uuid>/", pages.page, name="import"),
    path("<uuid:uuid>/progress/", pages.progress, name="import_progress"),
    path("<uuid:uuid>/errors.xlsx", pages.error_file, name="import_errors"),
    path("<uuid:uuid>/apply/", doing.apply, name="import_apply"),
    path("<uuid:uuid>/again/", doing.again, name="import_again"),
]

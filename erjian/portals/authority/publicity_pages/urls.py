"""Addresses below /authority/: batches/, objections/, notices/."""

from __future__ import annotations

from django.urls import path

from erjian.portals.authority.publicity_pages import batches, changing, notices, objections, picking

urlpatterns = [
    path("batches/", batches.listing, name="batches"),
    path("batches/new/<slug:kind>/", picking.create, name="batch_new"),
    path("batches/<int:pk>/", batches.page, name="batch"),
    path("batches/<int:pk>/progress/", batches.progress, name="batch_progress"),
    path("batches/<int:pk>/add/", picking.add, name="batch_add"),
    path("batches/<int:pk>/remove/", changing.remove, name="batch_remove"),
    path("batches/<int:pk>/title/", changing.rename, name="batch_title"),
    path("batches/<int:pk>/publish/", changing.publish, name="batch_publish"),
    path("batches/<int:pk>/discard/", changing.discard, name="batch_discard"),
    path("batches/<int:pk>/retry/", changing.retry, name="batch_retry"),
    path("batches/<int:pk>/release/<int:item>/", changing.release, name="batch_release"),
    path("objections/", objections.listing, name="objections"),
    path("objections/<int:pk>/", objections.page, name="objection"),
    path("objections/<int:pk>/evidence/", objections.evidence, name="objection_evidence"),
    path("notices/", notices.listing, name="notices"),
    path("notices/new/", notices.create, name="notice_new"),
    path("notices/<int:pk>/", notices.edit, name="notice"),
    path("notices/<int:pk>/preview/", notices.preview, name="notice_preview"),
    path("notices/<int:pk>/attachment/", notices.attachment, name="notice_attachment"),
    path("notices/<int:pk>/publish/", notices.publish, name="notice_publish"),
    path("notices/<int:pk>/withdraw/", notices.withdraw, name="notice_withdraw"),
    path("notices/<int:pk>/discard/", notices.discard, name="notice_discard"),
]

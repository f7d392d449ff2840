"""Addresses of the enterprises' portal, mounted at /enterprise/."""

from __future__ import annotations

from django.urls import include, path

from erjian.portals.enterprise.views import (
    attachments,
    cases,
    certificates,
    confirming,
    editing,
    history,
    home,
    library,
    listing,
    papers,
    picking,
    profile,
    qualified,
    questions,
    searches,
)

app_name = "enterprise"

_case = [
    path("", cases.case, name="case"),
    path("edit/", editing.edit, name="edit"),
    path("autosave/", editing.autosave, name="autosave"),
    path("materials/", attachments.attachments, name="materials"),
    path("materials/<int:pk>/", papers.material, name="material"),
    path("materials/<int:pk>/delete/", attachments.detach, name="detach"),
    path("materials/<slug:code>/add/", attachments.attach, name="attach"),
    path("materials.zip", papers.all_materials, name="materials-zip"),
    path("letters/<int:pk>/", papers.letter, name="letter"),
    path("decision.pdf", papers.decision, name="decision"),
    path("print.pdf", papers.form_pdf, name="print"),
    path("withdraw/", cases.withdraw, name="withdraw"),
    path("answer/<slug:name>/", cases.answer, name="answer"),
    path("remind/", cases.remind, name="remind"),
    path("delete/", cases.delete, name="delete"),
]

urlpatterns = [
    path("", home.home, name="home"),
    path("people/", listing.people, name="people"),
    path("profile/", profile.profile, name="profile"),
    path("profile/counties/", profile.counties, name="counties"),
    path("profile/attachments/", profile.attachments, name="profile-attachments"),
    path("profile/library/", library.differences, name="library"),
    path("profile/library/take-over/", library.take_over, name="library-take-over"),
    path("profile/licence/", profile.licence, name="licence"),
    path("qualifications/", profile.qualifications, name="qualifications"),
    path("questions/", questions.listing, name="questions"),
    path("questions/new/", questions.ask, name="question-new"),
    path("questions/<int:pk>/", questions.page, name="question"),
    path("questions/<int:pk>/attachment/", questions.attachment, name="question-attachment"),
    path("questions/<int:pk>/retract/", questions.retract, name="question-retract"),
    path("cases/", searches.cases, name="cases"),
    path("cases/<uuid:uuid>/", include(_case)),
    path("confirmations/cancellations/", confirming.cancellations, name="cancellations"),
    path("confirmations/transfers/", confirming.departures, name="departures"),
    path("confirmations/temporary-transfers/", confirming.temporary_departures, name="temporary-departures"),
    path("temporary-transfers/", confirming.temporary_transfers, name="temporary-transfers"),
    path("certificates/", certificates.certificates, name="certificates"),
    path("certificates/<int:pk>/", certificates.certificate, name="certificate"),
    path("certificates/<int:pk>/<int:version>/file.pdf", certificates.file, name="certificate-file"),
    path("certificates/<int:pk>/<int:version>/preview/", certificates.preview, name="certificate-preview"),
    path("history/", history.history, name="history"),
    path("history/<int:pk>/", history.detail, name="history-detail"),
    path("qualified/", qualified.qualified, name="qualified"),
    path("qualified/<int:pk>/", qualified.detail, name="qualified-detail"),
    path("<slug:code>/", listing.listing, name="procedure"),
    path("<slug:code>/export.xlsx", listing.export, name="export"),
    path("<slug:code>/new/", picking.pick, name="pick"),
    path("<slug:code>/start/", picking.start, name="start"),
]

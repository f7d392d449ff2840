"""Addresses of the individual edition, below /person/."""

from django.urls import path

from erjian.portals.person import (
    cases,
    certificates,
    consent,
    editing,
    filing,
    home,
    information,
    pictures,
    registrations,
)

app_name = "person"
urlpatterns = [
    path("", home.page, name="home"),
    path("cases/", cases.listing, name="cases"),
    path("cases/<uuid:uuid>/", cases.page, name="case"),
    path("cases/<uuid:uuid>/consent/", consent.page, name="consent"),
    path("cases/<uuid:uuid>/decline/", consent.decline, name="decline"),
    path("cases/<uuid:uuid>/edit/", editing.edit, name="edit"),
    path("cases/<uuid:uuid>/autosave/", editing.autosave, name="autosave"),
    path("cases/<uuid:uuid>/withdraw/", filing.withdraw, name="withdraw"),
    path("cases/<uuid:uuid>/delete/", filing.delete, name="delete"),
    path("cases/<uuid:uuid>/print.pdf", cases.form_pdf, name="case-print"),
    path("cases/<uuid:uuid>/materials/<int:pk>/", cases.material, name="material"),
    path("cases/<uuid:uuid>/materials/<int:pk>/delete/", editing.detach, name="detach"),
    path("cases/<uuid:uuid>/materials/<slug:code>/add/", editing.attach, name="attach"),
    path("cases/<uuid:uuid>/letters/<int:pk>/", cases.letter, name="letter"),
    path("filing/", filing.page, name="filing"),
    path("filing/<slug:code>/start/", filing.start, name="filing-start"),
    path("certificates/", certificates.listing, name="certificates"),
    path("certificates/<int:pk>/", certificates.page, name="certificate"),
    path("certificates/<int:pk>/show/", certificates.show, name="certificate-show"),
    path("certificates/<int:pk>/file.pdf", certificates.file, name="certificate-file"),
    path("certificates/<int:pk>/preview/", certificates.preview, name="certificate-preview"),
    path("certificates/<int:pk>/portrait/", certificates.portrait, name="certificate-portrait"),
    path("registrations/", registrations.page, name="registrations"),
    path("information/", information.page, name="information"),
    path("information/contact/", information.contact, name="contact"),
    path("information/phone/", information.phone, name="phone"),
    path("information/readers/", information.readers, name="readers"),
    path("signature/", pictures.signature, name="signature"),
    path("signature/upload/", pictures.signature_upload, name="signature-upload"),
    path("signature/image/", pictures.signature_image, name="signature-image"),
    path("portrait/", pictures.portrait_upload, name="portrait-upload"),
    path("portrait/image/", pictures.portrait_image, name="portrait-image"),
]

"""Addresses of the authorities' portal, below /authority/."""

from __future__ import annotations

from django.urls import include, path

from erjian.portals.authority import (
    acting,
    case_page,
    cases,
    correcting,
    deciding,
    desk,
    outbox,
    phrases,
    refusing,
    register_details,
    register_lists,
    register_people,
    robots,
    statistics,
    work,
)
from erjian.portals.authority.navigation import built

app_name = "authority"

urlpatterns = [
    path("", work.work, name="work"),
    path("desk/", desk.index, name="desk"),
    path("desk/phrases/<int:pk>/delete/", phrases.delete, name="phrase_delete"),
    path("desk/phrases/<slug:step>/", phrases.page, name="phrases"),
    path("desk/<uuid:uuid>/", desk.desk, name="desk_case"),
    path("desk/<uuid:uuid>/viewer/", desk.viewer, name="desk_viewer"),
    path("desk/<uuid:uuid>/held/<slug:name>/", desk.held, name="desk_held"),
    path("desk/<uuid:uuid>/decide/", deciding.decide, name="decide"),
    path("desk/<uuid:uuid>/correction/", correcting.correction, name="correction"),
    path("desk/<uuid:uuid>/refusal/", refusing.refusal, name="refusal"),
    path("cases/", cases.index, name="cases"),
    path("cases/search/", cases.search, name="case_search"),
    path("cases/export.xlsx", cases.export, name="cases_export"),
    path("cases/<uuid:uuid>/", case_page.page, name="case"),
    path("cases/<uuid:uuid>/print.pdf", case_page.form_pdf, name="form_pdf"),
    path("cases/<uuid:uuid>/materials.zip", case_page.all_materials, name="all_materials"),
    path("cases/<uuid:uuid>/materials/<int:pk>/", case_page.material, name="material"),
    path("cases/<uuid:uuid>/letters/<int:pk>/", case_page.letter, name="letter"),
    path("cases/<uuid:uuid>/versions/<int:number>/", case_page.version, name="version"),
    path("cases/<uuid:uuid>/audit/", case_page.trail, name="trail"),
    path("cases/<uuid:uuid>/act/<slug:name>/", acting.act, name="act"),
    path("statistics/", statistics.page, name="statistics"),
    path("statistics/recount/", statistics.recount, name="statistics_recount"),
    path("register/people/", register_lists.people, name="people"),
    path("register/people/<int:pk>/", register_people.person, name="person"),
    path("register/people/<int:pk>/reveal/", register_people.reveal, name="person_reveal"),
    path("register/registrations/", register_lists.registrations, name="registrations"),
    path("register/registrations/<int:pk>/", register_details.registration, name="registration"),
    path("register/qualifications/", register_lists.qualifications, name="qualifications"),
    path("register/enterprises/", register_lists.enterprises, name="enterprises"),
    path("register/enterprises/<int:pk>/", register_details.enterprise, name="enterprise"),
    path("outbox/", outbox.page, name="outbox"),
    path("robots/", robots.listing, name="robots"),
    path("robots/dry-run/", robots.dry_run, name="robot_dry_run"),
    path("robots/<int:pk>/", robots.page, name="robot_run"),
    path("robots/<int:pk>/progress/", robots.progress, name="robot_progress"),
]

# Parts of this portal with addresses of their own: batches, objections and notices; imports; questions;
# restrictions; real names.
for _part, _prefix in (
    ("publicity_pages", ""),
    ("imports", "imports/"),
    ("questions", "questions/"),
    ("administration", "administration/"),
    ("restrictions", "register/"),
    ("proceedings", ""),
    ("sign_ups", "sign-ups/"),
    ("identity", "identity/"),
):
    if built(_part):
        urlpatterns.append(path(_prefix, include(f"erjian.portals.authority.{_part}.urls")))

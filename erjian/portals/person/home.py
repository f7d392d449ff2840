"""我的首页: what waits for me, what was filed in my name, and the certificate in my hand."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from erjian.applications.models import Application
from erjian.applications.states import State
from erjian.portals.person import cases, certificates
from erjian.portals.person.access import account, for_person, myself
from erjian.portals.person.navigation import manual_entries, shell
from erjian.portals.shared import case as shared
from erjian.registry import employers
from erjian.registry.models import PendingLapse, Person
from erjian.ui.dates import month_day

SHOWN = 5
"""How many cases the home page lists; the others are under 申报查询."""


@for_person
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The home page."""
    user, person = account(request), myself(request)
    mine = Application.objects.visible_to(user).select_related("enterprise").order_by("-id")
    latest = list(mine[: SHOWN + 1])
    versions = certificates.versions_of(person)
    context = {
        "shell": shell(request, "home"),
        "entries": manual_entries(),
        "person": person,
        "ending": _ending(person),
        "waiting": [_request(item) for item in mine.filter(state=State.WAIT_PERSON)],
        "table": cases.table(latest[:SHOWN], short=True),
        "more": len(latest) > SHOWN,
        "cards": certificates.cards(person, versions),
        "history": certificates.history(user, versions),
    }
    return render(request, "person/home.html", context)


def _ending(person: Person) -> list[dict[str, object]]:
    """My registrations that will lapse because of the employer."""
    rows = PendingLapse.objects.standing().filter(registration__person=person).order_by("registration_id")
    return [
        {
            "number": row.registration.number,
            "enterprise": row.enterprise.name,
            "happened": employers.happened(row.enterprise),
            "since": row.ceased_on,
            "day": row.lapses_on,
        }
        for row in rows.select_related("registration", "enterprise")
    ]


def _request(item: Application) -> dict[str, object]:
    """One request for consent as the home page shows it."""
    specialties = shared.specialty_names(item.specialties)
    return {
        "title": "：".join(filter(None, (item.procedure.kind_label, specialties))),
        "enterprise": item.enterprise.name,
        "reported": month_day(item.reported_at),
        "due": month_day(item.due_on),
        "case": reverse("person:case", args=[item.uuid]),
        "consent": reverse("person:consent", args=[item.uuid]),
        "decline": reverse("person:decline", args=[item.uuid]),
    }

"""The phone pages at stable addresses, as targets of a public account's menu: 电子证照, 申报查询, 实名认证 (manual 2.1)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from erjian import policy
from erjian.accounts import sessions
from erjian.accounts.models import UserKind
from erjian.applications.models import Application
from erjian.portals.person import certificates as held
from erjian.portals.person.access import account, myself
from erjian.portals.shared import case as shared

SHOWN = 30

app_name = "mobile"


def _signed_in(view: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Lead to the individual edition's own sign-in, and back here; other kinds of users have no such page (404)."""

    @wraps(view)
    def opened(request: HttpRequest) -> HttpResponseBase:
        user: Any = request.user
        if not user.is_authenticated:
            return redirect(f"{reverse('person:sign-in')}?{urlencode({'next': request.path})}")
        if user.kind != UserKind.PERSON:
            raise Http404
        if sessions.password_due(request):
            return redirect(sessions.CHANGE_URL)
        return view(request)

    return login_not_required(never_cache(require_safe(opened)))


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The menu, as the QR code opens it."""
    signed_in = getattr(request.user, "kind", "") == UserKind.PERSON
    return render(request, "person/mobile/home.html", {"province": policy.current().province, "signed_in": signed_in})


@_signed_in
def certificates(request: HttpRequest) -> HttpResponse:
    """电子证照: the cards, each to show."""
    person = myself(request)
    versions = held.versions_of(person)
    return render(request, "person/mobile/certificates.html", {"person": person, "cards": held.cards(person, versions)})


@_signed_in
def cases(request: HttpRequest) -> HttpResponse:
    """申报查询: the latest cases and where they stand."""
    mine = Application.objects.visible_to(account(request)).select_related("enterprise").order_by("-id")[:SHOWN]
    rows = [
        {
            "case": item,
            "url": reverse("person:case", args=[item.uuid]),
            "specialties": shared.specialty_names(item.specialties),
        }
        for item in mine
    ]
    return render(request, "person/mobile/cases.html", {"rows": rows})


@login_not_required
@require_safe
def verify(request: HttpRequest) -> HttpResponse:
    """实名认证."""
    return redirect("person:verify")


urlpatterns = [
    path("", home, name="home"),
    path("certificates/", certificates, name="certificates"),
    path("cases/", cases, name="cases"),
    path("verify/", verify, name="verify"),
]

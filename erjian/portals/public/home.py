"""The home page: verification first, the four doors, what is new, how far along, and the guide."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from erjian.portals.public import doors, figures, guide
from erjian.portals.public.feed import lines
from erjian.portals.public.navigation import shell
from erjian.portals.public.progress import ProgressForm
from erjian.procedures import Filer, Procedure, all_procedures
from erjian.publicity import queries
from erjian.registry.models import RegistrationClass

_NEWS = 8


@login_not_required
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """/"""
    context = {
        "shell": shell(request, "home"),
        "doors": doors.of(request),
        "news": lines(queries.newest(_NEWS)),
        "progress": ProgressForm(),
        "figures": figures.of_today(),
        "guides": [guide.brief(procedure) for procedure in all_procedures() if _on_front(procedure)],
    }
    return render(request, "public/home.html", context)


def _on_front(procedure: Procedure) -> bool:
    """The formal class's procedures as enterprises file them; the list behind the link has all."""
    return procedure.registration_class == RegistrationClass.CONSTRUCTOR and procedure.filer == Filer.ENTERPRISE

"""The form of what a person files themself: fill in, attach, 保存, 上报. The form itself is the same as everywhere."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from erjian import audit
from erjian.applications import form_data
from erjian.applications.models import Application
from erjian.applications.states import State
from erjian.portals.person.access import account, for_person
from erjian.portals.person.filing import own_or_404
from erjian.portals.person.navigation import shell
from erjian.portals.shared import attaching, filing, form_pages, submitting
from erjian.portals.shared import case as case_parts
from erjian.procedures import Filer
from erjian.ui import dates


@for_person
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The form page."""
    return form_pages.edit(request, uuid, _seat(request))


@for_person
@require_http_methods(["GET", "HEAD", "POST"])
def hand_in(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The question before 上报 and 提交补正."""
    return form_pages.hand_in(request, uuid, _seat(request))


def _seat(request: HttpRequest) -> form_pages.Seat:
    return form_pages.Seat(
        user=account(request),
        filer=Filer.PERSON,
        namespace="person",
        own=own_or_404,
        page=_page,
        template="ui/base.html",
        frame=lambda request, _: shell(request, "filing"),
        above=lambda case: ("申报查询", reverse("person:cases"), case.procedure.kind_label),
    )


def _page(
    request: HttpRequest,
    case: Application,
    *,
    given: filing.Posted | None = None,
    result: submitting.Result | None = None,
    refused: tuple[str, str] = ("", ""),
    status: int | None = None,
) -> HttpResponse:
    told = result or submitting.Result(case=case)
    _, rows, conditions = filing.known(case)
    form = filing.bind(case, given=given, errors=told.errors)
    audit.record_read(actor=account(request).actor, purpose="本人填写申报", kind="person", ids=[case.person_id])
    context = {
        "shell": shell(request, "filing"),
        "case": case,
        "procedure": case.procedure,
        "form": form,
        "groups": filing.groups(case, form, form_data.compose(case)),
        "names_kind": True,
        "conditions": conditions,
        "places": attaching.places(rows, {}, refused),
        "base": reverse("person:case", args=(case.uuid,)),
        "problems": filing.summary(case, told.errors, told.verdicts),
        "problems_title": told.title,
        "stale": told.stale,
        "since": [
            (dates.moment(entry.at), f"{entry.organisation} {entry.actor_label}", entry.get_to_state_display())
            for entry in (told.stale.since if told.stale else ())
        ],
        "tone": case_parts.tone(case.state),
        "hand_in": submitting.hand_in_of(case),
        "promise": case.procedure.commitments.get("person", "").format(
            enterprise=case.enterprise.name, person=case.person.name
        ),
        "saved_at": case.draft_saved_at,
        "draft": case.state == State.DRAFT,
    }
    return render(request, "person/edit.html", context, status=status or told.status)


@for_person
@require_POST
def autosave(request: HttpRequest, uuid: UUID) -> JsonResponse:
    """Save in the background. 401 and 409 come as JSON too."""
    case = own_or_404(request, uuid)
    return JsonResponse(submitting.autosaved(case, filing.posted(request.POST), by=account(request)))


def _materials(request: HttpRequest) -> attaching.Seat:
    return attaching.Seat(user=account(request), namespace="person", listed="edit", page=_page)


@for_person
@require_POST
def attach(request: HttpRequest, uuid: UUID, code: str) -> HttpResponse:
    """Attach the files posted for one material."""
    return attaching.attach(request, own_or_404(request, uuid), code, _materials(request))


@for_person
@require_POST
def detach(request: HttpRequest, uuid: UUID, pk: int) -> HttpResponse:
    """Take one file out of the working copy."""
    return attaching.detach(request, own_or_404(request, uuid), pk, _materials(request))

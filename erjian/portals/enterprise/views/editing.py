"""The form of a case: show, autosave, 保存, 上报 (or 提交补正). Several windows may be open; the later one is told.

上报 saves and judges; only what is in order is asked about, on a page of its own, and handed in from there.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from erjian import audit
from erjian.accounts.models import EnterpriseRight
from erjian.applications import correcting, form_data, materials
from erjian.applications.models import Application
from erjian.applications.states import State
from erjian.portals.enterprise import case_form, specialties
from erjian.portals.enterprise.access import for_enterprise, operator
from erjian.portals.enterprise.leading import leading
from erjian.portals.enterprise.navigation import shell
from erjian.portals.enterprise.scope import own_or_404
from erjian.portals.shared import case as case_parts
from erjian.portals.shared import filing, form_pages, submitting
from erjian.procedures import Filer
from erjian.ui import dates


@for_enterprise(EnterpriseRight.FILE)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The form page."""
    return form_pages.edit(request, uuid, _seat(request))


@for_enterprise(EnterpriseRight.FILE)
@require_http_methods(["GET", "HEAD", "POST"])
def hand_in(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The question before 上报 and 提交补正."""
    return form_pages.hand_in(request, uuid, _seat(request))


def _seat(request: HttpRequest) -> form_pages.Seat:
    return form_pages.Seat(
        user=operator(request),
        filer=Filer.ENTERPRISE,
        namespace="enterprise",
        own=own_or_404,
        page=_page,
        template="ui/shell.html",
        frame=lambda request, case: shell(request, case.procedure_code),
        above=lambda case: (
            case.procedure.label,
            reverse("enterprise:procedure", args=(case.procedure_code,)),
            case.subject.name,
        ),
    )


def _page(
    request: HttpRequest,
    case: Application,
    *,
    given: filing.Posted | None = None,
    result: submitting.Result | None = None,
) -> HttpResponse:
    told = result or submitting.Result(case=case)
    errors, stale = told.errors, told.stale
    user = operator(request)
    known, rows, conditions = filing.known(case)
    form = filing.bind(case, given=given, errors=errors)
    values = form_data.compose(case)
    chosen = given.specialties if given else tuple(case.specialties)
    portrait = next((row for row in rows if row.material.code == "portrait"), None)
    draft = case.state == State.DRAFT
    audit.record_read(actor=user.actor, purpose="填写申报", kind=case.subject.kind, ids=[case.subject.id])
    context = {
        "shell": shell(request, case.procedure_code),
        "case": case,
        "procedure": case.procedure,
        "form": form,
        "groups": filing.groups(case, form, values),
        "tabs": case_form.tabs(case, rows, "form"),
        "specialties": specialties.choice(case, known, chosen),
        "specialties_error": errors.get("specialties"),
        "authorities": [(code, case_parts.authority_name(code)) for code in filing.allowed_authorities(case)]
        if filing.shows_authority(case)
        else (),
        "names_kind": all(item.label != "申报类型" for item in case.procedure.fields),
        "authority_code": (given.authority_code if given else None) or case.authority_code,
        "authority_error": errors.get("authority_code"),
        "conditions": leading(conditions, case.procedure),
        "problems": filing.summary(case, errors, told.verdicts, profile_url=reverse("enterprise:profile")),
        "problems_title": told.title,
        "stale": stale,
        "since": [
            (dates.moment(entry.at), f"{entry.organisation} {entry.actor_label}", entry.get_to_state_display())
            for entry in (stale.since if stale else ())
        ],
        "corrections": [
            (what or "其他", detail, filing.address_of(target)) for target, what, detail in correcting.requested(case)
        ],
        "portrait": portrait.material if portrait else None,
        "portrait_url": _portrait(case, portrait),
        "limits": materials.limits_of(portrait.material) if portrait else None,
        "tone": case_parts.tone(case.state),
        "hand_in": submitting.hand_in_of(case),
        "saved_at": case.draft_saved_at,
        "list_url": reverse("enterprise:procedure", args=(case.procedure_code,)),
        "draft": draft,
        "profile_url": reverse("enterprise:profile"),
    }
    return render(request, "enterprise/case/edit.html", context, status=told.status)


def _portrait(case: Application, row: Any) -> str:
    if row is None or not row.files:
        return ""
    return reverse("enterprise:material", args=(case.uuid, row.files[0].pk)) + "?thumbnail=1"


@for_enterprise(EnterpriseRight.FILE)
@require_POST
def autosave(request: HttpRequest, uuid: UUID) -> JsonResponse:
    """Save in the background: what is well-formed is kept, what is not is named. 401 and 409 come as JSON too."""
    case = own_or_404(request, uuid)
    return JsonResponse(submitting.autosaved(case, filing.posted(request.POST), by=operator(request)))

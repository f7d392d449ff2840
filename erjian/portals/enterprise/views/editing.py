"""The form of a case: show, autosave, 保存, 上报 (or 提交补正). Several windows may be open; the later one is told.

上报 saves and judges; only what is in order is asked about, on a page of its own, and handed in from there.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from erjian import audit
from erjian.accounts.models import EnterpriseRight, User
from erjian.applications import correcting, form_data, materials
from erjian.applications.models import Application
from erjian.applications.states import EDITABLE, State
from erjian.portals.enterprise import case_form, specialties
from erjian.portals.enterprise.access import for_enterprise, operator
from erjian.portals.enterprise.navigation import shell
from erjian.portals.enterprise.scope import own_or_404
from erjian.portals.shared import case as case_parts
from erjian.portals.shared import filing, submitting
from erjian.procedures import Filer
from erjian.ui import dates
from erjian.ui.templatetags.ej import crumbs


@for_enterprise(EnterpriseRight.FILE)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The form page. What cannot be edited any more is shown as a case instead."""
    case = own_or_404(request, uuid)
    user = operator(request)
    if request.method == "POST":
        return _save(request, case, user)
    if case.state not in EDITABLE or case.procedure.filer != Filer.ENTERPRISE:
        return redirect("enterprise:case", uuid)
    return _page(request, case)


def _save(request: HttpRequest, case: Application, user: User) -> HttpResponse:
    """保存 or 上报."""
    given = filing.posted(request.POST)
    result = submitting.submit(
        case,
        given,
        by=user,
        handing_in=request.POST.get("do") == "report",
        again=lambda: own_or_404(request, case.uuid),
    )
    if result.asks:
        return redirect("enterprise:hand-in", case.uuid)
    return _left(request, result) if result.left else _page(request, result.case, given=given, result=result)


def _left(request: HttpRequest, result: submitting.Result) -> HttpResponse:
    messages.success(request, result.words)
    return redirect("enterprise:case" if result.handed_in else "enterprise:edit", result.case.uuid)


@for_enterprise(EnterpriseRight.FILE)
@require_http_methods(["GET", "HEAD", "POST"])
def hand_in(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """上报, asked once everything is in order; what is not leads back to the form."""
    case = own_or_404(request, uuid)
    if request.method == "POST":
        seen = filing.posted(request.POST).seen
        result = submitting.hand_in(
            case,
            by=operator(request),
            seen=seen,
            again=lambda: own_or_404(request, uuid),
            explanation=request.POST.get("explanation", ""),
        )
        if result.left:
            return _left(request, result)
        return _ask(request, result) if result.asks else _page(request, result.case, result=result)
    if case.state not in EDITABLE or case.procedure.filer != Filer.ENTERPRISE:
        return redirect("enterprise:case", uuid)
    result = submitting.judge(case)
    return _ask(request, result) if result.asks else _page(request, case, result=result)


def _ask(request: HttpRequest, result: submitting.Result) -> HttpResponse:
    """The question before handing in, with room for the reason why something asked for was left as it was."""
    context = {
        "frame": "ui/shell.html",
        "shell": shell(request, result.case.procedure_code),
        "action": request.path,
        "crumbs": crumbs(
            result.case.procedure.label,
            reverse("enterprise:procedure", args=(result.case.procedure_code,)),
            result.case.subject.name,
            reverse("enterprise:edit", args=(result.case.uuid,)),
            submitting.hand_in_of(result.case).label,
        ),
        **submitting.confirmation(
            result.case, form_url=reverse("enterprise:edit", args=(result.case.uuid,)), given=request.POST or None
        ),
    }
    return render(request, "ui/confirm.html", context, status=result.status)


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
        "conditions": conditions,
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

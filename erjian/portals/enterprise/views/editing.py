"""The form of a case: show, autosave, 保存, 上报 (or 提交补正). Several windows may be open; the later one is told."""

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
from erjian.applications import actions, form_data, materials
from erjian.applications.errors import FieldsRefused, GuardsRefused, Stale
from erjian.applications.models import Application
from erjian.applications.states import EDITABLE, State
from erjian.applications.workflow import TRANSITIONS
from erjian.policy import clock
from erjian.portals.enterprise import case_form, specialties
from erjian.portals.enterprise.access import for_enterprise, operator
from erjian.portals.enterprise.navigation import shell
from erjian.portals.enterprise.scope import own_or_404
from erjian.portals.shared import case as case_parts
from erjian.procedures import Filer
from erjian.standards.errors import Refusal
from erjian.ui import dates

_HANDED_IN = {State.DRAFT: "report", State.CORRECTION: "resubmit"}
_WAITS = {State.WAIT_PERSON: "，等待本人确认", State.REPORTED: "，等待主管部门受理"}
_HANDING_IN = ("report", "resubmit", "resubmit_for_consent")


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
    given = case_form.posted(request.POST)
    handing_in = request.POST.get("do") == "report"
    before = State(case.state)
    errors: case_form.Errors = {}
    try:
        case, errors = case_form.keep(case, given, by=user)
        if not handing_in:
            if errors:
                title = f"已保存，另有 {len(errors)} 处需要处理"
                return _page(request, case, given=given, errors=errors, title=title, status=422)
            messages.success(request, f"已保存 {clock.now().astimezone(clock.ZONE):%H:%M:%S}")
            return redirect("enterprise:edit", case.uuid)
        if errors:
            return _incomplete(request, case, given, errors)
        hand_in = actions.report if before == State.DRAFT else actions.resubmit
        case = hand_in(application=case, by=user, seen=case.version)
    except (FieldsRefused, GuardsRefused):
        return _incomplete(request, case, given, errors)
    except Refusal as refusal:
        return _late(request, case, given=given, before=before, refusal=refusal)
    waits = _WAITS.get(State(case.state), "")
    if before == State.CORRECTION:
        messages.success(request, f"补正已提交{waits}。")
    else:
        messages.success(request, f"已上报，申报编号 {case.number}{waits}。")
    return redirect("enterprise:case", case.uuid)


def _late(
    request: HttpRequest, case: Application, *, given: case_form.Posted, before: State, refusal: Refusal
) -> HttpResponse:
    """The case moved on since the page was shown: by this user's own second click, or by somebody else."""
    case = own_or_404(request, case.uuid)
    if case.state in EDITABLE:
        if not isinstance(refusal, Stale):
            raise refusal
        return _page(request, case, given=given, stale=refusal, status=409)
    last = case.timeline.filter(transition__in=_HANDING_IN).order_by("-id").first()
    own = last is not None and last.actor_user_id == request.user.pk
    if own and (before in EDITABLE or request.POST.get("do") == "report"):
        messages.info(request, f"这条申报已提交，申报编号 {case.number}。")
        return redirect("enterprise:case", case.uuid)
    raise refusal if isinstance(refusal, Stale) else Stale(case, case.timeline.order_by("-id")[:10]) from refusal


def _incomplete(
    request: HttpRequest, case: Application, given: case_form.Posted, errors: case_form.Errors
) -> HttpResponse:
    """上报 found something to put right: everything at once, each with the way there."""
    case.refresh_from_db()
    missing, verdicts = actions.problems(case)
    everything = {**missing, **errors}
    count = sum(map(len, everything.values())) + sum(verdict.stops for verdict in verdicts)
    verb = TRANSITIONS[_HANDED_IN[State(case.state)]].label
    return _page(
        request,
        case,
        given=given,
        errors=everything,
        verdicts=verdicts,
        title=f"{verb}前还有 {count} 处需要处理",
        status=422,
    )


def _page(
    request: HttpRequest,
    case: Application,
    *,
    given: case_form.Posted | None = None,
    errors: case_form.Errors | None = None,
    verdicts: Any = (),
    title: str = "",
    stale: Stale | None = None,
    status: int = 200,
) -> HttpResponse:
    user = operator(request)
    known, rows, conditions = case_form.known(case)
    form = case_form.bind(case, given=given, errors=errors)
    values = form_data.compose(case)
    chosen = given.specialties if given else tuple(case.specialties)
    portrait = next((row for row in rows if row.material.code == "portrait"), None)
    draft = case.state == State.DRAFT
    audit.record_read(actor=user.actor, purpose="填写申报", kind="person", ids=[case.person_id])
    context = {
        "shell": shell(request, case.procedure_code),
        "case": case,
        "procedure": case.procedure,
        "form": form,
        "groups": case_form.groups(case, form, values),
        "tabs": case_form.tabs(case, rows, "form"),
        "specialties": specialties.choice(case, known, chosen),
        "specialties_error": (errors or {}).get("specialties"),
        "authorities": [(code, case_parts.authority_name(code)) for code in case_form.allowed_authorities(case)]
        if case_form.shows_authority(case)
        else (),
        "names_kind": all(item.label != "申报类型" for item in case.procedure.fields),
        "authority_code": (given.authority_code if given else None) or case.authority_code,
        "authority_error": (errors or {}).get("authority_code"),
        "conditions": conditions,
        "problems": case_form.summary(case, errors or {}, verdicts),
        "problems_title": title,
        "stale": stale,
        "since": [
            (dates.moment(entry.at), f"{entry.organisation} {entry.actor_label}", entry.get_to_state_display())
            for entry in (stale.since if stale else ())
        ],
        "corrections": [
            (what or "其他", detail, case_form.address_of(target))
            for target, what, detail in case_form.corrections(case)
        ],
        "portrait": portrait.material if portrait else None,
        "portrait_url": _portrait(case, portrait),
        "limits": materials.limits_of(portrait.material) if portrait else None,
        "tone": case_parts.tone(case.state),
        "hand_in": TRANSITIONS[_HANDED_IN[State(case.state)]],
        "saved_at": case.draft_saved_at,
        "list_url": reverse("enterprise:procedure", args=(case.procedure_code,)),
        "draft": draft,
    }
    return render(request, "enterprise/case/edit.html", context, status=status)


def _portrait(case: Application, row: Any) -> str:
    if row is None or not row.files:
        return ""
    return reverse("enterprise:material", args=(case.uuid, row.files[0].pk)) + "?thumbnail=1"


@for_enterprise(EnterpriseRight.FILE)
@require_POST
def autosave(request: HttpRequest, uuid: UUID) -> JsonResponse:
    """Save in the background: what is well-formed is kept, what is not is named. 401 and 409 come as JSON too."""
    case = own_or_404(request, uuid)
    case, errors = case_form.keep(case, case_form.posted(request.POST), by=operator(request))
    at = f"{clock.now().astimezone(clock.ZONE):%H:%M:%S}"
    if errors:
        labels = {item.name: item.label for item in case.procedure.fields}
        named = "、".join(labels.get(name, "注册专业") for name in errors)
        at = f"{at}，{named}还不符合要求，未保存"
    return JsonResponse({"saved_at": at, "version": case.version, "fields": errors})

"""One case: 查阅, its papers, and what the enterprise can still do with it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from erjian.accounts.models import EnterpriseRight
from erjian.applications import actions, correcting, engine, facts, form_data, materials
from erjian.applications.errors import CaseRefused
from erjian.applications.models import Application
from erjian.applications.states import EDITABLE, State
from erjian.applications.workflow import TRANSITIONS, Transition
from erjian.portals.enterprise.access import for_enterprise, operator
from erjian.portals.enterprise.navigation import shell
from erjian.portals.enterprise.scope import own_or_404
from erjian.portals.shared import case as case_parts
from erjian.portals.shared import filing, serving
from erjian.procedures import Filer
from erjian.procedures.facts import QualificationFacts
from erjian.proceedings.opening import may_turn_to_authority
from erjian.registry.models import RegistrationClass
from erjian.standards.specialties import Specialty
from erjian.ui import parts
from erjian.ui.dates import day
from erjian.ui.forms import ErjianForm
from erjian.ui.templatetags.ej import crumbs

ANSWERS = {
    "agree_former": (actions.answer_former, True),
    "refuse_former": (actions.answer_former, False),
    "agree_enterprise": (actions.answer_enterprise, True),
    "refuse_enterprise": (actions.answer_enterprise, False),
}
"""Transitions by which the enterprise answers somebody else's filing."""
_TOLD_FORMER = ("report", "consent", "agree_former", "refuse_former", "former_silent", "withdraw", "announce_grant")


@for_enterprise()
@require_safe
def case(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The case as drawn: route, data of its version, materials, letters, clock and history."""
    found = serving.case_or_404(request, uuid)
    user = operator(request)
    if found.enterprise_id != user.enterprise_id:
        return _departure(request, found)
    version = _version(request, found)
    values = form_data.current(found) if version is None else form_data.version(found, version)
    known = facts.of_application(found, form=values)
    base = reverse("enterprise:case", args=(found.uuid,))
    entries = list(found.timeline.order_by("-id"))
    letters = list(found.letters.order_by("-id"))
    possible = {row.name for row in engine.available(found, user)}
    before = _before(found, version)
    context = {
        "shell": shell(request, "cases"),
        "case": found,
        "procedure": found.procedure,
        "tone": case_parts.tone(found.state),
        "steps": case_parts.steps(found, entries),
        "rows": _rows(found, values, known, before),
        "materials": case_parts.materials(materials.listing(found, known, version=version), base),
        "letters": letters,
        "moments": case_parts.moments(found, entries, letters),
        "clock": case_parts.running_clock(found, found.clocks.all()) if found.state != State.CORRECTION else None,
        "version": version or found.form_version,
        "versions": range(found.form_version, 0, -1) if found.form_version > 1 else (),
        "compared": before is not None,
        "may_edit": found.state in EDITABLE
        and bool(possible & {"report", "resubmit"})
        and found.procedure.filer == Filer.ENTERPRISE,
        "edit_label": "补正" if found.state == State.CORRECTION else "修改",
        "may_withdraw": "withdraw" in possible,
        "may_compel": may_turn_to_authority(found, operator(request)),
        "may_remind": found.state == State.WAIT_PERSON and "withdraw" in possible,
        "withdraw": TRANSITIONS["withdraw"],
        "answers": answers(found, request),
        "corrections": correcting.requested(found),
        "left": case_parts.left(found),
        "certificate": reverse("enterprise:certificate", args=(found.registration_id,))
        if found.certificate_version_id and found.registration_id
        else reverse("enterprise:certificates")
        if found.state == State.ISSUED
        else "",
    }
    return render(request, "enterprise/case/case.html", context)


def _departure(request: HttpRequest, found: Application) -> HttpResponse:
    """What the former employer sees of a transfer: who, where to, how it stands; not the papers."""
    entries = list(found.timeline.filter(transition__in=_TOLD_FORMER).order_by("-id"))
    context = {
        "shell": shell(request, _menu(found, "former")),
        "case": found,
        "procedure": found.procedure,
        "tone": case_parts.tone(found.state),
        "rows": [
            parts.Row("姓名", found.subject.name),
            parts.Row("身份证号", found.subject.number),  # type: ignore[attr-defined]
            parts.Row("注册类型", found.get_registration_class_display()),
            parts.Row("注册号", found.registration.number if found.registration else ""),
            parts.Row("转出单位", found.former_enterprise.name if found.former_enterprise else "", wide=True),
            parts.Row("转入单位", found.enterprise.name, wide=True),
        ],
        "moments": case_parts.moments(found, entries, officers=False),
        "left": case_parts.left(found),
        "answers": answers(found, request),
    }
    return render(request, "enterprise/case/departure.html", context)


def answers(found: Application, request: HttpRequest) -> tuple[Transition, ...]:
    """同意 and 不同意, while the case waits for this enterprise's word."""
    return tuple(row for row in engine.available(found, operator(request)) if row.name in ANSWERS)


def _version(request: HttpRequest, found: Application) -> int | None:
    """An earlier data version that the address asks for."""
    asked = request.GET.get("version", "")
    if not asked.isdecimal() or len(asked) > 4 or not 0 < int(asked) < found.form_version:
        return None
    return int(asked)


def _before(found: Application, version: int | None) -> dict[str, Any] | None:
    """The data one version earlier, when the address asks to compare with it."""
    shown = version or found.form_version
    return None if shown < 2 else form_data.version(found, shown - 1)


def _rows(found: Application, values: dict[str, Any], known: Any, before: dict[str, Any] | None) -> list[parts.Row]:
    rows = []
    if found.registration_class:
        rows.append(parts.Row("注册类型", found.get_registration_class_display()))
    if filing.shows_authority(found):
        rows.append(parts.Row("申报主管部门", case_parts.authority_name(found.authority_code)))
    for section in found.procedure.sections:
        earlier = {row.label: row.value for row in case_parts.rows(section, before)} if before else {}
        for row in case_parts.rows(section, values):
            changed = bool(before) and earlier.get(row.label) != row.value
            rows.append(
                parts.Row(
                    row.label, row.value, wide=row.wide, origin=f"上一版：{earlier.get(row.label)}" if changed else ""
                )
            )
    if found.procedure.has_specialties:
        chosen = values.get("specialties", found.specialties)
        told = "；".join(_specialty(code, known.qualification_for(code)) for code in chosen)
        rows.append(parts.Row(found.procedure.specialty_label, told, wide=True))
    if found.former_enterprise is not None:
        rows.append(parts.Row("转出企业名称", found.former_enterprise.name, wide=True))
    return rows


def _specialty(code: str, held: QualificationFacts | None) -> str:
    """A chosen specialty with its qualification; older registrations have none in the register."""
    label = str(Specialty(code).label)
    if held is None:
        return label
    return f"{label}　资格证书管理号 {held.management_number}，{day(held.obtained_on)} 签发"


@for_enterprise(EnterpriseRight.FILE)
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """撤回, asked once: by the dialog, or by this page where there are no scripts."""
    found = own_or_404(request, uuid)
    if request.method == "POST":
        actions.withdraw(application=found, by=operator(request), seen=seen(request))
        messages.success(request, f"已撤回{found.subject.name}的申报。")
        return redirect("enterprise:case", uuid)
    if "withdraw" not in {row.name for row in engine.available(found, operator(request))}:
        return redirect("enterprise:case", uuid)
    context = {
        "frame": "ui/shell.html",
        "shell": shell(request, found.procedure_code),
        "crumbs": _crumbs(found, "撤回"),
        "title": "撤回申报",
        "question": f"撤回{found.subject.name}的{found.procedure.kind_label}（{found.number}）？",
        "consequences": ("撤回后这条申报即结束，办理记录保留。", "需要时可以重新添加申报。"),
        "action": request.path,
        "verb": "撤回这条申报",
        "keep": "保留",
        "keep_url": reverse("enterprise:case", args=(uuid,)),
        "tone": "stop",
        "hidden": (("seen", found.version),),
    }
    return render(request, "ui/confirm.html", context)


@for_enterprise(EnterpriseRight.FILE)
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, uuid: UUID, name: str) -> HttpResponse:
    """同意 or 不同意 of what a person or a new employer filed; a refusal says why."""
    found = serving.case_or_404(request, uuid)
    if name not in ANSWERS:
        raise Http404
    transition = TRANSITIONS[name]
    act, agreed = ANSWERS[name]
    form = AnswerForm(request.POST or None) if not agreed else None
    status = 200
    if request.method == "POST":
        if form is None or form.is_valid():
            opinion = form.cleaned_data["opinion"] if form else ""
            try:
                act(application=found, by=operator(request), seen=seen(request), agreed=agreed, opinion=opinion)
            except CaseRefused as refusal:
                if form is None or refusal.field != "opinion":
                    raise
                form.refuse(refusal)
            else:
                messages.success(request, _answered(found, transition))
                return redirect("enterprise:case", uuid)
        status = 422
    elif transition not in answers(found, request):
        return redirect("enterprise:case", uuid)
    commitments = found.procedure.commitments
    side = "former_enterprise" if name.endswith("former") else "enterprise"
    promise = commitments.get(side, "").format(enterprise=found.enterprise.name, person=found.subject.name)
    context = {
        "frame": "ui/shell.html",
        "shell": shell(request, _menu(found, name)),
        "crumbs": _crumbs(found, transition.label),
        "title": f"{found.procedure.kind_label}　{transition.label}",
        "question": f"{transition.label}{found.subject.name}的{found.procedure.kind_label}（{found.number}）？",
        "consequences": (promise,) if agreed else ("请写明理由，理由将告知对方。",),
        "action": request.path,
        "verb": transition.label,
        "keep": "返回",
        "keep_url": reverse("enterprise:case", args=(uuid,)),
        "tone": "primary" if agreed else "stop",
        "hidden": (("seen", found.version),),
        "form": form,
    }
    return render(request, "ui/confirm.html", context, status=status)


def _menu(found: Application, name: str) -> str:
    """The menu's entry under which the enterprise answers."""
    if name.endswith("enterprise"):
        return "cancellations"
    return "temporary-departures" if found.registration_class == RegistrationClass.TEMPORARY else "departures"


def _answered(found: Application, transition: Transition) -> str:
    """What was answered and, where it takes effect at once, that it did (manual 3.2.3.7: 该证书注销成功)."""
    if transition.reason:
        return f"已答复“{transition.label}”，理由已告知对方。"
    found.refresh_from_db()
    done = f"{found.subject.name}的证书注销成功。" if found.state == State.DONE else ""
    return f"已{transition.label}。{done}"


class AnswerForm(ErjianForm, forms.Form):
    """Why not."""

    opinion = forms.CharField(label="理由", max_length=500, widget=forms.Textarea)


def seen(request: HttpRequest) -> int:
    """The version that the page showed; nonsense is a version nobody saw."""
    text = request.POST.get("seen", "")
    return int(text) if text.isdecimal() and len(text) < 10 else -1


@for_enterprise(EnterpriseRight.FILE)
@require_POST
def remind(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """提醒: another message to the person."""
    found = own_or_404(request, uuid)
    actions.remind(application=found, by=operator(request))
    messages.success(request, f"已提醒{found.subject.name}登录个人版确认。")
    return _back(request, reverse("enterprise:case", args=(uuid,)))


@for_enterprise(EnterpriseRight.FILE)
@require_POST
def delete(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """删除 a draft that was never reported."""
    found = own_or_404(request, uuid)
    actions.delete_draft(application=found, by=operator(request))
    messages.success(request, f"已删除{found.subject.name}的申报。")
    return redirect("enterprise:procedure", found.procedure_code)


def _back(request: HttpRequest, otherwise: str) -> HttpResponse:
    """To the page of this site that the button stood on."""
    came = request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(came, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return redirect(came)
    return redirect(otherwise)


def _crumbs(case: Application, verb: str) -> SafeString:
    page = reverse("enterprise:case", args=(case.uuid,))
    return crumbs("人员管理", reverse("enterprise:people"), case.number, page, verb)

"""What the province's decision-makers do with a case outside a batch: 延长办理期限, 终止办理, 退回复审."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from erjian import policy
from erjian.accounts.models import Function, User
from erjian.applications import actions, engine
from erjian.applications.errors import CaseRefused
from erjian.applications.models import Application
from erjian.applications.workflow import TRANSITIONS
from erjian.policy import authorities
from erjian.portals.authority.access import for_officer, officer
from erjian.portals.authority.deciding import seen_version
from erjian.portals.authority.navigation import shell
from erjian.portals.shared.serving import case_or_404
from erjian.ui.forms import ErjianForm
from erjian.ui.parts import View
from erjian.ui.templatetags.ej import crumbs

_ACTS: Mapping[str, Callable[..., Application]] = {
    "extend": actions.extend,
    "reopen_review": actions.step_back,
    "terminate": actions.terminate,
}
_EXTEND = "延长办理期限"


class ReasonForm(ErjianForm, forms.Form):
    """The reason, which the applicant is told."""

    opinion = forms.CharField(
        label="理由", max_length=1000, widget=forms.Textarea(attrs={"rows": 4}), help_text="将告知申报企业和本人"
    )


def _label(name: str) -> str:
    return _EXTEND if name == "extend" else TRANSITIONS[name].label


def _extendable(case: Application, user: User) -> bool:
    if not user.may(Function.DECISION) or user.authority_code != authorities.province().code:
        return False
    return case.clocks.filter(kind="decision", ended_on__isnull=True, extended_days=0).exists()


def possible(case: Application, user: User) -> tuple[View, ...]:
    """The buttons of the case page."""
    if not user.may(Function.DECISION):
        return ()
    names = ["extend"] if _extendable(case, user) else []
    names += [row.name for row in engine.available(case, user) if row.name in ("reopen_review", "terminate")]
    return tuple(View(_label(name), reverse("authority:act", args=[case.uuid, name])) for name in names)


@for_officer(Function.DECISION)
def act(request: HttpRequest, uuid: UUID, name: str) -> HttpResponse:
    """Ask for the reason, then do it."""
    case, user = case_or_404(request, uuid), officer(request)
    if name not in _ACTS:
        raise Http404
    if request.method == "POST":
        form = ReasonForm(request.POST)
        seen = seen_version(request)
        engine.check_version(case, seen)
        if not form.is_valid():
            return _page(request, case, name, form, seen=seen, status=422)
        try:
            _ACTS[name](application=case, by=user, seen=seen, opinion=form.cleaned_data["opinion"])
        except CaseRefused as refusal:
            form.refuse(refusal)
            return _page(request, case, name, form, seen=seen, status=422)
        messages.success(request, f"{case.subject.name}的{case.procedure.kind_label}：{_label(name)}。")
        return redirect("authority:case", uuid=case.uuid)
    return _page(request, case, name, ReasonForm(), seen=case.version)


def _page(
    request: HttpRequest, case: Application, name: str, form: ReasonForm, *, seen: int, status: int = 200
) -> HttpResponse:
    extension = policy.current().extension_days
    question = (
        f"办理期限延长 {extension} 个工作日，只能延长一次（《行政许可法》第四十二条）。"
        if name == "extend"
        else TRANSITIONS[name].confirm
    )
    cases, back = reverse("authority:cases"), reverse("authority:case", args=[case.uuid])
    context = {
        "frame": "ui/shell.html",
        "shell": shell(request, "cases"),
        "crumbs": crumbs("申报查询", cases, case.number, back, _label(name)),
        "title": f"{_label(name)}　{case.subject.name} {case.number}",
        "question": question,
        "action": request.path,
        "verb": _label(name),
        "keep": "返回",
        "keep_url": back,
        "tone": "stop" if name == "terminate" else "primary",
        "hidden": [("seen", seen)],
        "form": form,
    }
    return render(request, "ui/confirm.html", context, status=status)

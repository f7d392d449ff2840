"""不予受理 and 复审不通过 with their ground (行政许可法第三十二、三十八、七十八条) and the reason in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from erjian import documents
from erjian.accounts.models import Function
from erjian.applications import actions, engine, grounds
from erjian.applications.grounds import Ground
from erjian.applications.models import Application
from erjian.applications.routing import question
from erjian.applications.workflow import TRANSITIONS
from erjian.portals.authority.access import for_officer, officer
from erjian.portals.authority.deciding import done, plain, seen_version
from erjian.portals.authority.desk import at_desk
from erjian.portals.authority.navigation import shell
from erjian.portals.shared.serving import case_or_404
from erjian.ui.forms import ErjianForm
from erjian.ui.templatetags.ej import crumbs

LONGEST = 1000
"""Characters that a public list takes of a reason."""


class ReasonedForm(ErjianForm, forms.Form):
    """Ground, where to go instead, and the reason that the letter gives."""

    ground = forms.ChoiceField(
        label="不予受理情形",
        choices=[
            (each.value, each.label) for each in (Ground.NOT_REQUIRED, Ground.NOT_COMPETENT, Ground.FALSE_MATERIAL)
        ],
        widget=forms.RadioSelect,
    )
    where = forms.CharField(
        label="应向哪个机关申请",
        max_length=100,
        required=False,
        help_text="不属于本机关职权范围的必填，如：长沙市住房和城乡建设局",
    )
    reason = forms.CharField(
        label="理由", max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 4}), help_text="写入不予受理通知书"
    )

    def clean(self) -> dict[str, str]:
        cleaned: dict[str, str] = super().clean() or {}
        if cleaned.get("ground") == Ground.NOT_COMPETENT and not cleaned.get("where"):
            self.add_error("where", "请写明应向哪个机关申请（行政许可法第三十二条）。")
        for name in ("where", "reason"):
            if said := documents.unprintable(cleaned.get(name, "")):
                self.add_error(name, said)
        return cleaned

    @property
    def words(self) -> str:
        """The reason as the letter says it."""
        ground = Ground(self.cleaned_data["ground"]).label
        where = f"，应向{self.cleaned_data['where']}申请" if self.cleaned_data["ground"] == Ground.NOT_COMPETENT else ""
        return f"{ground}{where}。{self.cleaned_data['reason']}"


class FailingForm(ReasonedForm):
    """The ground of 复审不通过: that conditions are not met needs no words but the reason's."""

    ground = forms.ChoiceField(
        label="不通过情形",
        choices=[(each.value, each.label) for each in (Ground.CONDITIONS, Ground.FALSE_MATERIAL)],
        initial=Ground.CONDITIONS,
        widget=forms.RadioSelect,
    )
    where = None
    reason = forms.CharField(
        label="理由",
        max_length=LONGEST - len(f"{Ground.FALSE_MATERIAL.label}。"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="作为不予许可的理由写入决定书",
    )

    @property
    def words(self) -> str:
        reason: str = self.cleaned_data["reason"]
        return reason if self.cleaned_data["ground"] == Ground.CONDITIONS else super().words


@dataclass(frozen=True)
class Refusal:
    """What an officer's function refuses: by which transition and action, with which form, after which words."""

    transition: str
    form: type[ReasonedForm]
    act: Callable[..., Application]
    advice: str = ""


_BY_FUNCTION: Mapping[str, Refusal] = {
    Function.ACCEPTANCE: Refusal(
        "refuse_acceptance",
        ReasonedForm,
        actions.refuse_acceptance,
        "材料不齐全或填写有误的，应一次性告知补正，不得不予受理。",
    ),
    Function.FINAL_REVIEW: Refusal(
        "final_fail", FailingForm, lambda **given: actions.final_review(passed=False, **given)
    ),
}


@for_officer(*_BY_FUNCTION)
def refusal(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Choose the ground, give the reason, end the case or send it to the 不准予 list."""
    case, user = case_or_404(request, uuid), officer(request)
    sent = request.method == "POST" and "send" in request.POST
    seen = seen_version(request) if request.method == "POST" else case.version
    if sent:
        engine.check_version(case, seen)
    refusing = _BY_FUNCTION.get(case.acting_function)
    if refusing is None or not (sent or at_desk(case, user)):
        return redirect("authority:case", uuid=case.uuid)
    if not sent:
        form = refusing.form(initial={"reason": plain(request.POST.get("opinion", ""))})
        form.fields["ground"].widget.attrs["autofocus"] = True
        return _page(request, case, refusing, form, seen=seen)
    form = refusing.form(request.POST)
    if not form.is_valid():
        return _page(request, case, refusing, form, seen=seen, status=422)
    refusing.act(application=case, by=user, seen=seen, opinion=form.words, ground=form.cleaned_data["ground"])
    return done(request, case, refusing.transition)


def _consequences(case: Application, refusing: Refusal) -> list[str]:
    """What follows, before it is sent: of false material, as the declaration of the filing has it."""
    ground, name = Ground.FALSE_MATERIAL.label, case.subject.name
    if case.procedure.registers:
        said = (
            f"选择“{ground}”的，{name}自决定之日起 {grounds.YEARS} 年内不得再次申请注册，系统将登记不予注册记录，"
            "写入文书并告知本人和企业（《注册建造师管理规定》第三十三条）。警告另按行政处罚程序作出。"
        )
    else:
        said = f"{case.procedure.kind_label}不是申请注册：选择“{ground}”的，不登记不予注册记录。"
    return [*filter(None, (refusing.advice,)), said]


def _page(
    request: HttpRequest, case: Application, refusing: Refusal, form: ReasonedForm, *, seen: int, status: int = 200
) -> HttpResponse:
    back, row = request.get_full_path().replace("refusal/", ""), TRANSITIONS[refusing.transition]
    context: dict[str, Any] = {
        "frame": "ui/shell.html",
        "shell": shell(request, "work"),
        "crumbs": crumbs("待办事项", reverse("authority:work"), case.number, back, row.label),
        "title": f"{row.label}　{case.subject.name} {case.procedure.kind_label}",
        "question": question(row, case.procedure),
        "consequences": _consequences(case, refusing),
        "action": request.get_full_path(),
        "verb": row.label,
        "keep": "返回",
        "keep_url": back,
        "tone": "stop",
        "form": form,
        "hidden": [("seen", seen), ("send", "1")],
    }
    return render(request, "ui/confirm.html", context, status=status)

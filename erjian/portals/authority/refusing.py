"""不予受理 with its ground (行政许可法第三十二条第一款第一、二项，第七十八条) and the reason in words."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from erjian import documents
from erjian.accounts.models import Function
from erjian.applications import actions, engine
from erjian.applications.models import Application
from erjian.applications.workflow import TRANSITIONS
from erjian.portals.authority.access import for_officer, officer
from erjian.portals.authority.deciding import done, plain, seen_version
from erjian.portals.authority.desk import at_desk
from erjian.portals.authority.navigation import shell
from erjian.portals.shared.serving import case_or_404
from erjian.ui.forms import ErjianForm
from erjian.ui.templatetags.ej import crumbs


class Ground(models.TextChoices):
    """Why a filing is not accepted; incomplete material is no ground, that is corrected."""

    NOT_REQUIRED = "not_required", "申请事项依法不需要取得行政许可"
    NOT_COMPETENT = "not_competent", "申请事项依法不属于本机关职权范围"
    FALSE_MATERIAL = "false_material", "隐瞒有关情况或者提供虚假材料"


class RefusalForm(ErjianForm, forms.Form):
    """Ground, where to go instead, and the reason that the letter gives."""

    ground = forms.ChoiceField(label="不予受理情形", choices=Ground.choices, widget=forms.RadioSelect)
    where = forms.CharField(
        label="应向哪个机关申请",
        max_length=100,
        required=False,
        help_text="不属于本机关职权范围的必填，如：长沙市住房和城乡建设局",
    )
    reason = forms.CharField(
        label="理由", max_length=1000, widget=forms.Textarea(attrs={"rows": 4}), help_text="写入不予受理通知书"
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


@for_officer(Function.ACCEPTANCE)
def refusal(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Choose the ground, give the reason, end the case."""
    case, user = case_or_404(request, uuid), officer(request)
    if request.method == "POST" and "send" in request.POST:
        form = RefusalForm(request.POST)
        seen = seen_version(request)
        engine.check_version(case, seen)
        if form.is_valid():
            actions.refuse_acceptance(
                application=case, by=user, seen=seen, opinion=form.words, ground=form.cleaned_data["ground"]
            )
            return done(request, case, "refuse_acceptance")
        return _page(request, case, form, seen=seen, status=422)
    if not at_desk(case, user):
        return redirect("authority:case", uuid=case.uuid)
    seen = seen_version(request) if request.method == "POST" else case.version
    return _page(request, case, RefusalForm(initial={"reason": plain(request.POST.get("opinion", ""))}), seen=seen)


def _page(request: HttpRequest, case: Application, form: RefusalForm, *, seen: int, status: int = 200) -> HttpResponse:
    back = request.get_full_path().replace("refusal/", "")
    context = {
        "frame": "ui/shell.html",
        "shell": shell(request, "work"),
        "crumbs": crumbs("待办事项", reverse("authority:work"), case.number, back, "不予受理"),
        "title": f"不予受理　{case.subject.name} {case.procedure.kind_label}",
        "question": TRANSITIONS["refuse_acceptance"].confirm,
        "consequences": ["材料不齐全或填写有误的，应一次性告知补正，不得不予受理。"],
        "action": request.get_full_path(),
        "verb": "不予受理",
        "keep": "返回",
        "keep_url": back,
        "tone": "stop",
        "form": form,
        "hidden": [("seen", seen), ("send", "1")],
    }
    return render(request, "ui/confirm.html", context, status=status)

"""办件进度: where a case stands, for whoever knows its number and the end of the person's identity number."""

from __future__ import annotations

from datetime import timedelta

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from erjian.accounts import limits
from erjian.applications.models import Application
from erjian.audit.middleware import address_of
from erjian.portals.public.navigation import shell
from erjian.portals.shared import case as shown
from erjian.ui.forms import ErjianForm
from erjian.ui.parts import Row

MISSES = limits.Limit("progress-miss", 10, timedelta(minutes=10))
PER_CASE = limits.Limit("progress-case", 10, timedelta(hours=1))


class ProgressForm(ErjianForm, forms.Form):
    number = forms.CharField(
        label="申报编号",
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "如 CS-2026-110427"}),
    )
    tail = forms.CharField(
        label="申报人身份证号后 6 位",
        min_length=6,
        max_length=6,
        help_text="企业名称变更等企业事项，填统一社会信用代码后 6 位。",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


@login_not_required
@never_cache
@sensitive_post_parameters("tail")
def page(request: HttpRequest) -> HttpResponse:
    """The form, and after a right pair the case's route without names of officers or opinions."""
    form = ProgressForm(request.POST or None)
    context = {"shell": shell(request, "progress"), "form": form}
    if request.method != "POST" or not form.is_valid():
        return render(request, "public/progress.html", context, status=422 if form.errors else 200)
    case = _find(
        form.cleaned_data["number"].strip().upper(), form.cleaned_data["tail"].strip().upper(), address_of(request)
    )
    if case is None:
        form.add_error(None, "没有编号和身份证号都相符的申报。请核对后再查。")
        return render(request, "public/progress.html", context, status=404)
    context |= {
        "case": case,
        "steps": shown.steps(case, case.timeline.all()),
        "tone": shown.tone(case.state),
        "rows": (
            Row("申报编号", case.number),
            Row("申报类型", case.procedure.label),
            Row("申请人", f"{case.subject.name}（{case.subject.number}）", wide=True),
            Row("聘用企业", case.enterprise.name),
            Row("办理单位", shown.authority_name(case.acting_authority) if case.acting_authority else "—"),
            Row("剩余时限", shown.left(case)),
        ),
    }
    return render(request, "public/progress.html", context)


def _key(case: Application) -> str:
    """The number whose end is asked for: the person's, or the enterprise's where the case is about it."""
    return case.person.id_number if case.person else case.enterprise.credit_code


def _find(number: str, tail: str, address: str) -> Application | None:
    """The case when number and tail fit; guesses are counted per address and per case. Raises TooMany."""
    if limits.spent(MISSES, address) or limits.spent(PER_CASE, number):
        raise limits.TooMany("查询次数过多。请稍后再试，或由企业登录查询。", wait=600)
    case = Application.objects.select_related("person", "enterprise").filter(number=number).exclude(number="").first()
    if case is not None and constant_time_compare(_key(case)[-6:], tail):
        return case
    limits.take(MISSES, address)
    limits.take(PER_CASE, number)
    return None

"""使用有效期: a copy of my certificate for one purpose, from one day to another; made, downloaded and withdrawn by me."""

from __future__ import annotations

from datetime import timedelta

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from erjian import audit, files, policy
from erjian.certificates import windows
from erjian.certificates.actions import longest_use
from erjian.certificates.models import CertificateVersion, UsageWindow
from erjian.policy import clock
from erjian.portals.person.access import account, for_person, for_person_files
from erjian.portals.person.certificates import mine_or_404
from erjian.portals.person.navigation import shell
from erjian.standards.errors import Refusal
from erjian.ui.dates import day, period
from erjian.ui.forms import ErjianForm
from erjian.ui.templatetags.ej import crumbs

_USUAL = timedelta(days=29)


class WindowForm(ErjianForm, forms.Form):
    """From when until when, and for what."""

    begin = forms.DateField(label="开始日期")
    end = forms.DateField(label="结束日期")
    purpose = forms.CharField(
        label="用途", max_length=windows.PURPOSE_LENGTH, help_text="印在证书上，查验的人也能看到，如“某某项目投标”。"
    )

    def clean_purpose(self) -> str:
        return str(self.cleaned_data["purpose"]).replace("\x00", "")


def _mine(request: HttpRequest, pk: int, window: int) -> UsageWindow:
    version = mine_or_404(request, pk)
    return get_object_or_404(UsageWindow.objects.select_related("file"), pk=window, version=version)


@for_person
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, pk: int) -> HttpResponse:
    """Make another 使用有效期 of the certificate in force."""
    version = mine_or_404(request, pk)
    status = 200
    if request.method == "POST":
        form = WindowForm(request.POST)
        status = 422
        if form.is_valid():
            try:
                windows.make(version_id=version.pk, actor=account(request).actor, **form.cleaned_data)
            except Refusal as refusal:
                form.refuse(refusal)
            else:
                messages.success(request, "已设定使用有效期，证书副本正在制作，通常一分钟内可以下载。")
                return redirect(reverse("person:certificate", args=[pk]) + "#windows")
    elif not windows.usable(version):
        messages.warning(request, "只有现行有效的证书可以设定使用有效期。")
        return redirect("person:certificate", pk)
    else:
        today = clock.today()
        usual = min(today + _USUAL, longest_use(version.registration, today))
        form = WindowForm(initial={"begin": today, "end": usual})
    return render(request, "person/window.html", _context(request, version, form), status=status)


def _context(request: HttpRequest, version: CertificateVersion, form: WindowForm) -> dict[str, object]:
    rules = policy.current().certificate
    return {
        "shell": shell(request, "certificates"),
        "version": version,
        "form": form,
        "most": rules.usage_max_days,
        "daily": rules.usage_daily_limit,
        "last": version.registration.valid_until if version.registration.dates_binding else None,
    }


@for_person_files
@require_safe
def file(request: HttpRequest, pk: int, window: int) -> HttpResponseBase:
    """The signed copy, while it has not been withdrawn. Noted in the audit."""
    found = _mine(request, pk, window)
    if found.file is None or found.withdrawn_at is not None:
        raise Http404
    audit.record(
        "certificate.view",
        actor=account(request).actor,
        subject=("certificate", found.version_id),
        data={"window": found.pk, "as": "pdf"},
    )
    name = f"{policy.current().certificate.name}-{found.version.facts.get('name', '')}-{found.begin}-{found.end}.pdf"
    return files.response(found.file, filename=name, inline=False)


@for_person
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, pk: int, window: int) -> HttpResponse:
    """撤销, asked once."""
    found = _mine(request, pk, window)
    back = reverse("person:certificate", args=[pk]) + "#windows"
    if request.method == "POST":
        try:
            windows.withdraw(window_id=found.pk, actor=account(request).actor)
        except Refusal as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, "已撤销这个使用有效期。再扫描它的二维码，会显示已撤销。")
        return redirect(back)
    if found.withdrawn_at is not None:
        return redirect(back)
    context = {
        "frame": "person/base.html",
        "shell": shell(request, "certificates"),
        "crumbs": crumbs("电子证照", reverse("person:certificates"), "电子证书", back, "撤销使用有效期"),
        "title": "撤销使用有效期",
        "question": f"撤销 {period(found.begin, found.end)} 的使用有效期（{found.purpose}）？",
        "consequences": (
            "撤销后，这份副本的二维码会显示“已由持证人撤销”，不能恢复。",
            f"证书本身和其他使用有效期不受影响（{day(found.created_at)} 设定）。",
        ),
        "action": request.path,
        "verb": "撤销",
        "keep": "保留",
        "keep_url": back,
        "tone": "stop",
    }
    return render(request, "ui/confirm.html", context)

"""What is done here: upload a file, apply a checked one, check again."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from erjian.exchange import kinds, runs, workbooks
from erjian.exchange.refusals import ImportRefused
from erjian.portals.authority.access import officer
from erjian.portals.authority.imports.doors import for_register
from erjian.portals.authority.imports.pages import run_or_404, said_columns
from erjian.portals.authority.navigation import shell
from erjian.standards.errors import Refusal
from erjian.ui.forms import ErjianForm


class UploadForm(ErjianForm, forms.Form):
    """Kind and file of an import."""

    kind = forms.ChoiceField(
        label="数据类型", widget=forms.RadioSelect, choices=[(kind.code, kind.label) for kind in kinds.KINDS]
    )
    file = forms.FileField(
        label="表格文件",
        allow_empty_file=True,
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv"}),
        help_text="Excel (.xlsx) 或 CSV，最大 60 MB、30 万行。可以把文件拖到选择框上。",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@for_register
def new(request: HttpRequest) -> HttpResponse:
    """Choose kind and file. The file is only kept and queued; the check runs as a job."""
    form = UploadForm(request.POST or None, request.FILES or None, initial={"kind": request.GET.get("kind", "")})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                run = _upload(request, form)
            except Refusal as refusal:
                form.add_error("file" if refusal.field is None else refusal.field, refusal.message)
                status = getattr(refusal, "status", 422)
            else:
                return redirect("authority:import", uuid=run.pk)
    context = {
        "shell": shell(request, "imports"),
        "form": form,
        "kinds": [
            (kind, reverse("authority:import_template", args=[kind.code]), said_columns(kind)) for kind in kinds.KINDS
        ],
    }
    return render(request, "authority/imports/new.html", context, status=status)


def _upload(request: HttpRequest, form: UploadForm) -> runs.ImportRun:
    user = officer(request)
    file = form.cleaned_data["file"]
    if file.size > workbooks.MAX_BYTES:
        raise ImportRefused("文件超过 60 MB。请分成几个文件导入。", code="too_large")
    return runs.upload(
        kind=form.cleaned_data["kind"], filename=file.name, content=file.read(), actor=user.actor, user=user
    )


def _seen(request: HttpRequest) -> int:
    text = request.POST.get("seen", "")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Refusal("提交的内容不完整。请刷新页面后重新办理。", code="incomplete")
    return int(text)


@require_POST
@for_register
def apply(request: HttpRequest, uuid: object) -> HttpResponse:
    """Queue the import of what was checked."""
    run = run_or_404(uuid)
    runs.request_apply(run_id=run.pk, seen=_seen(request), actor=officer(request).actor)
    return redirect("authority:import", uuid=run.pk)


@require_POST
@for_register
def again(request: HttpRequest, uuid: object) -> HttpResponse:
    """Check the same file again."""
    run = run_or_404(uuid)
    runs.check_again(run_id=run.pk, seen=_seen(request), actor=officer(request).actor)
    return redirect("authority:import", uuid=run.pk)

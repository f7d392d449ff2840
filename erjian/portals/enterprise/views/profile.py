"""基本信息: 企业基本信息 with its two tabs."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from erjian import audit, files
from erjian.accounts.models import EnterpriseRight
from erjian.applications.facts import missing_profile
from erjian.files.refusals import sizes_text
from erjian.portals.enterprise.access import employer, for_enterprise, holds, operator
from erjian.portals.enterprise.navigation import shell
from erjian.portals.enterprise.profile_form import ProfileForm
from erjian.portals.enterprise.views.cases import seen
from erjian.portals.shared import case as case_parts
from erjian.portals.shared.refusals import wants_json
from erjian.registry import enterprise_profile
from erjian.registry.enterprise_profile import ProfileStale
from erjian.registry.models import Enterprise
from erjian.standards import regions
from erjian.standards.errors import Refusal
from erjian.ui import parts


def _tabs(current: str) -> tuple[parts.View, ...]:
    return (
        parts.View("企业详细信息", reverse("enterprise:profile"), current=current == "details"),
        parts.View("附件材料", reverse("enterprise:profile-attachments"), current=current == "attachments"),
    )


@for_enterprise()
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """企业详细信息. Anyone of the enterprise reads it, a 管理 operator saves it."""
    user = operator(request)
    enterprise = employer(request)
    may_save = holds(user, EnterpriseRight.MANAGE)
    if request.method != "POST":
        form = ProfileForm(enterprise=enterprise)
        return _details(request, enterprise, form, may_save=may_save)
    if not may_save:
        return for_enterprise(EnterpriseRight.MANAGE)(profile)(request)  # type: ignore[return-value]
    form = ProfileForm(request.POST, enterprise=enterprise)
    status, stale = 422, ""
    if form.is_valid():
        try:
            enterprise_profile.update_profile(
                enterprise=enterprise, values=form.cleaned_data, by=user.actor, seen=seen(request)
            )
        except ProfileStale as refusal:
            status, stale = 409, refusal.message
            enterprise.refresh_from_db()
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, "企业基本信息已保存。")
            return redirect("enterprise:profile")
    return _details(request, enterprise, form, may_save=may_save, status=status, stale=stale)


def _details(
    request: HttpRequest,
    enterprise: Enterprise,
    form: ProfileForm,
    *,
    may_save: bool,
    status: int = 200,
    stale: str = "",
) -> HttpResponse:
    audit.record_read(actor=operator(request).actor, purpose="企业基本信息", kind="enterprise", ids=[enterprise.pk])
    context: dict[str, Any] = {
        "shell": shell(request, "profile"),
        "enterprise": enterprise,
        "province": regions.PROVINCES.get(enterprise.province or regions.PROVINCE, ""),
        "authority": case_parts.authority_name(enterprise.filing_authority),
        "form": form,
        "tabs": _tabs("details"),
        "missing": missing_profile(enterprise),
        "may_save": may_save,
        "stale": stale,
    }
    return render(request, "enterprise/profile.html", context, status=status)


@for_enterprise()
@require_http_methods(["GET", "HEAD", "POST"])
def attachments(request: HttpRequest) -> HttpResponse:
    """附件材料: 营业执照."""
    if request.method == "POST":
        return _upload(request)
    return _attachments(request)


def _attachments(request: HttpRequest, refused: str = "", status: int = 200) -> HttpResponse:
    limits = files.Limits.of("document")
    context = {
        "shell": shell(request, "profile"),
        "enterprise": employer(request),
        "tabs": _tabs("attachments"),
        "may_save": holds(operator(request), EnterpriseRight.MANAGE),
        "limits": limits,
        "accept": ",".join(limits.types),
        "hint": f"JPG、PNG、PDF，{sizes_text(limits)}。",
        "refused": refused,
    }
    return render(request, "enterprise/profile_attachments.html", context, status=status)


@for_enterprise(EnterpriseRight.MANAGE)
@require_POST
def _upload(request: HttpRequest) -> HttpResponse:
    user = operator(request)
    try:
        upload = request.FILES.get("file")
        if upload is None:
            raise enterprise_profile.ProfileRefused("没有收到文件。请选择文件后再上传。", code="no_file")
        blob = files.accept(upload, limits=files.Limits.of("document"), actor=user.actor)
        enterprise_profile.attach_licence(enterprise=employer(request), licence=blob, by=user.actor)
    except Refusal as refusal:
        if wants_json(request):
            raise
        return _attachments(request, refusal.message, getattr(refusal, "status", 422))
    if wants_json(request):
        return JsonResponse({"message": "已上传", "url": reverse("enterprise:licence")})
    messages.success(request, "营业执照已上传。")
    return redirect("enterprise:profile-attachments")


@for_enterprise()
@require_safe
def licence(request: HttpRequest) -> HttpResponse:
    """The uploaded 营业执照."""
    blob = employer(request).licence
    if blob is None:
        raise Http404
    return files.response(blob, filename="营业执照", thumbnail=bool(request.GET.get("thumbnail")))

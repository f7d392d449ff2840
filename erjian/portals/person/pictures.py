"""My signature and my portrait: looking at them, drawing or uploading new ones.

Both are kept in my own record and used in every later case. What a certificate in force shows is changed by
个人信息修改, which an officer reviews.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from erjian import files
from erjian.files import FileRefused
from erjian.portals.person.access import account, for_person, for_person_files, my_id, myself
from erjian.portals.person.consent import drawn
from erjian.portals.person.navigation import information_tabs, shell
from erjian.portals.shared.refusals import wants_json
from erjian.registry import personal
from erjian.standards.errors import Refusal
from erjian.ui.templatetags.ej import file_size


def _next(request: HttpRequest) -> str:
    """Where to go afterwards: a page of this portal, or nowhere."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    inside = wanted.startswith("/person/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if inside else ""


@for_person
@require_http_methods(["GET", "HEAD", "POST"])
def signature(request: HttpRequest) -> HttpResponse:
    """个人手写签名: look, draw again, upload."""
    if request.method != "POST":
        return _signature_page(request)
    try:
        picture = drawn(request.POST.get("signature", ""))
        if picture is None:
            raise FileRefused("还没有签名。请在框内手写姓名。", code="empty", field="signature")
        personal.set_signature(person_id=my_id(request), upload=picture, actor=account(request).actor)
    except Refusal as refusal:
        return _signature_page(request, refusal)
    messages.success(request, "签名已保存。")
    return redirect(_next(request) or "person:signature")


def _signature_page(request: HttpRequest, refusal: Refusal | None = None) -> HttpResponse:
    there = _next(request)
    query = f"?next={there}" if there else ""
    limits = personal.limits("signature")
    context: dict[str, Any] = {
        "shell": shell(request, "information"),
        "tabs": information_tabs("signature"),
        "person": myself(request),
        "printed": personal.is_printed(myself(request), "signature"),
        "limits": limits,
        "hint": f"白纸上用深色笔书写，拍照或扫描，JPG 或 PNG，不超过 {file_size(limits.max_bytes)}。",
        "action": reverse("person:signature") + query,
        "upload": reverse("person:signature-upload") + query,
        "next": there,
        "refusal": refusal,
    }
    return render(request, "person/signature.html", context, status=getattr(refusal, "status", 422) if refusal else 200)


@for_person
@require_POST
def signature_upload(request: HttpRequest) -> HttpResponse:
    """A signature as a picture file."""
    return _uploaded(request, personal.set_signature, "person:signature", "签名已保存。", "person:signature-image")


@for_person
@require_POST
def portrait_upload(request: HttpRequest) -> HttpResponse:
    """A new portrait."""
    return _uploaded(request, personal.set_portrait, "person:information", "寸照已保存。", "person:portrait-image")


def _uploaded(request: HttpRequest, action: Any, page: str, said: str, image: str) -> HttpResponse:
    upload = request.FILES.get("file")
    if upload is None:
        raise FileRefused("没有收到文件。请选择文件后再上传。", code="empty", field="file")
    action(person_id=my_id(request), upload=upload, actor=account(request).actor)
    if wants_json(request):
        return JsonResponse({"message": said, "thumbnail": reverse(image)})
    messages.success(request, said)
    return redirect(_next(request) or page)


@for_person_files
@require_safe
def signature_image(request: HttpRequest) -> HttpResponseBase:
    """My signature."""
    return _image(request, "signature")


@for_person_files
@require_safe
def portrait_image(request: HttpRequest) -> HttpResponseBase:
    """My portrait."""
    return _image(request, "portrait")


def _image(request: HttpRequest, name: str) -> HttpResponseBase:
    blob = getattr(myself(request), name)
    if blob is None:
        raise Http404
    answer = files.response(blob, filename=f"{name}.jpg", request=request)
    # The address stays while the picture changes: ask each time, and be told "unchanged" most times.
    answer["Cache-Control"] = "private, no-cache"
    return answer

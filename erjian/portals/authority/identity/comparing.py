"""人工核对: two pictures side by side, accepted or refused with a reason."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from erjian import audit, files, policy
from erjian.accounts.models import Function
from erjian.identity import frames, officers, reasons
from erjian.identity.models import Attempt
from erjian.portals.authority.access import for_officer, officer
from erjian.portals.authority.navigation import shell
from erjian.standards.errors import Refusal
from erjian.ui.addresses import row_address
from erjian.ui.dates import moment
from erjian.ui.forms import ErjianForm
from erjian.ui.paging import paginate
from erjian.ui.parts import View
from erjian.ui.tables import Column, Op, Table


class DecisionForm(ErjianForm, forms.Form):
    remark = forms.CharField(
        label="核对意见",
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="不通过的须写明原因，本人会看到。",
    )


def tabs(current: str, waiting: int | None = None) -> tuple[View, ...]:
    """人工核对 | 窗口核验."""
    return (
        View("人工核对", reverse("authority:identity"), waiting, current=current == "faces"),
        View("窗口核验", reverse("authority:identity_counter"), current=current == "counter"),
    )


@for_officer(Function.COUNTER)
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """What waits, oldest first: pictures are kept for policy's hours only."""
    waiting = officers.waiting(officer(request)).select_related("verification", "person")
    page = paginate(waiting, request.GET)
    table = Table(
        columns=(
            Column("姓名", lambda row: format_html("<b>{}</b>", row.verification.name), css="m-top"),
            Column("身份证号", "verification.id_number_mask", css="ej-num m-wide", data_label="身份证号"),
            Column("为什么转来", _why, css="m-wide wrap"),
            Column("拍摄时间", lambda row: moment(row.given_at), css="ej-num m-wide", data_label="拍摄"),
        ),
        rows=page,
        ops=lambda row: (Op("核对", row_address("authority:identity_face")(row.uuid)),),
        name="verification.name",
        numbered=True,
        first=page.start,
        empty="没有等待人工核对的实名认证。",
        caption="等待人工核对的实名认证",
    )
    context = {
        "shell": shell(request, "identity"),
        "table": table,
        "page": page,
        "tabs": tabs("faces", waiting.count()),
        "hours": policy.current().retention.face_hours,
    }
    return render(request, "authority/identity/list.html", context)


def _why(row: Attempt) -> str:
    return "；".join(reasons.DOUBTS[each] for each in row.verification.doubts if each in reasons.DOUBTS)


def _waiting(request: HttpRequest, uuid: UUID) -> Attempt:
    return get_object_or_404(
        officers.waiting(officer(request)).select_related(
            "verification__front", "verification__person", "person", "frames"
        ),
        uuid=uuid,
    )


@for_officer(Function.COUNTER)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One comparison; POST decides it."""
    attempt, user = _waiting(request, uuid), officer(request)
    if request.method != "POST":
        audit.record_read(actor=user.actor, purpose="实名认证人工核对", kind="person", ids=[attempt.person_id])
        return _page(request, attempt, DecisionForm())
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _page(request, attempt, form, status=422)
    accepted = request.POST.get("do") == "accept"
    try:
        officers.decide(attempt=attempt, accepted=accepted, remark=form.cleaned_data["remark"], by=user)
    except Refusal as refusal:
        if getattr(refusal, "status", 422) == 409:
            raise
        form.refuse(refusal)
        return _page(request, attempt, form, status=422)
    messages.success(
        request, f"{attempt.verification.name}：{'已通过' if accepted else '未通过，本人可以再试或到窗口核验'}。"
    )
    return redirect("authority:identity")


def _page(request: HttpRequest, attempt: Attempt, form: DecisionForm, *, status: int = 200) -> HttpResponse:
    own = attempt.verification
    card: dict[str, Any] = own.card
    person = own.person
    assert person is not None
    rows = [
        ("姓名", own.name),
        ("身份证号码", own.id_number),
        ("手机号码", own.phone_mask),
        ("登记的手机号码", person.phone_mask or "没有登记"),
        ("证件有效期", f"{card.get('valid_from', '')} 至 {card.get('valid_until') or '长期'}"),
        ("签发机关", card.get("issuer", "")),
        ("为什么转来", _why(attempt)),
        ("动作", "、".join(reasons.GESTURES.get(each, each).removeprefix("请") for each in attempt.challenges)),
        ("相似距离", f"{attempt.score:.2f}" if attempt.score is not None else ""),
        ("拍摄时间", moment(attempt.given_at)),
    ]
    rules = policy.current().identity
    context = {
        "shell": shell(request, "identity"),
        "attempt": attempt,
        "rows": rows,
        "form": form,
        "name": own.name,
        "thresholds": rules,
    }
    return render(request, "authority/identity/face.html", context, status=status)


@for_officer(Function.COUNTER)
@never_cache
@require_safe
def frame(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The best frame; opened for this answer only, and noted each time."""
    attempt = _waiting(request, uuid)
    try:
        content = officers.picture(attempt=attempt)
    except frames.FramesGone:
        raise Http404 from None
    _note_picture(request, attempt, "查看人脸照片")
    # As the camera page sent it, never written anew: whatever else it may be, it is opened as a picture only.
    headers = {"Cache-Control": "no-store, private", "Content-Security-Policy": "default-src 'none'; sandbox"}
    return HttpResponse(content, content_type="image/jpeg", headers=headers)


@for_officer(Function.COUNTER)
@never_cache
@require_safe
def card(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    """The side of the card with the portrait; noted each time."""
    attempt = _waiting(request, uuid)
    front = attempt.verification.front
    if front is None:
        raise Http404
    _note_picture(request, attempt, "查看身份证照片")
    answer = files.response(front, filename="card.jpg", request=request)
    answer["Cache-Control"] = "no-store, private"
    return answer


def _note_picture(request: HttpRequest, attempt: Attempt, purpose: str) -> None:
    """A picture may be opened on its own, without the page whose reading is noted."""
    audit.record_read(actor=officer(request).actor, purpose=purpose, kind="person", ids=[attempt.person_id])

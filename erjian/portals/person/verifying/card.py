"""The card: both sides photographed, what was read of them corrected and confirmed."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from erjian import files
from erjian.files import FileRefused
from erjian.identity import cards, reasons
from erjian.identity.models import Reading, Verification
from erjian.policy import clock
from erjian.portals.person.verifying.access import busy, for_anybody
from erjian.portals.person.verifying.drawing import HERE, draw
from erjian.portals.person.verifying.forms import CardForm
from erjian.portals.shared.refusals import wants_json
from erjian.registry import personal
from erjian.standards.errors import Refusal
from erjian.ui.dates import time_of_day


def page(
    request: HttpRequest, verification: Verification, form: CardForm | None = None, *, status: int = 200
) -> HttpResponse:
    """Both sides, and what was read of them."""
    sides = [_side(verification, side, label) for side, label in cards.SIDES.items()]
    both = verification.front is not None and verification.back is not None
    waiting = any(side["waiting"] for side in sides)
    shown = form is not None or (both and (not waiting or bool(request.GET.get("by_hand"))))
    if form is None and shown:
        form = CardForm(initial=cards.offered(verification))
    limits = personal.limits("image")
    return draw(
        request,
        "card",
        verification,
        sides=sides,
        form=form if shown else None,
        waiting=waiting and not shown,
        both=both,
        limits=limits,
        status=status,
        now=3,
    )


def _side(verification: Verification, side: str, label: str) -> dict[str, Any]:
    reading = getattr(verification, f"{side}_reading")
    found = verification.read.get(side, {})
    hints = [reasons.CARD_HINTS[hint] for hint in found.get("hints", ()) if hint in reasons.CARD_HINTS]
    said = {
        Reading.NONE: "",
        Reading.WAITING: "已上传，正在识别",
        Reading.READ: "已识别，请核对下面的内容",
        Reading.UNREAD: "没有识别出来，请重拍，或在下面手工填写",
    }[Reading(reading)]
    blob = getattr(verification, side)
    return {
        "code": side,
        "label": label,
        "said": said,
        "hints": hints,
        "waiting": reading == Reading.WAITING,
        "preview": f"{reverse('person:verify-card-image', args=[side])}?v={blob.pk}" if blob else "",
    }


@for_anybody
@require_POST
def upload(request: HttpRequest, side: str) -> HttpResponse:
    """One side of the card."""
    if side not in cards.SIDES:
        raise Http404
    picture = request.FILES.get("file")
    if picture is None:
        raise FileRefused("没有收到照片。请重新拍照或选择照片。", code="empty", field="file")
    verification = busy(request)
    cards.take(verification=verification, side=side, upload=picture)
    if wants_json(request):
        return JsonResponse({"message": "已上传，正在识别"})
    return redirect(HERE)


@for_anybody
@require_safe
def image(request: HttpRequest, side: str) -> HttpResponseBase:
    """A side that was uploaded, shown to whom it belongs."""
    blob = getattr(busy(request), side) if side in cards.SIDES else None
    if blob is None:
        raise Http404
    return files.response(blob, filename=f"{side}.jpg", request=request)


@for_anybody
@require_POST
@sensitive_post_parameters("id_number", "address")
def confirm(request: HttpRequest) -> HttpResponse:
    """下一步 with the confirmed card."""
    verification = busy(request)
    form = CardForm(request.POST)
    if not form.is_valid():
        return page(request, verification, form, status=422)
    try:
        cards.confirm(verification=verification, values=form.values)
    except Refusal as refusal:
        status = getattr(refusal, "status", 422)
        if status == 409:
            raise
        form.refuse(refusal)
        return page(request, verification, form, status=status)
    return redirect(HERE)


@for_anybody
@require_POST
@sensitive_post_parameters("id_number", "address")
def autosave(request: HttpRequest) -> JsonResponse:
    """Keep what was corrected, for whoever comes back before 下一步."""
    cards.keep_typed(verification=busy(request), typed=CardForm(request.POST).typed)
    return JsonResponse({"saved_at": time_of_day(clock.now())})


@for_anybody
@require_POST
def again(request: HttpRequest) -> HttpResponse:
    """重拍身份证."""
    cards.back_to_card(verification=busy(request))
    return redirect(HERE)

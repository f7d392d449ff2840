"""What the camera page asks for by script: a live hint, gestures, taking the frames, how far things are."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from erjian.identity import attempts, faces, frames, reasons
from erjian.identity.errors import IdentityRefused
from erjian.identity.models import State
from erjian.portals.person.verifying.access import busy, for_anybody

_MOST_TEXT = 4000


def answered(request: HttpRequest, content: dict[str, object], *, status: int = 200) -> HttpResponse:
    """JSON for the script."""
    return JsonResponse(content, status=status)


@for_anybody
@require_POST
def look(request: HttpRequest) -> HttpResponse:
    """What one frame shows, in words; the service may be silent, then there is no hint."""
    verification = busy(request)
    picture = request.FILES.get("frame")
    content = picture.read(frames.MAX_FRAME + 1) if picture is not None else b""
    frames.look_at(content)
    attempts.may_look(verification=verification)
    try:
        seen = faces.embedded().look(content)
    except faces.FacesUnavailable:
        return answered(request, {"hints": [], "silent": True})
    except faces.BadPicture:
        raise IdentityRefused("收到的不是摄像头画面。请刷新页面后重新开始。", code="type", status=415) from None
    hints = [reasons.HINTS[hint] for hint in seen.hints if hint in reasons.HINTS]
    return answered(request, {"hints": hints, "good": not seen.hints})


@for_anybody
@require_POST
def draw(request: HttpRequest) -> HttpResponse:
    """Gestures and the nonce of a new attempt."""
    drawn = attempts.draw(verification=busy(request))
    content = {
        "nonce": drawn.nonce,
        "seconds": int((drawn.attempt.expires_at - drawn.attempt.opened_at).total_seconds()),
        "gestures": [{"code": code, "said": reasons.GESTURES[code]} for code in drawn.attempt.challenges],
    }
    return answered(request, content, status=201)


@for_anybody
@require_POST
def take(request: HttpRequest) -> HttpResponse:
    """The frames of an attempt, each with its moment."""
    verification = busy(request)
    pictures = request.FILES.getlist("frame")
    if len(pictures) > frames.MOST or sum(picture.size or 0 for picture in pictures) > frames.MAX_ALL:
        raise IdentityRefused("画面太多或太大。请刷新页面后重新开始。", code="too_large", status=413)
    attempt = attempts.submit(
        verification=verification,
        nonce=request.POST.get("nonce", "")[:100],
        pictures=[picture.read() for picture in pictures],
        times=_times(request.POST.get("times", "")),
    )
    return answered(request, {"state": attempt.state}, status=202)


def _times(text: str) -> list[int]:
    """Milliseconds separated by commas. Raises IdentityRefused."""
    parts = text[:_MOST_TEXT].split(",") if text else []
    if not all(part.isascii() and part.isdecimal() and len(part) < 8 for part in parts):
        raise IdentityRefused("画面的时间顺序不对。请刷新页面后重新开始。", code="times")
    return [int(part) for part in parts]


@for_anybody
@require_safe
def state(request: HttpRequest) -> HttpResponse:
    """Where things stand: the page loads itself again when this changes."""
    verification = busy(request)
    last = verification.attempts.order_by("-id").first()
    waiting = verification.front_reading == "waiting" or verification.back_reading == "waiting"
    return answered(
        request,
        {
            "step": verification.step,
            "version": verification.version,
            "reading": waiting,
            "attempt": last.state if last else "",
            "judging": last is not None and last.state == State.GIVEN,
            "address": last.address if last is not None and last.state == State.OPEN else "",
        },
    )


@for_anybody
@require_safe
def returned(request: HttpRequest) -> HttpResponse:
    """Back from a provider's own page. What its address claims is not believed; the provider is asked."""
    attempts.returned(verification=busy(request))
    return redirect("person:verify")

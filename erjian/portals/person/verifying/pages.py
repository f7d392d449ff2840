"""The pages of the way, one address for all of them: what is shown follows from where the verification stands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from erjian import files, policy
from erjian.accounts import people
from erjian.accounts.models import User
from erjian.audit.middleware import address_of
from erjian.files import FileRefused
from erjian.identity import attempts, cards, completing, consenting, counter, faces, notice, reasons, starting
from erjian.identity.errors import IdentityRefused
from erjian.identity.models import Attempt, Reading, State, Step, Verification
from erjian.policy import clock
from erjian.portals.person.verifying import access
from erjian.portals.person.verifying.access import busy, current, for_anybody
from erjian.portals.person.verifying.forms import CardForm, CodeForm, WhoForm
from erjian.portals.shared.refusals import wants_json
from erjian.registry import personal
from erjian.standards.errors import Refusal
from erjian.ui.dates import time_of_day

STEPS = ("本人信息", "授权同意", "身份证", "人脸识别")
HERE = "person:verify"


@for_anybody
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """Where the verification stands; without one, 完善建造师个人信息 (which is what POST sends)."""
    verification = current(request)
    if request.method == "POST":
        return _begin(request)
    if verification is None:
        return _start(request, WhoForm())
    if verification.step not in ("code", "stranger") and starting.is_done(verification):
        return _draw(request, "done", verification)
    return _PAGES[Step(verification.step)](request, verification)


def _draw(
    request: HttpRequest, name: str, verification: Verification | None, *, status: int = 200, now: int = 0, **more: Any
) -> HttpResponse:
    rules = policy.current()
    context = {
        "verification": verification,
        "rules": rules,
        "labels": STEPS,
        "now": now,
        "signed_in": request.user.is_authenticated,
        **more,
    }
    return render(request, f"person/verifying/{name}.html", context, status=status)


# 完善建造师个人信息, 短信验证码


def _start(request: HttpRequest, form: WhoForm, *, status: int = 200) -> HttpResponse:
    return _draw(request, "start", None, form=form, status=status, now=1)


@sensitive_post_parameters("id_number", "phone")
def _begin(request: HttpRequest) -> HttpResponse:
    form = WhoForm(request.POST)
    if not form.is_valid():
        return _start(request, form, status=422)
    try:
        verification = starting.begin(**form.cleaned_data, address=address_of(request))
    except Refusal as refusal:
        form.refuse(refusal)
        return _start(request, form, status=getattr(refusal, "status", 422))
    access.remember(request, verification, proven=False)
    return redirect(HERE)


def _code(request: HttpRequest, verification: Verification) -> HttpResponse:
    return _code_page(request, verification, CodeForm())


def _code_page(request: HttpRequest, verification: Verification, form: CodeForm, *, status: int = 200) -> HttpResponse:
    return _draw(request, "code", verification, form=form, status=status, now=1)


@for_anybody
@require_POST
@sensitive_post_parameters("code")
def code(request: HttpRequest) -> HttpResponse:
    """下一步 with the code, or another code."""
    verification = busy(request)
    form = CodeForm(request.POST)
    try:
        if request.POST.get("do") == "resend":
            starting.resend(verification=verification, address=address_of(request))
            messages.success(request, f"验证码已重新发送到 {verification.phone_mask}。")
            return redirect(HERE)
        if not form.is_valid():
            return _code_page(request, verification, form, status=422)
        proven = starting.prove(verification=verification, code=form.cleaned_data["code"], address=address_of(request))
    except Refusal as refusal:
        form.errors.clear()
        form.refuse(refusal)
        return _code_page(request, verification, form, status=getattr(refusal, "status", 422))
    access.remember(request, proven, proven=proven.step != Step.STRANGER)
    if proven.step == Step.CONSENT:
        return redirect(reverse(HERE) + "?told=1")
    return redirect(HERE)


def _stranger(request: HttpRequest, verification: Verification) -> HttpResponse:
    return _draw(request, "stranger", verification, status=404)


@for_anybody
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Put the way aside: somebody else's turn, or other data."""
    access.leave(request)
    return redirect(HERE)


# Consent and counter


def _consent(request: HttpRequest, verification: Verification) -> HttpResponse:
    if request.GET.get("told"):
        return _draw(request, "told", verification, now=1)
    return _consent_page(request, verification)


def _consent_page(request: HttpRequest, verification: Verification, refusal: Refusal | None = None) -> HttpResponse:
    rows = notice.rows(provider=faces.provider().name)
    who = (("认证人", f"{verification.name}　{verification.id_number_mask}"), *rows)
    status = getattr(refusal, "status", 422) if refusal else 200
    return _draw(request, "consent", verification, notice=who, refusal=refusal, status=status, now=2)


@for_anybody
@require_POST
def consent(request: HttpRequest) -> HttpResponse:
    """同意并开始."""
    verification = busy(request)
    try:
        consenting.consent(verification=verification, agreed=request.POST.get("agree") == "on")
    except IdentityRefused as refusal:
        if refusal.field != "agree":
            raise
        return _consent_page(request, verification, refusal)
    return redirect(HERE)


@for_anybody
@require_POST
def choose_counter(request: HttpRequest) -> HttpResponse:
    """改用窗口核验."""
    consenting.choose_counter(verification=busy(request))
    return redirect(HERE)


def _counter(request: HttpRequest, verification: Verification) -> HttpResponse:
    return _draw(
        request,
        "counter",
        verification,
        why=reasons.COUNTER.get(verification.counter_reason, ""),
        may_return=verification.counter_reason != "failures",
        offices=list(policy.current().authorities),
        refused=counter.refused(verification),
        check_list=[label for _, label in reasons.CHECK_LIST],
        last=_found(verification) if verification.counter_reason == "failures" else "",
    )


def _found(verification: Verification) -> str:
    """What the last attempt was refused for, without the advice to try once more."""
    last = _last(verification)
    if last is None:
        return ""
    found = reasons.said(last.reason).partition("。")[0] + "。"
    return f"{found}核对意见：{last.remark}" if last.remark else found


@for_anybody
@require_POST
def from_counter(request: HttpRequest) -> HttpResponse:
    """Back to the face: the consent is asked for again."""
    verification = busy(request)
    if verification.step != Step.COUNTER or verification.counter_reason == "failures":
        raise IdentityRefused("这一步已经办过。请刷新页面后继续。", code="step", status=409)
    return _consent_page(request, verification)


@for_anybody
@require_safe
def slip(request: HttpRequest) -> HttpResponse:
    """The slip for the counter (PDF)."""
    verification = busy(request)
    if verification.step != Step.COUNTER:
        raise Http404
    answer = HttpResponse(counter.paper(verification), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{verification.slip}.pdf"'
    return answer


# The card


def _card(request: HttpRequest, verification: Verification) -> HttpResponse:
    return _card_page(request, verification)


def _card_page(
    request: HttpRequest, verification: Verification, form: CardForm | None = None, *, status: int = 200
) -> HttpResponse:
    sides = [_side(verification, side, label) for side, label in cards.SIDES.items()]
    both = verification.front is not None and verification.back is not None
    waiting = any(side["waiting"] for side in sides)
    shown = form is not None or (both and (not waiting or bool(request.GET.get("by_hand"))))
    if form is None and shown:
        form = CardForm(initial=cards.offered(verification))
    limits = personal.limits("image")
    return _draw(
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
def card_upload(request: HttpRequest, side: str) -> HttpResponse:
    """One side of the card."""
    if side not in cards.SIDES:
        raise Http404
    upload = request.FILES.get("file")
    if upload is None:
        raise FileRefused("没有收到照片。请重新拍照或选择照片。", code="empty", field="file")
    verification = busy(request)
    cards.take(verification=verification, side=side, upload=upload)
    if wants_json(request):
        return JsonResponse({"message": "已上传，正在识别"})
    return redirect(HERE)


@for_anybody
@require_safe
def card_image(request: HttpRequest, side: str) -> HttpResponseBase:
    """A side that was uploaded, shown to whom it belongs."""
    blob = getattr(busy(request), side) if side in cards.SIDES else None
    if blob is None:
        raise Http404
    return files.response(blob, filename=f"{side}.jpg", request=request)


@for_anybody
@require_POST
@sensitive_post_parameters("id_number", "address")
def card(request: HttpRequest) -> HttpResponse:
    """下一步 with the confirmed card."""
    verification = busy(request)
    form = CardForm(request.POST)
    if not form.is_valid():
        return _card_page(request, verification, form, status=422)
    try:
        cards.confirm(verification=verification, values=form.values)
    except Refusal as refusal:
        status = getattr(refusal, "status", 422)
        if status == 409:
            raise
        form.refuse(refusal)
        return _card_page(request, verification, form, status=status)
    return redirect(HERE)


@for_anybody
@require_POST
@sensitive_post_parameters("id_number", "address")
def card_autosave(request: HttpRequest) -> JsonResponse:
    """Keep what was corrected, for whoever comes back before 下一步."""
    cards.keep_typed(verification=busy(request), typed=CardForm(request.POST).typed)
    return JsonResponse({"saved_at": time_of_day(clock.now())})


@for_anybody
@require_POST
def card_again(request: HttpRequest) -> HttpResponse:
    """重拍身份证."""
    cards.back_to_card(verification=busy(request))
    return redirect(HERE)


# The face, and what came of it


def _face(request: HttpRequest, verification: Verification) -> HttpResponse:
    rules = policy.current().identity
    last = _last(verification)
    judging = last is not None and last.state == State.GIVEN
    refused = last is not None and not judging and last.state not in (State.OPEN, State.LAPSED)
    failed = attempts.failures(verification.person_id or 0)
    away = faces.is_redirecting(faces.provider())
    return _draw(
        request,
        "judging" if judging else "away" if away else "face",
        verification,
        last=last if refused else None,
        said=_said(last) if refused and last else "",
        unanswered=last is not None and last.reason == "unanswered",
        left=max(rules.failures - failed, 0),
        attempt=last,
        gestures=reasons.GESTURES,
        now=4,
    )


def _said(attempt: Attempt) -> str:
    if attempt.state == State.FAILED:
        return "认证服务暂时不可用，这次不计入次数。请稍后再试，或改用窗口核验。"
    said = reasons.said(attempt.reason)
    return f"{said}核对意见：{attempt.remark}" if attempt.reason == "officer" and attempt.remark else said


def _last(verification: Verification) -> Attempt | None:
    return verification.attempts.order_by("-id").first()


def _officer(request: HttpRequest, verification: Verification) -> HttpResponse:
    doubts = [reasons.DOUBTS[each] for each in verification.doubts if each in reasons.DOUBTS]
    return _draw(request, "officer", verification, doubts=doubts, now=4)


def _accepted(request: HttpRequest, verification: Verification) -> HttpResponse:
    user = User.objects.filter(person_id=verification.person_id).first()
    own = user is not None and people.has_own_password(user)
    return _draw(request, "accepted", verification, attempt=_last(verification), own_password=own, now=5)


@for_anybody
@require_POST
def send_again(request: HttpRequest) -> HttpResponse:
    """重新发送登录短信."""
    verification = busy(request)
    completing.send_again(verification=verification)
    messages.success(request, f"登录短信已重新发送到 {verification.phone_mask}。以前的一次性口令作废。")
    return redirect(HERE)


def _ended(request: HttpRequest, verification: Verification) -> HttpResponse:
    access.leave(request)
    messages.warning(request, "这次认证已过期，上传的内容已删除。请重新开始。")
    return redirect(HERE)


_PAGES: dict[Step, Callable[[HttpRequest, Verification], HttpResponse]] = {
    Step.CODE: _code,
    Step.STRANGER: _stranger,
    Step.CONSENT: _consent,
    Step.CARD: _card,
    Step.FACE: _face,
    Step.OFFICER: _officer,
    Step.COUNTER: _counter,
    Step.ACCEPTED: _accepted,
    Step.ENDED: _ended,
}

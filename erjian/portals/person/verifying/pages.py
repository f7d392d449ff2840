"""The pages of the way, one address for all of them: what is shown follows from where the verification stands."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from erjian import policy
from erjian.accounts import people
from erjian.accounts.models import User
from erjian.audit.middleware import address_of
from erjian.identity import attempts, completing, consenting, counter, faces, notice, reasons, starting
from erjian.identity.errors import IdentityRefused
from erjian.identity.models import Attempt, State, Step, Verification
from erjian.portals.person.verifying import access, card
from erjian.portals.person.verifying.access import busy, current, for_anybody
from erjian.portals.person.verifying.drawing import HERE, draw
from erjian.portals.person.verifying.forms import CodeForm, WhoForm
from erjian.standards.errors import Refusal


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
        return draw(request, "done", verification)
    return _PAGES[Step(verification.step)](request, verification)


# 完善建造师个人信息, 短信验证码


def _start(request: HttpRequest, form: WhoForm, *, status: int = 200) -> HttpResponse:
    return draw(request, "start", None, form=form, status=status, now=1)


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
    return draw(request, "code", verification, form=form, status=status, now=1)


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
    return draw(request, "stranger", verification, status=404)


@for_anybody
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Put the way aside: somebody else's turn, or other data."""
    access.leave(request)
    return redirect(HERE)


# Consent and counter


def _consent(request: HttpRequest, verification: Verification) -> HttpResponse:
    if request.GET.get("told"):
        return draw(request, "told", verification, now=1)
    return _consent_page(request, verification)


def _consent_page(request: HttpRequest, verification: Verification, refusal: Refusal | None = None) -> HttpResponse:
    rows = notice.rows(provider=faces.provider().name)
    who = (("认证人", f"{verification.name}　{verification.id_number_mask}"), *rows)
    status = getattr(refusal, "status", 422) if refusal else 200
    return draw(request, "consent", verification, notice=who, refusal=refusal, status=status, now=2)


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
    return draw(
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


# The face, and what came of it


def _face(request: HttpRequest, verification: Verification) -> HttpResponse:
    rules = policy.current().identity
    last = _last(verification)
    judging = last is not None and last.state == State.GIVEN
    refused = last is not None and not judging and last.state not in (State.OPEN, State.LAPSED)
    failed = attempts.failures(verification.person_id or 0)
    away = faces.is_redirecting(faces.provider())
    return draw(
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
    return draw(request, "officer", verification, doubts=doubts, now=4)


def _accepted(request: HttpRequest, verification: Verification) -> HttpResponse:
    user = User.objects.filter(person_id=verification.person_id).first()
    own = user is not None and people.has_own_password(user)
    return draw(request, "accepted", verification, attempt=_last(verification), own_password=own, now=5)


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
    Step.CARD: card.page,
    Step.FACE: _face,
    Step.OFFICER: _officer,
    Step.COUNTER: _counter,
    Step.ACCEPTED: _accepted,
    Step.ENDED: _ended,
}

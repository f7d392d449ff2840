"""The person's answer to what an enterprise filed: agree with a signature, or decline with a reason (decision G.3).

The page says what is promised, asks for what is still missing (a signature, a portrait) and takes the answer for
the version that was shown. Whatever happened meanwhile (withdrawn, answered already, timed out) is said plainly.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.files.base import ContentFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from erjian.applications import actions
from erjian.applications.errors import CaseRefused, Stale
from erjian.applications.models import Application
from erjian.applications.routing import question
from erjian.applications.states import State
from erjian.applications.workflow import TRANSITIONS
from erjian.files import FileRefused
from erjian.portals.person.access import account, for_person, myself
from erjian.portals.person.navigation import shell
from erjian.portals.shared import case as shared
from erjian.portals.shared import filing, serving
from erjian.registry import personal
from erjian.registry.models import Person
from erjian.standards.errors import Refusal
from erjian.ui.dates import day, moment
from erjian.ui.forms import ErjianForm
from erjian.ui.templatetags.ej import crumbs

_PREFIX = "data:image/png;base64,"
_MOST = 3 * 1024 * 1024
"""Longest data address taken, in characters: what policy allows for a signature, as base64."""


class DeclineForm(ErjianForm, forms.Form):
    opinion = forms.CharField(
        label="不同意的理由",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="企业会看到这段话，可据此修改后重新提出。",
    )


def drawn(text: str) -> ContentFile[bytes] | None:
    """The picture of a signature drawn on the page; None when nothing was drawn. Raises FileRefused for anything else."""
    if not text:
        return None
    broken = FileRefused("没有收到完整的签名。请重新书写后提交。", code="corrupt", field="signature")
    if not text.startswith(_PREFIX) or len(text) > _MOST:
        raise broken
    try:
        content = base64.b64decode(text[len(_PREFIX) :], validate=True)
    except (ValueError, binascii.Error):
        raise broken from None
    return ContentFile(content, name="signature.png")


def commitment(case: Application) -> str:
    """The sentence the person signs, from the declaration."""
    text = case.procedure.commitments.get("person", "本人已核对并同意本次申报，所填信息和所附材料真实、准确。")
    return text.format(enterprise=case.enterprise.name, person=case.person.name)


def _seen(request: HttpRequest) -> int:
    """The version the page showed; nonsense counts as an outdated page."""
    text = request.POST.get("seen", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


@for_person
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Agree. GET shows what is agreed to; POST takes the signature and the consent."""
    case = serving.case_or_404(request, uuid)
    if case.state != State.WAIT_PERSON:
        return _handled(request, case, status=409 if request.method == "POST" else 200)
    if request.method != "POST":
        return _ask(request, case)
    try:
        _agree(request, case)
    except (Stale, CaseRefused) as refusal:
        case.refresh_from_db()
        if case.state != State.WAIT_PERSON:
            return _handled(request, case, status=409)
        if isinstance(refusal, Stale):
            raise
        return _ask(request, case, refusal)
    except Refusal as refusal:
        return _ask(request, case, refusal)
    case.refresh_from_db()
    messages.success(request, _agreed(case))
    return redirect("person:case", uuid=case.uuid)


_AGREED = {
    State.DONE: "已同意并签名，{kind}已生效。",
    State.WAIT_FORMER: "已同意并签名，等待原单位确认。",
    State.REPORTED: "已同意并签名，申报已送主管部门。",
}


def _agreed(case: Application) -> str:
    """What became of the case by the consent."""
    return _AGREED.get(State(case.state), "已同意并签名。").format(kind=case.procedure.kind_label.removesuffix("申报"))


def _agree(request: HttpRequest, case: Application) -> None:
    user, person = account(request), myself(request)
    signature = drawn(request.POST.get("signature", ""))
    if signature is not None:  # first of all, so that nobody has to write it again
        personal.set_signature(person_id=person.pk, upload=signature, actor=user.actor, reviewed=True)
    elif person.signature_id is None:
        raise personal.PersonalRefused("请先手写签名，再同意。", code="no_signature", field="signature")
    if request.POST.get("agree") != "on":
        kept = "签名已保存。" if signature else ""
        raise personal.PersonalRefused(
            f"{kept}请先阅读承诺，并勾选“我已核对并同意以上承诺”。", code="not_agreed", field="agree"
        )
    actions.consent(application=case, by=user, seen=_seen(request), commitment=commitment(case))


@dataclass(frozen=True, kw_only=True)
class Portrait:
    """The portrait that the certificate will print: mine, or the one in the case; empty when there is none."""

    url: str = ""
    note: str = ""


def _portrait(case: Application, person: Person) -> Portrait | None:
    """None when the procedure asks for no portrait."""
    if not any(material.code == "portrait" for material in case.procedure.materials):
        return None
    filed = case.materials.filter(code="portrait", removed_in__isnull=True).first()
    own = person.portrait
    if own is not None and (filed is None or filed.blob_id == own.pk or own.created_at > filed.uploaded_at):
        return Portrait(url=reverse("person:portrait-image"), note="您档案中的寸照")
    if filed is not None:
        return Portrait(url=reverse("person:material", args=[case.uuid, filed.pk]), note="企业在申报中上传的寸照")
    return Portrait()


def _ask(request: HttpRequest, case: Application, refusal: Refusal | None = None) -> HttpResponse:
    person = myself(request)
    here = reverse("person:consent", args=[case.uuid])
    rows = [
        ("申报类型", case.procedure.kind_label),
        ("注册号", case.registration.number if case.registration else ""),
        ("聘用企业", case.enterprise.name),
        (case.procedure.specialty_label, shared.specialty_names(case.specialties)),
        ("申报主管部门", shared.authority_name(case.authority_code) if filing.shows_authority(case) else ""),
        ("上报时间", day(case.reported_at)),
        ("确认期限", day(case.due_on)),
    ]
    context: dict[str, Any] = {
        "case": case,
        "seen": _seen(request) if refusal else case.version,
        "rows": [row for row in rows if row[1]],
        "commitment": commitment(case),
        "question": question(TRANSITIONS["consent"], case.procedure),
        "person": person,
        "portrait": _portrait(case, person),
        "portrait_limits": personal.limits("portrait"),
        "redraw": person.signature_id is None,
        "here": here,
        "refusal": refusal,
    }
    status = getattr(refusal, "status", 422) if refusal else 200
    return render(request, "person/consent.html", context, status=status)


def _handled(request: HttpRequest, case: Application, *, status: int) -> HttpResponse:
    """The request for consent is no longer open: what became of it."""
    last = case.timeline.order_by("-id").first()
    answer = case.timeline.filter(transition__in=("consent", "decline")).order_by("-id").first()
    mine = answer is not None and answer.actor_user_id == account(request).pk
    if mine and answer is not None:
        said = "同意" if answer.transition == "consent" else "不同意"
        words = f"您已于 {moment(answer.at)} 选择“{said}”，不用再次提交。"
        tone = "done" if answer.transition == "consent" else "mine"
    elif case.state == State.WITHDRAWN:
        words, tone = "企业已撤回这条申报，不需要您再确认。", "mine"
    elif case.state == State.TERMINATED:
        words, tone = "这条申报已终止，不需要您再确认。需要时企业可以重新提出。", "mine"
    else:
        words, tone = f"这条申报现在是“{case.get_state_display()}”，不需要您确认。", "mine"
    context = {
        "shell": shell(request, "cases"),
        "case": case,
        "words": words,
        "tone": tone,
        "when": moment(last.at) if last else "",
    }
    return render(request, "person/handled.html", context, status=status)


@for_person
@require_http_methods(["GET", "HEAD", "POST"])
def decline(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Decline with a reason, asked once."""
    case = serving.case_or_404(request, uuid)
    if case.state != State.WAIT_PERSON:
        return _handled(request, case, status=409 if request.method == "POST" else 200)
    form = DeclineForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                actions.decline(
                    application=case, by=account(request), seen=_seen(request), opinion=form.cleaned_data["opinion"]
                )
            except (Stale, CaseRefused) as refusal:
                case.refresh_from_db()
                if case.state != State.WAIT_PERSON:
                    return _handled(request, case, status=409)
                if isinstance(refusal, Stale):
                    raise
                form.refuse(refusal)
            else:
                messages.success(request, "已答复“不同意”，理由已告知企业。")
                return redirect("person:case", uuid=case.uuid)
    page = reverse("person:case", args=[case.uuid])
    context = {
        "frame": "ui/base.html",
        "shell": shell(request, "cases"),
        "crumbs": crumbs("申报查询", reverse("person:cases"), case.procedure.kind_label, page, "不同意"),
        "title": f"不同意{case.procedure.kind_label}",
        "question": f"不同意{case.enterprise.name}为您提出的{case.procedure.kind_label}？",
        "consequences": [TRANSITIONS["decline"].confirm],
        "action": reverse("person:decline", args=[case.uuid]),
        "hidden": [("seen", str(case.version if request.method != "POST" else _seen(request)))],
        "form": form,
        "verb": "不同意",
        "tone": "stop",
        "keep": "返回",
        "keep_url": page,
    }
    return render(request, "ui/confirm.html", context, status=status)

"""Deciding at the desk: every decision asks once, is written by one action, and goes on to the next case.

With scripts the desk itself asks and says so in `asked`; without, the answer to the first post is the page that asks.
一次性告知补正, 不予受理 and 复审不通过 need more than an opinion: their pages are in `correcting` and `refusing`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from erjian.accounts.models import User
from erjian.applications import actions
from erjian.applications.errors import CaseRefused
from erjian.applications.models import Application
from erjian.applications.routing import question
from erjian.applications.workflow import TRANSITIONS
from erjian.portals.authority import queue
from erjian.portals.authority.access import REVIEWING, for_officer, officer
from erjian.portals.authority.desk import at_desk, show
from erjian.portals.authority.navigation import shell
from erjian.portals.shared.serving import case_or_404
from erjian.standards.errors import Refusal
from erjian.ui.templatetags.ej import crumbs

LONGEST = 2000
"""Characters of an opinion."""

Act = Callable[[Application, User, int, str], Application]

ACTS: Mapping[str, Act] = {
    "accept": lambda case, by, seen, opinion: actions.accept(application=case, by=by, seen=seen, opinion=opinion),
    "first_pass": lambda case, by, seen, opinion: actions.first_review(
        application=case, by=by, seen=seen, passed=True, opinion=opinion
    ),
    "first_fail": lambda case, by, seen, opinion: actions.first_review(
        application=case, by=by, seen=seen, passed=False, opinion=opinion
    ),
    "final_pass": lambda case, by, seen, opinion: actions.final_review(
        application=case, by=by, seen=seen, passed=True, opinion=opinion
    ),
    "step_back": lambda case, by, seen, opinion: actions.step_back(application=case, by=by, seen=seen, opinion=opinion),
}


def seen_version(request: HttpRequest) -> int:
    """The version of the case that the page showed. Raises Refusal when the post does not say it."""
    text = request.POST.get("seen", "")
    if not text.isdecimal():
        raise Refusal("提交的内容不完整。请刷新页面后重新办理。", code="incomplete")
    return int(text)


def plain(text: str) -> str:
    """What somebody typed, without blanks around it and without what the database cannot keep."""
    return text.replace("\x00", "").strip()


def check_length(opinion: str) -> None:
    """Raises CaseRefused for an opinion longer than a letter can carry."""
    if len(opinion) > LONGEST:
        raise CaseRefused(f"意见最多 {LONGEST} 个字。请缩短后再提交。", code="max_length", field="opinion")


def done(request: HttpRequest, before: Application, name: str) -> HttpResponse:
    """Say what was done and go on to the next case."""
    letter = TRANSITIONS[name].letter
    said = f"{before.subject.name}的{before.procedure.kind_label}：{TRANSITIONS[name].done}"
    messages.success(request, said + (f"，{letter.label}已出具。" if letter else "。"))
    return redirect(queue.following(officer(request), request.GET, before))


@require_POST
@for_officer(*REVIEWING)
def decide(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Perform one decision of the desk. A case that changed meanwhile answers 409, a forged decision 403 or 422."""
    case, user, name = case_or_404(request, uuid), officer(request), request.POST.get("decision", "")
    opinion = plain(request.POST.get("opinion", ""))
    if name not in ACTS:
        raise Refusal("没有这样的办理结果。请刷新页面后重新办理。", code="unknown_decision")
    seen = seen_version(request)
    try:
        check_length(opinion)
        if not request.POST.get("asked") and at_desk(case, user) and not (TRANSITIONS[name].reason and not opinion):
            return _ask(request, case, name, opinion, seen)
        ACTS[name](case, user, seen, opinion)
    except CaseRefused as refusal:
        if refusal.field != "opinion" or not at_desk(case, user):
            raise
        return show(request, case, opinion=opinion, error=refusal.message, status=422)
    return done(request, case, name)


def _ask(request: HttpRequest, case: Application, name: str, opinion: str, seen: int) -> HttpResponse:
    row = TRANSITIONS[name]
    hidden = [("decision", name), ("opinion", opinion), ("seen", seen), ("asked", "1")]
    consequences = [f"意见：{opinion}"] if opinion else []
    back = request.get_full_path().replace("decide/", "")
    context = {
        "frame": "ui/shell.html",
        "shell": shell(request, "work"),
        "crumbs": crumbs("待办事项", reverse("authority:work"), case.number, back, row.label),
        "title": f"{row.label}　{case.subject.name}",
        "question": question(row, case.procedure),
        "consequences": consequences,
        "action": request.get_full_path(),
        "verb": row.label,
        "keep": "返回",
        "keep_url": back,
        "tone": "primary",
        "hidden": hidden,
    }
    return render(request, "ui/confirm.html", context)

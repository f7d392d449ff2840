"""办事指南: generated from what the procedures declare and the province's policy decides, so that it cannot be out of date.

《行政许可法》第三十条 asks for conditions, materials, procedure and time limits to be published.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from erjian import files
from erjian.accounts.models import UserKind
from erjian.files.refusals import sizes_text
from erjian.policy import OFFICIAL_STEPS, Level, Policy
from erjian.policy import current as policy
from erjian.portals.public.navigation import shell
from erjian.procedures import Filer, Procedure, Step, all_procedures, get
from erjian.procedures import materials as declared
from erjian.ui.parts import Row

_TYPES = {"image/jpeg": "JPG", "image/png": "PNG", "application/pdf": "PDF"}
_NEED = {declared.always: "必须提供", declared.never: "可选"}


@login_not_required
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """All procedures in the menu's order."""
    context = {"shell": shell(request, "guides"), "guides": [brief(procedure) for procedure in all_procedures()]}
    return render(request, "public/guides.html", context)


@login_not_required
@require_safe
def page(request: HttpRequest, code: str) -> HttpResponse:
    """One procedure: conditions, materials, route, limits, basis."""
    try:
        procedure = get(code)
    except KeyError as error:
        raise Http404 from error
    rules = policy()
    context = {
        "shell": shell(request, "guides"),
        "procedure": procedure,
        "start": _start(procedure, request.user),
        "facts": _facts(procedure, rules),
        "steps": _route(procedure, rules),
        "materials": [_material(item) for item in procedure.materials],
        "rules": rules,
    }
    return render(request, "public/guide.html", context)


def _start(procedure: Procedure, reader: Any) -> str:
    """Where whoever files begins; the way leads past the sign-in. "" for a reader of another side, who can't go there."""
    side = UserKind.PERSON if procedure.filer == Filer.PERSON else UserKind.ENTERPRISE
    if reader.is_authenticated and reader.kind != side:
        return ""
    if side == UserKind.PERSON:
        return f"{reverse('person:filing')}#{procedure.code}"
    return reverse("enterprise:procedure", args=(procedure.code,))


def brief(procedure: Procedure) -> dict[str, str]:
    """What a card of the list says."""
    return {"code": procedure.code, "label": procedure.label, "summary": procedure.lead, "limit": limit(procedure)}


def limit(procedure: Procedure) -> str:
    """办理时限 in words; a route without an officer's step takes effect at once."""
    if not any(step in OFFICIAL_STEPS for step in procedure.route):
        return "即时"
    return f"{policy().decision_days_for(procedure.code)} 个工作日"


def _facts(procedure: Procedure, rules: Policy) -> tuple[Row, ...]:
    days = limit(procedure)
    return (
        Row("适用对象", procedure.lead, wide=True),
        Row("办理时限", f"受理后 {days}" if days != "即时" else days),
        Row("收费", "不收费"),
        Row("提出方式", _filing(procedure, rules)),
        Row("结果", "电子证书" if Step.ISSUE in procedure.route else "登记变更"),
        Row("受理期限", f"{rules.acceptance_days} 个工作日内一次性告知，逾期未告知视为受理"),
        Row("咨询电话", rules.province.support_phone),
    )


_AGREES = {Step.PERSON: "本人确认", Step.FORMER_ENTERPRISE: "原单位确认", Step.ENTERPRISE: "聘用企业确认"}


def _filing(procedure: Procedure, rules: Policy) -> str:
    """Who files, and who has to agree before it reaches an office."""
    files = "由本人在平台网上提出" if procedure.filer == Filer.PERSON else "由企业在平台网上申报"
    agree = (_AGREES[step] for step in procedure.route if step in _AGREES and _stop(procedure, step, rules))
    return "，".join((files, *agree))


def _route(procedure: Procedure, rules: Policy) -> list[dict[str, str]]:
    """The stops of the route that the province keeps, each with who acts and how long it takes."""
    stops = ((step, _stop(procedure, step, rules)) for step in procedure.route)
    return [{"step": step.label, "who": stop[0], "note": stop[1]} for step, stop in stops if stop is not None]


def _stop(procedure: Procedure, step: Step, rules: Policy) -> tuple[str, str] | None:
    match step:
        case Step.PERSON:
            asked = rules.asks_person(procedure.code)
            return ("本人", f"{rules.consent_days} 日内确认，逾期终止") if asked else None
        case Step.FORMER_ENTERPRISE | Step.ENTERPRISE:
            who = "原单位" if step == Step.FORMER_ENTERPRISE else "聘用企业"
            return who, f"{rules.consent_days} 日内确认"
        case Step.PUBLICITY if not rules.publicity_days:
            return None
        case Step.ISSUE:
            return rules.province.department, f"决定后 {rules.issue_days} 个工作日内制发电子证书"
        case _:
            level = rules.level_of(procedure.code, step)
            return None if level is None else (_WHO[level], _note(step, rules))


_WHO = {Level.CITY: "市州住房和城乡建设主管部门", Level.PROVINCE: "省住房和城乡建设厅"}


def _note(step: Step, rules: Policy) -> str:
    match step:
        case Step.ACCEPTANCE:
            return f"{rules.acceptance_days} 个工作日内受理、一次性告知补正，或不予受理并说明理由"
        case Step.PUBLICITY:
            return f"公示 {rules.publicity_days} 日，任何人可实名提出异议"
        case Step.ANNOUNCEMENT:
            return "公告准予和不准予名单，不准予的说明理由和救济途径"
        case _:
            return "审核并出具意见"


def _material(item: declared.Material) -> dict[str, str]:
    limits = files.Limits.of(item.limits)
    kinds = "、".join(_TYPES.get(kind, kind) for kind in limits.types)
    count = f"，最多 {item.max_files} 个文件" if item.max_files > 1 else ""
    return {
        "label": item.label,
        "need": _NEED.get(item.required, "符合条件的提供"),
        "form": f"{kinds}，{sizes_text(limits)}{count}",
        "hint": item.hint,
    }

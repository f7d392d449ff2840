"""Several 个人注销企业确认 at once: tick, see who it concerns and what follows, agree (manual 3.2.3.7).

Each case is answered by itself, in the version that the list showed: what somebody answered meanwhile is told and left
as it is, and never holds up the rest.
"""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from erjian.accounts.models import EnterpriseRight
from erjian.applications import actions, form_data
from erjian.applications.models import Application, FormVersion
from erjian.applications.states import State
from erjian.portals.enterprise.access import for_enterprise, operator
from erjian.portals.enterprise.navigation import shell
from erjian.portals.enterprise.scope import own_cases, with_step
from erjian.portals.enterprise.searching import picked
from erjian.procedures import Step
from erjian.standards.errors import Refusal
from erjian.ui.tables import Column, Table, strong

_LIST = "enterprise:cancellations"


def box(case: Application) -> str | None:
    """The value of a row's box: the case in the version shown; None for a row that is not waiting."""
    return f"{case.uuid}:{case.version}" if case.state == State.WAIT_ENTERPRISE else None


@for_enterprise(EnterpriseRight.FILE)
@require_POST
def agree(request: HttpRequest) -> HttpResponse:
    """Ask once for all that are ticked, then agree to each."""
    seen = _ticked(request)
    cases = list(
        own_cases(request)
        .filter(uuid__in=seen, procedure_code__in=with_step(Step.ENTERPRISE))
        .select_related("person", "enterprise", "registration")
        .order_by("-id")
    )
    if not cases:
        messages.warning(request, "还没有选择人员。请先在列表中勾选。")
        return redirect(_LIST)
    if request.POST.get("sure") == "1":
        _agree(request, cases, seen)
        return redirect(_LIST)
    commitments = dict.fromkeys(
        case.procedure.commitments["enterprise"].format(enterprise=case.enterprise.name, person="下列人员")
        for case in cases
    )
    reasons = _reasons(cases)
    table = Table(
        columns=(
            Column("姓名", lambda row: strong(row.person.name), css="ej-num m-top"),
            Column("身份证号", "person.id_number_mask", css="ej-num m-wide", data_label="身份证号"),
            Column("注册类型", "get_registration_class_display", css="ej-num m-wide", data_label="注册类型"),
            Column("注册号", "registration.number", css="ej-num m-wide", data_label="注册号"),
            Column("注销原因", lambda row: reasons[row.pk], css="wrap m-wide", data_label="注销原因"),
        ),
        rows=cases,
        numbered=True,
        caption="同意注销的人员",
    )
    context = {
        "shell": shell(request, "cancellations"),
        "title": f"同意 {len(cases)} 人的注销申报",
        "commitments": list(commitments),
        "picked": [f"{case.uuid}:{seen[case.uuid]}" for case in cases],
        "table": table,
        "list_url": reverse(_LIST),
    }
    return render(request, "enterprise/agreeing.html", context)


def _ticked(request: HttpRequest) -> dict[UUID, int]:
    """Which cases were ticked, in which version; what is not a box of the list counts as not ticked."""
    seen: dict[UUID, int] = {}
    for value in picked(request):
        name, _, version = value.partition(":")
        try:
            uuid = UUID(name)
        except ValueError:
            continue
        if version.isascii() and version.isdecimal() and len(version) < 10:
            seen[uuid] = int(version)
    return seen


def _agree(request: HttpRequest, cases: list[Application], seen: dict[UUID, int]) -> None:
    done: list[str] = []
    for case in cases:
        try:
            actions.answer_enterprise(application=case, by=operator(request), seen=seen[case.uuid], agreed=True)
        except Refusal as refusal:
            messages.error(request, f"{case.person.name}：{refusal.message}")
        else:
            done.append(case.person.name)
    if done:
        messages.success(request, f"{'、'.join(done)}的证书注销成功。")


def _reasons(cases: list[Application]) -> dict[int, str]:
    """Why each asks to be cancelled, as frozen; one query for all."""
    frozen = FormVersion.objects.filter(application__in=cases, number=F("application__form_version"))
    return {item.application_id: str(form_data.unseal(item.data).get("cancel_reason", "")) for item in frozen}

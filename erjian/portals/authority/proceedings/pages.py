"""The list, opening a proceeding from a registration, its page and what can be done."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from erjian import files
from erjian.accounts import scopes
from erjian.accounts.models import Function
from erjian.policy import clock
from erjian.portals.authority.access import for_officer, officer
from erjian.portals.authority.navigation import shell
from erjian.portals.shared import proceedings as shared
from erjian.proceedings import opening
from erjian.proceedings.errors import ProceedingRefused
from erjian.proceedings.measures import RULES, Measure, Rule
from erjian.proceedings.models import Proceeding
from erjian.proceedings.states import OPEN, State
from erjian.registry.models import Registration
from erjian.ui.forms import ErjianForm
from erjian.ui.paging import paginate
from erjian.ui.parts import Row, View

_DOORS = (Function.REGISTER, Function.DECISION)


def _frame(request: HttpRequest) -> shared.Frame:
    return shared.Frame(namespace="authority", template="ui/shell.html", shell=shell(request, "proceedings"))


def _views() -> tuple[tuple[str, str, Q], ...]:
    over = Q(state=State.NOTIFIED, due_on__lt=clock.today()) | Q(state=State.PROPOSED, measure=Measure.RESTORE)
    return (
        ("filed", "待受理", Q(state=State.FILED)),
        ("proposed", "拟办", Q(state=State.PROPOSED) & ~Q(measure=Measure.RESTORE)),
        ("told", "陈述申辩中", Q(state=State.HEARING) | Q(state=State.NOTIFIED, due_on__gte=clock.today())),
        ("decidable", "待决定", over),
        ("ended", "已结束", ~Q(state__in=sorted(OPEN))),
    )


class Filter(ErjianForm, forms.Form):
    name = forms.CharField(label="姓名", max_length=100, required=False)
    measure = forms.ChoiceField(label="事项", choices=[("", "全部"), *Measure.choices], required=False)


@for_officer(*_DOORS)
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Everything in the officer's scope, newest first."""
    everything = Proceeding.objects.visible_to(officer(request))
    views = _views()
    wanted = request.GET.get("view", "")
    conditions = {code: condition for code, _, condition in views}
    rows: QuerySet[Proceeding] = everything.filter(conditions[wanted]) if wanted in conditions else everything
    if name := request.GET.get("name", "").replace("\x00", "").strip():
        rows = rows.filter(person__name__startswith=name)
    if (measure := request.GET.get("measure", "")) in Measure.values:
        rows = rows.filter(measure=measure)
    page = paginate(rows.select_related("person", "enterprise", "registration").order_by("-id"), request.GET)
    counted = {code: condition for code, _, condition in views if code != "ended"}
    counts = everything.order_by().aggregate(**{code: Count("pk", filter=each) for code, each in counted.items()})
    frame = _frame(request)
    context = {
        "frame": frame.template,
        "shell": frame.shell,
        "lead": "对注册的注销、撤销、吊销、暂扣，以及一方申请的强制注销。在注册的页面提出。",
        "views": (
            View("全部", "?", current=wanted not in conditions),
            *(View(label, f"?view={code}", counts.get(code), current=code == wanted) for code, label, _ in views),
        ),
        "view": wanted if wanted in conditions else "",
        "filter": Filter(request.GET or None),
        "table": shared.table(page, frame, start=page.start),
        "page": page,
    }
    return render(request, "shared/proceedings.html", context)


@for_officer(*_DOORS)
@require_safe
def page(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One proceeding."""
    return shared.page(request, uuid, _frame(request))


@for_officer(*_DOORS)
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, uuid: UUID, name: str) -> HttpResponse:
    """受理, 告知, 听证, 决定 and the rest, each asked once."""
    return shared.act(request, uuid, name, _frame(request))


@for_officer(*_DOORS)
@require_safe
def paper(request: HttpRequest, uuid: UUID, pk: int) -> HttpResponseBase:
    """告知书 or 决定书."""
    return shared.paper(request, uuid, pk)


@for_officer(*_DOORS)
@require_safe
def attachment(request: HttpRequest, uuid: UUID, pk: int) -> HttpResponseBase:
    """Proof or a statement's file."""
    return shared.attachment(request, uuid, pk)


class OpenForm(ErjianForm, forms.Form):
    """One measure with one of its grounds, chosen together so that they fit."""

    choice = forms.ChoiceField(label="事项和情形")
    until = forms.DateField(label="暂扣至", required=False, help_text="只有暂扣填写，最长 12 个月")
    facts = forms.CharField(
        label="事实和证据",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="写入告知书和决定书，请写明时间、事实和证据名称，不写身份证号码",
    )
    files = shared.files_field(required=False, label="证据材料")

    def __init__(self, rules: list[Rule], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["choice"].choices = [  # type: ignore[attr-defined]
            ("", "请选择"),
            *(
                (
                    rule.label,
                    [(f"{rule.measure}:{ground.code}", f"{rule.label}：{ground.text}") for ground in rule.grounds],
                )
                for rule in rules
            ),
        ]


def possible(registration: Registration) -> list[Rule]:
    """The measures that a registration's status allows today."""
    status = registration.status_on(clock.today()).value
    return [rule for rule in RULES.values() if status in rule.froms]


@for_officer(Function.REGISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a proceeding about a registration in scope."""
    user = officer(request)
    row = get_object_or_404(scopes.registrations(user).select_related("person", "enterprise"), pk=pk)
    if request.method != "POST" and (found := opening.open_of(row)):
        messages.info(request, "这项注册已有正在办理的事项。")
        return redirect("authority:proceeding", found.uuid)
    rules = possible(row)
    form = OpenForm(rules, request.POST or None, request.FILES or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data = form.cleaned_data
            measure, _, ground = data["choice"].partition(":")
            try:
                made = opening.open_ex_officio(
                    registration=row, measure=measure, ground=ground, facts=data["facts"], until=data["until"], by=user,
                    uploads=data["files"],
                )  # fmt: skip
            except (ProceedingRefused, files.FileRefused) as refusal:
                form.refuse(refusal)
            else:
                messages.success(request, "已提出。发出告知书后，期限开始计算。")
                return redirect("authority:proceeding", made.uuid)
    state = row.status_on(clock.today())
    context = {
        "shell": shell(request, "proceedings"),
        "registration": row,
        "possible": bool(rules),
        "state": state.label,
        "form": form,
        "back": reverse("authority:registration", args=[row.pk]),
        "rows": (
            Row("姓名", row.person.name),
            Row("注册号", row.number),
            Row("聘用企业", row.enterprise.name, wide=True),
            Row("证书编号", row.certificate_number),
            Row("证书状态", state.label),
        ),
    }
    return render(request, "authority/proceedings/new.html", context, status=status)

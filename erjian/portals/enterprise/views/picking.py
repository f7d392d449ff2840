"""选择人员信息 and 选择人员证书信息: the dialog that opens a filing, also a page of its own.

What is chosen travels as a token signed for this operator and this procedure: an id written into the request by
hand opens nothing.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_http_methods, require_POST

from erjian import policy
from erjian.accounts.models import EnterpriseRight
from erjian.applications import actions, facts, picking
from erjian.applications.errors import CaseRefused, GuardsRefused
from erjian.applications.facts import missing_profile
from erjian.applications.models import Application
from erjian.portals.enterprise.access import employer, for_enterprise, operator
from erjian.portals.enterprise.leading import leading, linked
from erjian.portals.enterprise.navigation import shell
from erjian.portals.enterprise.searching import HolderFilter, person_condition, shown
from erjian.portals.enterprise.views.listing import filed_here_or_404
from erjian.portals.shared import case as case_parts
from erjian.procedures import About, Picker, Procedure, guards
from erjian.procedures.fields import FormField
from erjian.procedures.guards import Stage
from erjian.registry.models import Person, Registration
from erjian.standards.dictionaries import Degree, DocumentKind, Education
from erjian.standards.errors import Refusal
from erjian.ui import parts
from erjian.ui.dates import day
from erjian.ui.forms import ErjianForm
from erjian.ui.paging import paginate
from erjian.ui.tables import Column, Table, strong

CHOICE_LIFE = 30 * 60
"""Seconds in which a found person can be chosen."""
NOT_FOUND = "没有姓名和身份证号都一致的人员。请对照证件核对后再查询。"


class PickForm(ErjianForm, forms.Form):
    """人员姓名 and 人员身份证号, both exact."""

    name = forms.CharField(label="人员姓名", max_length=50)
    id_number = forms.CharField(label="人员身份证号", max_length=30)


def _salt(request: HttpRequest, procedure: Procedure) -> str:
    return f"erjian.enterprise.pick:{procedure.code}:{request.user.pk}"


def choice(request: HttpRequest, procedure: Procedure, person: int) -> str:
    """A person as `start` takes them: signed for this operator and this procedure, for `CHOICE_LIFE` seconds."""
    return signing.dumps(person, salt=_salt(request, procedure))


@for_enterprise(EnterpriseRight.FILE)
@require_http_methods(["GET", "HEAD", "POST"])
def pick(request: HttpRequest, code: str) -> HttpResponse:
    """选择人员信息 as dialog (for htmx) or page; 选择人员证书信息 as page."""
    procedure = filed_here_or_404(code)
    context: dict[str, Any] = {
        "procedure": procedure,
        "title": procedure.picker.label,
        "missing": missing_profile(employer(request)),
    }
    if procedure.picker == Picker.OWN_ENTERPRISE:
        return _itself(request, procedure, context)
    if procedure.picker == Picker.ANYONE:
        status = _exact(request, procedure, context)
        template = "exact"
    else:
        answer = _own(request, procedure, context)
        if answer is not None:
            return answer
        status, template = 200, "own"
    if template == "exact" and request.headers.get("HX-Request") == "true":
        # htmx swaps only successful answers: in the dialog the words are the answer.
        return render(request, "enterprise/pick/exact_dialog.html", context)
    context["shell"] = shell(request, procedure.code)
    return render(request, f"enterprise/pick/{template}_page.html", context, status=status)


def _itself(request: HttpRequest, procedure: Procedure, context: dict[str, Any]) -> HttpResponse:
    """Nobody is chosen: the conditions of the enterprise, and the way on. First values may stand in the address."""
    known = facts.assemble(procedure=procedure, person=None, enterprise=employer(request))
    begins = {each.code for each in procedure.guards if Stage.PICK in each.stages}
    # What is still to be filled in stops nobody here.
    verdicts = [each for each in guards.judge(procedure.guards, known) if each.code in begins or not each.stops]
    first = [(item.label, item.name, text) for item in editable(procedure) if (text := request.GET.get(item.name))]
    context |= {
        "shell": shell(request, procedure.code),
        "conditions": leading(case_parts.conditions(verdicts), procedure),
        "allowed": not any(each.stops for each in verdicts),
        "first": first,
        "rows": [parts.Row(label, value, wide=True) for label, _, value in first],
    }
    return render(request, "enterprise/pick/itself_page.html", context)


def editable(procedure: Procedure) -> tuple[FormField, ...]:
    """The fields that the enterprise fills in."""
    return tuple(item for item in procedure.fields if not item.read_only)


def _chosen(request: HttpRequest, procedure: Procedure) -> Person | None:
    """Whom the draft is for; None where it is about the enterprise. Raises CaseRefused when the choice has expired."""
    if procedure.about == About.ENTERPRISE:
        return None
    try:
        person_id = signing.loads(request.POST.get("token", ""), salt=_salt(request, procedure), max_age=CHOICE_LIFE)
    except signing.BadSignature:
        raise CaseRefused("选择已过期。请重新查询并选择人员。", code="choice_expired") from None
    return Person.objects.get(pk=person_id)


def _exact(request: HttpRequest, procedure: Procedure, context: dict[str, Any]) -> int:
    """Look the person up by name and number; fills the context and returns the page's status."""
    # The dialog lies on the list, whose filter has a field of the same name.
    form: Any = PickForm(request.POST or None, auto_id="pick_%s")
    context["form"] = form
    if request.method != "POST" or not form.is_valid():
        return 422 if form.is_bound else 200
    try:
        found = picking.look_up(
            procedure=procedure, enterprise=employer(request), by=operator(request), **form.cleaned_data
        )
    except Refusal as refusal:
        field = refusal.field or ("id_number" if getattr(refusal, "status", 422) == 422 else None)
        form.add_error(field, refusal.message)
        return getattr(refusal, "status", 422)
    if found is None:
        context["not_found"] = NOT_FOUND
        return 200
    person = found.person
    context |= {
        "found": found,
        "row": {
            "name": person.name,
            "sex": person.get_sex_display(),
            "document": DocumentKind(person.document_kind).label,
            "number": person.id_number_mask,
            "education": Education(person.education).label if person.education else "—",
            "degree": Degree(person.degree).label if person.degree else "—",
        },
        "conditions": leading(case_parts.conditions(each for each in found.verdicts if each.stops), procedure),
        "token": choice(request, procedure, person.pk) if found.allowed else "",
        "waiting": picking.unanswered(procedure=procedure, people=[person], enterprise=employer(request)).get(
            person.pk
        ),
    }
    return 200


def _own(request: HttpRequest, procedure: Procedure, context: dict[str, Any]) -> HttpResponse | None:
    """List the enterprise's own holders (columns of A.4.3); who cannot be chosen reads why."""
    if request.method == "POST":
        return HolderFilter(request.POST).address(request)
    form = shown(request, HolderFilter)
    context["lead"] = (
        "有未用于注册的资格证书，或者有专业已到期的在前。" if picking.asks_for_another(procedure) else "先到期的在前。"
    )
    holders = picking.holders(procedure=procedure, enterprise=employer(request)).filter(person_condition(request, form))
    page = paginate(holders, request.GET, per_page=policy.current().dialog_page_size)
    people = [row.person for row in page.items]
    refused = picking.refused(procedure=procedure, people=people, enterprise=employer(request))
    waiting = picking.unanswered(procedure=procedure, people=people, enterprise=employer(request))
    table = Table(
        columns=(
            Column("人员姓名", lambda row: strong(row.person.name), css="ej-num m-top"),
            Column("身份证号", "person.id_number_mask", css="ej-num m-wide", data_label="身份证号"),
            Column("性别", "person.get_sex_display", css="m-hide"),
            Column("注册号", "number", css="ej-num m-wide", data_label="注册号"),
            Column("证书类型", "get_certificate_kind_display", css="m-hide ej-num"),
            Column("有效期至", lambda row: day(row.valid_until), css="ej-num", data_label="有效期至"),
            Column(
                "选择",
                lambda row: _choose(request, procedure, row, refused[row.person_id], waiting.get(row.person_id)),
                css="m-wide",
                head="操作",
            ),
        ),
        rows=page,
        numbered=True,
        first=page.start,
        name="person.name",
        empty="本企业没有符合条件的持证人员。",
        css="ej-table ej-stack pick",
    )
    context |= {"filter": form, "table": table, "page": page}
    return None


def _choose(
    request: HttpRequest, procedure: Procedure, row: Registration, refused: list[str], waiting: Application | None
) -> str:
    if refused:
        said = ((linked(each, procedure),) for each in refused)
        return format_html('<span class="ej-3">{}</span>', format_html_join(mark_safe("<br>"), "{}", said))
    told = ""
    if waiting is not None:
        address = reverse("enterprise:case", args=[waiting.uuid])
        told = format_html(
            '<br><span class="ej-3">已提出，等本人确认：<a href="{}">{}</a></span>', address, waiting.number
        )
    return format_html(
        '<button class="btn btn-plain" form="pick" name="token" value="{}" data-choose aria-label="选择该证书信息 {}">选择该证书信息</button>{}',
        choice(request, procedure, row.person_id),
        row.person.name,
        told,
    )


@for_enterprise(EnterpriseRight.FILE)
@require_POST
def start(request: HttpRequest, code: str) -> HttpResponse:
    """Open the draft of the person chosen, or of the enterprise itself, and go to its form."""
    procedure = filed_here_or_404(code)
    person = _chosen(request, procedure)
    try:
        case = actions.start(
            procedure=procedure,
            person=person,
            enterprise=employer(request),
            by=operator(request),
            values={item.name: request.POST.get(item.name, "") for item in editable(procedure)},
        )
    except GuardsRefused as refusal:
        context = {
            "shell": shell(request, procedure.code),
            "procedure": procedure,
            "whom": person.name if person else employer(request).name,
            "conditions": leading(case_parts.conditions(each for each in refusal.verdicts if each.stops), procedure),
        }
        return render(request, "enterprise/pick/refused.html", context, status=422)
    return redirect(reverse("enterprise:edit", args=(case.uuid,)))

"""窗口核验: find the person by exact name and number, look, tick, record."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from erjian import audit
from erjian.accounts.models import Function
from erjian.identity import counter, reasons
from erjian.policy import clock
from erjian.portals.authority.access import for_officer, officer
from erjian.portals.authority.identity.comparing import tabs
from erjian.portals.authority.navigation import shell
from erjian.registry.models import Person
from erjian.standards.errors import Refusal
from erjian.ui.dates import moment
from erjian.ui.forms import ErjianForm
from erjian.ui.paging import paginate
from erjian.ui.tables import Column, Table
from erjian.ui.templatetags.ej import chip

_FOUND = "counter_person"
_LIFE = 30 * 60


class SearchForm(ErjianForm, forms.Form):
    name = forms.CharField(label="姓名", max_length=100)
    id_number = forms.CharField(
        label="身份证号码", max_length=30, widget=forms.TextInput(attrs={"spellcheck": "false", "autocomplete": "off"})
    )


class CheckForm(ErjianForm, forms.Form):
    checked = forms.MultipleChoiceField(
        label="核对清单", choices=reasons.CHECK_LIST, required=False, widget=forms.CheckboxSelectMultiple
    )
    phone = forms.CharField(
        label="手机号码",
        max_length=20,
        required=False,
        help_text="接收登录短信，须由来人当场确认",
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    reason = forms.CharField(
        label="不通过的原因",
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="不通过的须写明，本人会看到。",
    )


@for_officer(Function.COUNTER)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("id_number")
def search(request: HttpRequest) -> HttpResponse:
    """The search, and the checks recorded at this office."""
    user = officer(request)
    form = SearchForm(request.POST or None)
    missed, status = False, 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                found = counter.find(**form.cleaned_data, by=user)
            except Refusal as refusal:
                form.refuse(refusal)
                status = getattr(refusal, "status", 422)
            else:
                if found is not None:
                    # Only who was found by name and number can be opened, and for a while.
                    request.session[_FOUND] = {"person": found.pk, "at": int(clock.now().timestamp())}
                    return redirect("authority:identity_check", found.pk)
                missed, status = True, 404
    page = paginate(counter.checks_of(user), request.GET)
    table = Table(
        columns=(
            Column("姓名", lambda row: format_html("<b>{}</b>", row.person.name), css="m-top"),
            Column("身份证号", "person.id_number_mask", css="ej-num m-wide", data_label="身份证号"),
            Column("核验人", "officer_name", css="m-wide", data_label="核验人"),
            Column("核验时间", lambda row: moment(row.at), css="ej-num m-wide", data_label="核验"),
            Column("原因", "reason", css="m-wide wrap"),
            Column(
                "结果",
                lambda row: chip("done", "通过") if row.passed else chip("bad", "未通过"),
                css="m-top m-end",
            ),
        ),
        rows=page,
        numbered=True,
        first=page.start,
        empty="本单位还没有窗口核验记录。",
        caption="本单位的窗口核验记录",
    )
    context = {
        "shell": shell(request, "identity"),
        "form": form,
        "missed": missed,
        "table": table,
        "page": page,
        "tabs": tabs("counter"),
    }
    return render(request, "authority/identity/counter.html", context, status=status)


def _found(request: HttpRequest, pk: int) -> Person:
    kept = request.session.get(_FOUND)
    if not kept or kept["person"] != pk or clock.now().timestamp() - kept["at"] > _LIFE:
        raise Http404
    return get_object_or_404(Person, pk=pk)


@for_officer(Function.COUNTER)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """The person before the counter; POST records the result."""
    user, person = officer(request), _found(request, pk)
    slip = counter.slip_of(person)
    if request.method != "POST":
        audit.record_read(actor=user.actor, purpose="窗口核验", kind="person", ids=[person.pk])
        phone = slip.phone if slip is not None else person.phone
        return _page(request, person, CheckForm(initial={"phone": phone}))
    form = CheckForm(request.POST)
    if not form.is_valid():
        return _page(request, person, form, status=422)
    data, passed = form.cleaned_data, request.POST.get("do") == "pass"
    try:
        counter.record(
            person=person, by=user, passed=passed, checked=data["checked"], phone=data["phone"], reason=data["reason"]
        )
    except Refusal as refusal:
        form.refuse(refusal)
        return _page(request, person, form, status=getattr(refusal, "status", 422))
    del request.session[_FOUND]
    messages.success(request, f"{person.name}：{'核验通过，登录短信已发出' if passed else '已记录为未通过'}。")
    return redirect("authority:identity_counter")


def _page(request: HttpRequest, person: Person, form: CheckForm, *, status: int = 200) -> HttpResponse:
    slip = counter.slip_of(person)
    rows = [
        ("姓名", person.name),
        ("身份证号码", person.id_number),
        ("性别", person.get_sex_display()),
        ("出生日期", person.birth_date.isoformat()),
        ("现在的认证", person.get_assurance_display()),
        ("登记的手机号码", person.phone_mask or "没有登记"),
        ("核验单号", slip.slip if slip is not None and slip.slip else "没有核验单，可以直接办理"),
        ("资格证书", "、".join(person.qualifications.order_by("id").values_list("management_number", flat=True)[:6])),
    ]
    context = {
        "shell": shell(request, "identity"),
        "person": person,
        "rows": rows,
        "form": form,
        "back": reverse("authority:identity_counter"),
    }
    return render(request, "authority/identity/check.html", context, status=status)

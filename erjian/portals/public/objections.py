"""Objections of the public: made with real name and a confirmed mobile, followed by code."""

from __future__ import annotations

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from erjian.accounts import limits
from erjian.audit.middleware import address_of
from erjian.portals.public.navigation import shell
from erjian.publicity import objections, queries
from erjian.publicity.models import BatchItem, BatchKind, Objection
from erjian.standards import phones
from erjian.standards.errors import Refusal
from erjian.ui.dates import moment
from erjian.ui.forms import ErjianForm
from erjian.ui.parts import Row

_ASK_FOR_CODE = mark_safe('<button class="btn text-nowrap" name="do" value="code" formnovalidate>获取验证码</button>')


class ObjectionForm(ErjianForm, forms.Form):
    name = forms.CharField(label="姓名", max_length=100, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    id_number = forms.CharField(
        label="身份证号码", max_length=30, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    phone = forms.CharField(
        label="手机号码", max_length=20, widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"})
    )
    code = forms.CharField(
        label="短信验证码",
        max_length=6,
        help_text="先填手机号码，点“获取验证码”。",
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )
    text = forms.CharField(
        label="异议内容",
        max_length=2000,
        min_length=10,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="说明哪一项不属实和事实依据，10 至 2000 字。",
    )
    evidence = forms.FileField(
        label="证明材料",
        required=False,
        help_text="可选。一个 JPG、PNG 或 PDF 文件。",
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".jpg,.jpeg,.png,.pdf"}),
    )


@login_not_required
@never_cache
@sensitive_post_parameters("id_number", "phone", "code")
def make(request: HttpRequest, pk: int, item: int) -> HttpResponse:
    """The objection form of one row; its two buttons ask for the code and hand the objection in."""
    batch = get_object_or_404(queries.public_batches(BatchKind.PUBLICITY), pk=pk)
    row = get_object_or_404(queries.shown_items(batch), pk=item)
    context = {"shell": shell(request, "notices"), "batch": batch, "row": row, "rows": _subject(row)}
    if not objections.is_open(batch) or row.case_state in queries.GONE:  # type: ignore[attr-defined]
        return render(request, "public/objection_closed.html", context, status=410)
    form = ObjectionForm(request.POST or None, request.FILES or None)
    context |= {"form": form, "ask_for_code": _ASK_FOR_CODE}
    if request.method != "POST":
        return render(request, "public/objection.html", context)
    if request.POST.get("do") == "code":
        # Only the mobile matters yet: what else is missing is not complained about.
        form.errors.clear()
        phone = request.POST.get("phone", "")
        try:
            objections.request_code(phone=phone, address=address_of(request))
        except Refusal as refusal:
            form.add_error("phone", refusal.message)
            return render(request, "public/objection.html", context, status=getattr(refusal, "status", 422))
        form.fields["code"].widget.attrs["autofocus"] = True
        if upload := request.FILES.get("evidence"):
            form["evidence"].help_text = f"刚才选择的 {upload.name} 没有保存，请重新选择。"
        context["sent_to"] = phones.mask(phones.parse_mobile(phone))
        return render(request, "public/objection.html", context)
    status = 422
    if form.is_valid():
        data = form.cleaned_data
        try:
            made = objections.receive(
                item_id=row.pk,
                name=data["name"],
                id_number=data["id_number"],
                phone=data["phone"],
                code=data["code"],
                text=data["text"],
                evidence=data["evidence"],
                address=address_of(request),
            )
        except Refusal as refusal:
            form.refuse(refusal)
            status = getattr(refusal, "status", 422)
        else:
            request.session["objection"] = made.code
            return redirect(reverse("public:objections"))
    return render(request, "public/objection.html", context, status=status)


def _subject(row: BatchItem) -> tuple[Row, ...]:
    shown = row.shown
    return (
        Row("姓名", shown["name"]),
        Row("身份证号", shown["id_number"]),
        Row("企业名称", shown["enterprise"]),
        Row("注册专业", shown["specialties"]),
    )


class StatusForm(ErjianForm, forms.Form):
    code = forms.CharField(label="查询码", max_length=20, widget=forms.TextInput(attrs={"autocomplete": "off"}))


@login_not_required
@never_cache
def status(request: HttpRequest) -> HttpResponse:
    """Where an objection stands, for whoever has its code; just handed in, the code is shown once."""
    fresh = request.session.pop("objection", "")
    form = StatusForm(request.POST or None)
    found: Objection | None = None
    code = 200
    if fresh:
        found = objections.by_code(fresh)
    elif request.method == "POST":
        code = 422
        if form.is_valid():
            limits.take(objections.LOOKUPS, address_of(request))
            found = objections.by_code(form.cleaned_data["code"])
            code = 200 if found else 404
            if found is None:
                form.add_error("code", "没有这个查询码。请核对后再填。")
    context = {"shell": shell(request, "notices"), "form": form, "objection": found, "fresh": fresh}
    if found is not None:
        context["rows"] = _standing(found)
        context["tone"] = {"received": "office", "upheld": "done", "dismissed": ""}[found.state]
    return render(request, "public/objections.html", context, status=code)


def _standing(found: Objection) -> tuple[Row, ...]:
    rows = [
        Row("查询码", found.code),
        Row("提出时间", moment(found.created_at)),
        Row("公示", found.item.batch.title, wide=True),
        Row("对象", found.item.shown["name"]),
        Row("异议人", f"{found.name[:1]}{'*' * (len(found.name) - 1)}"),
    ]
    if found.handled_at:
        rows += [Row("办结时间", moment(found.handled_at)), Row("核查结论", found.answer, wide=True)]
    return tuple(rows)

"""个人实名认证: the form that completes a verification (manual 2.3), and 实名认证信息修改 afterwards.

Name, number, validity and the pictures of the card are facts that a verification has shown; they change with a new
one only. The rest is what the person declares.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from erjian import audit, files
from erjian.files import Blob, FileRefused
from erjian.identity import completing, drafts, pictures, starting
from erjian.identity.errors import out_of_step
from erjian.identity.models import Step, Verification
from erjian.policy import clock
from erjian.portals.person.access import account, for_person, for_person_files, my_id, myself
from erjian.portals.person.navigation import information_tabs, shell
from erjian.portals.person.verifying import access
from erjian.portals.shared.refusals import wants_json
from erjian.registry import personal
from erjian.registry.models import Person
from erjian.standards import phones
from erjian.standards.dictionaries import Degree, Education, Ethnicity
from erjian.standards.errors import Refusal
from erjian.ui.dates import day, time_of_day
from erjian.ui.forms import ErjianForm

_FIELDS = (
    "ethnicity",
    "emergency_name",
    "emergency_phone",
    "school",
    "major",
    "graduated_on",
    "education",
    "degree",
)


class IdentityForm(ErjianForm, forms.Form):
    """What the person declares; the rest stands above it, read-only."""

    ethnicity = forms.ChoiceField(label="民族", choices=[("", "请选择"), *Ethnicity.choices])
    emergency_name = forms.CharField(label="紧急联系人姓名", max_length=100, required=False)
    emergency_phone = forms.CharField(
        label="紧急联系人手机号码", max_length=20, required=False, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    school = forms.CharField(label="毕业院校", max_length=100)
    major = forms.CharField(label="所学专业", max_length=100)
    graduated_on = forms.DateField(label="毕业时间")
    education = forms.ChoiceField(label="学历", choices=[("", "请选择"), *Education.choices])
    degree = forms.ChoiceField(label="学位", choices=[("", "请选择"), *Degree.choices])

    def clean_emergency_phone(self) -> str:
        text: str = self.cleaned_data["emergency_phone"]
        try:
            return phones.parse_mobile(text) if text else ""
        except Refusal as refusal:
            raise forms.ValidationError(refusal.message, code=refusal.code) from refusal

    def clean_graduated_on(self) -> Any:
        given = self.cleaned_data["graduated_on"]
        if given > clock.today():
            raise forms.ValidationError("毕业时间不能晚于今天。请核对毕业证书。", code="future")
        return given


@for_person
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """个人实名认证: the form while a verification waits for it, else what is known and how to go on."""
    person = myself_with_papers(request)
    waiting = completing.accepted_of(person.pk)
    if waiting is None:
        return _overview(request, person)
    if request.method == "POST":
        form = IdentityForm(request.POST)
        if _saved(request, person, waiting, form):
            messages.success(request, "保存成功，个人实名认证已完成，无需再去主管部门核验。")
            return redirect("person:identity")
        return _form(request, person, waiting, form, status=422)
    return _form(request, person, waiting, IdentityForm(initial=_initial(person, waiting) | waiting.typed))


@for_person
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest) -> HttpResponse:
    """实名认证信息修改."""
    person = myself_with_papers(request)
    if completing.accepted_of(person.pk) is not None or not person.is_verified:
        return redirect("person:identity")
    if request.method == "POST":
        form = IdentityForm(_with_fixed(request, person))
        if _saved(request, person, None, form):
            messages.success(request, "实名认证信息已保存。")
            return redirect("person:identity")
        return _form(request, person, None, form, status=422)
    return _form(request, person, None, IdentityForm(initial=_initial(person, None)))


def _with_fixed(request: HttpRequest, person: Person) -> Any:
    """What was sent, with the ethnicity of the card as the verification has shown it."""
    sent = request.POST.copy()
    if person.ethnicity:
        sent["ethnicity"] = person.ethnicity
    return sent


def _saved(request: HttpRequest, person: Person, waiting: Verification | None, form: IdentityForm) -> bool:
    """Save when the form and the pictures are complete; the form carries what is missing otherwise."""
    complete = form.is_valid()
    for name, label in pictures.missing(person, waiting):
        form.add_error(None, forms.ValidationError(f"请上传{label}。", params={"at": name}))
        complete = False
    if not complete:
        return False
    try:
        completing.save(person_id=person.pk, values=form.cleaned_data, actor=account(request).actor)
    except Refusal as refusal:
        form.refuse(refusal)
        return False
    return True


def _initial(person: Person, waiting: Verification | None) -> dict[str, Any]:
    known = {name: getattr(person, name) for name in _FIELDS}
    if waiting is not None and waiting.card.get("ethnicity"):
        known["ethnicity"] = waiting.card["ethnicity"]
    return known


def _form(
    request: HttpRequest, person: Person, waiting: Verification | None, form: IdentityForm, *, status: int = 200
) -> HttpResponse:
    if request.method != "POST":
        audit.record_read(actor=account(request).actor, purpose="本人填写实名认证", kind="person", ids=[person.pk])
    if waiting is None and person.ethnicity:
        del form.fields["ethnicity"]
    phone = waiting.phone if waiting is not None else person.phone
    context = {
        "shell": shell(request, "information"),
        "tabs": information_tabs("identity" if waiting is not None else "identity-edit"),
        "title": "个人实名认证" if waiting is not None else "实名认证信息修改",
        "person": person,
        "phone": phone,
        "form": form,
        "waiting": waiting,
        "pictures": pictures.places(person, waiting),
        "limits": personal.limits("image"),
    }
    return render(request, "person/identity_form.html", context, status=status)


def _overview(request: HttpRequest, person: Person) -> HttpResponse:
    rows = [
        ("认证状态", person.get_assurance_display() if person.is_verified else "未实名认证"),
        ("认证时间", day(person.verified_at) if person.verified_at else ""),
        ("姓名", person.name),
        ("性别", person.get_sex_display()),
        ("证件类型", person.get_document_kind_display()),
        ("证件号码", person.id_number_mask),
        ("证件有效期至", day(person.id_valid_until) if person.id_valid_until else ""),
        ("民族", person.get_ethnicity_display()),
        ("手机号码", person.phone_mask),
    ]
    open_way = starting.open_way(person)
    context = {
        "shell": shell(request, "information"),
        "tabs": information_tabs("identity"),
        "person": person,
        "rows": rows,
        "open_way": open_way,
        "pictures": pictures.places(person, None),
    }
    return render(request, "person/identity.html", context)


@for_person
@require_POST
def autosave(request: HttpRequest) -> JsonResponse:
    """Keep what was typed before 保存, for whoever comes back."""
    waiting = completing.accepted_of(my_id(request))
    if waiting is None:
        raise out_of_step()
    drafts.keep(verification=waiting, step=Step.ACCEPTED, typed=IdentityForm(request.POST).typed)
    return JsonResponse({"saved_at": time_of_day(clock.now())})


@for_person
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """A new verification of mine; an open one goes on."""
    access.remember(request, starting.begin_again(person=myself(request)), proven=True)
    return redirect("person:verify")


@for_person
@require_POST
def picture_upload(request: HttpRequest, name: str) -> HttpResponse:
    """One of the four pictures that no verification has brought."""
    person = myself_with_papers(request)
    upload = request.FILES.get("file")
    if upload is None:
        raise FileRefused("没有收到文件。请选择文件后再上传。", code="empty", field="file")
    pictures.take(
        person=person, waiting=completing.accepted_of(person.pk), name=name, upload=upload, actor=account(request).actor
    )
    if wants_json(request):
        return JsonResponse({"message": "已上传。", "thumbnail": reverse("person:identity-picture", args=[name])})
    messages.success(request, "已上传。")
    return redirect("person:identity")


@for_person_files
@require_safe
def picture(request: HttpRequest, name: str) -> HttpResponseBase:
    """One of my four pictures."""
    if name not in pictures.LABELS:
        raise Http404
    person = myself_with_papers(request)
    blob: Blob | None = pictures.held(person, completing.accepted_of(person.pk), name)
    if blob is None:
        raise Http404
    answer = files.response(blob, filename=f"{name}.jpg", request=request)
    answer["Cache-Control"] = "private, no-cache"
    return answer


@for_person
@require_safe
def pledge_form(request: HttpRequest) -> HttpResponse:
    """个人承诺书 to print, sign and photograph (PDF)."""
    answer = HttpResponse(pictures.pledge(myself(request)), content_type="application/pdf")
    answer["Content-Disposition"] = 'inline; filename="pledge.pdf"'
    return answer


def myself_with_papers(request: HttpRequest) -> Person:
    """The person who asks, with the four pictures."""
    return Person.objects.select_related("id_front", "id_back", "id_held", "pledge").get(pk=my_id(request))

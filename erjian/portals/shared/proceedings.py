"""依职权办理 and 强制注销 as every portal shows them: the list, one proceeding, what can be done, its papers and files.

Each portal brings its frame and its scope; what a visitor may do follows from the room's table of transitions.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from erjian import audit, files
from erjian.accounts.models import User, UserKind
from erjian.applications.models import Application
from erjian.policy import clock
from erjian.portals.shared.case import due_day
from erjian.proceedings import actions, opening, timeline
from erjian.proceedings.errors import ProceedingRefused
from erjian.proceedings.measures import for_one_side, rule
from erjian.proceedings.models import Attachment, Event, Origin, Paper, Proceeding
from erjian.proceedings.states import TONE, TRANSITIONS, State, Transition
from erjian.standards.errors import Refusal
from erjian.ui.dates import day, moment
from erjian.ui.forms import ErjianForm
from erjian.ui.navigation import Shell
from erjian.ui.parts import Moment, Row
from erjian.ui.tables import Column, Op, Table, strong, word
from erjian.ui.templatetags.ej import chip, crumbs

NAME = "依职权办理和强制注销"
"""What the menus, the page and the way to it call the list."""


@dataclass(frozen=True, kw_only=True)
class Frame:
    """Where the pages stand: the portal's addresses, its base template and its shell."""

    namespace: str
    template: str
    shell: Shell

    def url(self, name: str, *args: Any) -> str:
        """An address of the portal."""
        return reverse(f"{self.namespace}:{name}", args=args)


class _Multiple(forms.ClearableFileInput):
    allow_multiple_selected = True


class _Files(forms.FileField):
    """Several files of one field."""

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        found = data if isinstance(data, list | tuple) else [data]
        cleaned = [super(_Files, self).clean(each, initial) for each in found]
        return [each for each in cleaned if each]


def files_field(*, required: bool, label: str = "证明材料") -> forms.FileField:
    """A field that takes up to five papers."""
    return _Files(
        label=label,
        required=required,
        widget=_Multiple(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
        help_text=f"PDF、JPG 或 PNG，最多 {timeline.MOST_FILES} 个文件",
    )


class ActForm(ErjianForm, forms.Form):
    """What a transition asks for: words, files, or nothing."""

    def __init__(self, row: Transition, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if row.reason:
            self.fields["text"] = forms.CharField(
                label=row.reason, max_length=2000, widget=forms.Textarea(attrs={"rows": 5})
            )
        if row.files:
            self.fields["files"] = files_field(required=False, label="附件")
        for name, field in self.fields.items():
            self._teach(name, field)


class OneSidedForm(ErjianForm, forms.Form):
    """强制注销: which ground, what happened, the proof."""

    ground = forms.ChoiceField(label="注销的情形")
    facts = forms.CharField(
        label="事实和理由",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="写明何时、因何不再聘用，对方为何不同意或者没有答复",
    )
    files = files_field(required=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ground"].choices = [("", "请选择"), *((each.code, each.text) for each in for_one_side())]  # type: ignore[attr-defined]


def found_or_404(request: HttpRequest, uuid: UUID) -> Proceeding:
    """A proceeding inside the user's scope."""
    user: Any = request.user
    return get_object_or_404(
        Proceeding.objects.visible_to(user).select_related(
            "registration", "person", "enterprise", "notice", "application"
        ),
        uuid=uuid,
    )


def table(rows: Iterable[Proceeding], frame: Frame, *, start: int = 1) -> Table:
    """Proceedings as a list."""
    return Table(
        columns=(
            Column("编号", "number", css="ej-num m-wide"),
            Column("姓名", lambda row: strong(row.person.name), css="m-top", plain="person.name"),
            Column("事项", lambda row: word(row, "measure"), data_label="事项"),
            Column("注册号", "registration.number", css="ej-num m-wide w-low"),
            Column("企业名称", "enterprise.name", css="m-wide"),
            Column("来源", "get_origin_display", css="m-hide"),
            Column("期限", _limit, css="ej-num m-wide", data_label="期限"),
            Column("状态", lambda row: chip(TONE.get(row.state, ""), word(row, "state")), css="m-top m-end"),
        ),
        rows=rows,
        numbered=True,
        first=start,
        name=lambda row: row.person.name,
        ops=lambda row: (Op("查阅", frame.url("proceeding", row.uuid)),),
        empty="没有依职权办理和强制注销的事项。",
        caption=NAME,
    )


def _limit(row: Proceeding) -> SafeString | str:
    """The last day that somebody waits for: of the hearing while there is to be one, else of the statements."""
    if row.state == State.HEARING:
        return format_html("听证 {}", due_day(row.hearing_due_on))
    return format_html("陈述申辩 {}", due_day(row.due_on)) if row.due_on else due_day(None)


def page(request: HttpRequest, uuid: UUID, frame: Frame) -> HttpResponse:
    """One proceeding: what it is about, what happened, what can be done."""
    proceeding = found_or_404(request, uuid)
    user: Any = request.user
    context = {
        "frame": frame.template,
        "shell": frame.shell,
        "proceeding": proceeding,
        "name": NAME,
        "heading": f"{proceeding.person.name}　{rule(proceeding.measure).label}注册",
        "tone": TONE.get(proceeding.state, ""),
        "list_url": frame.url("proceedings"),
        "rows": _rows(proceeding, user),
        "acts": [
            (row, frame.url("proceeding-act", proceeding.uuid, row.name)) for row in actions.available(proceeding, user)
        ],
        "papers": [_paper(proceeding, item, frame) for item in proceeding.papers.order_by("id")],
        "attachments": _attachments(proceeding, frame),
        "moments": _moments(proceeding, user),
        "told": proceeding.state == State.NOTIFIED and actions.is_party(proceeding, user),
        "due": due_day(proceeding.due_on),
        "waiting": proceeding.state == State.NOTIFIED and not actions.decidable(proceeding),
        "decidable": proceeding.state == State.NOTIFIED and actions.decidable(proceeding),
    }
    return render(request, "shared/proceeding.html", context)


def _rows(proceeding: Proceeding, user: User) -> tuple[Row, ...]:
    found = rule(proceeding.measure)
    ground = found.ground(proceeding.ground)
    follows = found.effect + (f"；{ground.bar.words}" if ground.bar else "")
    rows = [
        Row("事项", f"{found.label}注册"),
        Row("来源", proceeding.get_origin_display()),
        Row("注册号", proceeding.registration.number),
        Row("身份证号", proceeding.person.id_number_mask),
        Row("聘用企业", proceeding.enterprise.name, wide=True),
        Row("情形", ground.text, wide=True),
        Row("法律依据", ground.source, wide=True),
        Row("事实和证据", proceeding.facts, wide=True),
        Row("法律后果", follows, wide=True),
    ]
    if proceeding.until:
        rows.append(Row("暂扣至", day(proceeding.until), wide=True))
    if proceeding.application:
        rows.append(Row("原注销申报", proceeding.application.number, wide=True))
    if proceeding.due_on:
        rows.append(Row("陈述申辩期限", due_day(proceeding.due_on), wide=True))
    if proceeding.hearing_due_on:
        rows.append(
            Row(
                "听证",
                day(proceeding.heard_on)
                if proceeding.heard_on
                else format_html("应在 {} 前举行", due_day(proceeding.hearing_due_on)),
            )
        )
    return tuple(rows)


def _paper(proceeding: Proceeding, item: Paper, frame: Frame) -> dict[str, str]:
    return {
        "label": item.get_kind_display(),
        "number": item.number,
        "day": day(item.issued_on),
        "url": frame.url("proceeding-paper", proceeding.uuid, item.pk) if item.file_id else "",
    }


def _attachments(proceeding: Proceeding, frame: Frame) -> list[tuple[str, str, str]]:
    found = Attachment.objects.filter(event__proceeding=proceeding).select_related("event").order_by("id")
    return [
        (
            item.filename,
            f"{_done(item.event)}　{moment(item.event.at)}",
            frame.url("proceeding-file", proceeding.uuid, item.pk),
        )
        for item in found
    ]


def _done(event: Event) -> str:
    return audit.codes.label(f"proceeding.{event.name}")


def _moments(proceeding: Proceeding, user: User) -> tuple[Moment, ...]:
    """The timeline, latest first. Parties read which authority acted, not which officer."""
    officer = user.kind == UserKind.OFFICER
    return tuple(
        Moment(
            title=_done(event),
            when=moment(event.at),
            who="　".join(
                filter(
                    None, (event.organisation, event.actor_label if officer or event.actor_kind != "officer" else "")
                )
            ),
            quote=event.text,
            now=number == 0,
        )
        for number, event in enumerate(proceeding.events.order_by("-id"))
    )


def act(request: HttpRequest, uuid: UUID, name: str, frame: Frame) -> HttpResponse:
    """Ask what the transition needs, then do it."""
    proceeding = found_or_404(request, uuid)
    user: Any = request.user
    row = TRANSITIONS.get(name)
    if row is None:
        raise Http404
    back = frame.url("proceeding", proceeding.uuid)
    if request.method != "POST":
        if row not in actions.available(proceeding, user):
            actions.check(proceeding, row, by=user)
        return _act_page(request, proceeding, row, ActForm(row), frame, seen=str(proceeding.version))
    form = ActForm(row, request.POST, request.FILES)
    seen = request.POST.get("seen", "")
    if not (seen.isascii() and seen.isdigit() and len(seen) < 10):
        raise Refusal("提交的内容不完整。请刷新页面后重新办理。", code="incomplete")
    if form.is_valid():
        try:
            actions.perform(
                proceeding=proceeding, name=name, by=user, seen=int(seen), text=form.cleaned_data.get("text", ""),
                uploads=form.cleaned_data.get("files", ()),
            )  # fmt: skip
        except (ProceedingRefused, files.FileRefused) as refusal:
            if refusal.code == "wrong_state":
                raise
            form.refuse(refusal)
        else:
            messages.success(request, f"{proceeding.person.name}：{row.done}。")
            return redirect(back)
    return _act_page(request, proceeding, row, form, frame, seen=seen, status=422)


def _act_page(
    request: HttpRequest,
    proceeding: Proceeding,
    row: Transition,
    form: ActForm,
    frame: Frame,
    *,
    seen: str,
    status: int = 200,
) -> HttpResponse:
    found = rule(proceeding.measure)
    ground = found.ground(proceeding.ground)
    decides = row.name == "decide"
    verb = f"决定{found.label}" if decides else row.label
    consequences = [f"{found.effect}。"] + ([f"{ground.bar.words}。"] if ground.bar else []) if decides else []
    if decides:
        consequences.append("决定书送达本人和聘用企业" + ("，并公告证书作废。" if found.voids else "。"))
    page = frame.url("proceeding", proceeding.uuid)
    context = {
        "frame": frame.template,
        "shell": frame.shell,
        "crumbs": crumbs(NAME, frame.url("proceedings"), proceeding.number, page, verb),
        "title": f"{verb}　{proceeding.person.name}",
        "question": f"对{proceeding.person.name}的注册（{proceeding.registration.number}）作出{found.label}决定，作出后不能撤回。"
        if decides
        else row.confirm or f"{row.label}将记入办理过程，并告知主管部门。",
        "consequences": consequences,
        "action": request.path,
        "verb": verb,
        "keep": "返回",
        "keep_url": page,
        "tone": row.tone,
        "hidden": [("seen", seen)],
        "form": form if form.fields else None,
    }
    return render(request, "shared/proceeding_act.html", context, status=status)


def paper(request: HttpRequest, uuid: UUID, pk: int) -> HttpResponseBase:
    """One paper as PDF."""
    proceeding = found_or_404(request, uuid)
    item = get_object_or_404(Paper.objects.select_related("file"), pk=pk, proceeding=proceeding)
    if item.file is None:
        raise Http404("文书正在生成，请稍后刷新。")
    return files.response(item.file, filename=f"{item.get_kind_display()} {item.number}.pdf")


def attachment(request: HttpRequest, uuid: UUID, pk: int) -> HttpResponseBase:
    """One file that was handed in. Whoever else than the person opens it is noted."""
    user: Any = request.user
    proceeding = found_or_404(request, uuid)
    item = get_object_or_404(Attachment.objects.select_related("blob"), pk=pk, event__proceeding=proceeding)
    if user.kind != UserKind.PERSON:
        purpose = f"查看附件 {proceeding.number}"
        audit.record_read(actor=user.actor, purpose=purpose, kind="person", ids=[proceeding.person_id])
    return files.response(item.blob, filename=item.filename)


def compel(request: HttpRequest, case: Application, frame: Frame) -> HttpResponse:
    """申请强制注销 after a 注销 that the other side refused or did not answer."""
    user: Any = request.user
    if not opening.may_turn_to_authority(case, user):
        raise Http404
    assert case.registration is not None
    if found := opening.open_of(case.registration):
        return redirect(frame.url("proceeding", found.uuid))
    form = OneSidedForm(request.POST or None, request.FILES or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data = form.cleaned_data
            try:
                made = opening.file_one_sided(
                    application=case, ground=data["ground"], facts=data["facts"], by=user, uploads=data["files"]
                )
            except (ProceedingRefused, files.FileRefused) as refusal:
                form.refuse(refusal)
            else:
                messages.success(request, "已提交，主管部门受理后会告知您。")
                return redirect(frame.url("proceeding", made.uuid))
    context = {
        "frame": frame.template,
        "shell": frame.shell,
        "case": case,
        "form": form,
        "rows": (
            Row("姓名", case.person.name),
            Row("注册号", case.registration.number),
            Row("聘用企业", case.enterprise.name, wide=True),
            Row("原注销申报", f"{case.number}　{case.get_state_display()}", wide=True),
        ),
        "back": frame.url("case", case.uuid),
        "today": clock.today(),
        "origin": Origin(str(user.kind)).label,
    }
    return render(request, "shared/proceeding_compel.html", context, status=status)

"""证书查验: by number and name, by the QR code's address, by the file itself. Never an identity number.

The portrait is only shown behind the QR code's address, which nobody can guess: whoever has it holds the
certificate. A search by name and number shows everything else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from erjian import files
from erjian.accounts import limits
from erjian.audit.middleware import address_of
from erjian.certificates import verifying
from erjian.certificates.models import CertificateVersion
from erjian.certificates.verifying import Finding, Standing
from erjian.documents import State as SignatureState
from erjian.files.models import Blob
from erjian.policy import clock
from erjian.policy import current as policy
from erjian.portals.public.navigation import shell
from erjian.standards.errors import Refusal
from erjian.ui.dates import day, period, stamp
from erjian.ui.forms import ErjianForm
from erjian.ui.parts import Row
from erjian.ui.tables import Column, Table, word
from erjian.ui.templatetags.ej import chip

MISSES = limits.Limit("verify-miss", 20, timedelta(minutes=10))
"""Searches that find nothing, per address; whoever holds certificates is never limited."""
UPLOADS = limits.Limit("verify-file", 60, timedelta(minutes=10))
MOST_BYTES = 20 * 1024 * 1024
_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,64}")


@dataclass(frozen=True)
class Verdict:
    """The answer first: tone, heading and one sentence."""

    tone: str
    title: str
    text: str


class SearchForm(ErjianForm, forms.Form):
    name = forms.CharField(label="姓名", max_length=100, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    number = forms.CharField(
        label="注册编号或证书编号",
        max_length=60,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "placeholder": "如 湘2432023202601234", "spellcheck": "false"}
        ),
    )


class UploadForm(ErjianForm, forms.Form):
    file = forms.FileField(
        label="电子证书文件",
        help_text="平台下载的 PDF 原文件，不超过 20 MB；打印后扫描的不能验。",
        widget=forms.FileInput(attrs={"accept": ".pdf,application/pdf"}),
        allow_empty_file=True,
    )


@login_not_required
@never_cache
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The entry: a search when name and number are given, otherwise the two forms."""
    asked = "name" in request.GET or "number" in request.GET
    form = SearchForm(request.GET if asked else None)
    if not (asked and form.is_valid()):
        return _entry(request, search=form, status=422 if asked else 200)
    address = address_of(request)
    if limits.spent(MISSES, address):
        raise limits.TooMany("查询次数过多。请 10 分钟后再试，或扫描证书上的二维码。", wait=600)
    finding = verifying.by_number(form.cleaned_data["number"], form.cleaned_data["name"])
    if finding is None:
        limits.take(MISSES, address)
        verdict = Verdict(
            "bad",
            "没有查到这本证书",
            "登记库中没有姓名和编号都相符的证书。请对照证书核对每一个字；仍查不到的，请勿采信。",
        )
        return _result(request, verdict, None, search=form)
    return _result(request, _worded(finding), finding)


@login_not_required
@never_cache
def upload(request: HttpRequest) -> HttpResponse:
    """Checks a file's signature, and finds the certificate that it is."""
    if request.method != "POST":
        return _entry(request)
    limits.take(UPLOADS, address_of(request))
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _entry(request, upload=form, status=422)
    sent = form.cleaned_data["file"]
    if sent.size > MOST_BYTES:
        form.add_error("file", "文件超过 20 MB，不是平台签发的电子证书。请上传平台下载的原文件。")
        return _entry(request, upload=form, status=413)
    try:
        found = verifying.by_file(sent.read())
    except Refusal as refusal:
        form.add_error("file", refusal.message)
        return _entry(request, upload=form, status=getattr(refusal, "status", 422))
    signature, finding = found.signature, found.finding
    match signature.state:
        case SignatureState.VALID if finding is not None:
            return _result(request, _worded(finding), finding, signature=signature)
        case SignatureState.VALID:
            verdict = Verdict(
                "mine", "签名有效，但不是二级建造师注册证书", f"{signature.detail}这是平台出具的其他文件。"
            )
        case SignatureState.TAMPERED:
            verdict = Verdict("bad", "文件已被改动", signature.detail)
        case SignatureState.FOREIGN:
            verdict = Verdict("bad", "不是本平台签发的文件", signature.detail)
        case _:
            verdict = Verdict("bad", "文件没有电子签名", signature.detail)
    return _result(request, verdict, None, signature=signature)


@login_not_required
@never_cache
@require_safe
def by_token(request: HttpRequest, token: str) -> HttpResponse:
    """The address in the QR code."""
    finding = _behind(token)
    if finding is None:
        verdict = Verdict(
            "bad", "没有这本证书", "二维码中的地址不在登记库中，证书可能是伪造的。请勿采信，可向主管单位反映。"
        )
        return _result(request, verdict, None, status=404)
    return _result(request, _worded(finding), finding, token=token)


@login_not_required
@never_cache
@require_safe
def portrait(request: HttpRequest, token: str) -> HttpResponse:
    """The portrait of the certificate behind a QR address."""
    finding = _behind(token)
    blob = _portrait(finding.version) if finding else None
    if blob is None:
        raise Http404
    return files.response(blob, filename="portrait.jpg")


def _behind(token: str) -> Finding | None:
    """The certificate behind a QR address; what cannot be one is not even looked for."""
    return verifying.by_token(token) if _TOKEN.fullmatch(token) else None


def _portrait(version: CertificateVersion) -> Blob | None:
    key = version.facts.get("portrait", "")
    return Blob.objects.filter(pk=key).first() if key else None


def _worded(finding: Finding) -> Verdict:
    version, registration = finding.version, finding.version.registration
    match finding.standing:
        case Standing.VALID:
            return Verdict(
                "done", "证书有效", "这是该人员当前有效的二级建造师注册证书。请核对下列信息与您手中的证书一致。"
            )
        case Standing.PENDING:
            return Verdict("done", "注册有效，证书制作中", "该人员的注册已经生效，电子证书正在制作。")
        case Standing.WINDOW_OVER | Standing.NOT_YET | Standing.WITHDRAWN:
            return _worded_window(finding)
        case Standing.SUPERSEDED:
            ended = f"，已于 {stamp(version.ended_at)[:10]} 停用" if version.ended_at else ""
            return Verdict(
                "mine",
                "证书已被新版本替代",
                f"您查验的是第 {version.version} 版{ended}。该人员注册仍有效，请向持证人索取新版证书。",
            )
        case Standing.EXPIRED:
            return Verdict(
                "bad", "注册已过期，证书无效", f"该人员的注册有效期到 {day(registration.valid_until)} 为止，没有延续。"
            )
        case Standing.SUSPENDED:
            return Verdict("bad", "注册已暂扣，证书暂时无效", "该人员的注册证书已被主管单位暂扣，恢复前不能使用。")
        case _:
            when = f"已于 {day(registration.ended_on)} " if registration.ended_on else "已"
            status = registration.get_status_display()
            status = status if registration.ended_on else "作废"
            return Verdict(
                "bad", f"注册已{status}，证书无效", f"该人员的二级建造师注册{when}{status}，此证书不能再使用。"
            )


def _worded_window(finding: Finding) -> Verdict:
    """The registration stands, but this copy is not to be used today."""
    begin, end = _use(finding)
    match finding.standing:
        case Standing.NOT_YET:
            return Verdict(
                "mine", "证书的使用有效期还没有开始", f"该人员注册有效，但这份证书从 {day(begin)} 起才能使用。"
            )
        case Standing.WITHDRAWN:
            return Verdict(
                "bad",
                "这份证书已由持证人撤销",
                "该人员注册仍有效，但持证人已撤销这份证书的使用有效期，不能再使用。请向持证人索取现行证书。",
            )
        case _:
            return Verdict(
                "mine",
                "证书的使用有效期已过",
                f"该人员注册仍有效，但这份证书的使用有效期到 {day(end)} 为止。请持证人重新下载证书。",
            )


def _use(finding: Finding) -> tuple[date, date]:
    """使用有效期 of what is verified."""
    source = finding.window
    return (source.begin, source.end) if source else (finding.version.use_begin, finding.version.use_end)


def _rows(finding: Finding) -> tuple[Row, ...]:
    version, facts = finding.version, finding.version.facts
    rows = [
        Row("姓名", facts["name"]),
        Row("性别", facts["sex"]),
        Row("注册编号", facts["reg_no"]),
        Row("证书编号", f"{version.number}（第 {version.version} 版）"),
        Row("聘用企业", facts["employer"], wide=True),
        Row("签发机关", policy().province.department),
        Row("签发日期", day(version.issued_on)),
        Row("使用有效期", period(*_use(finding)), wide=True),
    ]
    if finding.window is not None:
        rows.append(Row("用途", finding.window.purpose, wide=True))
    registration = version.registration
    if finding.standing in (Standing.CANCELLED, Standing.LAPSED) and registration.ended_on:
        rows.append(Row(f"{registration.get_status_display()}原因", registration.end_reason or "—", wide=True))
    if finding.standing == Standing.SUPERSEDED:
        rows.append(Row("停用原因", version.end_reason or "—"))
        if finding.current is not None:
            rows.append(Row("现行版本", f"第 {finding.current.version} 版，{day(finding.current.issued_on)} 签发"))
    return tuple(rows)


def _specialties(finding: Finding) -> Table:
    today = finding.on
    in_force = finding.standing in (
        Standing.VALID,
        Standing.PENDING,
        Standing.WINDOW_OVER,
        Standing.NOT_YET,
        Standing.WITHDRAWN,
    )

    def status(row: dict[str, str]) -> str:
        if finding.standing == Standing.SUPERSEDED:
            return chip("", "旧版本")
        if not in_force:
            return chip("bad", "无效")
        return chip("done", "有效") if row["end"] >= today.isoformat() else chip("bad", "已过期")

    return Table(
        columns=(
            Column("注册专业", lambda row: row["name"], css="m-top"),
            Column("有效期", lambda row: f"{row['begin']} 至 {row['end']}", css="ej-num m-wide"),
            Column("状态", status, css="m-top m-end"),
        ),
        rows=finding.version.facts["specialties"],
        caption="注册专业",
    )


def _versions(finding: Finding) -> Table | None:
    """Every version of this registration's certificate, when there is more than one."""
    versions = list(finding.version.registration.certificates.order_by("-version"))
    if len(versions) < 2:
        return None
    return Table(
        columns=(
            Column("版本", lambda row: f"第 {row.version} 版", css="m-top"),
            Column("证书编号", "number", css="ej-num m-wide", data_label="证书编号"),
            Column("签发日期", lambda row: day(row.issued_on), css="ej-num m-wide", data_label="签发日期"),
            Column("原因", "reason", css="m-wide", data_label="原因"),
            Column("状态", lambda row: word(row, "state"), css="m-top m-end"),
        ),
        rows=versions,
        caption="证书版本",
    )


def _result(
    request: HttpRequest,
    verdict: Verdict,
    finding: Finding | None,
    *,
    token: str = "",
    signature=None,
    search: SearchForm | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "shell": shell(request, "verify"),
        "verdict": verdict,
        "finding": finding,
        "rows": _rows(finding) if finding else (),
        "specialties": _specialties(finding) if finding else None,
        "versions": _versions(finding) if finding else None,
        "portrait": reverse("public:portrait", args=[token])
        if token and finding and _portrait(finding.version)
        else "",
        "signature": signature,
        "search": search,
        "now": clock.now(),
    }
    return render(request, "public/verdict.html", context, status=status)


def _entry(
    request: HttpRequest, *, search: SearchForm | None = None, upload: UploadForm | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "shell": shell(request, "verify"),
        "search": search or SearchForm(),
        "upload": upload or UploadForm(),
    }
    return render(request, "public/verify.html", context, status=status)

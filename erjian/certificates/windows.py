"""Another 使用有效期 of a certificate: the holder says from when until when and for what it is to be used (decision G.15).

The copy made at issue has the longest window that policy allows. A holder who hands a copy to somebody makes one with
a window and a purpose of its own: the same certificate, with a code of its own, so that whoever scans it reads what it
was given for. Windows stand side by side until they run out, are withdrawn, or a new version of the certificate comes.
"""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models import Max
from procrastinate.contrib.django import app as queue

from erjian import audit, documents, files, policy
from erjian.audit import Actor, codes
from erjian.certificates.actions import longest_use
from erjian.certificates.issuing import paper
from erjian.certificates.models import CertificateVersion, UsageWindow, VersionState
from erjian.policy import clock
from erjian.registry.models import Registration, RegistrationStatus
from erjian.standards.errors import Refusal

codes.register("certificate.window", "设定使用有效期")
codes.register("certificate.window_issue", "制发使用有效期副本")
codes.register("certificate.window_withdraw", "撤销使用有效期")

PURPOSE_LENGTH = 60


class WindowRefused(Refusal):
    """The window cannot be made or withdrawn."""

    status = 422


def usable(version: CertificateVersion) -> bool:
    """Whether a window can be made for the version today."""
    return (
        version.state == VersionState.CURRENT
        and version.registration.status_on(clock.today()) == RegistrationStatus.VALID
    )


def make(*, version_id: int, begin: date, end: date, purpose: str, actor: Actor) -> UsageWindow:
    """Make a window and queue its copy. The caller has seen to it that the actor is the holder.

    Raises WindowRefused with the field it concerns; at most policy's number a day for one registration.
    """
    purpose = " ".join(purpose.split())
    with transaction.atomic():
        version = CertificateVersion.objects.select_related("registration").get(pk=version_id)
        registration = Registration.objects.select_for_update().get(pk=version.registration_id)
        version.refresh_from_db(fields=["state"])
        if version.state != VersionState.CURRENT:
            raise WindowRefused("这不是现行证书，不能设定使用有效期。请使用现行版本。", code="not_current")
        if registration.status_on(clock.today()) != RegistrationStatus.VALID:
            raise WindowRefused("注册不是有效状态，不能设定使用有效期。", code="not_valid")
        _check(registration, begin, end, purpose)
        number = version.windows.aggregate(last=Max("number"))["last"] or 0
        made = UsageWindow.objects.create(
            version=version, number=number + 1, begin=begin, end=end, purpose=purpose, created_at=clock.now()
        )
        audit.record(
            "certificate.window",
            actor=actor,
            subject=("certificate", version.pk),
            data={"window": made.pk, "begin": str(begin), "end": str(end)},
        )
        queue.configure_task("erjian.certificates.tasks.issue_window", queueing_lock=f"window:{made.pk}").defer(
            window_id=made.pk
        )
    return made


def _check(registration: Registration, begin: date, end: date, purpose: str) -> None:
    today, rules = clock.today(), policy.current().certificate
    if begin < today:
        raise WindowRefused("开始日期不能早于今天。请重新填写。", code="past", field="begin")
    if end < begin:
        raise WindowRefused("结束日期不能早于开始日期。请重新填写。", code="order", field="end")
    last = longest_use(registration, begin)
    if registration.dates_binding and begin > registration.valid_until:
        raise WindowRefused(
            f"注册有效期至 {registration.valid_until}，开始日期不能晚于这一天。", code="beyond", field="begin"
        )
    if end > last:
        raise WindowRefused(
            f"使用有效期最长 {rules.usage_max_days} 日，且不超过注册有效期，最晚到 {last}。请重新填写。",
            code="too_long",
            field="end",
        )
    if not purpose:
        raise WindowRefused("请填写用途，如“投标某项目”。", code="purpose_missing", field="purpose")
    if said := documents.unprintable(purpose):
        raise WindowRefused(said, code="unprintable", field="purpose")
    if len(purpose) > PURPOSE_LENGTH:
        raise WindowRefused(f"用途最多 {PURPOSE_LENGTH} 个字。", code="purpose_long", field="purpose")
    made = UsageWindow.objects.filter(version__registration=registration, created_at__gte=clock.start_of(today))
    if made.filter(begin=begin, end=end, purpose=purpose, withdrawn_at=None).exists():  # the form was sent twice
        raise WindowRefused("今天已设定同样的使用有效期。请在证书页面查看。", code="twice")
    if made.count() >= rules.usage_daily_limit:
        raise WindowRefused(
            f"一天最多设定 {rules.usage_daily_limit} 次使用有效期，今天已用完。请明天再试。", code="daily_limit"
        )


def withdraw(*, window_id: int, actor: Actor) -> UsageWindow:
    """The holder takes a window back: whoever scans its code reads so from then on. Repeating it is refused."""
    with transaction.atomic():
        window = UsageWindow.objects.select_for_update().get(pk=window_id)
        if window.withdrawn_at is not None:
            raise WindowRefused("这个使用有效期已经撤销。", code="withdrawn")
        window.withdrawn_at = clock.now()
        window.save(update_fields=["withdrawn_at"])
        audit.record(
            "certificate.window_withdraw",
            actor=actor,
            subject=("certificate", window.version_id),
            data={"window": window.pk},
        )
    return window


def issue(window_id: int) -> UsageWindow:
    """Render, sign and store a window's copy; the first stored file wins, so repeating it changes nothing."""
    window = UsageWindow.objects.select_related("version", "version__registration").get(pk=window_id)
    if window.file_id:
        return window
    pdf = documents.render("certificate", paper(window.version, window), timestamp=window.created_at)
    signed = documents.sign(pdf, reason="二级建造师注册证书", signed_at=window.created_at)
    with transaction.atomic():
        locked = UsageWindow.objects.select_for_update().get(pk=window_id)
        if locked.file_id:
            return locked
        locked.file = files.put(signed, media_type=files.PDF)
        locked.file_digest = locked.file.sha256
        locked.save(update_fields=["file", "file_digest"])
        audit.record(
            "certificate.window_issue",
            actor=audit.SYSTEM,
            subject=("certificate", locked.version_id),
            data={"window": locked.pk, "sha256": locked.file_digest},
        )
    return locked

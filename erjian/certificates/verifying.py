"""What anyone can verify: by QR address, by number and name, or by the file itself. Never an identity number."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date

from django.db import models

from erjian import documents
from erjian.certificates.models import CertificateVersion, UsageWindow, VersionState
from erjian.policy import clock
from erjian.registry.models import Registration, RegistrationStatus
from erjian.standards.text import name_key


class Standing(models.TextChoices):
    """What the public reads first."""

    VALID = "valid", "有效"
    PENDING = "pending", "有效，证书制作中"
    WINDOW_OVER = "window_over", "使用有效期已过"
    NOT_YET = "not_yet", "使用有效期未到"
    WITHDRAWN = "withdrawn", "已由持证人撤销"
    SUPERSEDED = "superseded", "已更新，非现行版本"
    EXPIRED = "expired", "注册已过期"
    LAPSED = "lapsed", "注册已失效"
    CANCELLED = "cancelled", "注册已注销"
    SUSPENDED = "suspended", "注册已暂扣"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """The verdict on one certificate version today, and the version that stands in its place."""

    version: CertificateVersion
    standing: Standing
    on: date
    current: CertificateVersion | None
    """The version in force now, when it is another one."""
    window: UsageWindow | None = None
    """The holder's own 使用有效期 whose copy is verified; None for the copy made at issue."""

    @property
    def holds(self) -> bool:
        """Whether the holder may rely on this certificate today."""
        return self.standing in (Standing.VALID, Standing.PENDING)


def standing_of(version: CertificateVersion, today: date, window: UsageWindow | None = None) -> Standing:
    """What a version, or a copy with a window of its own, is worth on a day; from loaded rows, reads nothing."""
    status = version.registration.status_on(today)
    if status == RegistrationStatus.SUSPENDED:
        return Standing.SUSPENDED
    if status == RegistrationStatus.LAPSED:
        # What lapsed before its last day did so by age or by the employer.
        ended = version.registration.ended_on
        return Standing.LAPSED if ended and ended < version.registration.valid_until else Standing.EXPIRED
    if status != RegistrationStatus.VALID or version.state == VersionState.VOID:
        return Standing.CANCELLED
    if version.state == VersionState.SUPERSEDED:
        return Standing.SUPERSEDED
    if window is not None and window.withdrawn_at is not None:
        return Standing.WITHDRAWN
    begin, end = (window.begin, window.end) if window is not None else (version.use_begin, version.use_end)
    if end < today:
        return Standing.WINDOW_OVER
    if begin > today:
        return Standing.NOT_YET
    return Standing.PENDING if version.state == VersionState.PENDING else Standing.VALID


def judge(version: CertificateVersion, window: UsageWindow | None = None) -> Finding:
    """Judge a version against the register as it is now; validity is computed when read."""
    today = clock.today()
    standing = standing_of(version, today, window)
    current = None
    if standing == Standing.SUPERSEDED:
        current = (
            version.registration.certificates.filter(state__in=(VersionState.PENDING, VersionState.CURRENT))
            .order_by("-version")
            .first()
        )
    return Finding(version=version, standing=standing, on=today, current=current, window=window)


def _versions() -> models.QuerySet[CertificateVersion]:
    return CertificateVersion.objects.select_related("registration", "registration__enterprise")


def _windows() -> models.QuerySet[UsageWindow]:
    return UsageWindow.objects.select_related("version__registration__enterprise")


def by_token(token: str) -> Finding | None:
    """The certificate, or the holder's own copy of it, behind a QR address."""
    version = _versions().filter(token=token).first()
    if version is not None:
        return judge(version)
    window = _windows().filter(token=token).first()
    return judge(window.version, window) if window else None


def by_number(number: str, name: str) -> Finding | None:
    """The latest certificate of a registration number (or certificate number) when the name fits."""
    number, name = number.strip().upper(), name_key(name)
    if not number or not name:
        return None
    numbered = Registration.objects.filter(models.Q(number=number) | models.Q(certificate_number=number))
    registrations = [row.pk for row in numbered.select_related("person") if name_key(row.person.name) == name]
    version = _versions().filter(registration__in=registrations).order_by("-created_at", "-version").first()
    if version is None or name_key(version.facts.get("name")) != name:
        return None
    return judge(version)


@dataclass(frozen=True, kw_only=True)
class FileFinding:
    """The verdict on an uploaded file: its signature, and the certificate it is when it is one of ours."""

    signature: documents.Verification
    finding: Finding | None


def by_file(content: bytes) -> FileFinding:
    """Check a file's signature and find it among what was issued, by digest. Raises DocumentRefused for no PDF."""
    signature = documents.verify(content)
    digest = hashlib.sha256(content).hexdigest()
    version = _versions().filter(file_digest=digest).first()
    if version is not None:
        return FileFinding(signature=signature, finding=judge(version))
    window = _windows().filter(file_digest=digest).first()
    return FileFinding(signature=signature, finding=judge(window.version, window) if window else None)

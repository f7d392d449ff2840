"""The issue job: render, sign, store, then draw. Repeating it changes nothing; the first saved file wins."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction

from erjian import audit, documents, files, policy
from erjian.certificates.models import CertificateVersion, UsageWindow, VersionState
from erjian.files import Blob
from erjian.policy import clock

PREVIEW_WIDTH = 1400


def verification_url(version: CertificateVersion | UsageWindow) -> str:
    """The address in the QR code: unguessable, and without any personal data."""
    return f"{settings.ERJIAN_ORIGIN}/verify/{version.token}/"


def _picture(blob_id: str) -> str | None:
    blob = Blob.objects.filter(pk=blob_id).first() if blob_id else None
    return documents.data_uri(files.read(blob)) if blob else None


def paper(version: CertificateVersion, window: UsageWindow | None = None) -> dict[str, object]:
    """The certificate's printed data as the `certificate` paper takes it, of a copy with the window of its own."""
    facts = version.facts
    return {
        **{name: facts[name] for name in ("name", "sex", "birth", "reg_no", "employer", "specialties")},
        "cert_no": version.number,
        "use_begin": (window.begin if window else version.use_begin).isoformat(),
        "use_end": (window.end if window else version.use_end).isoformat(),
        **({"purpose": window.purpose} if window else {}),
        "issued": version.issued_on.isoformat(),
        "organ": policy.current().province.department,
        "licence_id": version.licence_id,
        "photo": _picture(facts.get("portrait", "")),
        "signature": _picture(facts.get("signature", "")),
        "qr": documents.qr(verification_url(window or version)),
    }


def outstanding(case_number: str) -> list[int]:
    """Versions that a case still owes a file, oldest first."""
    owed = CertificateVersion.objects.filter(case_number=case_number, file__isnull=True).exclude(case_number="")
    return list(owed.order_by("pk").values_list("pk", flat=True))


def issue(version_id: int) -> CertificateVersion:
    """Make and store the file of a pending version, then its picture for the screen; repeating changes nothing."""
    version = store_file(version_id)
    return version if version.preview_id else store_preview(version)


def store_file(version_id: int) -> CertificateVersion:
    """The signed file; with it the version counts as issued.

    A crash between signing and saving leaves an orphan object for the sweep and nothing else; the repeat makes
    the file anew. Two jobs at once: the row lock lets one store, the other finds it done. A version superseded
    meanwhile still gets its file, but stays superseded.
    """
    version = CertificateVersion.objects.select_related("registration", "file").get(pk=version_id)
    if version.file_id:
        return version
    pdf = documents.render("certificate", paper(version), timestamp=version.created_at)
    signed = documents.sign(pdf, reason="二级建造师注册证书", signed_at=version.created_at)
    with transaction.atomic():
        locked = CertificateVersion.objects.select_for_update().get(pk=version_id)
        if locked.file_id:
            return locked
        locked.file = files.put(signed, media_type=files.PDF)
        locked.file_digest = locked.file.sha256
        locked.issued_at = clock.now()
        if locked.state == VersionState.PENDING:
            locked.state = VersionState.CURRENT
        locked.save(update_fields=["file", "file_digest", "issued_at", "state"])
        audit.record(
            "certificate.issue",
            actor=audit.SYSTEM,
            subject=("certificate", locked.pk),
            data={"number": locked.number, "version": locked.version, "sha256": locked.file_digest},
        )
    return locked


def store_preview(version: CertificateVersion) -> CertificateVersion:
    """The picture of a stored file. Drawing takes longer than all the rest, and nobody waits for it to have the file."""
    assert version.file is not None
    image = documents.preview(files.read(version.file), width=PREVIEW_WIDTH)
    with transaction.atomic():
        locked = CertificateVersion.objects.select_for_update().get(pk=version.pk)
        if not locked.preview_id:
            locked.preview = files.put(image, media_type=files.JPEG)
            locked.save(update_fields=["preview"])
    return locked

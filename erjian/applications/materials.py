"""Materials of a case: attaching, removing, and the ones already held that attach themselves (decision G.7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from erjian import audit, files
from erjian.accounts.models import User
from erjian.applications import engine
from erjian.applications.errors import CaseRefused
from erjian.applications.models import Application, MaterialFile
from erjian.policy import clock
from erjian.procedures.facts import Facts
from erjian.procedures.materials import Material
from erjian.registry import personal

_UPLOADED = ("本次上传", "补正上传")
"""Where a file comes from that was uploaded for the case: before the first 上报, and later."""


@dataclass(frozen=True, kw_only=True)
class MaterialRow:
    """One line of the material list: what is asked, whether it must be there, what is there."""

    material: Material
    required: bool
    files: tuple[MaterialFile, ...]

    @property
    def missing(self) -> bool:
        """Whether a required material has no file yet."""
        return self.required and not self.files


def listing(application: Application, facts: Facts, *, version: int | None = None) -> tuple[MaterialRow, ...]:
    """The material list of a case now, or as it was in one data version."""
    found: dict[str, list[MaterialFile]] = {}
    rows: Any = application.materials.select_related("blob").order_by("code", "position", "id")
    for item in rows:
        if version is None and item.removed_in is not None:
            continue
        if version is not None and (
            item.added_in > version or (item.removed_in is not None and item.removed_in <= version)
        ):
            continue
        found.setdefault(item.code, []).append(item)
    return tuple(
        MaterialRow(material=material, required=material.required(facts), files=tuple(found.get(material.code, ())))
        for material in application.procedure.materials
    )


def _material(application: Application, code: str) -> Material:
    for material in application.procedure.materials:
        if material.code == code:
            return material
    raise CaseRefused("这类申报没有该项材料。请刷新页面后重试。", code="unknown_material")


def limits_of(material: Material) -> files.Limits:
    """What the policy lets a material be."""
    return files.Limits.of(material.limits)


def attach_held(application: Application, *, by: User) -> Sequence[MaterialFile]:
    """Attach what is held already: files on the person, and those of the last case of the same pair."""
    rows: list[MaterialFile] = []
    earlier = (
        Application.objects.filter(person=application.person, enterprise=application.enterprise, form_version__gt=0)
        .exclude(pk=application.pk)
        .order_by("-id")
        .first()
    )

    def add(code: str, blob: Any, filename: str, origin: str, position: int = 0) -> None:
        rows.append(
            MaterialFile(
                application=application,
                code=code,
                blob=blob,
                filename=filename,
                origin=origin,
                position=position,
                uploaded_by=by.name,
                uploaded_at=clock.now(),
            )
        )

    for material in application.procedure.materials:
        blob = getattr(application.person, material.held_on_person) if material.held_on_person else None
        if blob is not None:
            add(material.code, blob, material.label, "沿用个人档案")
        elif material.reused and earlier is not None:
            kept = earlier.materials.filter(code=material.code, removed_in__isnull=True).select_related("blob")
            for position, item in enumerate(kept.order_by("position", "id")):
                add(material.code, item.blob, item.filename, f"沿用 {earlier.number}", position)
    return MaterialFile.objects.bulk_create(rows)


def settle_with_person(application: Application, *, by: User) -> None:
    """At the consent: attach what the person holds by now, and keep for the person what they agreed to.

    The signature is always the person's own. Of two portraits the newer one counts: the person's joins the version
    they confirm, the case's becomes the person's own, because the certificate prints that one. Runs inside the
    consent's transaction.
    """
    assert application.person_id is not None
    present = {item.code: item for item in application.materials.filter(removed_in__isnull=True).select_related("blob")}
    for material in application.procedure.materials:
        if not material.held_on_person:
            continue
        held = getattr(application.person, material.held_on_person)
        item = present.get(material.code)
        if item is None or material.code == "signature":
            if held is not None and (item is None or item.blob_id != held.pk):
                _attach_own(application, material, held, instead_of=item, by=by)
        elif material.code == "portrait" and (held is None or item.blob_id != held.pk):
            if held is not None and held.created_at > item.uploaded_at:
                _attach_own(application, material, held, instead_of=item, by=by)
            else:
                personal.adopt_portrait(person_id=application.person_id, blob=item.blob, actor=by.actor)


def _attach_own(application: Application, material: Material, blob: Any, *, instead_of: Any, by: User) -> None:
    version = max(application.form_version, 1)
    if instead_of is not None:
        instead_of.removed_in = version
        instead_of.save(update_fields=["removed_in"])
    MaterialFile.objects.create(
        application=application,
        code=material.code,
        blob=blob,
        filename=material.label,
        origin="本人确认时提供",
        added_in=version,
        uploaded_by=by.name,
        uploaded_at=clock.now(),
    )


def attach(*, application: Application, code: str, upload: Any, by: User) -> MaterialFile:
    """Check and attach one uploaded file. Raises files.FileRefused or CaseRefused; nothing is stored then."""
    material = _material(application, code)
    blob = files.accept(upload, limits=limits_of(material), actor=by.actor)
    with transaction.atomic():
        locked = engine.lock_for_editing(application.pk, by=by)
        present = locked.materials.filter(code=code, removed_in__isnull=True)
        if material.max_files == 1:
            _remove(present, locked)
        elif present.count() >= material.max_files:
            raise CaseRefused(
                f"{material.label}最多 {material.max_files} 个文件。请先删除不需要的。", code="too_many_files"
            )
        item = MaterialFile.objects.create(
            application=locked,
            code=code,
            blob=blob,
            filename=(getattr(upload, "name", "") or material.label)[:200],
            origin=_UPLOADED[locked.form_version > 0],
            position=present.count(),
            added_in=locked.form_version + 1,
            uploaded_by=by.name,
            uploaded_at=clock.now(),
        )
        audit.record(
            "application.attach",
            actor=by.actor,
            subject=("application", locked.pk),
            data={"material": code, "sha256": blob.sha256},
        )
    return item


def detach(*, application: Application, material_id: int, by: User) -> None:
    """Remove one file from the working copy; versions filed before keep theirs."""
    with transaction.atomic():
        locked = engine.lock_for_editing(application.pk, by=by)
        _remove(locked.materials.filter(pk=material_id, removed_in__isnull=True), locked)
        audit.record(
            "application.detach", actor=by.actor, subject=("application", locked.pk), data={"material_id": material_id}
        )


def _remove(present: QuerySet[MaterialFile], application: Application) -> None:
    upcoming = application.form_version + 1
    forget(present.filter(added_in=upcoming))
    present.update(removed_in=upcoming)


def forget(rows: QuerySet[MaterialFile]) -> None:
    """Delete rows that no version was frozen with, and let go of the files uploaded for them.

    What was held before (the person's own, an earlier case's) stays; so does a file that something else refers to.
    """
    uploaded = [item.blob for item in rows.select_related("blob") if item.origin in _UPLOADED]
    rows.delete()
    for blob in uploaded:
        files.discard(blob)

"""The printed 申报表: the frozen version with its consents, or a draft under a 草稿 watermark (decision G.6)."""

from __future__ import annotations

from typing import Any

from erjian import documents, files, policy
from erjian.applications import facts, form_data, materials
from erjian.applications.models import Application, FormVersion, MaterialFile
from erjian.applications.states import State
from erjian.policy import authorities, clock
from erjian.procedures import About
from erjian.procedures.fields import FormField
from erjian.standards.specialties import Specialty


def _stamp(moment: Any) -> str:
    return f"{moment.astimezone(clock.ZONE):%Y-%m-%d %H:%M:%S}" if moment else ""


def shown(fields: tuple[FormField, ...], values: dict[str, Any]) -> list[dict[str, Any]]:
    """Label and readable value of each field; a check box beside a date is written into the date."""
    beside = {item.beside: item for item in fields if item.beside}
    rows = []
    for item in fields:
        if item.beside:
            continue
        text = item.display(values.get(item.name))
        if item.name in beside and values.get(beside[item.name].name):
            text = beside[item.name].label
        rows.append({"l": item.label, "v": text or "—", **({"wide": True} if item.wide else {})})
    return rows


def _picture(rows: tuple[materials.MaterialRow, ...], code: str) -> str | None:
    found: MaterialFile | None = next((row.files[0] for row in rows if row.material.code == code and row.files), None)
    return documents.data_uri(files.read(found.blob)) if found and found.blob.media_type != files.PDF else None


def _opinions(application: Application) -> list[dict[str, str]]:
    names = {
        "accept": "受理",
        "deem_accepted": "受理",
        "first_pass": "初审",
        "first_fail": "初审",
        "final_pass": "复审",
        "final_fail": "复审",
        "announce_grant": "决定",
        "announce_refuse": "决定",
    }
    given = {
        names[entry.transition]: {
            "step": names[entry.transition],
            "organ": entry.organisation,
            "by": entry.actor_label,
            "text": entry.opinion or entry_text(entry.transition),
            "date": _stamp(entry.at)[:10],
        }
        for entry in application.timeline.filter(transition__in=names).order_by("id")
    }
    city, province = authorities.get(application.authority_code).name, authorities.province().name
    organs = {"受理": city, "初审": city, "复审": province, "决定": province}
    return [given.get(step, {"step": step, "organ": organ}) for step, organ in organs.items()]


def entry_text(transition: str) -> str:
    """What a transition says where no opinion was typed."""
    from erjian.applications.workflow import TRANSITIONS

    return TRANSITIONS[transition].done


def content(application: Application) -> dict[str, Any]:
    """Everything the `application-form` paper prints for this case."""
    values = form_data.current(application)
    draft = application.state == State.DRAFT or application.form_version == 0
    known = facts.of_application(application, form=values)
    rows = materials.listing(application, known)
    frozen: FormVersion | None = application.form_versions.filter(number=application.form_version).first()
    agreed = application.timeline.filter(transition="consent").order_by("-id").first()
    reported = application.timeline.filter(transition="report").order_by("-id").first()
    qualifications = {code: known.qualification_for(code) for code in application.specialties}
    mark = "草稿" if draft else "已撤回" if application.state == State.WITHDRAWN else None
    data: dict[str, Any] = {
        "title": f"{application.procedure.label}表",
        "platform": policy.current().province.platform_title,
        "case_no": application.number or "（上报后编号）",
        "version": max(application.form_version, 1),
        "digest": frozen.digest if frozen else "",
        "meta": [
            ["申报类型", application.procedure.kind_label],
            ["申报主管部门", authorities.get(application.authority_code).short],
            ["上报时间", _stamp(application.reported_at)[:16] or "—"],
            ["状态", application.get_state_display()],
        ],
        "about": application.about,
        "person_name": application.subject.name,
        "employer_name": application.enterprise.name,
        "photo": _picture(rows, "portrait"),
        **_sections(application, values),
        "promise": application.procedure.commitments.get("enterprise", "").format(
            enterprise=application.enterprise.name, person=application.subject.name
        ),
        "specialties": [
            {
                "name": Specialty(code).label,
                "qualification": held.management_number if held else "",
                "date": held.obtained_on.isoformat() if held else "",
                "training": "已附证明" if "continuing_education" in known.materials else "—",
            }
            for code, held in qualifications.items()
        ],
        "materials": [
            {
                "name": row.material.label,
                "pages": str(sum(item.blob.pages or 1 for item in row.files)) if row.files else "",
                "source": row.files[0].origin if row.files else ("未上传" if row.required else "不需要"),
                "digest": row.files[0].blob.sha256[:16] if row.files else "",
            }
            for row in rows
            if row.files or row.required
        ],
        "opinions": _opinions(application),
        "sign_person": {
            "name": application.subject.name,
            "image": _picture(rows, "signature"),
            "time": _stamp(agreed.at),
            "method": application.person.get_assurance_display(),
            "digest": agreed.data.get("digest", ""),
        }
        if agreed and application.person
        else None,
        "sign_employer": {
            "name": application.enterprise.name,
            "time": _stamp(reported.at),
            "method": f"经办人 {reported.actor_label}",
            "digest": frozen.digest if frozen else "",
        }
        if reported
        else None,
        "qr": documents.qr(application.number or str(application.uuid)),
    }
    if mark:
        data["mark"] = mark
    return data


def _sections(application: Application, values: dict[str, Any]) -> dict[str, Any]:
    """The form's sections in the places of the paper: the person's and the employer's, or the enterprise's alone."""
    sections = {section.code: section for section in application.procedure.sections}
    if application.about == About.ENTERPRISE:
        own = application.procedure.sections
        fields = tuple(item for section in own for item in section.fields)
        return {"person": [], "person_beside": 0, "employer_heading": own[0].title, "employer": shown(fields, values)}
    employer = sections.get("employer")
    return {
        "person": [
            {"l": "注册类型", "v": application.get_registration_class_display(), "wide": True},
            *shown(sections["person"].fields, values),
        ],
        "person_beside": 10,
        "employer_heading": employer.title if employer else "聘用企业情况",
        "employer": shown(employer.fields, values) if employer else [],
    }


def pdf(application: Application) -> bytes:
    """The 申报表 as PDF, about 50 ms."""
    moment = application.reported_at or application.draft_saved_at or application.created_at
    return documents.render("application-form", content(application), timestamp=moment)

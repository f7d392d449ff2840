"""The printed 申报表: the frozen version with its consents, or a draft under a 草稿 watermark (decision G.6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from erjian import documents, files, policy
from erjian.applications import facts, form_data, materials, routing
from erjian.applications.models import Application, FormVersion, MaterialFile, TimelineEntry
from erjian.applications.states import State
from erjian.policy import authorities, clock
from erjian.procedures import About, Filer, Procedure, Step
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
    steps = [(step, name) for step, name in _STEPS.items() if routing.keeps(application.procedure, step)]
    return [given.get(name, {"step": name, "organ": _organ(application, step)}) for step, name in steps]


_STEPS = {
    Step.ACCEPTANCE: "受理",
    Step.FIRST_REVIEW: "初审",
    Step.FINAL_REVIEW: "复审",
    Step.ANNOUNCEMENT: "决定",
}


def _organ(application: Application, step: Step) -> str:
    """Who takes a step that nobody has taken yet."""
    level = policy.current().level_of(application.procedure_code, step)
    here = authorities.get(application.authority_code) if level == authorities.CITY_LEVEL else authorities.province()
    return here.name


@dataclass(frozen=True, kw_only=True)
class _Party:
    """Who promises: under which heading, and by which transition, for what the enterprise and what the person files."""

    heading: str
    who: str
    enterprise_files: str
    person_files: str = ""

    def signs_by(self, procedure: Procedure) -> str:
        return self.person_files if procedure.filer == Filer.PERSON else self.enterprise_files


_PARTIES = {
    "person": _Party(heading="申请人承诺", who="申请人签名", enterprise_files="consent", person_files="report"),
    "enterprise": _Party(
        heading="聘用企业承诺", who="聘用企业确认", enterprise_files="report", person_files="agree_enterprise"
    ),
    "former_enterprise": _Party(heading="原聘用企业承诺", who="原聘用企业确认", enterprise_files="agree_former"),
}
_OF_THE_ENTERPRISE = _Party(heading="申报企业承诺", who="申报企业确认", enterprise_files="report")
_UNSIGNED = {"refused": "原单位不同意转出", "silent": "原单位逾期未答复"}


def _promises(
    application: Application, values: dict[str, Any], *, digest: str, rows: tuple[materials.MaterialRow, ...]
) -> list[dict[str, Any]]:
    """What each party of the procedure promises, in the words it agreed to, with its electronic signature.

    People and enterprises are called as they were when the case was filed, whatever their names have become.
    """
    procedure = application.procedure
    entries = {entry.transition: entry for entry in application.timeline.order_by("id")}
    person = values.get("name") or application.subject.name
    promises = []
    for code, party in _PARTIES.items():
        if code not in procedure.commitments:
            continue
        shown_as = _OF_THE_ENTERPRISE if application.about == About.ENTERPRISE else party
        entry = entries.get(shown_as.signs_by(procedure))
        promised = entry.data.get("commitment") if entry else ""
        text = promised or procedure.commitments[code].format(
            enterprise=values.get("enterprise_name") or application.enterprise.name,
            person=person,
        )
        unsigned = _UNSIGNED.get(application.former_answer, "") if code == "former_enterprise" else ""
        sign = _sign(application, code, entry, person=person, digest=digest, rows=rows) if entry else None
        promises.append(
            {"heading": shown_as.heading, "who": shown_as.who, "text": text, "sign": sign, "unsigned": unsigned}
        )
    return promises


def _sign(
    application: Application,
    code: str,
    entry: TimelineEntry,
    *,
    person: str,
    digest: str,
    rows: tuple[materials.MaterialRow, ...],
) -> dict[str, Any]:
    agreed = {"time": _stamp(entry.at), "digest": entry.data.get("digest") or digest}
    if code == "person" and application.person is not None:
        image = _picture(rows, "signature") or _picture(rows, "new_signature")
        drawn = {"image": image} if image else {}
        return {
            "name": person,
            "method": application.person.get_assurance_display(),
            **drawn,
            **agreed,
        }
    organisation = application.former_enterprise if code == "former_enterprise" else application.enterprise
    return {"name": entry.organisation or str(organisation), "method": f"经办人 {entry.actor_label}", **agreed}


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
        "photo": _picture(rows, "portrait") or _picture(rows, "new_portrait"),
        **_sections(application, values),
        "specialty_heading": application.procedure.specialty_label,
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
        "promises": _promises(application, values, digest=frozen.digest if frozen else "", rows=rows),
        "qr": documents.qr(application.number or str(application.uuid)),
    }
    if mark:
        data["mark"] = mark
    return data


def _sections(application: Application, values: dict[str, Any]) -> dict[str, Any]:
    """The form's sections in the places of the paper: the person's, the employer's, and what else there is."""
    sections = {section.code: section for section in application.procedure.sections}
    person, employer = sections.get("person"), sections.get("employer")
    former = application.former_enterprise
    return {
        "person": [
            {"l": "注册类型", "v": application.get_registration_class_display(), "wide": True},
            *shown(person.fields, values),
        ]
        if person
        else [],
        "person_beside": 10,
        "employer_heading": employer.title if employer else "聘用企业情况",
        "employer": [
            *(shown(employer.fields, values) if employer else []),
            *([{"l": "转出企业名称", "v": former.name, "wide": True}] if former else []),
        ],
        "sections": [
            {"heading": section.title, "fields": shown(section.fields, values)}
            for code, section in sections.items()
            if code not in ("person", "employer")
        ],
    }


def pdf(application: Application) -> bytes:
    """The 申报表 as PDF, about 50 ms."""
    moment = application.reported_at or application.draft_saved_at or application.created_at
    return documents.render("application-form", content(application), timestamp=moment)

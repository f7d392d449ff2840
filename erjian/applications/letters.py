"""Official letters of a case: numbered in the transition's transaction, rendered by a job (GB/T 9704 letter form)."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from procrastinate.contrib.django import app as queue

from erjian import audit, documents, files, policy
from erjian.accounts.models import User, UserKind
from erjian.applications import form_data, grounds
from erjian.applications.models import Application, Letter, LetterKind, TimelineEntry
from erjian.audit import Actor
from erjian.policy import authorities, clock
from erjian.procedures import Filer
from erjian.registry import numbers
from erjian.registry.models import RegistrationClass
from erjian.standards import regions
from erjian.standards.specialties import Specialty

_WORD = {
    LetterKind.ACCEPT: "acceptance",
    LetterKind.CORRECT: "correction",
    LetterKind.NOT_ACCEPT: "non_acceptance",
    LetterKind.GRANT: "approval",
    LetterKind.REFUSE: "refusal",
}
_HOLDER = {RegistrationClass.CONSTRUCTOR: "二级建造师", RegistrationClass.TEMPORARY: "二级临时建造师", "": ""}


def _number(kind: LetterKind) -> str:
    year = clock.today().year
    serial = numbers.take(f"letter:{kind}", year=year)
    return policy.current().numbers.document_number(_WORD[kind], year, serial)


def issue(application: Application, kind: LetterKind, *, entry: TimelineEntry, actor: Actor) -> Letter:
    """Write the letter with everything it says, and queue its rendering."""
    code = entry_authority(application, kind)
    authority = authorities.get(code)
    letter = Letter.objects.create(
        application=application,
        kind=kind,
        number=_number(kind),
        authority_code=code,
        issued_on=clock.today(),
        data=form_data.seal(_content(application, kind, entry, authority)),
        created_at=clock.now(),
    )
    audit.record(
        "application.letter",
        actor=actor,
        subject=("application", application.pk),
        data={"kind": kind, "number": letter.number},
    )
    queue.configure_task("erjian.applications.tasks.render_letter", queueing_lock=f"letter:{letter.pk}").defer(
        letter_id=letter.pk
    )
    return letter


def entry_authority(application: Application, kind: LetterKind) -> str:
    """Which authority signs: the accepting one for receipts, the province for decisions (153号令第九条)."""
    if kind in (LetterKind.GRANT, LetterKind.REFUSE):
        return authorities.province().code
    level = policy.current().level_of(application.procedure_code, "acceptance")
    return application.authority_code if level == authorities.CITY_LEVEL else authorities.province().code


def _content(
    application: Application, kind: LetterKind, entry: TimelineEntry, authority: authorities.Authority
) -> dict[str, Any]:
    rules = policy.current()
    received = application.received_at or application.reported_at or entry.at
    content: dict[str, Any] = {
        "kind": kind.value,
        "organ": authority.name,
        **_filed(application),
        "procedure": application.procedure.label,
        "matter": application.procedure.form_title.removesuffix("申报"),
        "holder": _HOLDER[application.registration_class],
        "case_no": application.number,
        "received": clock.day_of(received).isoformat(),
        "date": clock.today().isoformat(),
        "platform": rules.province.platform_title,
        "phone": rules.province.support_phone,
        "service": f"{clock.today()} 通过平台送达",
        "review_body": _review_body(authority),
        "court": rules.province.court,
        "review_days": rules.review_days,
        "lawsuit_months": rules.lawsuit_months,
    }
    due = application.due_on.isoformat() if application.due_on else ""
    accepted = clock.day_of(application.accepted_at).isoformat() if application.accepted_at else content["received"]
    match kind:
        case LetterKind.ACCEPT:
            content |= {
                "accepted": accepted,
                "due": due,
                "acceptance_days": rules.acceptance_days,
                "decision_days": rules.decision_days_for(application.procedure_code),
                "extension_days": rules.extension_days,
                "deemed": application.deemed_accepted,
            }
        case LetterKind.CORRECT:
            content |= {
                "items": [
                    {"what": f"{item['what']}：" if item["what"] else "", "detail": item["detail"]}
                    for item in entry.data.get("items", [])
                ],
                "due": due,
            }
        case LetterKind.NOT_ACCEPT:
            content |= {"reasons": [entry.opinion], **_false_material(application, entry)}
        case LetterKind.GRANT:
            content |= {
                "facts": _granted(application),
                "accepted": accepted,
                "issue_days": rules.issue_days,
                "deemed": application.deemed_granted,
            }
        case LetterKind.REFUSE:
            content |= {"reasons": [entry.opinion], "accepted": accepted, **_false_material(application, entry)}
    return content


def _false_material(application: Application, entry: TimelineEntry) -> dict[str, Any]:
    """Whether false material is the ground, and whom that bars until when."""
    until = grounds.barred_until(application, entry)
    barred = {"who": application.subject.name, "until": until.isoformat(), "years": grounds.YEARS} if until else None
    return {"false_material": entry.data.get("ground") == grounds.Ground.FALSE_MATERIAL, "barred": barred}


def _filed(application: Application) -> dict[str, str]:
    """Whom the letter goes to, and how it names who filed for whom: whoever files for themself is not named again."""
    name = application.subject.name
    if application.procedure.filer == Filer.PERSON:
        return {"to": name, "received_from": "你", "person": ""}
    return {
        "to": application.enterprise.name,
        "received_from": "你单位",
        "person": name if application.person else "",
    }


def _review_body(authority: authorities.Authority) -> str:
    """Whom to ask for review of what an authority did: the government it belongs to (《行政复议法》第二十四条)."""
    if authority.level == authorities.CITY_LEVEL:
        return f"{regions.name(authority.code)}人民政府"
    return policy.current().province.review_body


def _granted(application: Application) -> list[list[str]]:
    """What is granted, in label and value: a person's registration, or what the enterprise applied for."""
    registration = application.registration
    if registration is None:
        filed = form_data.version(application, application.form_version)
        fields = [item for item in application.procedure.fields if item.known_from or item.corrects]
        return [[item.label, item.display(filed.get(item.name)) or "—", "wide"] for item in fields]
    return [
        ["姓名", application.subject.name],
        ["注册编号", registration.number],
        ["聘用企业", application.enterprise.name, "wide"],
        *(
            [Specialty(item.specialty).label, f"{item.begin} 至 {item.end}", "wide"]
            for item in registration.specialties.standing().order_by("specialty")
        ),
    ]


def render(letter: Letter) -> Letter:
    """Render and store the letter's file; the first stored file wins."""
    if letter.file_id:
        return letter
    content = form_data.unseal(letter.data)
    content["doc_no"] = letter.number
    content["qr"] = documents.qr(letter.number)
    pdf = documents.render("notices", content, timestamp=letter.created_at)
    signed = documents.sign(pdf, reason=letter.get_kind_display(), signed_at=letter.created_at)
    with transaction.atomic():
        locked = Letter.objects.select_for_update().get(pk=letter.pk)
        if not locked.file_id:
            locked.file = files.put(signed, media_type=files.PDF)
            locked.save(update_fields=["file"])
    return locked


def mark_read(letter: Letter, *, by: User) -> None:
    """Note the first reading by the enterprise or the person: the day of service (行政许可法第四十四条)."""
    if by.kind in (UserKind.ENTERPRISE, UserKind.PERSON):
        Letter.objects.filter(pk=letter.pk, read_at__isnull=True).update(read_at=clock.now())

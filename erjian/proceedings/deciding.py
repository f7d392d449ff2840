"""What a decision changes, all in the decision's transaction: the register, the certificate, a bar that follows by law,
the public notice, the 决定书.
"""

from __future__ import annotations

from datetime import timedelta

from erjian import certificates
from erjian.accounts.models import User
from erjian.policy import authorities, clock
from erjian.proceedings import papers
from erjian.proceedings.measures import Measure, Rule, rule
from erjian.proceedings.models import PaperKind, Proceeding
from erjian.publicity import notices
from erjian.registry import changes, restrictions
from erjian.registry.models import Registration
from erjian.standards.validity import add_years


def apply(proceeding: Proceeding, *, reason: str, by: User) -> None:
    """Carry out the measure. Raises RegisterRefused when the register does not allow it any more."""
    found = rule(proceeding.measure)
    certificate = proceeding.registration.certificate_number
    statements = [
        f"{event.organisation or event.actor_label}：{event.text}"
        for event in proceeding.events.filter(name="state_case").order_by("id")
    ]
    paper = papers.issue(
        proceeding,
        PaperKind.DECISION,
        paragraphs=papers.decision(proceeding, reason=reason, statements=statements, certificate=certificate),
        actor=by.actor,
    )
    registration = _CARRIED_OUT[found.measure](proceeding, found, by)
    certificates.actions.void_ended(person_id=proceeding.person_id, actor=by.actor)
    _bar(proceeding, found, document=paper.number, by=by)
    if found.voids:
        proceeding.notice = notices.proclaim(
            title=f"关于{found.label}{proceeding.person.name}二级建造师注册的公告",
            body=_proclaimed(proceeding, found, registration, certificate=certificate, document=paper.number),
            by=by,
        )


def _end(proceeding: Proceeding, found: Rule, by: User) -> Registration:
    return changes.cancel(
        registration_id=proceeding.registration_id,
        reason=f"依职权{found.label}：{found.ground(proceeding.ground).text}"[:200],
        on=clock.today(),
        case_number=proceeding.number,
        actor=by.actor,
        status=found.status,
        lapsed_too=True,
    )


def _suspend(proceeding: Proceeding, found: Rule, by: User) -> Registration:
    return changes.suspend(registration_id=proceeding.registration_id, case_number=proceeding.number, actor=by.actor)


def _restore(proceeding: Proceeding, found: Rule, by: User) -> Registration:
    return changes.restore(registration_id=proceeding.registration_id, case_number=proceeding.number, actor=by.actor)


_CARRIED_OUT = {
    Measure.CANCEL: _end,
    Measure.RESCIND: _end,
    Measure.REVOKE: _end,
    Measure.SUSPEND: _suspend,
    Measure.RESTORE: _restore,
}


def _bar(proceeding: Proceeding, found: Rule, *, document: str, by: User) -> None:
    """The period in which the person may not register again, where the law ties one to the ground."""
    bar = found.ground(proceeding.ground).bar
    if bar is None:
        return
    today = clock.today()
    restrictions.add_bar(
        person=proceeding.person,
        basis=bar.basis,
        reason=found.ground(proceeding.ground).text,
        document=document,
        begins=today,
        ends=add_years(today, bar.years) - timedelta(days=1) if bar.years else None,
        actor=by.actor,
    )


def _proclaimed(
    proceeding: Proceeding, found: Rule, registration: Registration, *, certificate: str, document: str
) -> str:
    ground = found.ground(proceeding.ground)
    lines = [
        (
            f"根据{ground.source}的规定，{authorities.province().name}于{papers.written(clock.today())}"
            f"决定对{proceeding.person.name}的二级建造师注册予以{found.label}（{document}）。"
        ),
        f"注册编号：{registration.number}",
        f"聘用企业：{proceeding.enterprise.name}",
    ]
    if certificate:
        lines.append(f"证书编号：{certificate}。该注册证书自决定作出之日起作废。")
    return "\n".join(lines)

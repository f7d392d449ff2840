"""Renewal reminders: the holder and the employer are told when the window opens, when half of it is over, and when it
has closed.

A milestone stands until the next one, so a night on which nothing ran is made up for by the next; what was told is in
the inbox under a key of its own and is not told again.
"""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Case, CharField, Exists, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Cast, Concat

from erjian import messaging, policy
from erjian.applications.models import Application
from erjian.applications.states import ENDED
from erjian.messaging import RecipientKind, templates
from erjian.policy import clock
from erjian.procedures import renewals
from erjian.registry.models import Registration, RegistrationStatus
from erjian.registry.models.registrations import LIVE
from erjian.standards.specialties import Specialty

templates.register(
    "registration.renewal_opens",
    title="注册即将到期",
    body="{person}的注册（{number}）有效期至 {end}，请于 {last}前申请延续。{suspended}",
    sms="{person}的注册（{number}）有效期至 {end}，请于 {last}前申请延续。{suspended}",
)
templates.register(
    "registration.renewal_missed",
    title="已过延续申请期",
    body="{person}的注册（{number}）有效期至 {end}，已过延续申请期，到期后{after}。",
    sms="{person}的注册（{number}）有效期至 {end}，已过延续申请期，到期后{after}。",
)


def milestones() -> tuple[int, int, int]:
    """Days before the end at which people are told: the window opens, is half over, has closed."""
    rules = policy.current()
    opens, closes = rules.renewal_opens_days, rules.renewal_closes_days
    return opens, (opens + closes) // 2, closes - 1


def to_remind() -> QuerySet[Registration]:
    """Registrations past a milestone of which the holder or the employer has not been told yet.

    `runs_out` is the end that counts: each specialty has its own (design B.7), so the first that can still be renewed,
    else the first of all. `mark` is the milestone, `reminder` the key under which both are told.
    Left out are those whose renewal has been filed, and those whose holder is so near the age limit that none can be.
    """
    rules, today, kinds = policy.current(), clock.today(), renewals.reminded()
    filed = Application.objects.filter(
        registration=OuterRef("pk"),
        procedure_code__in=[renewals.procedure_for(kind).code for kind in kinds],
        received_at__isnull=False,
    ).exclude(state__in=sorted(ENDED))
    young = Q(pk__in=())
    for kind in kinds:
        young |= Q(registration_class=kind, person__birth_date__gte=rules.youngest_refused(kind, today))
    marks = sorted(milestones())
    near = (today, rules.renewable_until(today))
    return (
        Registration.objects.filter(
            young,
            ~Exists(filed),
            pk__in=renewals.registrations_ending(*near),
            status__in=LIVE,  # a 暂扣 leaves 延续 open, and the validity runs on
            dates_binding=True,
        )
        .annotate(runs_out=renewals.runs_out(today))
        .annotate(
            mark=Case(
                *(When(runs_out__lte=today + timedelta(days=mark), then=Value(mark)) for mark in marks),
                output_field=IntegerField(),
            ),
            reminder=Concat(
                Value("renewal:"),
                Cast("pk", CharField()),
                Value(":"),
                Cast("runs_out", CharField()),
                Value(":"),
                Cast("mark", CharField()),
                output_field=CharField(),
            ),
        )
        .filter(~_told(RecipientKind.PERSON) | ~_told(RecipientKind.ENTERPRISE))
        .select_related("person", "enterprise")
    )


def _told(kind: RecipientKind) -> Exists:
    """Whether the inbox holds the reminder."""
    key = Concat(OuterRef("reminder"), Value(f":{kind}"), output_field=CharField())
    return messaging.inbox.told(kind, Cast(OuterRef(f"{kind}_id"), CharField()), key=key)


def remind(*, row: Registration) -> None:
    """Tell the holder and the employer, each once for each milestone."""
    mark, key, end = row.mark, row.reminder, row.runs_out  # type: ignore[attr-defined]  # annotated by `to_remind`
    open_still = mark >= policy.current().renewal_closes_days
    person, enterprise = row.person, row.enterprise
    suspended = row.status == RegistrationStatus.SUSPENDED
    context = {
        "person": person.name,
        "number": row.number,
        "end": end,
        "suspended": "暂扣期间仍可申报延续。" if suspended else "",
        "after": "待暂扣解除，请办理重新申报" if suspended else "请办理重新申报",
    }
    if end < row.valid_until:
        found = row.specialties.filter(voided=False, end=end).order_by("specialty")
        named = "、".join(str(Specialty(each.specialty).label) for each in found)
        context |= {
            "number": f"{row.number}，{named}",
            "after": f"{named}失效，其他专业不变。届满后可以办理增项申报恢复",
        }
    if open_still:
        context["last"] = policy.current().renewal_window(end).last
    employer = messaging.Recipient.enterprise(enterprise.pk, enterprise.name, enterprise.contact_phone)
    for to, link in (
        (messaging.Recipient.person(person.pk, person.name, person.phone), "/person/registrations/"),
        (employer, f"/enterprise/certificates/{row.pk}/"),  # where the renewal is begun
    ):
        messaging.send(
            "registration.renewal_opens" if open_still else "registration.renewal_missed",
            to=to,
            context=context,
            key=f"{key}:{to.kind}",
            link=link,
        )

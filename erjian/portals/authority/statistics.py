"""统计: where cases wait, who decided how many, and what the register holds and will lose, as plots.

Every figure is counted within the officer's scope; each leads on to its list where there is one. Cases and decisions are
counted when the page is opened; the register, which is large and changes slowly, by a job each hour (`registry.figures`).
A colleague's figures are seen only in their own authority.
"""

from __future__ import annotations

from datetime import date, timedelta

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from erjian.accounts import scopes
from erjian.accounts.models import Function, User
from erjian.applications.models import Application
from erjian.applications.states import OPEN, State
from erjian.applications.workflow import TRANSITIONS
from erjian.audit.models import Event
from erjian.policy import authorities, clock
from erjian.portals.authority.access import READING, REVIEWING, for_officer, officer
from erjian.portals.authority.navigation import shell
from erjian.registry import figures
from erjian.registry.models import Figures
from erjian.standards.specialties import Specialty
from erjian.ui.parts import Bar

DAYS = 30
"""Calendar days of decisions that are counted, today among them."""
MONTHS = 12
MOST = 20
"""Officers shown, the busiest first."""
_SHOWN = tuple(state for state in State if state in OPEN and state != State.DRAFT)
_DECISIONS = tuple(row.audit_code for row in TRANSITIONS.values() if row.function in (*REVIEWING, Function.DECISION))


def states(user: User) -> list[Bar]:
    """Open cases by state; the part are those past their day."""
    found = {
        row["state"]: row
        for row in Application.objects.visible_to(user)
        .filter(state__in=_SHOWN)
        .order_by()
        .values("state")
        .annotate(count=Count("pk"), late=Count("pk", filter=Q(due_on__lt=clock.today())))
    }
    cases = reverse("authority:cases")
    return [
        Bar(str(state.label), found[state]["count"], found[state]["late"], f"{cases}?state={state.value}")
        for state in _SHOWN
        if state in found
    ]


def offices(user: User) -> list[Bar]:
    """Cases that wait for each authority, in the order of their codes; the part are those past their day."""
    waiting = Application.objects.visible_to(user).filter(state__in=_SHOWN).exclude(acting_authority="")
    counted = waiting.order_by().values("acting_authority")
    counted = counted.annotate(count=Count("pk"), late=Count("pk", filter=Q(due_on__lt=clock.today())))
    found = {row["acting_authority"]: row for row in counted}
    return [
        Bar(short, found[code]["count"], found[code]["late"]) if code in found else Bar(short, 0)
        for code, short in authorities.choices()
    ]


def officers(user: User) -> list[Bar]:
    """Decisions of the last 30 days by each officer of the user's own authority, the busiest first."""
    since = clock.start_of(clock.today() - timedelta(days=DAYS - 1))
    done = Event.objects.filter(organisation=user.organisation, at__gte=since, code__in=_DECISIONS)
    counted = done.filter(actor_user_id__isnull=False).order_by().values("actor_user_id", "actor_label")
    rows = counted.annotate(count=Count("pk")).order_by("-count", "actor_user_id")[:MOST]
    return [Bar(row["actor_label"], row["count"]) for row in rows]


def specialties(user: User, kept: Figures) -> list[Bar]:
    """Valid registrations of each specialty, the most frequent first."""
    found = figures.total(kept.specialties, scopes.city_of(user))
    rows = sorted(found.items(), key=lambda row: (-row[1], row[0]))
    return [Bar(Specialty(name).label, number) for name, number in rows]


def expiries(user: User, kept: Figures) -> list[Bar]:
    """Registrations by the month in which they run out: the rest of this month and the eleven after it."""
    found = figures.total(kept.expiries, scopes.city_of(user))
    return [Bar(f"{month:%Y-%m}", found[f"{month:%Y-%m}"]) for month in _months(clock.today())]


def _months(first: date) -> list[date]:
    return [
        date(first.year + (first.month - 1 + step) // 12, (first.month - 1 + step) % 12 + 1, 1)
        for step in range(MONTHS)
    ]


@for_officer(*READING)
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The plots that the officer's functions are about."""
    user = officer(request)
    province = user.authority_code == authorities.province().code
    context = {
        "shell": shell(request, "work"),
        "states": states(user),
        "officers": officers(user),
        "offices": offices(user) if province else (),
        "register": Function.REGISTER in user.functions,
        "days": DAYS,
    }
    if context["register"] and (kept := figures.latest()):
        context |= {
            "counted_at": kept.counted_at,
            "specialties": specialties(user, kept),
            "expiries": expiries(user, kept),
        }
    return render(request, "authority/statistics.html", context)


@for_officer(Function.REGISTER)
@require_POST
def recount(request: HttpRequest) -> HttpResponse:
    """重新统计: queued, never done in the request."""
    if figures.request_count(by=officer(request).actor):
        messages.success(request, "已开始重新统计，稍后刷新本页查看。")
    else:
        messages.info(request, "重新统计正在进行，稍后刷新本页查看。")
    return redirect("authority:statistics")

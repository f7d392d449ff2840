"""Robots: what happens when nobody acts in time. They run the same transitions as people do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import QuerySet

from erjian import audit, policy
from erjian.applications import actions
from erjian.applications.models import Application
from erjian.applications.states import CONFIRMING, State
from erjian.policy import clock
from erjian.standards.errors import Refusal

CHUNK = 500


@dataclass
class Run:
    """What one run did: cases by robot, and the refusals met."""

    done: dict[str, int] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)


def _chunks(cases: QuerySet[Application]) -> Iterator[Application]:
    last = 0
    while batch := list(cases.filter(pk__gt=last).order_by("pk")[:CHUNK]):
        last = batch[-1].pk
        yield from batch


def overdue_acceptance() -> QuerySet[Application]:
    """Reported cases on which nobody acted within the limit (行政许可法第三十二条第四项)."""
    return Application.objects.filter(state=State.REPORTED, due_on__lt=clock.today())


def overdue_answers() -> QuerySet[Application]:
    """Confirmations and corrections that were not given in time (decision G.3)."""
    waiting = (CONFIRMING - {State.WAIT_FORMER}) | {State.CORRECTION}
    return Application.objects.filter(state__in=sorted(waiting), due_on__lt=clock.today())


def silent_employers() -> QuerySet[Application]:
    """Transfers that the former employer did not answer in time: they go on without (decision G.9)."""
    return Application.objects.filter(state=State.WAIT_FORMER, due_on__lt=clock.today())


def stale_drafts() -> QuerySet[Application]:
    """Drafts untouched for the policy's days (decision G.5)."""
    before = clock.now() - timedelta(days=policy.current().draft_days)
    return Application.objects.filter(state=State.DRAFT, form_version=0, created_at__lt=before).exclude(
        draft_saved_at__gte=before
    )


def _purge(*, application: Application) -> None:
    audit.record(
        "application.delete", actor=audit.SYSTEM, subject=("application", application.pk), data={"reason": "stale"}
    )
    application.delete()


def run(*, dry_run: bool = False) -> Run:
    """Run all robots once. With `dry_run` only count."""
    result = Run()
    work: tuple[tuple[str, QuerySet[Application], Callable[..., object]], ...] = (
        ("deem_accepted", overdue_acceptance(), actions.deem_accepted),
        ("time_out", overdue_answers(), actions.time_out),
        ("former_silent", silent_employers(), actions.former_silent),
        ("purge", stale_drafts(), _purge),
    )
    for name, cases, act in work:
        if name == "deem_accepted" and not policy.current().deemed_acceptance:
            continue
        for case in _chunks(cases):
            if not dry_run:
                try:
                    act(application=case)
                except Refusal as refusal:
                    result.refused.append(f"{case}: {refusal.message}")
                    continue
            result.done[name] = result.done.get(name, 0) + 1
    return result

"""What waits for the province's decision-makers besides single cases: lists to make and to publish, objections."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse

from erjian.publicity import queries
from erjian.publicity.models import Batch, BatchKind, BatchState, Objection, ObjectionState
from erjian.ui.tables import Column, Op, Table


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """How many of one thing wait, and the page to deal with them."""

    label: str
    count: int
    verb: str
    url: str


def objections_url(received: Sequence[int]) -> str:
    """Where to inquire: the objection itself where it is the only one, else the list of those received."""
    return reverse("authority:objection", args=received) if len(received) == 1 else reverse("authority:objections")


def _waiting() -> list[Waiting]:
    drafts = list(Batch.objects.filter(state=BatchState.DRAFT).order_by("pk").values_list("pk", "kind"))
    received = list(Objection.objects.filter(state=ObjectionState.RECEIVED).order_by("pk").values_list("pk", flat=True))
    lists = [
        Waiting(
            label=f"待列入{kind.label}批次",
            count=queries.candidates(kind).order_by().count(),
            verb=f"新建{kind.label}批次",
            url=reverse("authority:batch_new", args=[kind]),
        )
        for kind in BatchKind
    ]
    unpublished = [
        Waiting(
            label=f"{kind.label}批次待发布",
            count=len(found),
            verb="办理",
            url=reverse("authority:batch", args=found)
            if len(found) == 1
            else f"{reverse('authority:batches')}?kind={kind}",
        )
        for kind in BatchKind
        if (found := [pk for pk, of in drafts if of == kind])
    ]
    inquiries = Waiting(label="异议待核查", count=len(received), verb="核查", url=objections_url(received))
    return [row for row in (*lists, *unpublished, inquiries) if row.count]


def table() -> Table:
    """待办的批次和异议; false where nothing waits. Four queries."""
    return Table(
        columns=(
            Column("事项", "label", css="m-top"),
            Column("等待办理", "count", css="ej-num", data_label="等待办理"),
        ),
        rows=_waiting(),
        ops=lambda row: (Op(row.verb, row.url),),
        name="label",
        caption="批次和异议",
    )

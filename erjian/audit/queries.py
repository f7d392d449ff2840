"""Reading the audit for pages: newest first, always bounded by an index."""

from django.db.models import Q, QuerySet

from erjian.audit import codes
from erjian.audit.models import Event


def events_for(kind: str, subject_id: object) -> QuerySet[Event]:
    """What was done to one subject."""
    return Event.objects.filter(subject_kind=kind, subject_id=str(subject_id)).order_by("-id")


def events_by(user_id: int) -> QuerySet[Event]:
    """What one user did."""
    return Event.objects.filter(actor_user_id=user_id).order_by("-id")


def reads_of(kind: str, subject_id: object) -> QuerySet[Event]:
    """Who was shown this subject's unmasked personal data (《个人信息保护法》 第四十四条: the right to know)."""
    shown = Q(data__contains={"kind": kind, "ids": [str(subject_id)]})
    return Event.objects.filter(shown, code=codes.PERSONAL_DATA_READ).order_by("-id")

"""How a session and its user are fetched: each with one query, compiled once, since every page makes them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db.models import Case, F, OuterRef, QuerySet, When
from django.db.models.functions import JSONObject
from django.utils import timezone

from erjian.accounts.models import User, UserKind, held_functions
from erjian.compiled import compiled
from erjian.policy import clock


@compiled
def _live_session(key: str, now: datetime) -> QuerySet[Session]:
    return Session.objects.filter(session_key=key, expire_date__gt=now)


@compiled
def _active_user(user_id: int, today: date) -> QuerySet[User]:
    """With what an officer may do in `granted`, which is asked at every page of theirs."""
    held = held_functions(OuterRef("pk"), OuterRef("authority_code"), today)
    each = JSONObject(function=F("function"), user=F("user_id"), name=F("user__name"))
    granted = Case(When(kind=UserKind.OFFICER, then=ArraySubquery(held.values_list(each))))
    return User.objects.select_related("enterprise").filter(pk=user_id, is_active=True).annotate(granted=granted)


class AccountBackend(BaseBackend):
    """Resolves sessions only; signing in is `accounts.sign_in`'s business."""

    def get_user(self, user_id: int) -> User | None:
        """The active user of a session, with the enterprise they act for."""
        user = next(iter(_active_user(user_id=user_id, today=clock.today())), None)
        if user is not None and user.granted is not None:
            user.granted = [(row["function"], row["user"], row["name"]) for row in user.granted]
        return user


class SessionStore(db.SessionStore):
    """Django's sessions in the database, read by a compiled query."""

    def _get_session_from_db(self) -> Any:
        # Django's own clock, as it wrote the end: a moved demonstration clock must not end sessions.
        now = timezone.now()  # noqa: TID251
        found = next(iter(_live_session(key=self.session_key, now=now)), None)
        if found is None:
            self._session_key = None
        return found

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """The table that Django's own store writes."""
        return Session

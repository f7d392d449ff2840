"""How a session's user is fetched: with the enterprise they act for, in one query."""

from __future__ import annotations

from django.contrib.auth.backends import BaseBackend

from erjian.accounts.models import User


class AccountBackend(BaseBackend):
    """Resolves sessions only; signing in is `accounts.sign_in`'s business."""

    def get_user(self, user_id: int) -> User | None:
        """The active user of a session."""
        return User.objects.select_related("enterprise").filter(pk=user_id, is_active=True).first()

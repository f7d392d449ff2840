"""Whose verification a browser is busy with.

The session remembers one verification and whether its code was typed here. It ends after two hours or with the
browser; a new code by SMS takes the way up again where it was left.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.cache import never_cache

from erjian.accounts.models import UserKind
from erjian.identity.errors import IdentityRefused
from erjian.identity.models import Verification
from erjian.policy import clock

_KEY = "verification"
_LIFE = 2 * 60 * 60
View = Callable[..., HttpResponseBase]


def remember(request: HttpRequest, verification: Verification, *, proven: bool) -> None:
    """Go on with this verification in this browser."""
    request.session[_KEY] = {
        "uuid": str(verification.uuid),
        "proven": proven,
        "at": int(clock.now().timestamp()),
    }


def leave(request: HttpRequest) -> None:
    """Forget the verification in this browser; it can be taken up again."""
    request.session.pop(_KEY, None)


def current(request: HttpRequest) -> Verification | None:
    """The verification of this browser, with its pictures; None when there is none, or it is not this user's."""
    kept: dict[str, Any] | None = request.session.get(_KEY)
    if not kept or clock.now().timestamp() - kept["at"] > _LIFE:
        return None
    found = Verification.objects.filter(uuid=kept["uuid"]).select_related("person", "front", "back").first()
    if found is None or (not kept["proven"] and found.step not in ("code", "stranger")):
        return None
    user: Any = request.user
    if user.is_authenticated and (user.kind != UserKind.PERSON or user.person_id != found.person_id):
        return None
    return found


def busy(request: HttpRequest) -> Verification:
    """The verification of this browser. Raises IdentityRefused (409) when there is none."""
    found = current(request)
    if found is None:
        raise IdentityRefused(
            "认证页面已超时。请重新填写姓名、身份证号码和手机号码，从离开的地方继续。", code="gone", status=409
        )
    return found


def for_anybody(view: View) -> View:
    """Open a view to people who have no account; it shows personal data and stays out of caches."""

    @wraps(view)
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if isinstance(response, HttpResponse):
            response.headers["Cache-Control"] = "no-store, private"
        return response

    return login_not_required(never_cache(opened))

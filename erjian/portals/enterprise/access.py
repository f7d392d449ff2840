"""Who may open a page of this portal.

For everybody but enterprise operators the portal does not exist (404). An operator with too small a right is told
so (403). Which objects are shown is the scopes' business: everything here starts from the operator's own enterprise.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase

from erjian.accounts.models import EnterpriseRight, User, UserKind
from erjian.registry.models import Enterprise
from erjian.standards.errors import Refusal

View = Callable[..., HttpResponseBase]

_INCLUDES = {
    EnterpriseRight.VIEW: frozenset(EnterpriseRight),
    EnterpriseRight.FILE: frozenset({EnterpriseRight.FILE, EnterpriseRight.MANAGE}),
    EnterpriseRight.MANAGE: frozenset({EnterpriseRight.MANAGE}),
}
"""The rights that suffice for each right asked for."""


class RightMissing(Refusal):
    """The operator may look but not do this."""

    status = 403


def holds(user: User, right: EnterpriseRight) -> bool:
    """Whether an operator has a right or a greater one."""
    return user.right in _INCLUDES[right]


def for_enterprise(right: EnterpriseRight = EnterpriseRight.VIEW) -> Callable[[View], View]:
    """Open a view to enterprise operators who have the right."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            user = operator(request)
            if not holds(user, right):
                raise RightMissing(f"您没有“{right.label}”权限。请联系本企业管理员。", code="right_missing")
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def operator(request: HttpRequest) -> User:
    """The operator who asks. Raises Http404 for everybody else."""
    user: Any = request.user
    if not user.is_authenticated or user.kind != UserKind.ENTERPRISE:
        raise Http404
    return user


def employer(request: HttpRequest) -> Enterprise:
    """The enterprise the operator acts for."""
    found = operator(request).enterprise
    assert found is not None
    return found

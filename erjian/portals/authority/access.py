"""Who may open a page of this portal.

For everybody but officers the portal does not exist (404). An officer without one of the functions that a page is
for is told so (403). Which cases and which part of the register an officer sees is the scopes' business, not this
module's.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase

from erjian.accounts.models import Function, User, UserKind
from erjian.standards.errors import Refusal

REVIEWING = (Function.ACCEPTANCE, Function.FIRST_REVIEW, Function.FINAL_REVIEW)
"""The functions that work at the desk, in the order of a case's way."""
READING = (*REVIEWING, Function.DECISION, Function.REGISTER, Function.AUDIT)
"""The functions whose work needs cases to be looked up."""

View = Callable[..., HttpResponseBase]


class FunctionMissing(Refusal):
    """The officer holds none of the functions the page is for."""

    status = 403


def for_officer(*functions: Function) -> Callable[[View], View]:
    """Open a view to officers who hold one of the functions; to every officer when none is named."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            user = officer(request)
            if functions and not user.functions & frozenset(functions):
                wanted = "、".join(f"“{function.label}”" for function in functions)
                raise FunctionMissing(f"这里需要{wanted}职能。请联系本单位系统管理员。", code="function_missing")
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def officer(request: HttpRequest) -> User:
    """The officer who asks. Raises Http404 for people and enterprises."""
    user: Any = request.user
    if not user.is_authenticated or user.kind != UserKind.OFFICER:
        raise Http404
    return user

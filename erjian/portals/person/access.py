"""Who may open a page of this portal: people, and only what is theirs. For everybody else it does not exist (404)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.decorators.cache import never_cache

from erjian.accounts.models import User, UserKind
from erjian.registry.models import Person

View = Callable[..., HttpResponseBase]


def account(request: HttpRequest) -> User:
    """The account of the person who asks. Raises Http404 for enterprises and officers."""
    user: Any = request.user
    if not user.is_authenticated or user.kind != UserKind.PERSON:
        raise Http404
    return user


def for_person(view: View) -> View:
    """Open a view to people; its pages hold personal data and stay out of caches."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        account(request)
        return view(request, *args, **kwargs)

    return never_cache(guarded)


def for_person_files(view: View) -> View:
    """Open a view that serves files; those bring their own rules for caches."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        account(request)
        return view(request, *args, **kwargs)

    return guarded


def my_id(request: HttpRequest) -> int:
    """The register's key of the person who asks."""
    person_id = account(request).person_id
    if person_id is None:
        raise Http404
    return person_id


def myself(request: HttpRequest) -> Person:
    """The person who asks, with the pictures held of them."""
    return Person.objects.select_related("portrait", "signature").get(pk=my_id(request))

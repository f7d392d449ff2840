"""How a refusal becomes an answer: the page, its status and its words, the same in every portal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import resolve, reverse

from erjian.accounts import sessions
from erjian.accounts.confirming import IdentityUnconfirmed
from erjian.applications.errors import Stale
from erjian.standards.errors import Refusal

DEFAULT_STATUS = 422


class RefusalMiddleware:
    """Answers a Refusal that a view let pass: 4xx with the message, as JSON where the caller asked for JSON."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Turn a Refusal into its page; other exceptions go on."""
        if isinstance(exception, IdentityUnconfirmed):
            return _ask_to_confirm(request)
        return answer(request, exception) if isinstance(exception, Refusal) else None


def _ask_to_confirm(request: HttpRequest) -> HttpResponse:
    """Ask who it is before what cannot be undone; what was posted is kept for afterwards."""
    address = reverse("public:confirm-identity")
    if sessions.wants_data(request):
        words = "这一步不能撤销。请先再次确认身份。"
        return JsonResponse({"code": "confirm_identity", "message": words, "confirm": address}, status=401)
    request.unconfirmed = sessions.keep(request, request.user.pk)  # type: ignore[attr-defined]
    match = resolve(address)
    found: HttpResponse = match.func(request, *match.args, **match.kwargs)
    return found


def wants_json(request: HttpRequest) -> bool:
    """Whether the caller is a script of ours (autosave, upload) rather than a page."""
    return request.accepts("application/json") and not request.accepts("text/html")


def answer(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """The refusal as page or JSON with its status."""
    status: int = getattr(refusal, "status", DEFAULT_STATUS)
    if wants_json(request):
        return JsonResponse({"code": refusal.code, "message": refusal.message, "field": refusal.field}, status=status)
    template = {403: "403.html", 409: "shared/stale.html", 413: "413.html", 429: "429.html"}.get(
        status, "shared/refused.html"
    )
    context: dict[str, Any] = {"refusal": refusal}
    if isinstance(refusal, Stale):
        context |= {"case": refusal.application, "since": refusal.since, "typed": typed(request)}
    return render(request, template, context, status=status)


_NOT_SHOWN = {"csrfmiddlewaretoken", "seen", "decision", "do", "agree", "signature"}


def typed(request: HttpRequest) -> list[tuple[str, str]]:
    """What the refused post carried in words, so that nothing typed is lost."""
    return [
        (name, value)
        for name in request.POST
        if name not in _NOT_SHOWN
        for value in request.POST.getlist(name)
        if len(value) > 1 and not value.isdecimal()
    ]

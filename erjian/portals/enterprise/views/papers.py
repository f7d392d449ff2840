"""The papers of a case: materials, letters, the 申报表. A former employer answers a transfer but sees none of them."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe

from erjian.applications.models import LetterKind
from erjian.portals.enterprise.access import for_enterprise
from erjian.portals.enterprise.scope import own_or_404
from erjian.portals.shared import serving


@for_enterprise()
@require_safe
def decision(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """决定书: the letter that ended the case."""
    found = own_or_404(request, uuid)
    kinds = (LetterKind.GRANT, LetterKind.REFUSE, LetterKind.NOT_ACCEPT)
    letter = found.letters.filter(kind__in=kinds).order_by("-id").first()
    if letter is None:
        raise Http404
    return serving.letter(request, uuid, letter.pk)


@for_enterprise()
@require_safe
def material(request: HttpRequest, uuid: UUID, pk: int) -> HttpResponse:
    """One material."""
    own_or_404(request, uuid)
    return serving.material(request, uuid, pk)


@for_enterprise()
@require_safe
def letter(request: HttpRequest, uuid: UUID, pk: int) -> HttpResponse:
    """One official letter."""
    own_or_404(request, uuid)
    return serving.letter(request, uuid, pk)


@for_enterprise()
@require_safe
def form_pdf(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The 申报表."""
    own_or_404(request, uuid)
    return serving.form_pdf(request, uuid)


@for_enterprise()
@require_safe
def all_materials(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    """Every material as one zip."""
    own_or_404(request, uuid)
    return serving.all_materials(request, uuid)

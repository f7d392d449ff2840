"""依职权办理 and 强制注销 that concern the enterprise's people: read, state the case, ask for a hearing, ask for 强制注销."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from erjian.accounts.models import EnterpriseRight
from erjian.portals.enterprise.access import for_enterprise, operator
from erjian.portals.enterprise.navigation import shell
from erjian.portals.enterprise.scope import own_or_404
from erjian.portals.shared import proceedings as shared
from erjian.proceedings.models import Proceeding
from erjian.ui.paging import paginate


def _frame(request: HttpRequest) -> shared.Frame:
    return shared.Frame(namespace="enterprise", template="ui/shell.html", shell=shell(request, "proceedings"))


@for_enterprise()
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """What concerns the registrations of the enterprise's people."""
    own = Proceeding.objects.visible_to(operator(request)).select_related("person", "enterprise", "registration")
    page = paginate(own.order_by("-id"), request.GET)
    frame = _frame(request)
    context = {
        "frame": frame.template,
        "shell": frame.shell,
        "lead": "主管部门拟对本企业人员的注册作出的决定，以及本企业或者本人申请的强制注销。",
        "table": shared.table(page, frame, start=page.start),
        "page": page,
    }
    return render(request, "shared/proceedings.html", context)


@for_enterprise()
@require_safe
def page(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One proceeding."""
    return shared.page(request, uuid, _frame(request))


@for_enterprise(EnterpriseRight.FILE)
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, uuid: UUID, name: str) -> HttpResponse:
    """陈述申辩, 申请听证, 撤回."""
    return shared.act(request, uuid, name, _frame(request))


@for_enterprise()
@require_safe
def paper(request: HttpRequest, uuid: UUID, pk: int) -> HttpResponseBase:
    """告知书 or 决定书."""
    return shared.paper(request, uuid, pk)


@for_enterprise()
@require_safe
def attachment(request: HttpRequest, uuid: UUID, pk: int) -> HttpResponseBase:
    """A file that was handed in."""
    return shared.attachment(request, uuid, pk)


@for_enterprise(EnterpriseRight.FILE)
@require_http_methods(["GET", "HEAD", "POST"])
def compel(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """申请强制注销."""
    return shared.compel(request, own_or_404(request, uuid), _frame(request))

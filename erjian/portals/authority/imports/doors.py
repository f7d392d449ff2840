"""Who opens these pages: officers of the province who hold 登记数据管理."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase

from erjian.accounts.models import Function
from erjian.policy import authorities
from erjian.portals.authority.access import FunctionMissing, for_officer, officer

View = Callable[..., HttpResponseBase]


def for_register(view: View) -> View:
    """Open a view to the province's officers who keep the register; a city's are told so (403)."""

    @for_officer(Function.REGISTER)
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if officer(request).authority_code != authorities.province().code:
            raise FunctionMissing("数据导入由省级主管部门办理。", code="province_only")
        return view(request, *args, **kwargs)

    return guarded

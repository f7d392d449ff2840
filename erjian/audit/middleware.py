"""Remembers the client's address while a request is served, so that events carry it."""

import ipaddress
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from erjian.audit.actors import client_address


class ClientAddressMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        token = client_address.set(address_of(request))
        try:
            return self.get_response(request)
        finally:
            client_address.reset(token)


def address_of(request: HttpRequest) -> str:
    """The client's IP address, or "" when it is unknown.

    `X-Forwarded-For` is believed only as far as the operator says there are proxies in front
    (ERJIAN_PROXY_HOPS, default 0): the entries left of them are the client's own claim.
    """
    hops = settings.ERJIAN_PROXY_HOPS
    chain = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    found = chain[-hops] if 0 < hops <= len(chain) else request.META.get("REMOTE_ADDR", "")
    try:
        return str(ipaddress.ip_address(found))
    except ValueError:
        return ""

"""From which networks an authority's officers may work, by policy."""

from __future__ import annotations

import ipaddress

from erjian import policy
from erjian.accounts.models import User, UserKind
from erjian.standards.errors import Refusal


class NetworkRefused(Refusal):
    """The officer's authority does not work from this network."""

    status = 403


def allowed(user: User, address: str) -> bool:
    """Whether the user may work from this address; everybody may where policy names no networks."""
    if user.kind != UserKind.OFFICER:
        return True
    networks = policy.current().networks.get(user.authority_code, ())
    if not networks:
        return True
    try:
        client = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = getattr(client, "ipv4_mapped", None)
    return any((mapped or client) in ipaddress.ip_network(network) for network in networks)


def check(user: User, address: str) -> None:
    """Raise NetworkRefused where the user may not work from this address."""
    if not allowed(user, address):
        raise NetworkRefused("本单位规定只能从指定的网络办理。请改用单位网络，或联系本单位系统管理员。", code="network")

"""The world of the permission tests, for the other ways of knocking at every door."""

from __future__ import annotations

from tests.permissions.test_permissions import clients, world

__all__ = ["clients", "world"]

"""Addresses below /authority/administration/."""

from __future__ import annotations

from django.urls import path

from erjian.portals.authority.administration import assigned, delegation, officers, trail

urlpatterns = [
    path("officers/", officers.listing, name="officers"),
    path("officers/new/", officers.new, name="officer_new"),
    path("officers/<int:pk>/", officers.page, name="officer"),
    path("officers/<int:pk>/functions/", officers.functions, name="officer_functions"),
    path("officers/<int:pk>/move/", officers.move, name="officer_move"),
    path("officers/<int:pk>/phone/", officers.phone, name="officer_phone"),
    path("officers/<int:pk>/identity/", officers.identity, name="officer_identity"),
    path("officers/<int:pk>/active/", officers.active, name="officer_active"),
    path("officers/<int:pk>/second-factor/", officers.second_factor_reset, name="officer_second_factor"),
    path("officers/<int:pk>/unlock/", officers.unlock, name="officer_unlock"),
    path("enterprises/", assigned.listing, name="assigned"),
    path("enterprises/<int:pk>/", assigned.enterprise, name="assigned_enterprise"),
    path("enterprises/accounts/<int:pk>/", assigned.account, name="assigned_account"),
    path("enterprises/accounts/<int:pk>/reset/", assigned.reset, name="assigned_reset"),
    path("enterprises/accounts/<int:pk>/active/", assigned.active, name="assigned_active"),
    path("delegation/", delegation.page, name="delegation"),
    path("delegation/<int:pk>/revoke/", delegation.revoke, name="delegation_revoke"),
    path("trail/", trail.listing, name="audit_trail"),
]

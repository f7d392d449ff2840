"""The usual choice to compare with: Django's admin, well tuned, listing the same cases of the same enterprise.

It is the URL configuration of the bench's comparison run; `bench.lists` adds `django.contrib.admin` to the settings.
Tuned means: the rows' relations in the same query and only the columns shown, no second count of the whole table,
thirty rows a page, no search, no side filters, no navigation bar. Pool, sessions, authentication and the rest of the
middleware are the platform's own.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import path

from erjian.applications.models import Application
from erjian.policy import authorities
from erjian.standards.specialties import Specialty


class Site(admin.AdminSite):
    """Open to the enterprise's operator, who has no staff flag in the platform."""

    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        return request.user.is_authenticated


class CaseAdmin(admin.ModelAdmin):
    """The columns of the platform's list."""

    list_display = (
        "authority", "name", "id_number", "employer", "registration_class", "chosen", "reported_at", "state", "due_on",
    )  # fmt: skip
    list_select_related = ("person", "enterprise")
    list_per_page = 30
    show_full_result_count = False
    ordering = ("-id",)
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Application]:
        """The cases the platform's list shows: of this enterprise, of this kind, without form data and ciphers."""
        cases = Application.objects.filter(enterprise_id=request.user.enterprise_id, procedure_code="initial")
        return cases.only(
            "uuid", "number", "authority_code", "registration_class", "specialties", "state", "due_on", "reported_at",
            "person__name", "person__id_number_mask", "enterprise__name",
        )  # fmt: skip

    def has_module_permission(self, request: HttpRequest) -> bool:
        return True

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    has_change_permission = has_view_permission

    def has_add_permission(self, request: HttpRequest) -> bool:
        return True

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description="申报主管部门")
    def authority(self, case: Application) -> str:
        return authorities.get(case.authority_code).short

    @admin.display(description="姓名")
    def name(self, case: Application) -> str:
        return case.person.name

    @admin.display(description="身份证号")
    def id_number(self, case: Application) -> str:
        return case.person.id_number_mask

    @admin.display(description="企业名称")
    def employer(self, case: Application) -> str:
        return case.enterprise.name

    @admin.display(description="注册专业")
    def chosen(self, case: Application) -> str:
        return "、".join(Specialty(code).short for code in case.specialties)


site = Site()
site.register(Application, CaseAdmin)
urlpatterns = [path("admin/", site.urls)]

"""The usual choice to compare with: Django's admin, well tuned, listing the same cases of the same enterprise.

It is the URL configuration of the bench's comparison run; `bench.lists` adds `django.contrib.admin` to the settings.
Tuned means: the rows' relations in the same query and only the columns shown, no second count of the whole table,
thirty rows a page, choices of filters known without a query. Pool, sessions, authentication and the rest of the
middleware are the platform's own.

There are two sites. `plain/` shows the rows and nothing else: no search, no filters, no operations. `same/` offers what
the platform's page offers: search by name, the saved views with their counts (one query), the filters by specialty,
authority and day, and the operations of each row in its state.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import include, path
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from erjian.applications.models import Application
from erjian.policy import authorities
from erjian.portals.enterprise.case_list import SAVED_VIEWS, in_view, operations
from erjian.standards.specialties import SECOND_CLASS, Specialty

LISTED = (
    "uuid", "number", "authority_code", "registration_class", "specialties", "state", "due_on", "reported_at",
    "person__name", "person__id_number_mask", "enterprise__name",
)  # fmt: skip


class Site(admin.AdminSite):
    """Open to the enterprise's operator, who has no staff flag in the platform."""

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
        return cases.only(*LISTED)

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


class SavedView(admin.SimpleListFilter):
    """The saved views with their counts."""

    title = "状态"
    parameter_name = "state_view"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        counts = dict(model_admin.get_queryset(request).order_by().values_list("state").annotate(Count("pk")))
        return [
            (code, f"{label} ({sum(counts.get(state, 0) for state in states)})") for code, label, states in SAVED_VIEWS
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Application]) -> QuerySet[Application]:
        return in_view(queryset, self.value() or "")


class ChosenSpecialty(admin.SimpleListFilter):
    """注册专业."""

    title = "注册专业"
    parameter_name = "specialty"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [(code, Specialty(code).label) for code in SECOND_CLASS]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Application]) -> QuerySet[Application]:
        return queryset.filter(specialties__contains=[self.value()]) if self.value() else queryset


class FiledWith(admin.SimpleListFilter):
    """申报主管部门."""

    title = "申报主管部门"
    parameter_name = "authority"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        codes = dict.fromkeys((request.user.enterprise.filing_authority, authorities.province().code))
        return [(code, authorities.get(code).short) for code in codes]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Application]) -> QuerySet[Application]:
        return queryset.filter(authority_code=self.value()) if self.value() else queryset


class SameFunctionsAdmin(CaseAdmin):
    """What the platform's page offers, made of the admin's own parts."""

    list_display = (*CaseAdmin.list_display, "possible")
    list_filter = (SavedView, ChosenSpecialty, FiledWith, "reported_at")
    search_fields = ("person__name__startswith",)
    show_facets = admin.ShowFacets.NEVER

    def get_queryset(self, request: HttpRequest) -> QuerySet[Application]:
        deferred = "procedure_code", "about", "version", "registration_id", "certificate_version_id"
        return super().get_queryset(request).only(*LISTED, *deferred)

    @admin.display(description="操作")
    def possible(self, case: Application) -> SafeString:
        operations_of_row = operations(case, "/enterprise/cases/", files=True)
        return format_html_join(" ", '<a href="{}">{}</a>', ((op.url, op.label) for op in operations_of_row))


plain, same = Site("plain"), Site("same")
plain.enable_nav_sidebar = False
plain.register(Application, CaseAdmin)
same.register(Application, SameFunctionsAdmin)
urlpatterns = [
    path("plain/", plain.urls),
    path("same/", same.urls),
    # The operations of a row lead to the platform's own pages.
    path("", include("erjian.config.urls")),
]

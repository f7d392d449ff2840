from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "erjian.audit"
    label = "audit"
    verbose_name = "审计"

from django.apps import AppConfig


class EnterprisePortalConfig(AppConfig):
    name = "erjian.portals.enterprise"
    label = "portals_enterprise"

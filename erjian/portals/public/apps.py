from django.apps import AppConfig


class PublicPortalConfig(AppConfig):
    name = "erjian.portals.public"
    label = "portals_public"
    verbose_name = "公众"

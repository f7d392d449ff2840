from django.apps import AppConfig


class AuthorityPortalConfig(AppConfig):
    name = "erjian.portals.authority"
    label = "portals_authority"

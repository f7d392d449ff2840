from django.apps import AppConfig


class PersonPortalConfig(AppConfig):
    name = "erjian.portals.person"
    label = "portals_person"
    verbose_name = "个人版"

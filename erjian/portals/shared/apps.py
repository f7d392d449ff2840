from django.apps import AppConfig


class SharedConfig(AppConfig):
    name = "erjian.portals.shared"
    label = "portals_shared"

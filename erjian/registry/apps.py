from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "erjian.registry"
    label = "registry"
    verbose_name = "登记库"

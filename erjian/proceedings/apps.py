from django.apps import AppConfig


class ProceedingsConfig(AppConfig):
    name = "erjian.proceedings"
    label = "proceedings"
    verbose_name = "依职权办理"

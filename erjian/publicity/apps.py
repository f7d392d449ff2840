from django.apps import AppConfig


class PublicityConfig(AppConfig):
    name = "erjian.publicity"
    label = "publicity"
    verbose_name = "公示公告"

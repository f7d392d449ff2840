"""The machine room as a Django app, for its checks and management commands."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "erjian.config"
    label = "config"
    verbose_name = "运行"

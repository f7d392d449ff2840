"""The machine room as a Django app, for its checks and management commands."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "erjian.config"
    label = "config"
    verbose_name = "运行"

    def ready(self) -> None:
        """A demonstration's processes follow one clock."""
        from django.conf import settings

        from erjian.policy import clock

        clock.follow(settings.ERJIAN_CLOCK_FILE)

from django.apps import AppConfig


class ApplicationsConfig(AppConfig):
    name = "erjian.applications"
    label = "applications"
    verbose_name = "申报"

    def ready(self) -> None:
        from erjian.applications import telling  # noqa: F401  (registers audit codes and message templates)

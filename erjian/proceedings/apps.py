from django.apps import AppConfig


class ProceedingsConfig(AppConfig):
    name = "erjian.proceedings"
    label = "proceedings"
    verbose_name = "依职权办理"

    def ready(self) -> None:
        """Join the nightly run."""
        from erjian.proceedings import robots  # noqa: F401

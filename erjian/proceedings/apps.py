from django.apps import AppConfig


class ProceedingsConfig(AppConfig):
    name = "erjian.proceedings"
    label = "proceedings"
    verbose_name = "依职权办理"

    def ready(self) -> None:
        """Join the nightly run, and tell the guards what is being decided."""
        from erjian.proceedings import holding, robots  # noqa: F401

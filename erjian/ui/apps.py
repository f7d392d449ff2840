"""The design system as a Django app."""

from django.apps import AppConfig
from django.core.checks import Warning as CheckWarning
from django.core.checks import register


class UiConfig(AppConfig):
    """Registers templates, static files, tags and the check for installed style sheets."""

    name = "erjian.ui"
    label = "ui"
    verbose_name = "界面"

    def ready(self) -> None:
        """Register the system check."""
        register(installed_packages)


def installed_packages(app_configs, **kwargs) -> list[CheckWarning]:
    """Warn when the npm packages are missing: pages would come without icons."""
    from erjian.ui import icons

    if icons.folder().is_dir():
        return []
    return [
        CheckWarning(
            f"The icons are not installed: {icons.folder()} is missing.",
            hint="Run the set-up command, which installs the npm packages.",
            id="ui.W001",
        )
    ]

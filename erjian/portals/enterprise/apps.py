from django.apps import AppConfig


class EnterprisePortalConfig(AppConfig):
    name = "erjian.portals.enterprise"
    label = "portals_enterprise"

    def ready(self) -> None:
        """Say in which frame this portal's readers see the pages that all portals share."""
        from erjian.accounts.models import UserKind
        from erjian.portals.enterprise.navigation import shell
        from erjian.portals.shared import frames

        frames.register(UserKind.ENTERPRISE, "ui/shell.html", lambda request: shell(request, ""))

from django.apps import AppConfig


class AuthorityPortalConfig(AppConfig):
    name = "erjian.portals.authority"
    label = "portals_authority"

    def ready(self) -> None:
        """Say in which frame this portal's readers see the pages that all portals share."""
        from erjian.accounts.models import UserKind
        from erjian.portals.authority.navigation import shell
        from erjian.portals.shared import frames

        frames.register(UserKind.OFFICER, "ui/shell.html", lambda request: shell(request, ""))

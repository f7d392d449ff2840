from django.apps import AppConfig


class PersonPortalConfig(AppConfig):
    name = "erjian.portals.person"
    label = "portals_person"
    verbose_name = "个人版"

    def ready(self) -> None:
        """Say in which frame this portal's readers see the pages that all portals share."""
        from erjian.accounts.models import UserKind
        from erjian.portals.person.navigation import shell
        from erjian.portals.shared import frames

        frames.register(UserKind.PERSON, "ui/base.html", shell)

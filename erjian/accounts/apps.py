from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "erjian.accounts"
    label = "accounts"
    verbose_name = "账户"

    def ready(self) -> None:
        """Listen to sign-ins from the start, whoever opens the session."""
        from erjian.accounts import sessions  # noqa: F401 - registers its receiver

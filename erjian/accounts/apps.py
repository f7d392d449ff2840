from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "erjian.accounts"
    label = "accounts"
    verbose_name = "账户"

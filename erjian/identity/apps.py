from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "erjian.identity"
    label = "identity"
    verbose_name = "实名认证"

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "erjian.messaging"
    label = "messaging"
    verbose_name = "消息"

from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "erjian.files"
    label = "files"
    verbose_name = "文件"

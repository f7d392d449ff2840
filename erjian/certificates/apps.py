from django.apps import AppConfig


class CertificatesConfig(AppConfig):
    name = "erjian.certificates"
    label = "certificates"
    verbose_name = "电子证书"

"""Django's settings. What may differ between installations comes from `erjian.config.env`, everything else is fixed."""

from __future__ import annotations

from typing import Any

from erjian.config import assets, databases, env, face_service, issuers, keys, object_storage
from erjian.config.postgres import Cluster

BASE_DIR = assets.ROOT
NODE_MODULES = assets.PACKAGES
DEBUG = env.flag("ERJIAN_DEBUG")
ERJIAN_DATA = env.data_folder()
ERJIAN_DEMO = env.flag("ERJIAN_DEMO", default=not env.text("DATABASE_URL"))
# How far the demonstration has travelled, for all its processes; elsewhere there is no such clock.
ERJIAN_CLOCK_FILE = ERJIAN_DATA / "clock" if ERJIAN_DEMO else None

# Secrets

ERJIAN_KEYS = keys.load(env.file("ERJIAN_KEYS_FILE") or ERJIAN_DATA / "keys.json")
SECRET_KEY = ERJIAN_KEYS["secret"]
ERJIAN_SIGNING_CERTIFICATE = env.file("ERJIAN_SIGNING_CERTIFICATE")
ERJIAN_SIGNING_KEY = env.file("ERJIAN_SIGNING_KEY")
ERJIAN_SIGNING_PASSWORD = env.text("ERJIAN_SIGNING_PASSWORD")
ERJIAN_SIGNERS_TRUSTED = env.names("ERJIAN_SIGNERS_TRUSTED")
ERJIAN_SEAL_SERVICE = env.text("ERJIAN_SEAL_SERVICE")
ERJIAN_SEAL_TOKEN = env.text("ERJIAN_SEAL_TOKEN")
ERJIAN_TIMESTAMP_SERVICE = env.text("ERJIAN_TIMESTAMP_SERVICE")

# Rooms: those with models, templates, tasks or commands are Django apps.

_ROOMS = (
    "erjian.ui",
    "erjian.audit",
    "erjian.messaging",
    "erjian.files",
    "erjian.registry",
    "erjian.accounts",
    "erjian.identity",
    "erjian.certificates",
    "erjian.applications",
    "erjian.publicity",
    "erjian.proceedings",
    "erjian.exchange",
    "erjian.portals.shared",
    "erjian.portals.public",
    "erjian.portals.person",
    "erjian.portals.enterprise",
    "erjian.portals.authority",
    "erjian.demo",
    "erjian.config",
)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "procrastinate.contrib.django",
    *_ROOMS,
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Database

ERJIAN_DATABASE_URL = env.text("DATABASE_URL") or Cluster(ERJIAN_DATA).url()
_THREADS = max(env.number("ERJIAN_WEB_THREADS", low=1, high=64), env.number("ERJIAN_JOB_THREADS", low=1, high=32))
DATABASES: dict[str, dict[str, Any]] = {
    "default": databases.configuration(ERJIAN_DATABASE_URL, connections=_THREADS + 2)
}
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True

# Requests

ROOT_URLCONF = "erjian.config.urls"
WSGI_APPLICATION = "erjian.config.wsgi.application"
ERJIAN_ORIGIN = env.origin()
ALLOWED_HOSTS = env.hosts()
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "erjian.config.security.HeadersMiddleware",
    "erjian.config.security.MethodsMiddleware",
    "erjian.audit.middleware.ClientAddressMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "erjian.accounts.sessions.SessionMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "erjian.portals.shared.refusals.RefusalMiddleware",
]
# The browser must not believe anything but HTTPS once the platform is served behind a TLS-ending proxy.
_SECURE = env.flag("ERJIAN_PROXY")
ERJIAN_PROXY_HOPS = 1 if _SECURE else 0
if _SECURE:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
    SECURE_HSTS_SECONDS = 365 * 86400
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    CSRF_TRUSTED_ORIGINS = [ERJIAN_ORIGIN]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _SECURE
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
# Materials and certificates are shown in frames of our own pages.
X_FRAME_OPTIONS = "SAMEORIGIN"
SILENCED_SYSTEM_CHECKS = ["security.W019"]
CSRF_USE_SESSIONS = False
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = SESSION_COOKIE_SAMESITE = "Lax"

# Sessions live in the database, so that several nodes share them. The rules of their end are in `accounts`.
SESSION_ENGINE = "erjian.accounts.backend"
SESSION_COOKIE_NAME = "erjian"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# Uploads: `files` checks the kind and size that policy allows; these are the outer walls.
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_PERMISSIONS = 0o600

# Users

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["erjian.accounts.backend.AccountBackend"]
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

# Pages

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "erjian.ui.site.context",
            ],
        },
    },
]
FORM_RENDERER = "erjian.ui.widgets.Renderer"
ERJIAN_UI = {"site": "erjian.portals.site.site", "today": "erjian.policy.clock.today"}

STATIC_URL = "/static/"
STATIC_ROOT = ERJIAN_DATA / "static"
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "erjian.config.assets.PackageFinder",
]
WHITENOISE_MAX_AGE = 86400
# Source maps are large, and only developers ask for them.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ("png", "jpg", "jpeg", "gif", "webp", "woff", "woff2", "gz", "br", "map")
# In development static files are served from where they lie, without collecting.
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG

# Files and documents

ERJIAN_FONTS = assets.FONT_FOLDERS
ERJIAN_FILES = ERJIAN_DATA / "files"
STORAGES: dict[str, dict[str, Any]] = {
    "default": object_storage.configuration(ERJIAN_FILES),
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}

ERJIAN_CLAMD = env.text("ERJIAN_CLAMD")

# Messages

ERJIAN_SMS = env.choice("ERJIAN_SMS", ("outbox", "http", "tencent"))
ERJIAN_SMS_URL = env.text("ERJIAN_SMS_URL")
ERJIAN_SMS_SECRET = env.text("ERJIAN_SMS_SECRET")
ERJIAN_SMS_APP = env.text("ERJIAN_SMS_APP")
ERJIAN_SMS_SIGN = env.text("ERJIAN_SMS_SIGN")
ERJIAN_SMS_TEMPLATES = env.file("ERJIAN_SMS_TEMPLATES")

# Tencent Cloud, for faces and SMS

ERJIAN_TENCENT_ID = env.text("ERJIAN_TENCENT_ID")
ERJIAN_TENCENT_KEY = env.text("ERJIAN_TENCENT_KEY")
ERJIAN_TENCENT_REGION = env.text("ERJIAN_TENCENT_REGION")
ERJIAN_TENCENT_ENDPOINT = env.text("ERJIAN_TENCENT_ENDPOINT")

# Faces. A fixed order of gestures is for tests alone; nothing outside can set it.

ERJIAN_FACES = env.choice("ERJIAN_FACES", ("embedded", "tencent"))
ERJIAN_FACES_RULE = env.text("ERJIAN_FACES_RULE")
ERJIAN_FACES_URL = face_service.address()
ERJIAN_GESTURES: tuple[str, ...] = ()

# Other systems

ERJIAN_CENTRAL_LIBRARY = env.text("ERJIAN_CENTRAL_LIBRARY")
ERJIAN_CENTRAL_LIBRARY_SECRET = env.text("ERJIAN_CENTRAL_LIBRARY_SECRET")
if ERJIAN_CENTRAL_LIBRARY and not (
    ERJIAN_CENTRAL_LIBRARY.startswith(("https://", "http://")) and ERJIAN_CENTRAL_LIBRARY_SECRET
):
    raise env.BadEnvironment("ERJIAN_CENTRAL_LIBRARY needs an http address and ERJIAN_CENTRAL_LIBRARY_SECRET.")

# Identities verified by others. The demonstration has a provider of its own.

ERJIAN_ISSUERS = issuers.configured(ERJIAN_DEMO, ERJIAN_ORIGIN, SECRET_KEY)
ERJIAN_IDENTITY_ACR = tuple(env.names("ERJIAN_IDENTITY_ACR"))

# Jobs

PROCRASTINATE_ON_APP_READY = None
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "tasks"
PROCRASTINATE_WORKER_DEFAULTS = {
    "concurrency": env.number("ERJIAN_JOB_THREADS", low=1, high=32),
    "fetch_job_polling_interval": 5,
    "shutdown_graceful_timeout": 8,
}

# Logs go to standard error, one line each; what happened to whom is the audit's business and never here.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "class": "erjian.config.logs.LineFormatter",
            "format": "{asctime} {levelname} {name} {message}",
            "style": "{",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.choice("ERJIAN_LOG", ("DEBUG", "INFO", "WARNING", "ERROR"))},
    "loggers": {
        "django.server": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        "procrastinate": {"level": "WARNING"},
        # At DEBUG it would write down what was sent: names and numbers.
        "tencentcloud_sdk_common": {"level": "WARNING"},
        # At DEBUG it would write down code verifiers.
        "authlib": {"level": "WARNING"},
    },
}

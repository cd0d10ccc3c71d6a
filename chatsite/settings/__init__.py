"""Every setting. Only this package reads the environment. docs/settings.md describes them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from chatsite import __version__
from chatsite.databases import SQLITE_OPTIONS, database_config
from chatsite.logs import logging_config
from chatsite.proxies import UNIX, TrustedProxies
from chatsite.secret_key import kept_secret_key
from chatsite.settings.addresses import allowed_host, path_prefix, trusted_origin
from chatsite.settings.channel_layer import channel_layer
from chatsite.settings.environment import Environment
from chatsite.settings.public_url import public_url
from chatsite.static_headers import add_static_headers

LOCAL_HOSTS = ["localhost", ".localhost", "127.0.0.1", "[::1]"]
LOOPBACK = ["127.0.0.0/8", "::1", UNIX]
YEAR = 365 * 24 * 3600  # seconds
BASE_DIR = Path(__file__).resolve().parents[2]
# Those of the release before: read, or only warned about, for one release.
RENAMED = {"JOURNAL_QUEUE": "POST_QUEUE_LIMIT"}
REMOVED = {
    "ADMIN_USERNAME": "Pass --username to manage.py createsuperuser.",
    "ADMIN_PASSWORD": "Run manage.py createsuperuser; with --noinput it takes the password from"
    " DJANGO_SUPERUSER_PASSWORD.",
}
env = Environment(os.environ, renamed=RENAMED, removed=REMOVED)
OUTDATED_SETTINGS = env.outdated  # a sentence for each, logged at start

# Set by the operator

DEBUG = env.bool("DEBUG", default=False)
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "var"))).resolve()
DATABASE_URL = env.str("DATABASE_URL", default="")
REDIS_URL = env.str("REDIS_URL", default="")
EMBEDDED = not DATABASE_URL  # SQLite in DATA_DIR
MIGRATE_AT_START = env.bool("MIGRATE_AT_START", default=EMBEDDED)

SECRET_KEY = env.str("SECRET_KEY", default="")
if not SECRET_KEY:
    if not EMBEDDED:
        raise ImproperlyConfigured(
            "SECRET_KEY is not set. With DATABASE_URL several servers may share one chat, and"
            " then need the same secret: set SECRET_KEY to the same 50 random characters on"
            " each, for example from: python -c 'import secrets; print(secrets.token_urlsafe(50))'"
        )
    SECRET_KEY = kept_secret_key(DATA_DIR / "secret_key")

# The public address, and proxies
SITE = public_url(env.str("PUBLIC_URL", default=""))
PUBLIC_URL = SITE.url
ALLOWED_HOSTS = [
    *LOCAL_HOSTS,  # always safe: in DNS rebinding, a browser sends the name of the other site
    *map(allowed_host, env.list("ALLOWED_HOSTS", default=[])),
    *SITE.hosts,
]
CSRF_TRUSTED_ORIGINS = [
    *map(trusted_origin, env.list("CSRF_TRUSTED_ORIGINS", default=[])),
    *SITE.origins,
]
PATH_PREFIX = env.str("PATH_PREFIX", default=SITE.path)
FORCE_SCRIPT_NAME = path_prefix("PATH_PREFIX", PATH_PREFIX) or None
TRUSTED_PROXIES = env.list("TRUSTED_PROXIES", default=LOOPBACK if SITE.https else [])
try:
    TrustedProxies(TRUSTED_PROXIES)
except ValueError as error:
    raise ImproperlyConfigured(
        f"TRUSTED_PROXIES: {error}. Write addresses, networks such as 10.0.0.0/8, and unix,"
        " separated by commas."
    ) from error
HSTS_SECONDS = env.int("HSTS_SECONDS", default=30 * 24 * 3600, most=10 * YEAR)

# The slugs of rooms on everybody's list besides the lobby; "*" lists every room.
LISTED_ROOMS = env.list("LISTED_ROOMS", default=[])
RETENTION_DAYS = env.int(  # for manage.py prune
    "RETENTION_DAYS", default=0, most=36_500, note="; 0 keeps messages forever"
)
EDIT_MINUTES = env.int(  # for which a message can be edited
    "EDIT_MINUTES", default=60, most=52_560_000, note="; 0 means forever"
)

# Limits; 0 means unlimited, except for MESSAGE_BURST, where it counts as 1. The limits of the
# protocol are in chat/protocol/frames.py.
MESSAGE_RATE = env.float("MESSAGE_RATE", default=1.0, most=100_000)  # messages a second per author
MESSAGE_BURST = env.int("MESSAGE_BURST", default=10, most=100_000)  # messages
COMMAND_RATE = env.float("COMMAND_RATE", default=20.0, most=100_000)  # a second per socket
SOCKETS_PER_ADDRESS = env.int("SOCKETS_PER_ADDRESS", default=120, most=1_000_000)
MAX_ROOMS = env.int("MAX_ROOMS", default=5_000, most=1_000_000)  # open in this process
# How many people one address stands for: a third of its sockets, as people open several tabs.
PEOPLE_PER_ADDRESS = env.int(
    "PEOPLE_PER_ADDRESS", default=-(-SOCKETS_PER_ADDRESS // 3), most=1_000_000
)
DAILY_MEGABYTES_PER_ADDRESS = env.int("DAILY_MEGABYTES_PER_ADDRESS", default=500, most=1_000_000)
# On the disk with SQLite's file.
MIN_FREE_MEGABYTES = env.int("MIN_FREE_MEGABYTES", default=100, most=1_000_000)
POST_QUEUE_LIMIT = env.int("POST_QUEUE_LIMIT", default=10_000, most=10_000_000)  # posts

# Shutdown
DRAIN_SECONDS = env.int("DRAIN_SECONDS", default=10, most=3600)

# Logs, metrics and error reports
LOG_FORMAT = env.str("LOG_FORMAT", default="human")
LOG_LEVEL = env.str("LOG_LEVEL", default="info")
METRICS_PORT = env.int("METRICS_PORT", default=0, most=65_535, note="; 0 means none")
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
SENTRY_DSN = env.str("SENTRY_DSN", default="")

# Derived from these

VERSION = __version__
LOCAL = False  # set by `serve --local`, which `make run` runs, and by `runserver`
ROOT_URLCONF = "chatsite.urls"
ASGI_APPLICATION = "chatsite.asgi.application"
INSTALLED_APPS = [
    "chatsite",  # before daphne, whose runserver it extends
    "chat",
    "daphne",
    "channels",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "servestatic",
    "csp",
]
MIDDLEWARE = [
    # First: a first visit loads some seventy small files, which need no headers of pages.
    "servestatic.middleware.ServeStaticMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    # For /admin/ only: on other pages these three are lazy, and cause no query and no cookie.
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

SQLITE = {
    "ENGINE": "django.db.backends.sqlite3",
    "NAME": DATA_DIR / "chat.sqlite3",
    "TEST": {"NAME": DATA_DIR / f"test-{os.getpid()}.sqlite3"},  # a file, which threads can share
}
DATABASES: dict[str, dict[str, Any]] = {
    "default": database_config(DATABASE_URL) if DATABASE_URL else SQLITE | SQLITE_OPTIONS
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CHANNEL_LAYERS = {"default": channel_layer(REDIS_URL)}

# Absolute, because Django resolves a relative one too early.
STATIC_URL = f"{FORCE_SCRIPT_NAME or ''}/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_FINDERS = ["chatsite.static_files.NeededFilesFinder"]
SERVESTATIC_ALLOW_ALL_ORIGINS = False
SERVESTATIC_ADD_HEADERS_FUNCTION = add_static_headers
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "chatsite.static_files.HashedStaticFilesStorage"},
}

TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch"), ("ar", "العربية")]
FORMAT_MODULE_PATH = ["chatsite.formats"]
LOCALE_PATHS = [BASE_DIR / "locale"]

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = SITE.https
SECURE_HSTS_SECONDS = HSTS_SECONDS if SITE.https else 0  # only sent over https
SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # HSTS for subdomains: they may not be ours
    "security.W008",  # redirecting http: the proxy does it, and health checks use http
    "security.W021",  # HSTS preloading: takes months to undo
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("MinimumLengthValidator", "CommonPasswordValidator", "NumericPasswordValidator")
]
SESSION_COOKIE_NAME = "chat_admin"
SESSION_COOKIE_PATH = f"{FORCE_SCRIPT_NAME or ''}/admin/"  # visitors have no session
SESSION_COOKIE_AGE = 12 * 3600  # seconds
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
CSRF_COOKIE_HTTPONLY = True  # the page has the token in its data
# The longest form is a message of 4,000 characters, each at most 12 bytes when encoded.
DATA_UPLOAD_MAX_MEMORY_SIZE = 128 * 1024  # bytes of a request
FILE_UPLOAD_HANDLERS: list[str] = []  # there are no file uploads

try:
    LOGGING = logging_config(LOG_FORMAT, LOG_LEVEL)
except ValueError as error:
    raise ImproperlyConfigured(str(error)) from error

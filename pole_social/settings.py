"""Settings, from the environment only. The table of variables is in README.md."""

from __future__ import annotations

import os
from pathlib import Path

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key

from pole_social import cluster, environment

BASE_DIR = Path(__file__).resolve().parent.parent
MODE = environment.mode()
PRODUCTION = MODE == "production"
DEBUG = environment.boolean("DEBUG")
if DEBUG and MODE != "local":
    raise ImproperlyConfigured("DEBUG works in local mode only.")

SECRET_KEY = environment.secret_key() if PRODUCTION else os.environ.get("SECRET_KEY") or get_random_secret_key()
ALLOWED_HOSTS = environment.allowed_hosts() if PRODUCTION else ["127.0.0.1", "localhost", "[::1]"]

INSTALLED_APPS = [
    "parcours",
    "evaluation",
    "accueil",
    "pole_social",
    "pole_social.administration.AdministrationConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "pole_social.http.PrivateResponseMiddleware",
    "pole_social.brouillons.BrouillonMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "pole_social.brouillons.KeepingSignInMiddleware",
    "pole_social.presence.PresenceMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "pole_social.http.ConflictMiddleware",
    "pole_social.journal.JournalMiddleware",
]

ROOT_URLCONF = "pole_social.urls"
WSGI_APPLICATION = "pole_social.wsgi.application"

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
                "pole_social.frame.frame",
            ],
        },
    }
]

# --- Database -------------------------------------------------------------------------------------

# Seconds (connection) and milliseconds (statements): a stuck query frees its worker and its locks. What takes
# milliseconds is not worth compiling, and the planner overestimates it (a relationship asked of each row).
CONNECT_TIMEOUT = 2
SERVER_OPTIONS = (
    "-c jit=off -c statement_timeout={} -c lock_timeout={} -c idle_in_transaction_session_timeout={}".format(
        environment.integer("STATEMENT_TIMEOUT_MS", 15_000),
        environment.integer("LOCK_TIMEOUT_MS", 10_000),
        30_000,
    )
)


def _database() -> dict[str, object]:
    """The PostgreSQL of `DATABASE_URL`, or the embedded one in local and test modes."""
    url = environment.database_url()
    if url:
        found: dict[str, object] = dict(dj_database_url.parse(url))
    elif PRODUCTION:
        raise ImproperlyConfigured("DATABASE_URL is required in production: postgresql://…")
    else:
        root = Path(os.environ.get("POLE_SOCIAL_CLUSTER_DIR") or BASE_DIR / ".postgres")
        host = cluster.acquire(root / MODE, durable=MODE == "local")
        found = {
            "ENGINE": "django.db.backends.postgresql",
            "HOST": host,
            "PORT": str(cluster.PORT),
            "NAME": "pole_social",
            "USER": "pole_social",
        }
    options = {"connect_timeout": CONNECT_TIMEOUT, "options": SERVER_OPTIONS, "tcp_user_timeout": 2000}
    return found | {
        "ATOMIC_REQUESTS": True,
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options | dict(found.get("OPTIONS") or {}),  # type: ignore[call-overload]
    }


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Agents and sessions --------------------------------------------------------------------------

AUTH_USER_MODEL = "pole_social.Agent"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
if MODE == "test":
    # A test signs in hundreds of times; the strength of the hash is not what it checks.
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGIN_URL = "connexion"
LOGIN_REDIRECT_URL = "racine"
LOGOUT_REDIRECT_URL = "connexion"
# Without an act of the agent; each prolongs it (pole_social/presence.py).
SESSION_COOKIE_AGE = environment.integer("SESSION_SECONDS", 4 * 3600, minimum=60)
SESSION_COOKIE_NAME = "session"
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
# Django's own choice is a cookie, which outlives the session: the next agent at a shared workstation would read
# what the last one did.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "pole_social.views.errors.csrf_failure"

# --- Language and time ----------------------------------------------------------------------------

LANGUAGE_CODE = "fr"
TIME_ZONE = "Europe/Paris"
USE_I18N = True
USE_TZ = True

# --- Files ----------------------------------------------------------------------------------------

STATIC_URL = "/static/"
# Collected in production only; elsewhere the files are served from where they are written.
STATIC_ROOT = BASE_DIR / "staticfiles" if PRODUCTION else None
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION
# Each client of a test would list every static file of every app before its first request.
WHITENOISE_AUTOREFRESH = MODE == "test"
# Nothing is uploaded: a request larger than this is a mistake or an attack.
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
DATA_UPLOAD_MAX_NUMBER_FILES = 0

# --- Forms ----------------------------------------------------------------------------------------

CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
CRISPY_FAIL_SILENTLY = False

# --- Security -------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "style-src": [SELF],
        "script-src": [SELF],
        "img-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SECURE_SSL_REDIRECT = PRODUCTION
# The probes come from inside, without TLS.
SECURE_REDIRECT_EXEMPT = [r"^sante/"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
if environment.boolean("BEHIND_PROXY"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
if PRODUCTION:
    CSRF_TRUSTED_ORIGINS = [f"https://{host.removeprefix('.')}" for host in ALLOWED_HOSTS]

# --- Logs: paths, statuses, kinds of error; never a value that somebody typed ------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"discreet": {"()": "pole_social.logs.DiscreetFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "discreet"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"django": {"handlers": ["console"], "level": "WARNING", "propagate": False}},
}

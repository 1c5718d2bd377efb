"""Reading the environment: a missing or bad value stops the start with one clear sentence."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

MODES = ("local", "test", "production")
MINIMUM_KEY_LENGTH = 50


def mode() -> str:
    """`POLE_SOCIAL_MODE`: local (the default), test or production."""
    value = os.environ.get("POLE_SOCIAL_MODE", "local")
    if value not in MODES:
        raise ImproperlyConfigured(f"POLE_SOCIAL_MODE must be one of {', '.join(MODES)}, not {value!r}.")
    return value


def boolean(name: str, default: bool = False) -> bool:
    """A yes/no variable written 1 or 0; anything else is refused rather than guessed."""
    value = os.environ.get(name, "")
    if value not in ("", "0", "1"):
        raise ImproperlyConfigured(f"{name} must be 0 or 1, not {value!r}.")
    return value == "1" if value else default


def integer(name: str, default: int, minimum: int = 0) -> int:
    """A whole number, at least `minimum`."""
    value = os.environ.get(name, "") or str(default)
    if not value.isascii() or not value.isdigit() or int(value) < minimum:
        raise ImproperlyConfigured(f"{name} must be a whole number of at least {minimum}, not {value!r}.")
    return int(value)


def secret_key() -> str:
    """`SECRET_KEY`, long and varied enough to sign sessions."""
    value = os.environ.get("SECRET_KEY", "")
    if len(value) < MINIMUM_KEY_LENGTH or len(set(value)) < 5 or value.startswith("django-insecure-"):
        raise ImproperlyConfigured(
            f"SECRET_KEY is required: at least {MINIMUM_KEY_LENGTH} random characters, kept out of the repository."
        )
    return value


def allowed_hosts() -> list[str]:
    """`ALLOWED_HOSTS`, comma separated; a star would accept any Host header and is refused."""
    hosts = [host.strip() for host in os.environ.get("ALLOWED_HOSTS", "").split(",") if host.strip()]
    if not hosts or any("*" in host or "/" in host for host in hosts):
        raise ImproperlyConfigured("ALLOWED_HOSTS is required: host names separated by commas, without * or /.")
    return hosts


def database_url() -> str:
    """`DATABASE_URL`, empty when absent; only PostgreSQL is understood."""
    value = os.environ.get("DATABASE_URL", "")
    if value and urlsplit(value).scheme not in ("postgres", "postgresql"):
        raise ImproperlyConfigured("DATABASE_URL must start with postgresql://")
    return value

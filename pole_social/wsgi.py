"""Entry point of the web server: `gunicorn pole_social.wsgi`."""

from __future__ import annotations

import logging
import os
from importlib import import_module

from django.core.wsgi import get_wsgi_application
from django.db import DatabaseError, connection

from pole_social.entrance import guarded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pole_social.settings")

application = guarded(get_wsgi_application())


def prepare() -> None:
    """Refuse a database that loses data; make the journal's next partitions.

    Without a database the server starts all the same: its pages answer 503 until it is back.
    """
    try:
        import_module("pole_social.durability").require_durable_database()
        import_module("pole_social.partitions").ensure_partitions()
    except DatabaseError:
        logging.getLogger(__name__).warning("database not ready: journal partitions not checked")
    finally:
        connection.close()


prepare()

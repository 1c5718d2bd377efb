"""Entry point of the web server: `gunicorn pole_social.wsgi`."""

import logging
import os

from django.core.wsgi import get_wsgi_application
from django.db import DatabaseError, connection

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pole_social.settings")

application = get_wsgi_application()

from pole_social.partitions import ensure_partitions  # noqa: E402 (needs the applications loaded)

try:
    ensure_partitions()
except DatabaseError:
    # The pages answer 503 until the database is back; the default partition takes what comes meanwhile.
    logging.getLogger(__name__).warning("journal partitions not checked: no database")
finally:
    connection.close()

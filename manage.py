#!/usr/bin/env python3
"""Django's command line for Pôle social."""

import os
import signal
import sys

from django.core.management import execute_from_command_line

from pole_social.cluster import ClusterUnavailable

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pole_social.settings")
    # TERM ends Python like sys.exit, so that the last one out stops the embedded PostgreSQL.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        execute_from_command_line(sys.argv)
    except ClusterUnavailable as error:
        sys.exit(str(error))

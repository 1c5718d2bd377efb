"""The signals that a terminal sends, for the processes that tests start."""

from __future__ import annotations

import signal


def hear_the_terminal() -> None:
    """Before exec: hear Ctrl-C and a closed terminal, though the tests may run under nohup or in the background."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)

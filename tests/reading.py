"""How a test reads a page."""

from __future__ import annotations

import re


def one_line(text: str) -> str:
    """Line breaks and runs of spaces as one space, as a browser shows them; a no-break space stays itself."""
    return re.sub(r"[ \t\r\n]+", " ", text).strip()

"""How a test reads a page."""

from __future__ import annotations

import re


def one_line(text: str) -> str:
    """Line breaks and runs of spaces as one space, as a browser shows them; a no-break space stays itself.

    Where a tag stood a test may have put a space: before « : » it is not one that is read.
    """
    return re.sub(r"[ \t\r\n]+(\u00a0?)", lambda found: found[1] or " ", text).strip(" ")

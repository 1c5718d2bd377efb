"""What a typed text may hold."""

from __future__ import annotations

import re
import unicodedata

from django.core.exceptions import ValidationError

# Bidirectional controls can make a name read as another one; nothing typed at the desk needs them.
_FORBIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn"}
_ALLOWED_CONTROLS = {"\n", "\r", "\t"}
# Joiners that ordinary writing needs (emoji families, Persian and Indian scripts).
_ALLOWED_JOINERS = {"\u200c", "\u200d"}
# What PostgreSQL and UTF-8 cannot hold: NUL and halves of a character.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_REPLACEMENT = "\ufffd"


def normalise(text: str) -> str:
    """One form for one text: composed letters (NFC), line ends as \\n.

    What cannot be stored becomes U+FFFD, which `validate_text` refuses: a raw value may be kept (pole_social.once)
    even where no field looks at it as a text.
    """
    storable = _UNSTORABLE.sub(_REPLACEMENT, text)
    return unicodedata.normalize("NFC", storable).replace("\r\n", "\n").replace("\r", "\n")


def validate_text(text: str) -> None:
    """Refuse NUL, control and direction characters, which no keyboard types on purpose, and what stands for them."""
    for letter in text:
        if letter in _ALLOWED_CONTROLS or letter in _ALLOWED_JOINERS:
            continue
        if letter == _REPLACEMENT or unicodedata.category(letter) in _FORBIDDEN:
            raise ValidationError(
                "Ce texte contient un caractère invisible qui n’est pas admis : retapez-le au clavier.",
                code="character",
            )

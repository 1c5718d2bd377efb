"""Numbers as people write them: phones in one form, and the one number that is never kept."""

from __future__ import annotations

import re

_SEPARATORS = re.compile(r"[\s.\-/_\u2010-\u2015]+")
_FRENCH = re.compile(r"0[1-9][0-9]{8}")
_FOREIGN = re.compile(r"\+[1-9][0-9]{6,14}")
# Sex, year, month (with the codes of an unknown month), département, commune and order; its key may follow.
_NIR = re.compile(r"(?<![0-9])[1-478][0-9]{2}(0[1-9]|1[0-2]|[2-9][0-9])([0-9]{2}|2[AB])[0-9]{6}([0-9]{2})?(?![0-9])")

PHONE_HELP = "Écrivez dix chiffres, par exemple 06 12 34 56 78, ou un numéro étranger qui commence par +."
NO_NIR = (
    "Ceci ressemble à un numéro de sécurité sociale : il n’est jamais gardé ici. "
    "Écrivez le numéro que l’organisme donne lui-même, par exemple celui d’allocataire."
)


class UnreadableNumber(ValueError):
    """Carries a French sentence that says what to write instead."""


def telephone(text: str) -> str:
    """A French number in pairs (« 06 12 34 56 78 »), a foreign one after its +."""
    digits = _SEPARATORS.sub("", text).replace("(0)", "").replace("(", "").replace(")", "")
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    if digits.startswith("+33"):
        digits = "0" + digits[3:].removeprefix("0")
    if _FRENCH.fullmatch(digits):
        return " ".join(digits[place : place + 2] for place in range(0, 10, 2))
    if _FOREIGN.fullmatch(digits):
        return digits
    raise UnreadableNumber(PHONE_HELP)


def looks_like_nir(text: str) -> bool:
    """Whether 13 or 15 signs in a row have the shape of a French social security number (never kept: CNIL)."""
    return bool(_NIR.search(_SEPARATORS.sub("", text).upper()))

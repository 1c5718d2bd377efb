"""A free text, with who will read it said before it is typed."""

from __future__ import annotations

from django import forms

LECTEURS = "Lu par : les agents rattachés à la personne. Ni dossier médical ni notes personnelles ici."


def texte_field(
    label: str, *, missing: str = "", rows: int = 3, max_length: int = 2000, help_text: str = LECTEURS
) -> forms.CharField:
    """Required where `missing` says what to write."""
    return forms.CharField(
        label=label,
        required=bool(missing),
        max_length=max_length,
        widget=forms.Textarea(attrs={"rows": rows}),
        help_text=help_text,
        error_messages={"required": missing},
    )

"""What a record says of who the person is, trait by trait: compared when two records may be one person's."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from accueil.models import Usager

# Columns that say nothing of who the person is, or that are not anybody's to choose.
NOT_IDENTITY = {
    "id",
    "reference",
    "version",
    "territoire_id",
    "is_sealed",
    "fusionne_vers_id",
    "last_contact_at",
    "created_at",
    "created_by_id",
}
# Columns that mean something only together.
TOGETHER = {"naissance": "naissance_", "contact_sur": "contact_sur"}
LABELS = {"naissance": "date de naissance", "contact_sur": "contact sûr"}
# What a masked candidate shows of itself (domain, "Search first").
MASKED = {"nom_usage", "nom_naissance", "prenoms", "naissance", "commune_id"}


@dataclass(frozen=True)
class Trait:
    """One thing that a record says: a column, or several that go together."""

    name: str
    label: str
    columns: tuple[str, ...]

    def value(self, usager: Usager) -> tuple[Any, ...]:
        return tuple(getattr(usager, column) for column in self.columns)

    def is_blank(self, usager: Usager) -> bool:
        """Nothing said: an unticked box says nothing either."""
        return not any(self.value(usager))

    def shown(self, usager: Usager, *, masked: bool = False) -> str:
        """In words; the birth year alone for somebody whose record is not open to the reader."""
        if self.name == "naissance":
            known = usager.naissance_annee if masked else usager.naissance
            return str(known or "inconnue")
        return ", ".join(text for text in (_shown(usager, column) for column in self.columns) if text)


def traits() -> list[Trait]:
    """Every trait, in the order of the model: a column added later is compared too."""
    grouped: dict[str, list[models.Field[Any, Any]]] = defaultdict(list)
    for field in Usager._meta.concrete_fields:
        if field.attname not in NOT_IDENTITY and not field.generated:
            grouped[_group(field.attname)].append(field)
    return [
        Trait(name, LABELS.get(name, str(fields[0].verbose_name)), tuple(field.attname for field in fields))
        for name, fields in grouped.items()
    ]


def _group(column: str) -> str:
    return next((name for name, prefix in TOGETHER.items() if column.startswith(prefix)), column)


def _shown(usager: Usager, column: str) -> str:
    field = column_field(column)
    value = getattr(usager, field.name)
    if isinstance(value, bool):
        return f"{field.verbose_name}" if value else ""
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    return "" if value is None else str(value)


def column_field(column: str) -> models.Field[Any, Any]:
    field = Usager._meta.get_field(column)
    assert isinstance(field, models.Field)
    return field


def stored(usager: Usager, column: str) -> Any:
    """The value as a ledger in JSON holds it."""
    value = getattr(usager, column)
    return value if value is None or isinstance(value, (bool, int, str)) else DjangoJSONEncoder().default(value)

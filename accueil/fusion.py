"""Two records of one person become one, and may be set apart again.

Every row of every stage that names the absorbed record is found on the model itself, so that a table added
later is moved too, without an import from the floors above.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accueil.models import Correction, Deport, Distincts, Fusion, LigneFusion, PassageUsager, Usager
from accueil.traits import Trait, column_field, stored, traits
from pole_social.models import Agent, MoveRefused

# What says that records were merged, or are not to be: it stays where it was said.
ABOUT_MERGES = (Fusion, Distincts, Usager)
# In the ledger: a row that the merge wrote, where the others are rows that it moved.
CARRIED = Distincts._meta.label_lower


class FusionRefused(MoveRefused):
    """The merge or the separation is not possible; its text says why, in French."""


def person_columns() -> list[models.ForeignKey[Any, Any]]:
    """Every column that names a person, in every stage.

    Those of `_meta.related_objects`, and the hidden ones it leaves out (`related_name="+"`).
    """
    relations = [relation for relation in Usager._meta.get_fields(include_hidden=True) if relation.auto_created]
    found = [getattr(relation, "field", None) for relation in relations if not relation.concrete]
    columns = [field for field in found if isinstance(field, models.ForeignKey)]
    return [column for column in columns if column.model not in ABOUT_MERGES]


@transaction.atomic
def merge(garde: Usager, absorbe: Usager, *, by: Agent, choix: Mapping[str, UUID] | None = None) -> Fusion:
    """Move every row of `absorbe` to `garde`, with a ledger, and complete its identity.

    `choix` names, for a trait that differs, the record whose value is right; else it is the kept record's, or
    the other's where the kept one says nothing. Raises FusionRefused.
    """
    garde, absorbe = _locked(garde.pk, absorbe.pk)
    _refuse_what_cannot(garde, absorbe)
    fusion = Fusion.objects.create(garde=garde, absorbe=absorbe, by=by)
    for column in person_columns():
        _move(column, fusion)
    _carry_distincts(fusion)
    _choose(fusion, garde, absorbe, choix or {}, by)
    last = max(garde.last_contact_at, absorbe.last_contact_at)
    Usager.objects.filter(pk=garde.pk).update(last_contact_at=last)
    Usager.objects.filter(pk=absorbe.pk).update(fusionne_vers=garde)
    return fusion


def _locked(*keys: UUID) -> list[Usager]:
    """The people, held until the end of the act, in the order asked; always taken in the order of their keys.

    Whoever is writing a row about one of them has finished, or waits (trigger `follow_fusion`, migration 0005).
    """
    held = {usager.pk: usager for usager in Usager.objects.select_for_update().filter(pk__in=keys).order_by("pk")}
    return [held[key] for key in keys]


def _refuse_what_cannot(garde: Usager, absorbe: Usager) -> None:
    if garde.pk == absorbe.pk:
        raise FusionRefused("Un dossier ne se fusionne pas avec lui-même.")
    if garde.fusionne_vers_id or absorbe.fusionne_vers_id:
        raise FusionRefused("L’un de ces dossiers est déjà fusionné.")
    if garde.is_sealed or absorbe.is_sealed or garde.territoire_id != absorbe.territoire_id:
        raise FusionRefused("Ces dossiers ne peuvent pas être fusionnés.")


def _move(column: models.ForeignKey[Any, Any], fusion: Fusion) -> None:
    """Move the rows of one column, those that break an at-most-one rule set apart from it."""
    rows = column.model._base_manager.filter(**{column.name: fusion.absorbe_id})
    colliding = {key for rule in _rules(column) for key in _colliding(rule, column, fusion)}
    keys = list(rows.values_list("pk", flat=True))
    if colliding:
        rows.filter(pk__in=colliding).update(fusion=fusion.pk, **{column.name: fusion.garde_id})
    rows.filter(pk__in=keys).update(**{column.name: fusion.garde_id})
    LigneFusion.objects.bulk_create(
        LigneFusion(
            fusion=fusion,
            modele=column.model._meta.label_lower,
            ligne=str(key),
            champ=column.name,
            is_exempted=key in colliding,
        )
        for key in keys
    )


def _rules(column: models.ForeignKey[Any, Any]) -> list[models.UniqueConstraint]:
    """The at-most-one rules of this column's table that a move can break."""
    found = [rule for rule in column.model._meta.constraints if isinstance(rule, models.UniqueConstraint)]
    return [rule for rule in found if column.name in rule.fields]


def _colliding(rule: models.UniqueConstraint, column: models.ForeignKey[Any, Any], fusion: Fusion) -> Iterable[Any]:
    """The absorbed record's rows under this rule for which the kept record has one already."""
    ruled = column.model._base_manager.filter(rule.condition or Q())
    same = {name: OuterRef(name) for name in rule.fields if name != column.name}
    standing = ruled.filter(**{column.name: fusion.garde_id}, **same)
    return ruled.filter(Exists(standing), **{column.name: fusion.absorbe_id}).values_list("pk", flat=True)


def _carry_distincts(fusion: Fusion) -> None:
    """Whoever was said to be somebody else than the absorbed record is not the kept one either."""
    said = Distincts.objects.filter(Q(un=fusion.absorbe_id) | Q(autre=fusion.absorbe_id))
    for row in said.exclude(Q(un=fusion.garde_id) | Q(autre=fusion.garde_id)):
        other = row.autre_id if row.un_id == fusion.absorbe_id else row.un_id
        un, autre = sorted((fusion.garde_id, other))
        carried, is_new = Distincts.objects.get_or_create(
            un_id=un, autre_id=autre, defaults={"at": row.at, "by_id": row.by_id}
        )
        if is_new:
            LigneFusion.objects.create(fusion=fusion, modele=CARRIED, ligne=str(carried.pk))


def _choose(fusion: Fusion, garde: Usager, absorbe: Usager, choix: Mapping[str, UUID], by: Agent) -> None:
    """Write the identity chosen on the kept record; what was set aside is kept as a correction."""
    changed: list[str] = []
    for trait in traits():
        if trait.value(garde) == trait.value(absorbe):
            continue
        keeps = choix[trait.name] == garde.pk if trait.name in choix else not trait.is_blank(garde)
        kept, other = (garde, absorbe) if keeps else (absorbe, garde)
        if keeps and trait.is_blank(absorbe):
            continue
        _note(trait, garde, avant=trait.shown(other), apres=trait.shown(kept), by=by, at=fusion.at)
        if not keeps:
            for name in trait.columns:
                fusion.identite[name] = [stored(garde, name), stored(absorbe, name)]
                setattr(garde, name, getattr(absorbe, name))
            changed += trait.columns
    if changed:
        garde.save_over(garde.version, changed)
        fusion.save(update_fields=["identite"])


def _note(trait: Trait, usager: Usager, *, avant: str, apres: str, by: Agent, at: datetime) -> None:
    """`at` is the very instant of the act: it says which corrections are its own (`CorrectionQuerySet.standing`)."""
    size = Correction._meta.get_field("avant").max_length
    said = {"avant": avant[:size], "apres": apres[:size]}
    Correction.objects.create(usager=usager, champ=trait.name, by=by, at=at, **said)


@transaction.atomic
def unmerge(fusion: Fusion, *, by: Agent) -> Fusion:
    """Set the two records apart: the ledger's rows go back, later rows stay with the kept record.

    Raises FusionRefused after thirty days, or while the kept record is itself absorbed. Undone already, it has
    no further effect.
    """
    garde, absorbe = _locked(fusion.garde_id, fusion.absorbe_id)
    fusion = Fusion.objects.select_for_update(of=("self",)).get(pk=fusion.pk)
    if fusion.undone_at:
        return fusion
    if not fusion.is_reversible:
        raise FusionRefused("Cette fusion date de plus de 30 jours : elle ne peut plus être défaite.")
    if garde.is_sealed or absorbe.is_sealed:
        raise FusionRefused("Ces dossiers ne peuvent pas être séparés.")
    if garde.fusionne_vers_id:
        raise FusionRefused("Le dossier gardé a été fusionné depuis : séparez d’abord la fusion la plus récente.")
    Usager.objects.filter(pk=absorbe.pk).update(fusionne_vers=None)
    now = timezone.now()
    _give_back(fusion)
    _uncarry_distincts(fusion)
    _relationships_follow(fusion)
    _stay_aside(fusion)
    _restore(fusion, garde, by, now)
    fusion.undone_at, fusion.undone_by = now, by
    fusion.save(update_fields=["undone_at", "undone_by"])
    return fusion


def _give_back(fusion: Fusion) -> None:
    """Each row of the ledger that still is the kept record's; under its at-most-one rule again."""
    by_column: dict[tuple[str, str], list[LigneFusion]] = defaultdict(list)
    for ligne in fusion.lignes.exclude(modele=CARRIED):
        by_column[ligne.modele, ligne.champ].append(ligne)
    for (label, name), lignes in by_column.items():
        rows = apps.get_model(label)._base_manager.filter(**{name: fusion.garde_id})
        apart = [ligne.ligne for ligne in lignes if ligne.is_exempted]
        if apart:
            rows.filter(pk__in=apart, fusion=fusion.pk).update(fusion=None, **{name: fusion.absorbe_id})
        rows.filter(pk__in=[ligne.ligne for ligne in lignes]).update(**{name: fusion.absorbe_id})


def _uncarry_distincts(fusion: Fusion) -> None:
    """What was said of the absorbed record is its own again, but for what another record kept there still says."""
    carried = fusion.lignes.filter(modele=CARRIED).values_list("ligne", flat=True)
    Distincts.objects.filter(pk__in=[UUID(key) for key in carried]).delete()
    for other in Fusion.objects.filter(garde=fusion.garde_id, undone_at=None).exclude(pk=fusion.pk):
        _carry_distincts(other)


def _relationships_follow(fusion: Fusion) -> None:
    """A relationship made since, because of a row that goes back, goes back with it; so does what that row said."""
    back = fusion.lignes.values_list("ligne", flat=True)
    visits = PassageUsager.objects.filter(usager=fusion.absorbe_id, pk__in=list(back)).values_list("passage", flat=True)
    shared = PassageUsager.objects.filter(usager=fusion.garde_id, passage__in=visits).values_list("passage", flat=True)
    sources = {UUID(key) for key in back if len(key) == 36} | (set(visits) - set(shared))
    for column in person_columns():
        # Whatever says by which row it was made: a relationship, and what the floors above note in the same way.
        if any(field.name == "source_id" for field in column.model._meta.concrete_fields):
            later = column.model._base_manager.filter(**{column.name: fusion.garde_id}, source_id__in=sources)
            later.update(**{column.name: fusion.absorbe_id})


def _stay_aside(fusion: Fusion) -> None:
    """Whoever stepped aside while the two were one did so from either: they stay aside from both."""
    for deport in Deport.objects.filter(usager=fusion.garde_id, starts_at__gte=fusion.at, fusion=None):
        known = {"lien": deport.lien, "starts_at": deport.starts_at}
        Deport.objects.get_or_create(agent=deport.agent, usager_id=fusion.absorbe_id, fusion=None, defaults=known)


def _restore(fusion: Fusion, garde: Usager, by: Agent, at: datetime) -> None:
    """Undo the identity choices that nobody changed since."""
    undone: list[str] = []
    for trait in traits():
        chosen = {name: fusion.identite[name] for name in trait.columns if name in fusion.identite}
        if not chosen or any(stored(garde, name) != after for name, (_, after) in chosen.items()):
            continue
        avant = trait.shown(garde)
        for name, (before, _) in chosen.items():
            setattr(garde, name, column_field(name).to_python(before))
        _note(trait, garde, avant=avant, apres=trait.shown(garde), by=by, at=at)
        undone += chosen
    if undone:
        garde.save_over(garde.version, undone)

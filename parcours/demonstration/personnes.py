"""Making the people of the demonstration, in their households and with their coordonnées."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from accueil.models import Coordonnee, Foyer, MembreFoyer, PassageUsager, Usager
from accueil.models.usager import REFERENCE_ALPHABET, REFERENCE_LENGTH
from parcours.demonstration import foule
from parcours.demonstration.builders import fake
from parcours.demonstration.menages import BOURG, CHATENAY, ENFANT, MENAGES, SCEAUX, Menage, Personne
from pole_social.dates import PartialDate, parse
from pole_social.models import Agent, Commune

PROTECTED = {"laure"}
EVERYBODY = (*MENAGES, *foule.menages())


def make_people(today: date, agents: dict[str, Agent]) -> dict[str, Usager]:
    """Everybody, in their household and with their coordonnées; nobody is related to them yet."""
    communes = Commune.objects.select_related("territoire").in_bulk(field_name="code")
    made: dict[str, Usager] = {}
    for menage in EVERYBODY:
        commune = communes[menage.commune]
        is_second = menage.commune in (CHATENAY, SCEAUX, BOURG)
        by = agents["gos-chatenay" if is_second else "gos"]
        for personne in menage.personnes:
            made[personne.cle] = _usager(personne, menage, commune, by, today)
    _coordonnees(made)
    _foyers(made, today)
    return made


def _usager(personne: Personne, menage: Menage, commune: Commune, by: Agent, today: date) -> Usager:
    fields: dict[str, Any] = {"langue": "français", "adresse_type": Usager.Adresse.ADRESSE} | personne.autre
    made = Usager(
        reference="".join(fake.random_elements(REFERENCE_ALPHABET, REFERENCE_LENGTH, unique=False)),
        nom_usage=personne.nom,
        nom_naissance=personne.naissance,
        prenoms=personne.prenoms,
        commune=commune,
        territoire=commune.territoire,
        created_by=by,
        **fields,
    )
    made.naissance = _born(personne.ne, today)
    made.save(force_insert=True)
    return made


def _born(text: str, today: date) -> PartialDate | None:
    if not text.startswith("-"):
        return parse(text)
    day = today + timedelta(days=int(text))
    return PartialDate(day.year, day.month, day.day)


def _coordonnees(made: dict[str, Usager]) -> None:
    people = [personne for menage in EVERYBODY for personne in menage.personnes]
    shared = [value for personne in people for value in (personne.tel, personne.courriel)]
    rows = []
    for menage in EVERYBODY:
        for personne in menage.personnes:
            values = [
                (Coordonnee.Nature.TELEPHONE, personne.tel),
                (Coordonnee.Nature.COURRIEL, personne.courriel),
                (Coordonnee.Nature.ADRESSE, menage.adresse),
            ]
            rows += [
                Coordonnee(
                    usager=made[personne.cle],
                    nature=nature,
                    valeur=valeur,
                    is_shared=nature != Coordonnee.Nature.ADRESSE and shared.count(valeur) > 1,
                    is_protected=personne.cle in PROTECTED,
                )
                for nature, valeur in values
                if valeur
            ]
    Coordonnee.objects.bulk_create(rows)


def _foyers(made: dict[str, Usager], today: date) -> None:
    foyers = Foyer.objects.bulk_create(Foyer() for _ in EVERYBODY)
    rows = []
    for foyer, menage in zip(foyers, EVERYBODY, strict=True):
        since = today - timedelta(days=menage.depuis)
        has_children = any(personne.lien == ENFANT for personne in menage.personnes) or menage.aussi
        for personne in menage.personnes:
            born = _born(personne.ne, today)
            starts_on = max(since, (born and born.complete) or since)
            authority = bool(personne.is_parent and has_children and personne.cle != "camille")
            rows.append(
                MembreFoyer(
                    foyer=foyer,
                    usager=made[personne.cle],
                    lien=personne.lien,
                    has_autorite_parentale=authority,
                    starts_on=starts_on,
                )
            )
        rows += [MembreFoyer(foyer=foyer, usager=made[cle], lien=ENFANT, starts_on=since) for cle in menage.aussi]
    MembreFoyer.objects.bulk_create(rows)


def know_since_first_visit(people: dict[str, Usager]) -> None:
    """A person has been known since somebody of the household first came to the desk."""
    for menage in EVERYBODY:
        members = [people[personne.cle].pk for personne in menage.personnes]
        visits = PassageUsager.objects.filter(usager__in=members).values_list("passage__arrived_at", flat=True)
        if visits:
            known = {"created_at": min(visits), "last_contact_at": max(visits)}
            Usager.objects.filter(pk__in=members).update(**known)

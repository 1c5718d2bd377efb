"""What is known of the people of the demonstration beside their names: what was corrected, who acts for them."""

from __future__ import annotations

from datetime import timedelta

from accueil.models import Correction, NumeroExterne, Representant, Usager
from parcours.demonstration.clock import Today
from pole_social.models import Agent

# Laure could be called at work, until he came there.
FORMER_SAFE_CONTACT = (
    ("contact_sur", "SMS seulement", "appel"),
    ("contact_sur_horaires", "le soir après 18 h", "du lundi au vendredi, de 10 h à 12 h"),
)
DOMICILIATION = "CCAS d’Issy-les-Moulineaux"
INTERPRETES = {
    "thi_lan": "ISM Interprétariat, confirmé pour son rendez-vous",
    "olena": "ISM Interprétariat, par téléphone",
}
REPRESENTANTS = (
    ("robert", Representant.Qualite.CURATEUR, "UDAF des Hauts-de-Seine", "01 99 00 12 34", 400),
    ("enzo", Representant.Qualite.PARENT, "Nathalie Charpentier", "06 39 98 15 30", 2000),
    ("monique", Representant.Qualite.CONFIANCE, "Brigitte Lemoine, sa fille", "06 39 98 08 45", 90),
)
NUMEROS = (
    ("aminata", NumeroExterne.Organisme.CAF, "0091234"),
    ("aminata", NumeroExterne.Organisme.LOGEMENT_SOCIAL, "092031234567890042"),
    ("dragan", NumeroExterne.Organisme.FRANCE_TRAVAIL, "5123456K"),
)


def make_identites(people: dict[str, Usager], agents: dict[str, Agent], today: Today) -> None:
    """Rows that only a longer time at the desk would have made; nobody is revealed by them."""
    _former_safe_contact(people["laure"], agents["gos"], today)
    Usager.objects.filter(pk=people["dragan"].pk).update(domiciliation=DOMICILIATION)
    for cle, interprete in INTERPRETES.items():
        Usager.objects.filter(pk=people[cle].pk).update(interprete=interprete)
    Representant.objects.bulk_create(
        Representant(
            usager=people[cle],
            qualite=qualite,
            nom=nom,
            joindre=joindre,
            starts_on=today.date - timedelta(days=days),
        )
        for cle, qualite, nom, joindre, days in REPRESENTANTS
    )
    NumeroExterne.objects.bulk_create(
        NumeroExterne(usager=people[cle], organisme=organisme, numero=numero) for cle, organisme, numero in NUMEROS
    )


def _former_safe_contact(usager: Usager, by: Agent, today: Today) -> None:
    Correction.objects.bulk_create(
        Correction(usager=usager, champ=champ, avant=avant, apres=apres, at=today.earlier(12, 10, 20), by=by)
        for champ, avant, apres in FORMER_SAFE_CONTACT
    )

"""Those who come back: evaluated more than a year ago, accompanied since, and evaluated again now."""

from __future__ import annotations

from parcours.demonstration.clock import Today
from parcours.demonstration.dossiers import FRAGILITE, VIGILANCE, Dossier, Note, Repere, demande_de_relais, hear
from parcours.demonstration.guichet import Agents, People

RETOURS = (
    Dossier(
        "michel",
        6,
        "acces_droits",
        demande_de_relais(
            "Retrouver une activité",
            "insertion",
            "A été accompagné jusqu’à son entrée en pension de famille. S’y plaît, et voudrait maintenant occuper "
            "ses journées. Accepte de refaire le point de sa situation.",
        ),
        (
            Note("logement", "Une chambre à lui en pension de famille, bail signé. « Une porte qui ferme. »"),
            Note("acces_droits", "Reçoit son courrier à la pension de famille."),
            Note("budget", "Le RSA est ouvert.", (Repere("ressources_precaires", FRAGILITE),)),
            Note(
                "insertion",
                "Était paveur. Ne sait pas à qui s’adresser.",
                (Repere("sans_emploi_long", FRAGILITE, "« mes mains s’ennuient »", "", True),),
            ),
            Note(
                "lien_social",
                "Les autres résidents l’attendent pour les cartes.",
                (Repere("isolement", VIGILANCE, "« le jeudi, on joue »"),),
            ),
        ),
        restent=("sante", "numerique", "mobilite"),
        appuis=("À l’aise avec les autres résidents", "Vingt ans de métier"),
    ),
)


def make_retours(people: People, agents: Agents, today: Today) -> None:
    """After the parcours of the first time."""
    for dossier in RETOURS:
        hear(dossier, people[dossier.qui], agents, today)

"""A professional record and the circle of its readers."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from parcours.models.parcours import Parcours, TeamQuerySet
from pole_social.access import TEAM
from pole_social.models import Agent, Metier, PersonRow, StaleVersion, Versioned

Famille = Metier.Famille


class EcritQuerySet(TeamQuerySet):
    """Who reads what (domain, circles). Out of the circle an écrit leaves no trace: no row, no count."""

    readers = TEAM

    def visible_to(self, agent: Agent) -> EcritQuerySet:
        """Signed écrits of the reader's circles, and the reader's own drafts; always inside the team."""
        mine = Q(auteur=agent)
        signed = Q(signed_at__isnull=False) & self.circles_of(agent)
        return super().visible_to(agent).filter(mine | signed)

    def circles_of(self, agent: Agent) -> Q:
        """The circles this agent reads as a live member of the team."""
        circles = Q(cercle__in=circles_read(agent))
        if not may_be_named(agent):
            return circles
        named = Ecrit.nommes.through.objects.filter(ecrit=OuterRef("pk"), agent=agent)
        return circles | Q(Exists(named), cercle=Ecrit.Cercle.PROTECTION)


class Ecrit(PersonRow, Versioned):
    """A professional record. Signed, it is immutable."""

    class Cercle(models.TextChoices):
        EQUIPE = "equipe", "l’équipe du parcours"
        SOCIAL = "social", "social"
        SANTE = "sante", "santé"
        PSYCHOLOGIE = "psychologie", "psychologie"
        SANTE_SEXUELLE = "sante_sexuelle", "santé sexuelle"
        PROTECTION = "protection", "protection de l’enfance"

    class Modalite(models.TextChoices):
        ACCUEIL = "accueil", "accueil spontané"
        RENDEZ_VOUS = "rendez_vous", "sur rendez-vous"
        TELEPHONE = "telephone", "téléphone"
        COURRIER = "courrier", "courrier"
        COURRIEL = "courriel", "courriel"
        DOMICILE = "domicile", "visite à domicile"
        EXTERIEUR = "exterieur", "extérieur"
        VISIO = "visio", "visio"
        TIERS = "tiers", "avec un tiers"

    parcours = models.ForeignKey(Parcours, verbose_name="parcours", on_delete=models.PROTECT, related_name="ecrits")
    auteur = models.ForeignKey(Agent, verbose_name="auteur", on_delete=models.PROTECT, related_name="+")
    cercle = models.CharField("qui pourra lire", max_length=15, choices=Cercle)
    nommes = models.ManyToManyField(Agent, verbose_name="personnes nommées", blank=True, related_name="+")
    modalite = models.CharField("modalité", max_length=15, choices=Modalite)
    done_on = models.DateField("date")
    texte = models.TextField(
        "texte",
        max_length=20_000,
        help_text="Ni dossier médical ni notes personnelles ici : la personne peut demander à le lire.",
    )
    signed_at = models.DateTimeField("signé le", null=True, blank=True, editable=False)
    created_at = models.DateTimeField("commencé le", default=timezone.now, editable=False)

    objects = EcritQuerySet.as_manager()

    class Meta:
        verbose_name = "écrit"
        verbose_name_plural = "écrits"
        ordering: ClassVar = ["-done_on", "-created_at", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="ecrit_signed_after_start",
                condition=Q(signed_at=None) | Q(signed_at__gte=F("created_at")),
                violation_error_message="La signature suit l’écriture.",
            )
        ]
        indexes: ClassVar = [models.Index(fields=["parcours", "-done_on"], name="ecrit_parcours")]

    def __str__(self) -> str:
        return f"écrit · {self.get_modalite_display()}"

    @property
    def is_signed(self) -> bool:
        return self.signed_at is not None

    def sign(self) -> None:
        """Make it immutable and readable by its circle. Raises StaleVersion if it was signed or changed."""
        if self.is_signed:
            raise StaleVersion
        self.signed_at = timezone.now()
        self.save_over(self.version, ["signed_at"])

    def save_over(self, version: int, fields: list[str]) -> None:
        """Refuses to change a signed text: the stored row is asked, not this copy."""
        if type(self)._base_manager.filter(pk=self.pk, signed_at__isnull=False).exists():
            raise StaleVersion
        super().save_over(version, fields)


def circles_read(agent: Agent) -> list[str]:
    """The circles of which a live member of the team reads every signed écrit."""
    own = [agent.famille] if agent.famille in (Famille.SOCIAL, Famille.SANTE) else []
    return [Ecrit.Cercle.EQUIPE, *own]


def may_be_named(agent: Agent) -> bool:
    """Child protection is read by those named on it; never by santé sexuelle (domain, "Who may see what")."""
    return agent.famille != Famille.SANTE_SEXUELLE


def circles_offered(agent: Agent) -> list[str]:
    """The circles a writer may choose: the team, their own famille, child protection."""
    own = {
        Famille.SOCIAL: Ecrit.Cercle.SOCIAL,
        Famille.SANTE: Ecrit.Cercle.SANTE,
        Famille.PSYCHOLOGIE: Ecrit.Cercle.PSYCHOLOGIE,
        Famille.SANTE_SEXUELLE: Ecrit.Cercle.SANTE_SEXUELLE,
    }.get(Famille(agent.famille))
    offered = [Ecrit.Cercle.EQUIPE, own, Ecrit.Cercle.PROTECTION]
    return [circle for circle in offered if circle]

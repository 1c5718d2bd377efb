"""A professional record and the circle of its readers."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from accueil.models import Partage
from accueil.models.partage import partage_constraints
from accueil.models.rattachement import RattachementQuerySet
from evaluation.models.evaluation import CONTENT_NATURES
from evaluation.models.partage import PartageNommeQuerySet
from parcours.models.concertation import Point
from parcours.models.parcours import Parcours
from parcours.models.scope import TEAM_NATURES, TeamQuerySet, team_relationships
from pole_social.access import TEAM
from pole_social.models import Agent, Metier, PersonRow, StaleVersion, Versioned

Famille = Metier.Famille
# Child protection is never for santé sexuelle (domain, "Who may see what").
MAY_BE_NAMED = frozenset(Famille) - {Famille.SANTE_SEXUELLE}


class EcritQuerySet(TeamQuerySet):
    """Who reads what (domain, circles). Out of the circle an écrit leaves no trace: no row, no count."""

    readers = TEAM

    def readable_by(self, agent: Agent) -> EcritQuerySet:
        """Signed écrits of the reader's circles, those shared with the reader, and the reader's own drafts."""
        mine = Q(auteur=agent)
        signed = Q(signed_at__isnull=False) & (circles_of(agent) | Q(Exists(shared_with(agent))))
        return super().readable_by(agent).filter(mine | signed)

    def allowing(self, agent: Agent) -> RattachementQuerySet:
        """The team's place; or, for what is shared, any work on the person: a partage makes no relationship."""
        shared = Q(Exists(shared_with(agent, OuterRef(OuterRef("pk")))), nature__in=CONTENT_NATURES)
        inside = Q(nature__in=TEAM_NATURES, source_id=OuterRef("parcours_id"))
        return self.relationships(agent).filter(inside | shared)


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
        # Not an exchange with the person: what a métier brought to a round table.
        CONCERTATION = "concertation", "en concertation"

    parcours = models.ForeignKey(Parcours, verbose_name="parcours", on_delete=models.PROTECT, related_name="ecrits")
    auteur = models.ForeignKey(Agent, verbose_name="auteur", on_delete=models.PROTECT, related_name="+")
    cercle = models.CharField("qui pourra lire", max_length=15, choices=Cercle)
    nommes = models.ManyToManyField(Agent, verbose_name="personnes nommées", blank=True, related_name="+")
    modalite = models.CharField("modalité", max_length=15, choices=Modalite)
    done_on = models.DateField("date")
    texte = models.TextField(
        "texte",
        max_length=20_000,
        help_text="Ni dossier médical ni notes personnelles ici : la personne peut demander à le lire.",
    )
    # What its author brought to this point of a concertation.
    point = models.ForeignKey(
        Point,
        verbose_name="point",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="ecrits",
        editable=False,
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


def may_share(agent: Agent) -> Q:
    """Which écrits this agent may share: those they read by their circle, and their own.

    Whoever was told does not pass it on; the psychologist's, the counsellor's and what names its readers are shared
    by their author alone (domain, circles).
    """
    return Q(cercle__in=circles_read(agent)) | Q(auteur=agent)


def may_be_named(agent: Agent) -> bool:
    """Child protection is read by those named on it; never by santé sexuelle (domain, "Who may see what")."""
    return agent.famille in MAY_BE_NAMED


def circles_of(agent: Agent) -> Q:
    """The écrits of the circles this agent reads as a live member of the team."""
    circles = Q(cercle__in=circles_read(agent))
    if not may_be_named(agent):
        return circles
    named = Ecrit.nommes.through.objects.filter(ecrit=OuterRef("pk"), agent=agent)
    return circles | Q(Exists(named), cercle=Ecrit.Cercle.PROTECTION)


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


class OfEcritQuerySet(TeamQuerySet):
    """What hangs on an écrit exists only for those who read it."""

    usager_path = "ecrit__parcours__usager_id"
    parcours_path = "ecrit__parcours_id"

    def allowing(self, agent: Agent) -> RattachementQuerySet:
        shared = Q(Exists(shared_with(agent, OuterRef(OuterRef("ecrit")))), nature__in=CONTENT_NATURES)
        inside = Q(nature__in=TEAM_NATURES, source_id=OuterRef("ecrit__parcours_id"))
        return self.relationships(agent).filter(inside | shared)

    def readable_by(self, agent: Agent) -> Self:
        read = Ecrit.objects.visible_to(agent).filter(pk=OuterRef("ecrit"))
        return super().readable_by(agent).filter(Exists(read))


class Addendum(PersonRow):
    """A dated correction of a signed écrit, by its author, with the same readers: the first text stays."""

    ecrit = models.ForeignKey(Ecrit, verbose_name="écrit", on_delete=models.PROTECT, related_name="addenda")
    auteur = models.ForeignKey(Agent, verbose_name="auteur", on_delete=models.PROTECT, related_name="+")
    texte = models.TextField("ce qui est corrigé ou ajouté", max_length=5000)
    signed_at = models.DateTimeField("signé le", default=timezone.now, editable=False)

    objects = OfEcritQuerySet.as_manager()

    class Meta:
        verbose_name = "addendum"
        verbose_name_plural = "addenda"
        ordering: ClassVar = ["signed_at", "pk"]

    def __str__(self) -> str:
        return f"addendum du {self.signed_at:%d/%m/%Y}"


class RelectureEcrit(PersonRow):
    """« Relu avec la personne le… »: one dated row per reading."""

    ecrit = models.ForeignKey(Ecrit, verbose_name="écrit", on_delete=models.PROTECT, related_name="relectures")
    relu_on = models.DateField("relu avec la personne le")
    recorded_at = models.DateTimeField("noté le", default=timezone.now, editable=False)
    recorded_by = models.ForeignKey(
        Agent, verbose_name="noté par", on_delete=models.PROTECT, related_name="+", editable=False
    )

    objects = OfEcritQuerySet.as_manager()

    class Meta:
        verbose_name = "relecture d’un écrit"
        verbose_name_plural = "relectures d’écrits"
        ordering: ClassVar = ["relu_on", "recorded_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["ecrit", "relu_on"],
                name="relecture_ecrit_once_a_day",
                violation_error_message="Cette relecture est déjà notée.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.relu_on:%d/%m/%Y}"


class PartageEcritQuerySet(PartageNommeQuerySet, OfEcritQuerySet):  # type: ignore[override]
    """Listed for those who read the écrit, and for them only."""

    def concerning(self, agent: Agent) -> Q:
        """Its author too, who may take it back."""
        return super().concerning(agent) | Q(ecrit__auteur=agent)

    def known_to(self, agent: Agent) -> Q:
        """In the team: whoever reads by a partage alone learns neither of another one, nor of who shared it."""
        return Q(Exists(team_relationships(self, agent, self.parcours_path))) & super().known_to(agent)

    def of(self, agent: Agent) -> Self:
        """Those this agent may take back: shared by them, or of a text of theirs."""
        return self.filter(Q(auteur=agent) | Q(ecrit__auteur=agent))


class PartageEcrit(Partage):
    """One signed écrit, read by one more person until a day, or until it is revoked."""

    ecrit = models.ForeignKey(Ecrit, verbose_name="écrit", on_delete=models.PROTECT, related_name="partages")

    objects = PartageEcritQuerySet.as_manager()

    class Meta(Partage.Meta):
        verbose_name = "partage d’un écrit"
        verbose_name_plural = "partages d’écrits"
        constraints: ClassVar = partage_constraints("partage_ecrit", "ecrit")


def shared_with(agent: Agent, ecrit: OuterRef | None = None) -> PartageEcritQuerySet:
    """The live partages of an écrit (of the row asked unless said) with this agent."""
    return PartageEcrit.objects.with_agent(agent).filter(ecrit=ecrit or OuterRef("pk"))

"""The long-term support of one person, in one unité."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, ClassVar, Self

from django.db import models, transaction
from django.db.models import Case, F, Min, OuterRef, Q, Subquery, When
from django.db.models.functions import Least
from django.utils import timezone

from accueil.models import ProtectedQuerySet, Rattachement, Relais, Usager
from accueil.models.rattachement import RattachementQuerySet
from parcours.majorites import Anniversaire, near
from parcours.models.equipe import Intervenant
from parcours.models.objectif import Action
from parcours.models.scope import Nature, team_relationships
from pole_social.access import TEAM
from pole_social.models import Agent, Etape, PersonRow, Unite, Versioned, WithMoves

FIRST_BILAN = timedelta(days=91)


def bilan_overdue(today: date) -> Q:
    """An active parcours whose bilan is past; one that is suspended waits for its own day."""
    return Q(statut=Parcours.Statut.ACTIF, echeance__lt=today)


class ParcoursQuerySet(ProtectedQuerySet["Parcours"]):
    """Rows as metadata. Goals, steps and écrits have their own, narrower scope."""

    readers = TEAM

    def allowing(self, agent: Agent) -> RattachementQuerySet:
        return team_relationships(self, agent, "pk")

    def supervised(self, agent: Agent) -> Q:
        return Q(unite__in=agent.supervised_unite_ids)

    def open(self) -> Self:
        """The file active: the parcours that are not closed."""
        return self.filter(statut__in=Parcours.OPEN)

    def read_in_team(self) -> Self:
        """Of the visible ones, those whose content is read: a responsable outside the team reads metadata."""
        return self.filter(**{"journal_rattachement__isnull": False})

    def with_next_on(self) -> Self:
        """Annotate `next_on`: the first of the bilan, the wake-up and the open actions' dates."""
        steps = Action.objects.open().filter(parcours=OuterRef("pk")).order_by()
        first = steps.values("parcours").annotate(first=Min("echeance")).values("first")
        # Nobody waits for the bilan of one that sleeps: PostgreSQL leaves what is null out of the least.
        bilan = Case(When(~Q(statut=Parcours.Statut.SUSPENDU), then="echeance"))
        return self.annotate(next_on=Least(bilan, "wakes_on", Subquery(first)))

    def with_referent(self) -> Self:
        """Annotate `referent_nom` and `referent_prenom`, in the same query."""
        return self.annotate(referent_nom=F("referent__nom"), referent_prenom=F("referent__prenom"))

    def counted(self, *by: str, **figures: Any) -> list[tuple[Any, ...]]:
        """`figures` for each value of `by`, a tuple per line: they name nobody, and the journal is told of nobody."""
        quiet = self.order_by()
        quiet._is_watched = False
        return list(quiet.values_list(*by).annotate(**figures))


class Parcours(PersonRow, Versioned, WithMoves):
    """One long-term support, in one unité. `echeance` is the date of its next bilan."""

    class Statut(models.TextChoices):
        ACTIF = "actif", "actif"
        SUSPENDU = "suspendu", "suspendu"
        CLOS = "clos", "clos"

    class Entree(models.TextChoices):
        RELAIS = "relais", "relais d’une évaluation"
        NAISSANCE = "naissance", "avis de naissance ou de grossesse (PMI)"
        RSA = "rsa", "orientation RSA"
        CRIP = "crip", "CRIP"
        ASE = "ase", "mesure ASE"
        TRANSFERT = "transfert", "transfert d’un autre SST ou département"

    class Periode(models.IntegerChoices):
        TRIMESTRE = 3, "3 mois"
        SEMESTRE = 6, "6 mois"
        ANNEE = 12, "12 mois"

    class MotifCloture(models.TextChoices):
        OBJECTIFS = "objectifs", "objectifs atteints"
        RELAIS_EXTERNE = "relais_externe", "relais vers une autre structure"
        DEPART = "depart", "départ du territoire"
        DEMANDE = "demande", "à la demande de la personne"
        SANS_NOUVELLES = "sans_nouvelles", "sans nouvelles malgré relances"
        DECES = "deces", "décès"
        AUTRE = "autre", "autre"

    OPEN = (Statut.ACTIF, Statut.SUSPENDU)
    MOVES = {
        Statut.ACTIF: (Statut.SUSPENDU, Statut.CLOS),
        Statut.SUSPENDU: (Statut.ACTIF, Statut.CLOS),
        Statut.CLOS: (Statut.ACTIF,),
    }

    usager = models.ForeignKey(Usager, verbose_name="usager", on_delete=models.PROTECT, related_name="parcours")
    unite = models.ForeignKey(Unite, verbose_name="unité", on_delete=models.PROTECT, related_name="+")
    # Of the unité, copied for the constraint: one open parcours per person and nature.
    nature = models.CharField("nature", max_length=20, choices=Unite.Nature, editable=False)
    entree = models.CharField("entrée", max_length=20, choices=Entree)
    statut = models.CharField("état", max_length=12, choices=Statut, default=Statut.ACTIF)
    opened_on = models.DateField("ouvert le", default=timezone.localdate)
    # Months between two bilans: the rhythm of the support, and its weight in a caseload.
    periode = models.PositiveSmallIntegerField("bilan tous les", choices=Periode, default=Periode.TRIMESTRE)
    echeance = models.DateField("prochain bilan le")
    wakes_on = models.DateField("reprise le", null=True, blank=True)
    # Kept by the database from what the whole équipe may read of, and from the team (decision 031): never written here.
    last_exchange_on = models.DateField("dernier échange le", null=True, blank=True, editable=False)
    referent = models.ForeignKey(
        Agent,
        verbose_name="référent",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        db_index=False,
        related_name="+",
    )
    closed_on = models.DateField("clos le", null=True, blank=True)
    motif_cloture = models.CharField("motif de clôture", max_length=20, choices=MotifCloture, blank=True)
    relais_recus = models.ManyToManyField(Relais, verbose_name="relais reçus", related_name="parcours", blank=True)
    # Set by a merge: both records had an open one of this nature, and both go on (accueil/fusion.py).
    fusion = models.UUIDField("fusion", null=True, blank=True, editable=False)

    objects = ParcoursQuerySet.as_manager()

    class Meta:
        verbose_name = "parcours"
        verbose_name_plural = "parcours"
        ordering: ClassVar = ["echeance", "opened_on", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["usager", "nature"],
                condition=Q(statut__in=["actif", "suspendu"], fusion=None),
                name="parcours_open_once",
                violation_error_message="Un parcours de cette nature est déjà ouvert pour cette personne.",
            ),
            models.CheckConstraint(
                name="parcours_suspended_wakes",
                condition=~Q(statut="suspendu") | Q(wakes_on__isnull=False),
                violation_error_message="Dites quand le parcours reprend.",
            ),
            models.CheckConstraint(
                name="parcours_closed_says_why",
                condition=Q(statut="clos", closed_on__isnull=False) & ~Q(motif_cloture="")
                | ~Q(statut="clos") & Q(closed_on=None, motif_cloture=""),
                violation_error_message="Dites pourquoi le parcours est clos.",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["unite", "echeance"],
                name="parcours_file_active",
                condition=Q(statut__in=["actif", "suspendu"]),
            ),
            # The figures of the file active (file_active.charges), without a look at the rows. What has a fixed width
            # stands first: it is found without unrolling what precedes it.
            models.Index(
                fields=["unite", "referent"],
                include=["usager", "id", "echeance", "opened_on", "last_exchange_on", "periode", "statut"],
                name="parcours_figures",
                condition=Q(statut__in=["actif", "suspendu"]),
            ),
            models.Index(fields=["usager"], name="parcours_usager"),
        ]

    def __str__(self) -> str:
        return f"parcours · {self.get_statut_display()}"

    def save(self, *args: object, **kwargs: object) -> None:
        self.nature = self.unite.nature
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    @property
    def is_open_file(self) -> bool:
        """Not closed: what may be closed may also be reopened, so every state has moves."""
        return self.statut in self.OPEN

    def anniversaires(self, today: date) -> list[Anniversaire]:
        """The eighteenth and twenty-first birthdays that are near, of somebody followed under a measure."""
        born = self.usager.naissance.complete if self.usager.naissance else None
        return near(born, today) if born and self.entree == self.Entree.ASE else []

    @property
    def majorite(self) -> Anniversaire | None:
        """The one to have in mind today. For the team alone: a measure is content."""
        return next(iter(self.anniversaires(timezone.localdate())), None)

    @transaction.atomic
    def add_intervenant(self, agent: Agent, *, is_referent: bool = False) -> Intervenant:
        """Bring somebody into the team: they are related to the person for as long as they are in it."""
        intervenant = Intervenant.objects.create(parcours=self, agent=agent, is_referent=is_referent)
        nature = Nature.REFERENT if is_referent else Nature.INTERVENANT
        Rattachement.objects.grant(nature, self.usager_id, self, agent=agent)
        return intervenant


class EtapeParcours(Etape):
    """One move of a parcours."""

    objet = models.ForeignKey(Parcours, verbose_name="parcours", on_delete=models.PROTECT, related_name="etapes")

    class Meta(Etape.Meta):
        verbose_name = "étape de parcours"
        verbose_name_plural = "étapes de parcours"

    def __str__(self) -> str:
        return self.vers

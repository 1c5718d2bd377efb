"""One need told at the desk, being pre-instructed; and the facts told once."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, ClassVar

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from accueil import catalogue
from accueil.models.rattachement import AFTER_DEMANDE, Rattachement
from accueil.models.usager import Usager
from accueil.models.visibility import ProtectedQuerySet
from pole_social.access import SEARCHERS
from pole_social.models import Agent, Domaine, Etape, PersonRow, Unite, Versioned, WithMoves
from pole_social.moments import CurrentDay


class DemandeQuerySet(ProtectedQuerySet["Demande"]):
    readers = SEARCHERS

    def supervised(self, agent: Agent) -> Q:
        """An anonymous demande belongs to its unité, that day and while it is open."""
        live = Q(statut__in=Demande.open_states()) | Q(passage__jour=CurrentDay())
        return Q(usager=None, unite__in=agent.unite_ids) & live

    def open(self) -> DemandeQuerySet:
        return self.filter(statut__in=Demande.open_states())

    def imposed(self) -> DemandeQuerySet:
        """Open, with a date that others have set, the soonest first."""
        return self.open().filter(is_echeance_imposee=True, echeance__isnull=False).order_by("echeance", "pk")

    def without_next_step(self) -> DemandeQuerySet:
        """Those that keep a passage from being closed: neither an outcome nor a next date."""
        return self.open().filter(echeance=None)


class Demande(PersonRow, Versioned, WithMoves):
    """One need. Open, it has a unité, an owner or the unité's queue, and a next date (`echeance`)."""

    class Statut(models.TextChoices):
        A_PRE_INSTRUIRE = "a_pre_instruire", "à pré-instruire"
        EN_ATTENTE_PIECES = "en_attente_pieces", "en attente de pièces"
        PRETE = "prete", "prête"
        EN_INSTRUCTION = "en_instruction", "en instruction"
        AJOURNEE = "ajournee", "ajournée"
        REPONSE_IMMEDIATE = "reponse_immediate", "réponse immédiate"
        ORIENTEE = "orientee", "orientée"
        RELAIS = "relais", "relais"
        ACCORDEE = "accordee", "accordée"
        REFUSEE = "refusee", "refusée"
        CLASSEE = "classee", "classée"
        CLOSE_PAR_USAGER = "close_par_usager", "close à sa demande"

    _CLOSED_ANYTIME = (Statut.CLASSEE, Statut.CLOSE_PAR_USAGER)
    _SENT = (Statut.ORIENTEE, Statut.RELAIS)
    MOVES = {
        Statut.A_PRE_INSTRUIRE: (
            Statut.EN_ATTENTE_PIECES,
            Statut.PRETE,
            Statut.REPONSE_IMMEDIATE,
            *_SENT,
            *_CLOSED_ANYTIME,
        ),
        Statut.EN_ATTENTE_PIECES: (Statut.PRETE, *_SENT, *_CLOSED_ANYTIME),
        Statut.PRETE: (Statut.EN_INSTRUCTION, *_SENT, *_CLOSED_ANYTIME),
        Statut.EN_INSTRUCTION: (Statut.ACCORDEE, Statut.REFUSEE, Statut.AJOURNEE, *_CLOSED_ANYTIME),
        Statut.AJOURNEE: (Statut.EN_INSTRUCTION, *_CLOSED_ANYTIME),
    }

    passage = models.ForeignKey(
        "accueil.Passage", verbose_name="passage", on_delete=models.PROTECT, related_name="demandes"
    )
    usager = models.ForeignKey(
        Usager,
        verbose_name="usager",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="demandes",
    )
    unite = models.ForeignKey(Unite, verbose_name="unité", on_delete=models.PROTECT, related_name="+")
    agent = models.ForeignKey(
        Agent, verbose_name="suivie par", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    domaine = models.ForeignKey(Domaine, verbose_name="domaine", on_delete=models.PROTECT)
    besoin = models.CharField(
        "besoin",
        max_length=200,
        help_text="En quelques mots, ce que la personne demande. Lu par l’accueil et par l’unité qui prend le relais.",
    )
    droit = models.ForeignKey(
        "accueil.Droit",
        verbose_name="droit concerné",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    # A date that others set (a hearing, a notice): said first on every list.
    is_echeance_imposee = models.BooleanField("échéance imposée de l’extérieur", default=False)
    reponse = models.TextField("réponse donnée", max_length=2000, blank=True)
    statut = models.CharField("état", max_length=30, choices=Statut, default=Statut.A_PRE_INSTRUIRE)
    echeance = models.DateField("prochaine étape le", null=True, blank=True)
    relais = models.ForeignKey(
        "accueil.Relais",
        verbose_name="relais",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="demandes",
    )
    created_at = models.DateTimeField("dite le", default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        Agent, verbose_name="notée par", on_delete=models.PROTECT, related_name="+", editable=False
    )

    objects = DemandeQuerySet.as_manager()

    class Meta:
        verbose_name = "demande"
        verbose_name_plural = "demandes"
        ordering: ClassVar = ["created_at", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="demande_answer_said",
                condition=~Q(statut="reponse_immediate") | ~Q(reponse=""),
                violation_error_message="Écrivez la réponse donnée.",
            ),
            models.CheckConstraint(
                name="demande_relais_named",
                condition=~Q(statut="relais") | Q(relais__isnull=False),
                violation_error_message="Une demande en relais nomme son relais.",
            ),
            models.CheckConstraint(
                name="demande_imposed_is_dated",
                condition=Q(is_echeance_imposee=False) | Q(echeance__isnull=False),
                violation_error_message="Donnez la date imposée, dans « prochaine étape le ».",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["passage"], name="demande_passage"),
            models.Index(fields=["unite", "echeance"], name="demande_unite_echeance"),
        ]

    def __str__(self) -> str:
        return self.besoin

    @property
    def needs_next_step(self) -> bool:
        return self.is_open and self.echeance is None

    def attach(self) -> None:
        """The unité keeps reading while the demande is open (after midnight too)."""
        if self.usager_id:
            nature = Rattachement.Nature.DEMANDE
            Rattachement.objects.grant(nature, self.usager_id, self, unite=self.unite)

    @transaction.atomic
    def finish(self, to: str, *, by: Agent, motif: str = "", **fields: Any) -> None:
        """Go to a final state; the unité reads 7 days more. Raises MoveRefused."""
        self.move(to, by=by, motif=motif, **fields)
        Rattachement.objects.end(self, at=timezone.now() + AFTER_DEMANDE)

    @transaction.atomic
    def reopen(self, *, by: Agent, motif: str, due_on: date) -> None:
        """A returned or cancelled relais brings the demande back to its unité; a hearing keeps its date."""
        back = self.Statut.A_PRE_INSTRUIRE
        if self.has_imposed_deadline:
            due_on = self.echeance or due_on
        type(self)._base_manager.filter(pk=self.pk).update(statut=back, relais=None, echeance=due_on)
        self.etapes.create(de=self.statut, vers=back, by=by, motif=motif)
        self.statut, self.relais, self.echeance = back, None, due_on
        self.attach()

    def can_undo(self, last: Any, *, by: Agent) -> bool:
        """What has left for another list comes back by the act of that list."""
        return self.statut not in self._SENT and super().can_undo(last, by=by)

    @transaction.atomic
    def undo(self, *, by: Agent) -> None:
        """Open again, it is in its unité's list again, with a date: its passage may have ended meanwhile."""
        super().undo(by=by)
        if self.echeance is None:
            self.echeance = timezone.localdate()
            type(self)._base_manager.filter(pk=self.pk).update(echeance=self.echeance)
        self.attach()

    @property
    def has_imposed_deadline(self) -> bool:
        """Whether others have set a date that is still to come: no click moves it."""
        return bool(self.is_echeance_imposee and self.echeance and self.echeance >= timezone.localdate())

    def take_up_tomorrow(self, *, by: Agent) -> None:
        """« À reprendre par moi, demain »: an owner and a next date in one key.

        A hearing keeps its date: whoever takes the demande up takes it with its deadline.
        """
        self.agent = by
        if not self.has_imposed_deadline:
            self.echeance = timezone.localdate() + timedelta(days=1)
            self.is_echeance_imposee = False
        self.save_over(self.version, ["agent", "echeance", "is_echeance_imposee"])


class EtapeDemande(Etape):
    """One move of a demande."""

    objet = models.ForeignKey(Demande, verbose_name="demande", on_delete=models.PROTECT, related_name="etapes")

    class Meta(Etape.Meta):
        verbose_name = "étape de demande"
        verbose_name_plural = "étapes de demande"

    def __str__(self) -> str:
        return self.vers


class FaitQuerySet(ProtectedQuerySet["Fait"]):
    readers = SEARCHERS


class Fait(PersonRow):
    """A dated fact told once, shown as « dit le… à… ». It belongs to the person who said it.

    A new word on the same subject is a new row: the latest is what is known, the others are its history.
    """

    usager = models.ForeignKey(Usager, verbose_name="usager", on_delete=models.PROTECT, related_name="faits")
    passage = models.ForeignKey(
        "accueil.Passage",
        verbose_name="passage",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="faits",
    )
    # A code of the closed catalogue (accueil/catalogue.py).
    sujet = models.CharField("sujet", max_length=40)
    valeur = models.CharField(
        "ce qui est dit",
        max_length=300,
        help_text="Un fait, avec ses mots. Lu par les agents rattachés à la personne.",
    )
    # The same for the rules: « oui », « non », a number or a code of the catalogue; empty for free words.
    donnee = models.CharField("donnée", max_length=40, blank=True)
    said_at = models.DateTimeField("dit le", default=timezone.now)
    unite = models.ForeignKey(Unite, verbose_name="dit à", on_delete=models.PROTECT, related_name="+")
    recorded_by = models.ForeignKey(Agent, verbose_name="noté par", on_delete=models.PROTECT, related_name="+")

    objects = FaitQuerySet.as_manager()

    class Meta:
        verbose_name = "fait"
        verbose_name_plural = "faits"
        ordering: ClassVar = ["-said_at", "pk"]
        indexes: ClassVar = [models.Index(fields=["usager", "-said_at"], name="fait_usager_said_at")]

    def __str__(self) -> str:
        return f"{self.libelle} : {self.valeur}"

    @property
    def libelle(self) -> str:
        return catalogue.libelle(self.sujet)

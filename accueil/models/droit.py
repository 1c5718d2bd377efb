"""The catalogue of rights, the rules that say which to check, and one person's right from repéré to obtenu."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, timedelta
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import F, OuterRef, Q, Subquery
from django.utils import timezone

from accueil.models.aide_financiere import amount
from accueil.models.rattachement import AFTER_DEMANDE, Rattachement
from accueil.models.usager import Usager
from accueil.models.visibility import ProtectedQuerySet
from accueil.regles import BaremeLu, Baremes, ConditionInvalide, RegleLue, faits_lus, lire
from pole_social.access import SEARCHERS
from pole_social.models import Agent, Domaine, Etape, MoveRefused, PersonRow, Referentiel, Unite, Versioned, WithMoves

# When somebody takes up a right that was only noticed.
FIRST_STEP = timedelta(days=14)


class Droit(Referentiel):
    """A right that a person may have, and what to bring to ask for it. Never « vous avez droit »."""

    libelle = models.CharField("libellé", max_length=160)
    organisme = models.CharField("organisme", max_length=120)
    domaine = models.ForeignKey(Domaine, verbose_name="domaine", on_delete=models.PROTECT)
    a_verifier_quand = models.TextField("à vérifier quand", max_length=600, help_text="La règle, en toutes lettres.")
    pieces = models.TextField(
        "papiers à apporter", max_length=1000, blank=True, help_text="Séparés par un point-virgule."
    )
    is_active = models.BooleanField("proposé", default=True)

    class Meta:
        verbose_name = "droit"
        verbose_name_plural = "droits"
        ordering: ClassVar = ["libelle"]

    def __str__(self) -> str:
        return self.libelle

    @property
    def papiers(self) -> list[str]:
        return [piece.strip() for piece in self.pieces.split(";") if piece.strip()]

    def facts_read(self) -> set[str]:
        """The facts that its rule reads: a sensitive one may then be asked. None without a rule."""
        regle: Regle | None = getattr(self, "regle", None)
        read = regle.read() if regle else None
        return faits_lus(read.possibilites) if read else set()


class Bareme(Referentiel):
    """A dated amount or threshold. Without a value it is « à renseigner », never zero."""

    libelle = models.CharField("libellé", max_length=160, blank=True)
    valeur = models.DecimalField("valeur", max_digits=12, decimal_places=5, null=True, blank=True)
    mesure = models.CharField("unité de mesure", max_length=60, help_text="Par exemple « EUR/mois ».")
    starts_on = models.DateField("en vigueur depuis le", null=True, blank=True)
    ends_on = models.DateField("valable jusqu’au", null=True, blank=True)
    source = models.CharField("source", max_length=300, blank=True, help_text="Le texte qui le fixe.")
    remarque = models.CharField("remarque", max_length=300, blank=True)

    class Meta:
        verbose_name = "barème"
        verbose_name_plural = "barèmes"
        ordering: ClassVar = ["code"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="bareme_in_order",
                condition=Q(ends_on=None) | Q(starts_on=None) | Q(ends_on__gte=F("starts_on")),
                violation_error_message="La fin de validité précède l’entrée en vigueur.",
            )
        ]

    def __str__(self) -> str:
        return self.libelle or self.code

    def is_known(self) -> bool:
        return self.valeur is not None

    def is_out_of_date(self, on: date) -> bool:
        return self.ends_on is not None and self.ends_on < on

    @staticmethod
    def of_the_day(rows: Iterable[Bareme]) -> Baremes:
        """As the rules read them today."""
        read = (
            BaremeLu(row.code, str(row), row.valeur, row.mesure, starts_on=row.starts_on, ends_on=row.ends_on)
            for row in rows
        )
        return Baremes(timezone.localdate(), {bareme.code: bareme for bareme in read})


class Regle(Referentiel):
    """When a right is to be checked: an OR of ANDs over the closed catalogue of facts. No code in the data."""

    droit = models.OneToOneField(Droit, verbose_name="droit", on_delete=models.PROTECT, related_name="regle")
    conditions = models.JSONField(
        "conditions", help_text="Une liste de possibilités ; chacune est une liste de conditions à réunir toutes."
    )

    class Meta:
        verbose_name = "règle"
        verbose_name_plural = "règles"
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return self.code

    def clean_fields(self, exclude: Collection[str] | None = None) -> None:
        """Refuse what the rules could not read, beside the field."""
        super().clean_fields(exclude)
        if "conditions" in (exclude or ()):
            return
        try:
            lire(self.conditions, baremes=set(Bareme.objects.values_list("code", flat=True)))
        except ConditionInvalide as error:
            raise ValidationError({"conditions": str(error)}) from error

    def read(self) -> RegleLue | None:
        """As the rules read it; None when it was written by another way than the administration and is wrong."""
        try:
            return RegleLue(self.droit.code, lire(self.conditions))
        except ConditionInvalide:
            return None


class DroitSuiviQuerySet(ProtectedQuerySet["DroitSuivi"]):
    readers = SEARCHERS

    def open(self) -> DroitSuiviQuerySet:
        return self.filter(statut__in=DroitSuivi.open_states())

    def with_delay(self) -> DroitSuiviQuerySet:
        """Annotate `obtained_at`, from which `delai_jours` counts."""
        moves = EtapeDroitSuivi.objects.filter(objet=OuterRef("pk"), vers=DroitSuivi.Statut.OBTENU)
        return self.annotate(obtained_at=Subquery(moves.order_by("-at", "-pk").values("at")[:1]))


class DroitSuivi(PersonRow, Versioned, WithMoves):
    """One person's right, followed until it is obtained, refused or given up, with the cause of non-recours.

    The four causes are those of Odenore (non-connaissance, non-demande, non-réception, non-proposition).
    """

    class Statut(models.TextChoices):
        REPERE = "repere", "repéré"
        INFORME = "informe", "personne informée"
        DEMANDE = "demande", "demandé"
        OBTENU = "obtenu", "obtenu"
        REFUSE = "refuse", "refusé"
        ABANDONNE = "abandonne", "abandonné"

    class NonRecours(models.TextChoices):
        NON_CONNAISSANCE = "non_connaissance", "ne le connaissait pas"
        NON_DEMANDE = "non_demande", "ne souhaitait pas le demander"
        NON_RECEPTION = "non_reception", "demandé, jamais reçu"
        NON_PROPOSITION = "non_proposition", "ne lui avait pas été proposé"

    # Given up at any moment: somebody who does not want it is not asked to go on first.
    MOVES = {
        Statut.REPERE: (Statut.INFORME, Statut.ABANDONNE),
        Statut.INFORME: (Statut.DEMANDE, Statut.ABANDONNE),
        Statut.DEMANDE: (Statut.OBTENU, Statut.REFUSE, Statut.ABANDONNE),
    }

    usager = models.ForeignKey(Usager, verbose_name="usager", on_delete=models.PROTECT, related_name="droits_suivis")
    droit = models.ForeignKey(Droit, verbose_name="droit", on_delete=models.PROTECT, related_name="+")
    unite = models.ForeignKey(Unite, verbose_name="unité", on_delete=models.PROTECT, related_name="+")
    statut = models.CharField("état", max_length=20, choices=Statut, default=Statut.REPERE)
    non_recours = models.CharField("pourquoi elle n’en bénéficiait pas", max_length=20, choices=NonRecours, blank=True)
    montant_mensuel = amount("montant obtenu par mois, en euros")
    echeance = models.DateField("prochaine étape le", null=True, blank=True)
    agent = models.ForeignKey(
        Agent, verbose_name="suivi par", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField("repéré le", default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        Agent, verbose_name="repéré par", on_delete=models.PROTECT, related_name="+", editable=False
    )
    # Set by a merge: both records followed the same right (accueil/models/fusion.py).
    fusion = models.UUIDField("fusion", null=True, blank=True, editable=False)

    objects = DroitSuiviQuerySet.as_manager()

    class Meta:
        verbose_name = "droit suivi"
        verbose_name_plural = "droits suivis"
        ordering: ClassVar = ["created_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["usager", "droit"],
                condition=Q(statut__in=["repere", "informe", "demande"], fusion=None),
                name="droit_suivi_open_once",
                violation_error_message="Ce droit est déjà suivi pour cette personne.",
            )
        ]
        indexes: ClassVar = [models.Index(fields=["unite", "echeance"], name="droit_suivi_echeance")]

    def __str__(self) -> str:
        return self.get_statut_display()

    @property
    def is_late(self) -> bool:
        """Whether its next step should have been made before today."""
        return self.is_open and self.echeance is not None and self.echeance < timezone.localdate()

    @classmethod
    @transaction.atomic
    def follow(cls, usager: Usager, droit: Droit, *, unite: Unite, by: Agent) -> DroitSuivi:
        """The open follow-up of this right for this person; made if there is none, joined if there is one.

        Of two clicks at once the constraint lets one through, and the other finds what it made.
        """
        suivi, is_new = cls.objects.get_or_create(
            usager=usager,
            droit=droit,
            fusion=None,
            statut__in=cls.open_states(),
            defaults={
                "unite": unite,
                "agent": by,
                "created_by": by,
                "echeance": timezone.localdate() + FIRST_STEP,
                "created_at": timezone.now(),
            },
        )
        if is_new:
            suivi.begin(by=by)
        Rattachement.objects.grant(Rattachement.Nature.DEMANDE, usager.pk, suivi, unite=unite)
        return suivi

    @transaction.atomic
    def advance(self, to: str, *, by: Agent, motif: str = "", **fields: Any) -> None:
        """Go one step further; ended, its unités read 7 days more. Raises MoveRefused."""
        ends = not self.MOVES.get(to)
        if ends:
            fields["echeance"] = None
        self.move(to, by=by, motif=motif, **fields)
        if ends:
            Rattachement.objects.end(self, at=timezone.now() + AFTER_DEMANDE)

    def standing(self) -> dict[str, Any]:
        return {"echeance_avant": self.echeance, "non_recours_avant": self.non_recours, "version_avant": self.version}

    def restored(self, last: Etape) -> dict[str, Any]:
        """The date and the cause that the step replaced, unless somebody gave another suite since: that one is theirs.

        Open again, it always has a date: without one it would be in no list.
        """
        assert isinstance(last, EtapeDroitSuivi)
        fields: dict[str, Any] = {"montant_mensuel": None} if last.vers == self.Statut.OBTENU else {}
        if last.version_avant == self.version:
            fields |= {"echeance": last.echeance_avant, "non_recours": last.non_recours_avant}
        return fields if fields.get("echeance", self.echeance) else fields | {"echeance": timezone.localdate()}

    @transaction.atomic
    def undo(self, *, by: Agent) -> None:
        """As every undo; open again, its unités read on. Raises MoveRefused if it is followed anew meanwhile."""
        try:
            with transaction.atomic():
                super().undo(by=by)
        except IntegrityError as again:
            raise MoveRefused from again
        nature = Rattachement.Nature.DEMANDE
        Rattachement.objects.from_source(self).live().filter(nature=nature).update(ends_at=None)

    @property
    def is_discreet(self) -> bool:
        """Whether a list that somebody may see over the desk names nobody beside it."""
        return self.droit.domaine.code == "violences"

    @property
    def delai_jours(self) -> int | None:
        """Days from repéré to obtenu, while it is; needs `with_delay`."""
        obtained = vars(self).get("obtained_at") if self.statut == self.Statut.OBTENU else None
        return (timezone.localdate(obtained) - timezone.localdate(self.created_at)).days if obtained else None


class EtapeDroitSuivi(Etape):
    """One move of a right followed."""

    objet = models.ForeignKey(DroitSuivi, verbose_name="droit suivi", on_delete=models.PROTECT, related_name="etapes")
    # What stood when the move was made: given back when it is undone.
    echeance_avant = models.DateField("prochaine étape jusque-là", null=True, blank=True)
    non_recours_avant = models.CharField(
        "cause jusque-là", max_length=20, choices=DroitSuivi.NonRecours, blank=True, default=""
    )
    version_avant = models.PositiveIntegerField("version jusque-là", null=True, blank=True)

    class Meta(Etape.Meta):
        verbose_name = "étape de droit suivi"
        verbose_name_plural = "étapes de droits suivis"

    def __str__(self) -> str:
        return self.vers

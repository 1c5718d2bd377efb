"""Online procedures: the written power to act for somebody, and each session at the keyboard."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone

from accueil.models.droit import Droit
from accueil.models.passage import Passage
from accueil.models.rattachement import AFTER_DEMANDE, Rattachement
from accueil.models.usager import Usager
from accueil.models.visibility import ProtectedQuerySet
from pole_social.access import SEARCHERS
from pole_social.models import Agent, Lieu, MoveRefused, PersonRow, Unite


class MandatQuerySet(ProtectedQuerySet["Mandat"]):
    readers = SEARCHERS

    def live(self) -> MandatQuerySet:
        """Those that hold today: signed, begun, neither ended nor revoked."""
        today = timezone.localdate()
        signed = self.filter(signed_on__isnull=False, revoked_at=None)
        return signed.filter(starts_on__lte=today, ends_on__gte=today)

    def given_to(self, lieu: Lieu) -> MandatQuerySet:
        """Those that bind this structure, whichever of its unités wrote them."""
        return self.filter(unite__lieu=lieu)


class Mandat(PersonRow):
    """The person's written power to act online for them: it binds the structure, not the agent.

    Scope and duration are said; it can be revoked at once. Printed and signed by hand: nothing is uploaded.
    It relates nobody to the person: having been allowed to act is no reason to read.
    """

    usager = models.ForeignKey(Usager, verbose_name="usager", on_delete=models.PROTECT, related_name="mandats")
    unite = models.ForeignKey(Unite, verbose_name="structure mandatée", on_delete=models.PROTECT, related_name="+")
    portee = models.CharField(
        "démarches autorisées",
        max_length=400,
        help_text="Lesquelles, sur quels sites. Imprimé sur le mandat ; lu par les agents rattachés à la personne.",
    )
    starts_on = models.DateField("à partir du", default=timezone.localdate)
    ends_on = models.DateField("jusqu’au")
    is_for_demarche = models.BooleanField("pour la durée de la démarche", default=False)
    signed_on = models.DateField("signé sur papier le", null=True, blank=True)
    revoked_at = models.DateTimeField("révoqué le", null=True, blank=True, editable=False)
    revoked_by = models.ForeignKey(
        Agent, verbose_name="révocation notée par", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField("établi le", default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        Agent, verbose_name="établi par", on_delete=models.PROTECT, related_name="+", editable=False
    )

    objects = MandatQuerySet.as_manager()

    class Meta:
        verbose_name = "mandat"
        verbose_name_plural = "mandats"
        ordering: ClassVar = ["-created_at", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="mandat_in_order",
                condition=Q(ends_on__gte=F("starts_on")),
                violation_error_message="La fin du mandat précède son début.",
            )
        ]

    def __str__(self) -> str:
        return "mandat"

    @property
    def etat(self) -> str:
        """Where it stands today, in a word; nothing is stored, so that it expires by itself."""
        today = timezone.localdate()
        if self.revoked_at:
            return "révoqué"
        if self.ends_on < today:
            return "terminé"
        if self.signed_on is None:
            return "à signer"
        return "en cours" if self.starts_on <= today else "à venir"

    @property
    def is_live(self) -> bool:
        return self.etat == "en cours"

    @property
    def is_over(self) -> bool:
        return self.etat in ("révoqué", "terminé")

    def sign(self, day: date) -> None:
        """Note that both have signed the paper. Raises MoveRefused if it has ended, or was noted otherwise."""
        if self.signed_on == day:
            return
        if self.is_over or self.signed_on:
            raise MoveRefused
        self.signed_on = day
        self.save(update_fields=["signed_on"])

    def revoke(self, *, by: Agent) -> None:
        """The person takes it back, at once and without a reason; of two clicks the first is kept."""
        if self.revoked_at is None:
            self.revoked_at, self.revoked_by = timezone.now(), by
            self.save(update_fields=["revoked_at", "revoked_by"])


class DemarcheQuerySet(ProtectedQuerySet["Demarche"]):
    readers = SEARCHERS

    def with_deadline(self) -> DemarcheQuerySet:
        """Those of which something is still to be done by a date."""
        return self.filter(echeance__isnull=False, echeance_done_at=None)


class Demarche(PersonRow):
    """One session of an online procedure, made for, with or by the person. It may need a mandat."""

    class Mode(models.TextChoices):
        POUR = "pour", "pour la personne"
        AVEC = "avec", "avec la personne"
        PAR = "par", "par la personne, à côté d’elle"

    # From the one where she does the most herself; said with words, never counted into one figure.
    MODES = (Mode.PAR, Mode.AVEC, Mode.POUR)

    usager = models.ForeignKey(Usager, verbose_name="usager", on_delete=models.PROTECT, related_name="demarches")
    passage = models.ForeignKey(
        Passage, verbose_name="passage", on_delete=models.PROTECT, null=True, blank=True, related_name="demarches"
    )
    unite = models.ForeignKey(Unite, verbose_name="unité", on_delete=models.PROTECT, related_name="+")
    droit = models.ForeignKey(
        Droit, verbose_name="droit", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    site = models.CharField("site ou téléservice", max_length=120, blank=True)
    mandat = models.ForeignKey(
        Mandat, verbose_name="mandat", on_delete=models.PROTECT, null=True, blank=True, related_name="demarches"
    )
    mode = models.CharField("faite", max_length=8, choices=Mode)
    preuve = models.CharField("numéro de dépôt ou de preuve", max_length=80, blank=True)
    echeance = models.DateField("prochaine échéance le", null=True, blank=True)
    echeance_done_at = models.DateTimeField("échéance tenue le", null=True, blank=True, editable=False)
    echeance_done_by = models.ForeignKey(
        Agent,
        verbose_name="échéance tenue, notée par",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
    )
    done_at = models.DateTimeField("faite le", default=timezone.now, editable=False)
    done_by = models.ForeignKey(Agent, verbose_name="avec", on_delete=models.PROTECT, related_name="+", editable=False)

    objects = DemarcheQuerySet.as_manager()

    class Meta:
        verbose_name = "démarche en ligne"
        verbose_name_plural = "démarches en ligne"
        ordering: ClassVar = ["-done_at", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="demarche_names_its_subject",
                condition=Q(droit__isnull=False) | ~Q(site=""),
                violation_error_message="Choisissez un droit, ou écrivez le site.",
            ),
            models.CheckConstraint(
                name="demarche_for_somebody_needs_mandat",
                condition=~Q(mode="pour") | Q(mandat__isnull=False),
                violation_error_message="Agir pour la personne demande un mandat en cours.",
            ),
        ]

    def __str__(self) -> str:
        return self.get_mode_display()

    @property
    def sujet(self) -> str:
        """What it was about: the right, else the site."""
        return self.droit.libelle if self.droit else self.site

    @property
    def is_discreet(self) -> bool:
        """Whether a list that somebody may see over the desk names nobody beside it."""
        confidential = self.passage is not None and self.passage.is_confidentiel
        return confidential or (self.droit is not None and self.droit.domaine.code == "violences")

    @property
    def has_deadline(self) -> bool:
        return self.echeance is not None and self.echeance_done_at is None

    @property
    def is_late(self) -> bool:
        return self.has_deadline and self.echeance is not None and self.echeance < timezone.localdate()

    @transaction.atomic
    def note(self, *, by: Agent) -> None:
        """Save it; with a deadline, the unité keeps its read until that is done.

        Raises MoveRefused when the mandat has just ceased: whoever revokes it waits on the same row, so that
        nothing is ever noted « pour la personne » after she took her power back.
        """
        if self.mode != self.Mode.POUR:
            self.mandat = None
        elif not self._may_act():
            raise MoveRefused
        self.done_by = by
        self.save(force_insert=True)
        if self.echeance:
            nature = Rattachement.Nature.DEMANDE
            Rattachement.objects.grant(nature, self.usager_id, self, unite=self.unite)

    def _may_act(self) -> bool:
        """A live mandat of this person, given to this structure; held until the session is written."""
        if self.mandat is None:
            return False
        theirs = Mandat.objects.live().given_to(self.unite.lieu).filter(pk=self.mandat.pk, usager=self.usager_id)
        return theirs.select_for_update(of=("self",)).first() is not None

    @transaction.atomic
    def keep_deadline(self, *, by: Agent) -> None:
        """What was to be done is done; the unité reads 7 days more. A second click has no effect."""
        now = timezone.now()
        waiting = Demarche.objects.with_deadline().filter(pk=self.pk)
        if waiting.update(echeance_done_at=now, echeance_done_by=by):
            self.echeance_done_at, self.echeance_done_by = now, by
            Rattachement.objects.end(self, at=now + AFTER_DEMANDE)

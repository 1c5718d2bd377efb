"""Around the person: numbers given by others, representatives, and what was corrected."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from accueil.models.fusion import Fusion
from accueil.models.usager import Usager
from accueil.models.visibility import ProtectedQuerySet
from pole_social.access import SEARCHERS
from pole_social.models import Agent, PersonRow


class NumeroExterneQuerySet(ProtectedQuerySet["NumeroExterne"]):
    readers = SEARCHERS


class NumeroExterne(PersonRow):
    """The number of the person at another body (CAF, France Travail…). Never the NIR."""

    class Organisme(models.TextChoices):
        CAF = "caf", "CAF"
        FRANCE_TRAVAIL = "france_travail", "France Travail"
        MDPH = "mdph", "MDPH"
        LOGEMENT_SOCIAL = "logement_social", "demande de logement social"
        BAILLEUR = "bailleur", "bailleur"
        AUTRE = "autre", "autre"

    usager = models.ForeignKey(Usager, verbose_name="usager", on_delete=models.PROTECT, related_name="numeros_externes")
    organisme = models.CharField("organisme", max_length=20, choices=Organisme)
    numero = models.CharField("numéro", max_length=40)
    ends_on = models.DateField("valable jusqu’au", null=True, blank=True)

    objects = NumeroExterneQuerySet.as_manager()

    class Meta:
        verbose_name = "numéro externe"
        verbose_name_plural = "numéros externes"
        ordering: ClassVar = ["organisme", "pk"]
        indexes: ClassVar = [models.Index(fields=["usager"], name="numero_externe_usager")]

    def __str__(self) -> str:
        return self.get_organisme_display()


class RepresentantQuerySet(ProtectedQuerySet["Representant"]):
    readers = SEARCHERS


class Representant(PersonRow):
    """Somebody who acts for the person, from a day to a day. It gives them no read."""

    class Qualite(models.TextChoices):
        PARENT = "parent", "titulaire de l’autorité parentale"
        TUTEUR = "tuteur", "tuteur"
        CURATEUR = "curateur", "curateur"
        MANDATAIRE = "mandataire", "mandataire familial ou judiciaire"
        CONFIANCE = "confiance", "personne de confiance"

    usager = models.ForeignKey(Usager, verbose_name="usager", on_delete=models.PROTECT, related_name="representants")
    qualite = models.CharField("qualité", max_length=20, choices=Qualite)
    nom = models.CharField("nom ou organisme", max_length=160)
    joindre = models.CharField("pour le joindre", max_length=160, blank=True)
    starts_on = models.DateField("depuis le", default=timezone.localdate)
    ends_on = models.DateField("jusqu’au", null=True, blank=True)

    objects = RepresentantQuerySet.as_manager()

    class Meta:
        verbose_name = "représentant"
        verbose_name_plural = "représentants"
        ordering: ClassVar = ["starts_on", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="representant_in_order",
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                violation_error_message="La fin précède le début.",
            )
        ]
        indexes: ClassVar = [models.Index(fields=["usager"], name="representant_usager")]

    def __str__(self) -> str:
        return self.get_qualite_display()


# The birth is one value for a person, three columns in the table.
NAISSANCE = "naissance"


class CorrectionQuerySet(ProtectedQuerySet["Correction"]):
    readers = SEARCHERS

    def standing(self) -> Self:
        """Without what a merge wrote down that was undone since: it is the identity of somebody else."""
        at = OuterRef("at")
        undone = Fusion._base_manager.filter(Q(at=at) | Q(undone_at=at), undone_at__isnull=False)
        return self.exclude(Exists(undone))


class Correction(PersonRow):
    """One value of the identity that was replaced: nothing is lost, the safe contact least of all. Appended only."""

    usager = models.ForeignKey(Usager, verbose_name="usager", on_delete=models.PROTECT, related_name="corrections")
    champ = models.CharField("renseignement", max_length=40)
    avant = models.CharField("avant", max_length=300, blank=True)
    apres = models.CharField("après", max_length=300, blank=True)
    at = models.DateTimeField("le", default=timezone.now)
    by = models.ForeignKey(Agent, verbose_name="par", on_delete=models.PROTECT, related_name="+")

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        verbose_name = "correction"
        verbose_name_plural = "corrections"
        ordering: ClassVar = ["-at", "pk"]
        indexes: ClassVar = [models.Index(fields=["usager", "-at"], name="correction_usager_at")]

    def __str__(self) -> str:
        return self.champ

    @property
    def libelle(self) -> str:
        """The field as its page calls it."""
        if self.champ == NAISSANCE:
            return "date de naissance"
        found = next((field for field in Usager._meta.fields if field.name == self.champ), None)
        return str(found.verbose_name) if found else self.champ

    @property
    def is_contact_sur(self) -> bool:
        return self.champ.startswith("contact_sur")

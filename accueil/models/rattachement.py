"""Who is related to whom, since when, until when, and by which row."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from pole_social.models import Agent, PersonRow, Unite
from pole_social.moments import CurrentInstant

# How long an accueil unit still reads after its last open demande, and a former référent after leaving.
AFTER_DEMANDE = timedelta(days=7)
AFTER_REFERENT = timedelta(days=30)


def midnight(at: datetime | None = None) -> datetime:
    """The end of the day in Paris."""
    tomorrow = timezone.localdate(at) + timedelta(days=1)
    return timezone.make_aware(datetime.combine(tomorrow, time.min))


class RattachementQuerySet(models.QuerySet["Rattachement"]):
    def live(self, at: datetime | None = None) -> RattachementQuerySet:
        """Those that hold at that moment (now)."""
        now = at or CurrentInstant()
        return self.filter(Q(ends_at=None) | Q(ends_at__gt=now), starts_at__lte=now)

    def held_by(self, agent: Agent) -> RattachementQuerySet:
        """Those of the agent, or of a unité where the agent is affected today."""
        return self.filter(Q(agent=agent) | Q(unite__in=agent.unite_ids))

    def from_source(self, source: models.Model) -> RattachementQuerySet:
        return self.filter(source_type=source._meta.label_lower, source_id=source.pk)

    def end(self, source: models.Model, *natures: str, at: datetime | None = None) -> int:
        """End the live relationships that `source` made (of these natures, or all); returns how many."""
        live = self.from_source(source).live()
        if natures:
            live = live.filter(nature__in=natures)
        return live.update(ends_at=at or timezone.now())

    def grant(
        self,
        nature: str,
        usager_id: UUID,
        source: models.Model,
        *,
        agent: Agent | None = None,
        unite: Unite | None = None,
        until: datetime | None = None,
    ) -> Rattachement:
        """Relate an agent or a unité to a person, because of `source`; prolongs what already stands.

        The same source never makes two live relationships of one nature for the same holder.
        """
        holder = {"agent": agent, "unite": unite}
        standing = self.from_source(source).live().filter(nature=nature, usager_id=usager_id, **holder).first()
        if standing:
            standing.ends_at = until
            standing.save(update_fields=["ends_at"])
            return standing
        return self.create(
            nature=nature,
            usager_id=usager_id,
            source_type=source._meta.label_lower,
            source_id=source.pk,
            ends_at=until,
            **holder,
        )


class Rattachement(PersonRow):
    """The live, dated relationship of an agent or a unité with a person: the one place where reads come from.

    It ends by itself when `ends_at` passes. Upper floors write here; nobody keeps a second list.
    """

    class Nature(models.TextChoices):
        PASSAGE = "passage", "passage du jour"
        DEMANDE = "demande", "demande en cours"
        RENDEZ_VOUS = "rendez_vous", "rendez-vous"
        RELAIS = "relais", "relais"
        EVALUATION = "evaluation", "évaluation"
        CONTRIBUTION = "contribution", "contribution"
        VALIDATION = "validation", "validation"
        REFERENT = "referent", "référent"
        INTERVENANT = "intervenant", "intervenant"
        FIN_DE_RELAIS = "fin_de_relais", "fin de relais"
        DELEGATION = "delegation", "délégation"
        EXCEPTIONNEL = "exceptionnel", "accès exceptionnel"

    usager = models.ForeignKey(
        "accueil.Usager", verbose_name="usager", on_delete=models.PROTECT, related_name="rattachements"
    )
    agent = models.ForeignKey(
        Agent,
        verbose_name="agent",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="rattachements",
    )
    unite = models.ForeignKey(
        Unite, verbose_name="unité", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    nature = models.CharField("nature", max_length=20, choices=Nature)
    starts_at = models.DateTimeField("depuis", default=timezone.now)
    ends_at = models.DateTimeField("jusqu’à", null=True, blank=True)
    source_type = models.CharField("type de la source", max_length=60)
    source_id = models.UUIDField("source")

    objects = RattachementQuerySet.as_manager()

    class Meta:
        verbose_name = "rattachement"
        verbose_name_plural = "rattachements"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="rattachement_one_holder",
                condition=Q(agent=None, unite__isnull=False) | Q(agent__isnull=False, unite=None),
                violation_error_message="Un rattachement tient à un agent ou à une unité.",
            ),
            models.CheckConstraint(
                name="rattachement_in_order",
                condition=Q(ends_at=None) | Q(ends_at__gte=F("starts_at")),
                violation_error_message="La fin du rattachement précède son début.",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["usager", "agent"], name="rattachement_usager_agent"),
            models.Index(fields=["usager", "unite"], name="rattachement_usager_unite"),
            models.Index(fields=["agent", "usager"], name="rattachement_agent"),
            models.Index(fields=["unite", "ends_at"], name="rattachement_unite"),
            models.Index(fields=["source_id", "nature"], name="rattachement_source"),
        ]

    def __str__(self) -> str:
        return self.get_nature_display()


class Deport(PersonRow):
    """An agent steps aside from a person: themselves or a relative. It wins over every yes."""

    class Lien(models.TextChoices):
        SOI = "soi", "soi-même"
        PROCHE = "proche", "proche"

    agent = models.ForeignKey(Agent, verbose_name="agent", on_delete=models.PROTECT, related_name="deports")
    usager = models.ForeignKey(
        "accueil.Usager", verbose_name="usager", on_delete=models.PROTECT, related_name="deports"
    )
    lien = models.CharField("lien", max_length=10, choices=Lien)
    starts_at = models.DateTimeField("depuis", default=timezone.now)
    # Set by a merge: the agent had stepped aside from both records (accueil/fusion.py).
    fusion = models.UUIDField("fusion", null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "déport"
        verbose_name_plural = "déports"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["agent", "usager"],
                condition=Q(fusion=None),
                name="deport_once",
                violation_error_message="Ce déport est déjà déclaré.",
            )
        ]

    def __str__(self) -> str:
        return self.get_lien_display()

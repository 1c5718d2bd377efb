"""Who works here: professions, agents and their dated affectations."""

from __future__ import annotations

import uuid
from functools import cached_property
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from pole_social.models.base import Referentiel
from pole_social.models.lieu import Unite


class Metier(Referentiel):
    """A profession. Its `famille` is the role it gives; its base says why it keeps secrets (CP 226-13)."""

    class Famille(models.TextChoices):
        ACCUEIL = "accueil", "accueil"
        SOCIAL = "social", "social"
        SANTE_SEXUELLE = "sante_sexuelle", "santé sexuelle"
        SANTE = "sante", "santé"
        PSYCHOLOGIE = "psychologie", "psychologie"
        ENCADREMENT = "encadrement", "encadrement"
        CONTROLE = "controle", "contrôle"
        ADMINISTRATION = "administration", "administration"

    class BaseDuSecret(models.TextChoices):
        PROFESSION = "profession", "par profession"
        MISSION = "mission", "par mission"
        DISCRETION = "discretion", "obligation de discrétion"

    libelle = models.CharField("libellé", max_length=120)
    famille = models.CharField("famille", max_length=20, choices=Famille)
    base_du_secret = models.CharField("base du secret", max_length=20, choices=BaseDuSecret)

    class Meta:
        verbose_name = "métier"
        verbose_name_plural = "métiers"
        ordering: ClassVar = ["libelle"]

    def __str__(self) -> str:
        return self.libelle


ADMINISTRATION_CODE = "administration_fonctionnelle"
# These two work for the whole Département: their métier alone gives the role, without an affectation.
FAMILLES_WITHOUT_AFFECTATION = {Metier.Famille.CONTROLE, Metier.Famille.ADMINISTRATION}


class AgentManager(BaseUserManager["Agent"]):
    """Agents always come with their métier: every request needs it to know the role."""

    def get_queryset(self) -> models.QuerySet[Agent]:
        return super().get_queryset().select_related("metier")

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> Agent:
        agent = self.model(username=self.model.normalize_username(username), **fields)
        agent.set_password(password)
        agent.save(using=self._db)
        return agent

    def create_superuser(self, username: str, password: str | None = None, **fields: Any) -> Agent:
        """What `manage.py createsuperuser` makes: the first account, of the métier that administers.

        There are no superusers; that account reads no person. Needs `load_reference` first.
        """
        fields.setdefault("metier", Metier.objects.get(code=ADMINISTRATION_CODE))
        return self.create_user(username, password, **fields)


class Agent(AbstractBaseUser):
    """A person who works here and signs in."""

    id = models.UUIDField("identifiant", primary_key=True, default=uuid.uuid4, editable=False)
    username = models.CharField(
        "identifiant de connexion",
        max_length=60,
        unique=True,
        validators=[UnicodeUsernameValidator()],
        error_messages={"unique": "Cet identifiant est déjà pris."},
    )
    nom = models.CharField("nom", max_length=80)
    prenom = models.CharField("prénom", max_length=80)
    metier = models.ForeignKey(Metier, verbose_name="métier", on_delete=models.PROTECT)
    is_active = models.BooleanField(
        "compte actif", default=True, help_text="Décocher plutôt que supprimer : l’historique reste."
    )

    objects = AgentManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar = ["nom", "prenom"]

    class Meta:
        verbose_name = "agent"
        verbose_name_plural = "agents"
        ordering: ClassVar = ["nom", "prenom"]

    def __str__(self) -> str:
        return self.nom_complet

    @property
    def nom_complet(self) -> str:
        return f"{self.prenom} {self.nom}"

    def get_short_name(self) -> str:
        return self.prenom

    @cached_property
    def current_affectations(self) -> list[Affectation]:
        """The affectations of today, the one to lead first; read once per request."""
        found = self.affectations.current().select_related("unite__lieu__territoire", "unite__lieu__commune")
        return list(found.order_by("-responsable", "starts_on", "pk"))

    @cached_property
    def roles(self) -> frozenset[str]:
        """The métier's famille while an affectation is current, plus encadrement where responsable."""
        famille = self.metier.famille
        if famille in FAMILLES_WITHOUT_AFFECTATION:
            return frozenset({famille})
        if not self.current_affectations:
            return frozenset()
        leads = any(affectation.responsable for affectation in self.current_affectations)
        return frozenset({famille} | ({Metier.Famille.ENCADREMENT} if leads else set()))

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Django's own permissions are not used: the métier and the affectations decide."""
        return False

    def has_module_perms(self, app_label: str) -> bool:
        return False

    @property
    def famille(self) -> str:
        return self.metier.famille

    @property
    def unites(self) -> list[Unite]:
        return [affectation.unite for affectation in self.current_affectations]

    @property
    def unite_ids(self) -> list[int]:
        return [affectation.unite_id for affectation in self.current_affectations]

    @property
    def territoire_ids(self) -> list[int]:
        found = {unite.lieu.territoire_id for unite in self.unites}
        return [pk for pk in found if pk is not None]

    @cached_property
    def supervised_unite_ids(self) -> list[int]:
        """The unités this agent answers for: those led, and all of the territoire for its direction."""
        led = [affectation.unite for affectation in self.current_affectations if affectation.responsable]
        territoires = [u.lieu.territoire_id for u in led if u.nature == Unite.Nature.DIRECTION]
        if not territoires:
            return [unite.pk for unite in led]
        below = Unite.objects.filter(lieu__territoire__in=territoires).values_list("pk", flat=True)
        return sorted({unite.pk for unite in led} | set(below))


class AffectationQuerySet(models.QuerySet["Affectation"]):
    def current(self) -> AffectationQuerySet:
        """Those that hold today, in Paris."""
        today = timezone.localdate()
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=today), starts_on__lte=today)


class Affectation(models.Model):
    """An agent in a unité, from a day to a day (both included)."""

    agent = models.ForeignKey(Agent, verbose_name="agent", on_delete=models.PROTECT, related_name="affectations")
    unite = models.ForeignKey(Unite, verbose_name="unité", on_delete=models.PROTECT, related_name="affectations")
    responsable = models.BooleanField("responsable de l’unité", default=False)
    starts_on = models.DateField("du", default=timezone.localdate)
    ends_on = models.DateField("au", null=True, blank=True)

    objects = AffectationQuerySet.as_manager()

    class Meta:
        verbose_name = "affectation"
        verbose_name_plural = "affectations"
        ordering: ClassVar = ["starts_on"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="affectation_in_order",
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                violation_error_message="La fin de l’affectation précède son début.",
            ),
            models.UniqueConstraint(
                fields=["agent", "unite"],
                condition=Q(ends_on=None),
                name="affectation_open_once",
                violation_error_message="Cet agent est déjà affecté à cette unité.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agent} · {self.unite}"

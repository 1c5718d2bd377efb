"""The person, and how to reach them."""

from __future__ import annotations

import secrets
from datetime import date
from typing import Any, ClassVar, Self

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Case, F, Func, Q, Value, When
from django.db.models.functions import Concat
from django.utils import timezone

from accueil.models.visibility import ProtectedQuerySet
from pole_social import journal
from pole_social.access import SEARCHERS
from pole_social.dates import PartialDate
from pole_social.models import Agent, Commune, PersonRow, Territoire, Versioned

# Without 0/O, 1/I/L: it is read aloud and copied from paper.
REFERENCE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
REFERENCE_LENGTH = 8
MAX_CANDIDATES = 10


def make_reference() -> str:
    """8 random characters, printed on papers."""
    return "".join(secrets.choice(REFERENCE_ALPHABET) for _ in range(REFERENCE_LENGTH))


class Normalise(Func):
    """Lower case, without accents, letters and digits only (SQL function of migration 0001)."""

    function = "public.normalise"
    output_field = models.TextField()


class NameWords(Func):
    """The words of a normalised text, for the GIN index."""

    template = "to_tsvector('simple'::regconfig, %(expressions)s)"
    output_field = SearchVectorField()


class CalendarDate(Func):
    """The date, when year, month and day are known."""

    function = "make_date"
    output_field = models.DateField()


def search_column(*names: str) -> models.GeneratedField:
    """A stored, normalised column in byte order: one btree then serves both the prefix and the order."""
    parts: list[Any] = []
    for name in names:
        parts += [F(name), Value(" ")]
    text = Concat(*parts[:-1]) if len(names) > 1 else F(names[0])
    return models.GeneratedField(
        expression=Normalise(text),
        output_field=models.TextField(db_collation="C"),
        db_persist=True,
        verbose_name="clé de recherche",
    )


class UsagerQuerySet(ProtectedQuerySet["Usager"]):
    usager_path = "pk"
    readers = SEARCHERS

    def candidates_for(self, agent: Agent) -> Self:
        """Whom a search may propose, masked: the people of the agent's territoire who are not sealed.

        The one exception to `visible_to`: it lets one find somebody, not open their file.
        """
        journal.announce()
        return self.proposable_to(agent).watched()

    def proposable_to(self, agent: Agent) -> Self:
        """The same people, unseen by the journal: a search compares hundreds of names to show ten."""
        if not SEARCHERS & agent.roles:
            return self.none()
        found = self.filter(territoire__in=agent.territoire_ids, is_sealed=False, fusionne_vers=None)
        return found.without_deport(agent)

    def openable(self, agent: Agent) -> Self:
        """Annotate `is_openable`: whether this agent has a live relationship with each candidate."""
        return self.annotate(is_openable=models.Exists(self.relationships(agent)))

    def born(self, born: PartialDate) -> Self:
        """Those born then; what is not typed is not asked."""
        wanted = {"naissance_annee": born.annee, "naissance_mois": born.mois, "naissance_jour": born.jour}
        return self.filter(**{name: value for name, value in wanted.items() if value})

    def reached_at(self, digits: str) -> Self:
        """Those whose phone ends with these digits today; a number kept secret finds nobody."""
        phones = Coordonnee.objects.filter(
            Q(ends_on=None) | Q(ends_on__gte=timezone.localdate()),
            nature=Coordonnee.Nature.TELEPHONE,
            is_protected=False,
            recherche_chiffres__startswith=digits[::-1],
        )
        return self.filter(pk__in=phones.values("usager"))


class Usager(PersonRow, Versioned):
    """A person received by the hub. No NIR, religion, origin, opinion, offence or judgement (CNIL 2023-095)."""

    class Adresse(models.TextChoices):
        ADRESSE = "adresse", "adresse personnelle"
        DOMICILIATION = "domiciliation", "domiciliation"
        SANS = "sans_domicile", "sans domicile stable"

    class CanalSur(models.TextChoices):
        TELEPHONE = "telephone", "appel"
        SMS = "sms", "SMS seulement"
        COURRIEL = "courriel", "courriel"
        COURRIER = "courrier", "courrier"
        AUCUN = "aucun", "ne jamais contacter : attendre sa venue"

    reference = models.CharField("référence", max_length=8, unique=True, default=make_reference, editable=False)
    nom_usage = models.CharField("nom d’usage", max_length=100)
    nom_naissance = models.CharField("nom de naissance", max_length=100, blank=True)
    prenoms = models.CharField("prénoms", max_length=100)
    naissance_annee = models.PositiveSmallIntegerField("année de naissance", null=True, blank=True)
    naissance_mois = models.PositiveSmallIntegerField("mois de naissance", null=True, blank=True)
    naissance_jour = models.PositiveSmallIntegerField("jour de naissance", null=True, blank=True)
    date_naissance = models.GeneratedField(
        expression=Case(
            When(
                naissance_annee__isnull=False,
                naissance_mois__isnull=False,
                naissance_jour__isnull=False,
                then=CalendarDate("naissance_annee", "naissance_mois", "naissance_jour"),
            ),
            default=None,
        ),
        output_field=models.DateField(null=True),
        db_persist=True,
        verbose_name="date de naissance",
    )
    territoire = models.ForeignKey(Territoire, verbose_name="territoire", on_delete=models.PROTECT)
    commune = models.ForeignKey(Commune, verbose_name="commune", on_delete=models.PROTECT, null=True, blank=True)
    adresse_type = models.CharField("adresse", max_length=20, choices=Adresse, blank=True)
    domiciliation = models.CharField("organisme de domiciliation", max_length=120, blank=True)
    langue = models.CharField("langue parlée", max_length=60, blank=True)
    needs_interprete = models.BooleanField("a besoin d’un interprète", default=False)
    interprete = models.CharField(
        "organisme d’interprétariat", max_length=120, blank=True, help_text="Et s’il est confirmé, pour quand."
    )
    contact_sur = models.CharField(
        "contact sûr",
        max_length=20,
        choices=CanalSur,
        blank=True,
        help_text="Le seul moyen de la joindre sans la mettre en danger.",
    )
    contact_sur_horaires = models.CharField("horaires du contact sûr", max_length=100, blank=True)
    contact_sur_sans_message = models.BooleanField("ne jamais laisser de message", default=False)
    contact_sur_alias = models.CharField(
        "se présenter comme", max_length=60, blank=True, help_text="Le nom à donner à qui décroche."
    )
    deceased_on = models.DateField("décès", null=True, blank=True)
    is_sealed = models.BooleanField("dossier scellé", default=False, editable=False)
    # Set while a merge holds: this record is in no list, its rows are the other's.
    fusionne_vers = models.ForeignKey(
        "self",
        verbose_name="fusionné vers",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
    )
    # Serves retention only (CNIL 2023-095: two years); never shown, it would reveal hidden contacts.
    last_contact_at = models.DateTimeField("dernier contact", default=timezone.now, editable=False)
    created_at = models.DateTimeField("enregistré le", default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        Agent, verbose_name="enregistré par", on_delete=models.PROTECT, related_name="+", editable=False
    )
    recherche_nom_prenoms = search_column("nom_usage", "prenoms")
    recherche_prenoms_nom = search_column("prenoms", "nom_usage")
    recherche_naissance = search_column("nom_naissance", "prenoms")
    recherche_mots = models.GeneratedField(
        expression=NameWords(
            Normalise(Concat(F("nom_usage"), Value(" "), F("nom_naissance"), Value(" "), F("prenoms")))
        ),
        output_field=SearchVectorField(),
        db_persist=True,
        verbose_name="mots du nom",
    )

    objects = UsagerQuerySet.as_manager()

    class Meta:
        verbose_name = "usager"
        verbose_name_plural = "usagers"
        ordering: ClassVar = ["recherche_nom_prenoms", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="usager_naissance_plausible",
                condition=(Q(naissance_annee=None) | Q(naissance_annee__range=(1900, 2100)))
                & (Q(naissance_mois=None) | Q(naissance_mois__range=(1, 12), naissance_annee__isnull=False))
                & (Q(naissance_jour=None) | Q(naissance_jour__range=(1, 31), naissance_mois__isnull=False)),
                violation_error_message="La date de naissance n’est pas possible.",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["recherche_nom_prenoms"], name="usager_nom_prenoms"),
            models.Index(fields=["recherche_prenoms_nom"], name="usager_prenoms_nom"),
            models.Index(fields=["recherche_naissance"], name="usager_naissance_prenoms"),
            models.Index(fields=["naissance_annee", "naissance_mois", "naissance_jour"], name="usager_naissance_date"),
            GinIndex(fields=["recherche_mots"], name="usager_mots"),
            models.Index(fields=["territoire", "-created_at", "id"], name="usager_recent"),
        ]

    def __str__(self) -> str:
        return self.nom_complet

    @property
    def nom_complet(self) -> str:
        return f"{self.prenoms} {self.nom_usage}"

    @property
    def nom_court(self) -> str:
        """As on a list somebody may see over the desk: « Traoré A. »."""
        return f"{self.nom_usage} {self.prenoms[:1]}."

    @property
    def naissance(self) -> PartialDate | None:
        if self.naissance_annee is None:
            return None
        return PartialDate(self.naissance_annee, self.naissance_mois, self.naissance_jour)

    @naissance.setter
    def naissance(self, value: PartialDate | None) -> None:
        self.naissance_annee = value.annee if value else None
        self.naissance_mois = value.mois if value else None
        self.naissance_jour = value.jour if value else None

    @property
    def has_contact_sur(self) -> bool:
        return bool(
            self.contact_sur or self.contact_sur_horaires or self.contact_sur_alias or self.contact_sur_sans_message
        )

    def age_on(self, day: date) -> int | None:
        """In whole years; None when the year is unknown, from the year alone when the rest is."""
        if self.naissance_annee is None:
            return None
        before = (day.month, day.day) < (self.naissance_mois or 1, self.naissance_jour or 1)
        return day.year - self.naissance_annee - int(before)


class CoordonneeQuerySet(ProtectedQuerySet["Coordonnee"]):
    readers = SEARCHERS


class Coordonnee(PersonRow, Versioned):
    """A phone, an e-mail or an address. Never unique, never a key: couples share them, and separate."""

    class Nature(models.TextChoices):
        TELEPHONE = "telephone", "téléphone"
        COURRIEL = "courriel", "courriel"
        ADRESSE = "adresse", "adresse"

    usager = models.ForeignKey(Usager, verbose_name="usager", on_delete=models.PROTECT, related_name="coordonnees")
    nature = models.CharField("nature", max_length=12, choices=Nature)
    valeur = models.CharField("valeur", max_length=300)
    is_shared = models.BooleanField("partagée avec quelqu’un d’autre", default=False)
    is_protected = models.BooleanField(
        "à ne jamais montrer ni utiliser sans elle", default=False, help_text="Adresse ou numéro tenu secret."
    )
    recherche_chiffres = models.GeneratedField(
        expression=Func(
            Func(
                F("valeur"),
                Value("[^0-9]"),
                Value(""),
                Value("g"),
                function="regexp_replace",
                output_field=models.TextField(),
            ),
            function="reverse",
            output_field=models.TextField(),
        ),
        output_field=models.TextField(db_collation="C"),
        db_persist=True,
        verbose_name="chiffres, à l’envers",
    )
    ends_on = models.DateField("valable jusqu’au", null=True, blank=True)

    objects = CoordonneeQuerySet.as_manager()

    class Meta:
        verbose_name = "coordonnée"
        verbose_name_plural = "coordonnées"
        ordering: ClassVar = ["nature", "valeur"]
        indexes: ClassVar = [
            models.Index(
                fields=["recherche_chiffres"],
                name="coordonnee_chiffres",
                condition=Q(nature="telephone"),
            ),
            models.Index(fields=["usager"], name="coordonnee_usager"),
        ]

    def __str__(self) -> str:
        return self.get_nature_display()

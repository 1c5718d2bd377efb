"""The vocabulary of names: it follows the people, whoever writes them and however."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import pytest
from django.db import connection, transaction

from accueil.models import Mot, Usager
from accueil.recherche.vocabulaire import MAX_WORDS, expand, nearness
from tests.accueil.conftest import someone
from tests.together import together


def borne(*mots: str) -> list[int]:
    """How many people bear each of these words; 0 for a word that is not there."""
    known = dict(Mot.objects.values_list("mot", "frequence"))
    return [known.get(mot, 0) for mot in mots]


def son(*mots: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT public.son(mot) FROM unnest(%s::text[]) AS mot", [list(mots)])
        return [row[0] for row in cursor.fetchall()]


@pytest.mark.usefixtures("cast")
class TestFollowsThePeople:
    def test_a_new_person_brings_their_words(self) -> None:
        someone(nom_usage="Traoré", nom_naissance="Ben Salah", prenoms="Aminata")
        assert borne("traore", "ben", "salah", "aminata") == [1, 1, 1, 1]

    def test_a_word_borne_twice_by_one_person_counts_once(self) -> None:
        someone(nom_usage="Martin", nom_naissance="Martin", prenoms="Martin")
        assert borne("martin") == [1]

    def test_many_written_at_once_count_each(self) -> None:
        Usager.objects.bulk_create(_many("Zola", 7))
        assert borne("zola") == [7]

    @pytest.mark.parametrize("by", ["save", "update", "save_over"])
    def test_a_changed_name_is_followed(self, by: str) -> None:
        usager = someone(nom_usage="Traoré", prenoms="Aminata")
        usager.nom_usage = "Diallo"
        if by == "save":
            usager.save()
        elif by == "update":
            Usager.objects.filter(pk=usager.pk).update(nom_usage="Diallo")
        else:
            usager.save_over(usager.version, ["nom_usage"])
        assert borne("traore", "diallo", "aminata") == [0, 1, 1]

    def test_a_word_that_somebody_still_bears_stays(self) -> None:
        first, _ = someone(nom_usage="Traoré"), someone(nom_usage="Traoré")
        Usager.objects.filter(pk=first.pk).update(nom_usage="Diallo")
        assert borne("traore", "diallo") == [1, 1]

    def test_what_is_no_name_touches_nothing(self) -> None:
        usager = someone(nom_usage="Traoré")
        before = list(Mot.objects.order_by("mot").values_list())
        Usager.objects.filter(pk=usager.pk).update(langue="bambara", nom_usage="TRAORE")
        assert list(Mot.objects.order_by("mot").values_list()) == before

    def test_nobody_left_leaves_no_word(self) -> None:
        usager = someone(nom_usage="Zarathoustra")
        Usager.objects.filter(pk=usager.pk).delete()
        assert borne("zarathoustra") == [0]

    @together(
        "nom", ["N’Diaye", "Saint-Martin", "O'Brien", "Œdipe", "Straße", "Łukasz", "Nguyễn", "محمد", "李", "Иванов"]
    )
    def test_each_word_is_the_one_of_the_index(self, nom: str) -> None:
        usager = someone(nom_usage=nom, prenoms="X")
        usager.refresh_from_db()
        words = usager.recherche_nom_prenoms.split()
        assert words and borne(*words) == [1] * len(words)


def _many(nom: str, count: int) -> list[Usager]:
    plain = someone(nom_usage="Autre")
    return [
        Usager(nom_usage=nom, prenoms=f"Jean{rank}", territoire=plain.territoire, created_by=plain.created_by)
        for rank in range(count)
    ]


@pytest.mark.usefixtures("cast")
class TestWords:
    def test_what_a_word_gives_with_one_letter_less(self) -> None:
        someone(nom_usage="Zola", prenoms="Bâ")
        known = dict(Mot.objects.values_list("mot", "suppressions"))
        assert sorted(known["zola"]) == ["ola", "zla", "zoa", "zol"]
        assert known["ba"] == []

    @together(
        "alike",
        [
            ("durand", "durant"),
            ("dupont", "dupond", "dupon"),
            ("renault", "renaud", "reno"),
            ("moreau", "moro", "moraux"),
            ("philippe", "filipe"),
            ("mathieu", "matthieu"),
            ("catherine", "katerine"),
            ("gauthier", "gautier"),
            ("chantal", "shantal"),
            ("christophe", "kristof"),
            ("coulibaly", "koulibali"),
            ("geoffroy", "jofroi"),
            ("jean", "jan"),
            ("lambert", "lembert"),
        ],
    )
    def test_what_sounds_alike_has_one_key(self, alike: tuple[str, ...]) -> None:
        assert len(set(son(*alike))) == 1

    @together(
        "apart", [("marie", "maria"), ("martin", "morin"), ("diallo", "dialli"), ("paul", "pierre"), ("ba", "bo")]
    )
    def test_what_does_not_has_two(self, apart: tuple[str, str]) -> None:
        assert len(set(son(*apart))) == 2

    def test_neighbours_of_each_word_typed(self) -> None:
        for nom in ("Martin", "Marten", "Martineau", "Moreau", "Zola"):
            someone(nom_usage=nom, prenoms="Éva")
        mots = expand("  MARTN   moro ")
        assert mots.typed == ["martn", "moro"]
        # The longer words come after what it may have been.
        assert set(mots.near["martn"]) == {"martin", "marten"}
        assert list(expand("marti").near["marti"]) == ["martin", "martineau"]
        assert list(mots.near["moro"]) == ["moreau"]

    def test_a_word_typed_beside_is_not_looked_for_twice(self) -> None:
        someone(nom_usage="Marie", prenoms="Maria")
        mots = expand("marie maria")
        assert mots.expanded("marie", 12) == ["marie"]
        assert mots.trusted("maria", 12) == ["maria"]

    @together("text", ["", "   ", "%", "🙂", "--\x20;"])
    def test_nothing_typed_has_no_neighbour(self, text: str) -> None:
        assert expand(text).typed in ([], ["🙂"])

    def test_of_many_words_the_first_are_looked_for(self) -> None:
        assert len(expand("un deux trois quatre cinq six sept huit").typed) == MAX_WORDS


@pytest.mark.parametrize(
    ("typed", "word", "same_sound", "near"),
    [
        ("martn", "martin", False, True),
        ("marti", "martineau", False, True),
        ("moro", "moreau", True, True),
        ("moro", "moreau", False, False),
        ("abcd", "bcda", False, False),
    ],
)
def test_nearness(typed: str, word: str, same_sound: bool, near: bool) -> None:
    assert bool(nearness(typed, word, same_sound=same_sound)) is near


@pytest.mark.django_db(transaction=True)
def test_many_desks_at_once_lose_no_word(cast: SimpleNamespace) -> None:
    """Each saves the same two names, in its own transaction: the count is exact."""
    plain = someone(nom_usage="Autre", prenoms="Autre")
    gate = threading.Barrier(6)

    def save(rank: int) -> None:
        names = ("Zénon", "Abel") if rank % 2 else ("Abel", "Zénon")
        gate.wait()
        with transaction.atomic():
            Usager.objects.create(
                nom_usage=names[0], prenoms=names[1], territoire=plain.territoire, created_by=plain.created_by
            )
        connection.close()

    threads = [threading.Thread(target=save, args=(rank,)) for rank in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert borne("zenon", "abel") == [6, 6]

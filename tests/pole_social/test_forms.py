"""The base of every form: texts, optional fields, stale versions."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django import forms
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from accueil.models import Usager
from pole_social.forms import CreateForm, EditForm, HubForm
from pole_social.models import StaleVersion
from pole_social.texts import normalise, validate_text


class TextForm(HubForm):
    titre = forms.CharField(label="titre", max_length=20)
    note = forms.CharField(label="note", required=False, widget=forms.Textarea)
    vu = forms.BooleanField(label="vu", required=False)


class LangueForm(EditForm):
    class Meta:
        model = Usager
        fields = ["langue", "commune"]


def data(**values: Any) -> QueryDict:
    found = QueryDict(mutable=True)
    for name, value in values.items():
        found.setlist(name, value if isinstance(value, list) else [str(value)])
    return found


class TestTexts:
    @pytest.mark.parametrize(
        "text",
        ["a\x00b", "a\u202eb", "a\u200fb", "a\x07b", "a\ufeffb", "\ud800", "a\ufffdb", "a\ue000"],
    )
    def test_what_no_keyboard_types_is_refused_beside_the_field(self, text: str) -> None:
        form = TextForm(data(titre=text))
        assert not form.is_valid()
        assert "caractère invisible" in form.errors["titre"][0]

    @pytest.mark.parametrize("text", ["a\x00b", "a\ud800b"])
    def test_what_cannot_be_stored_is_replaced_wherever_it_was_typed(self, text: str) -> None:
        """Even where no field looks at it: the raw values of a creating form are kept."""
        form = TextForm(data(titre=[text, "fin"], vu=text))
        assert form.is_valid()
        assert form.typed() == {"titre": ["a\ufffdb", "fin"], "note": [], "vu": ["a\ufffdb"]}

    def test_the_control_an_emoji_is_no_half_character(self) -> None:
        assert normalise("👩‍👩‍👧") == "👩‍👩‍👧"

    @pytest.mark.parametrize("text", ["Zoë d’Été", "李娜", "Łukasz", "O’Neill-Ñandú", "👩‍👩‍👧 ok", "نرگس", "L"])
    def test_every_name_people_bear_is_accepted(self, text: str) -> None:
        assert TextForm(data(titre=text)).is_valid()

    def test_letters_are_composed(self) -> None:
        form = TextForm(data(titre="E\u0301te\u0301", note="un\r\ndeux\rtrois"))
        assert form.is_valid()
        assert form.cleaned_data["titre"] == "Été"
        assert form.cleaned_data["note"] == "un\ndeux\ntrois"

    def test_a_text_too_long_says_how_long_it_may_be(self) -> None:
        form = TextForm(data(titre="x" * 100_000))
        assert not form.is_valid()
        assert "au plus 20 caractères" in form.errors["titre"][0]

    @given(st.text(max_size=50))
    def test_no_text_breaks_the_form(self, text: str) -> None:
        form = TextForm(data(titre=text, note=text))
        form.is_valid()
        assert normalise(normalise(text)) == normalise(text)

    def test_new_lines_are_ordinary(self) -> None:
        validate_text("une ligne\nune autre\tdécalée")


class TestLabels:
    def test_optional_fields_are_marked_and_required_ones_are_not(self) -> None:
        form = TextForm()
        assert form.fields["titre"].label == "titre"
        assert form.fields["note"].label == "note (facultatif)"
        assert form.fields["vu"].label == "vu"

    def test_the_form_tag_is_the_template_s(self) -> None:
        assert TextForm().helper.form_tag is False


class TestKey:
    def test_each_form_has_its_own_key(self) -> None:
        assert CreateForm()["cle"].value() != CreateForm()["cle"].value()

    def test_the_key_is_not_part_of_what_was_typed(self) -> None:
        form = CreateForm(data(cle="x", csrfmiddlewaretoken="y"))
        assert form.typed() == {}


class TestStaleVersion:
    def edit(self, usager: Usager, langue: str, version: int) -> LangueForm:
        form = LangueForm(data(langue=langue, version=version), instance=Usager.objects.get(pk=usager.pk))
        assert form.is_valid(), form.errors
        return form

    def test_a_save_counts_one_more(self, cast: SimpleNamespace, aminata: Usager) -> None:
        assert self.edit(aminata, "soninké", 1).save(by=cast.gos)
        aminata.refresh_from_db()
        assert (aminata.langue, aminata.version) == ("soninké", 2)

    def test_a_stale_save_writes_nothing_and_shows_both(self, cast: SimpleNamespace, aminata: Usager) -> None:
        first, second = self.edit(aminata, "soninké", 1), self.edit(aminata, "bambara", 1)
        assert first.save(by=cast.gos)
        assert not second.save(by=cast.gos_2)
        assert second.status == 409
        (row,) = [row for row in second.conflit if row.libelle.startswith("Langue")]
        assert (row.enregistre, row.saisi) == ("soninké", "bambara")
        aminata.refresh_from_db()
        assert aminata.langue == "soninké"

    def test_what_was_typed_stays_and_can_be_saved_over(self, cast: SimpleNamespace, aminata: Usager) -> None:
        self.edit(aminata, "soninké", 1).save(by=cast.gos)
        stale = self.edit(aminata, "bambara", 1)
        stale.save(by=cast.gos_2)
        assert stale["langue"].value() == "bambara"
        assert stale["version"].value() == "2"
        assert self.edit(aminata, "bambara", 2).save(by=cast.gos_2)
        aminata.refresh_from_db()
        assert (aminata.langue, aminata.version) == ("bambara", 3)

    @pytest.mark.parametrize("langue", ["soninké", " soninké "])
    def test_the_same_content_again_is_saved_already(self, cast: SimpleNamespace, aminata: Usager, langue: str) -> None:
        """A double click: there would be nothing to compare."""
        first, second = self.edit(aminata, langue, 1), self.edit(aminata, langue, 1)
        assert first.save(by=cast.gos)
        assert second.save(by=cast.gos)
        assert (second.status, second.conflit) == (200, [])
        aminata.refresh_from_db()
        assert (aminata.langue, aminata.version) == ("soninké", 2)

    @pytest.mark.parametrize("version", ["", "0", "-1", "deux", "9" * 30, "1.5"])
    def test_a_tampered_version_is_refused(self, aminata: Usager, version: str) -> None:
        form = LangueForm(data(langue="x", version=version), instance=aminata)
        assert not form.is_valid()

    def test_a_version_to_come_is_stale_too(self, aminata: Usager) -> None:
        aminata.langue = "wolof"
        with pytest.raises(StaleVersion):
            aminata.save_over(7, ["langue"])
        aminata.refresh_from_db()
        assert aminata.langue == ""

    def test_an_unknown_choice_is_refused(self, aminata: Usager) -> None:
        form = LangueForm(data(langue="x", version=1, commune="999999"), instance=aminata)
        assert not form.is_valid()
        assert "commune" in form.errors


class TestEmptyChoice:
    def test_a_select_says_to_choose(self, aminata: Usager) -> None:
        assert "Choisir…" in str(LangueForm(instance=aminata)["commune"])

    def test_a_meaningful_empty_choice_keeps_its_words(self) -> None:
        class Niveau(HubForm):
            niveau = forms.ChoiceField(choices=[("", "aucune"), ("vigilance", "vigilance")], required=False)

        assert "aucune" in str(Niveau()["niveau"])

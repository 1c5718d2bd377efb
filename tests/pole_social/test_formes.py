"""Geometry of the drawings."""

import re

import pytest
from django.template import engines
from django.template.loader import render_to_string

from pole_social.templatetags.formes import arc, mesure

NUMBERS = re.compile(r"-?\d+(?:\.\d+)?")


@pytest.mark.parametrize("total", [1, 2, 14, 50])
def test_segments_stay_on_the_drawing(total):
    for position in range(1, total + 1):
        segment = arc(position, total)
        assert segment.trace.startswith("M")
        assert segment.trace.endswith("Z")
        assert all(0 <= float(n) <= 120 for n in NUMBERS.findall(segment.trace))
        assert 0 < float(segment.x) < 120
        assert 0 < float(segment.y) < 120


def test_an_empty_wheel_does_not_fail():
    assert arc(1, 0).trace


@pytest.mark.parametrize(
    ("value", "maximum", "width"),
    [
        (30, 60, "50.0"),
        (0, 60, "0.0"),
        (90, 60, "100.0"),
        (-3, 60, "0.0"),
        (5, 0, "0.0"),
        (None, None, "0.0"),
    ],
)
def test_bar_stays_in_its_box(value, maximum, width):
    assert mesure(value, maximum) == {"largeur": width}


def test_no_decimal_comma_in_a_french_page():
    html = engines["django"].from_string("{% load formes %}{% mesure 1 3 %}").render({})
    assert 'width="33.3"' in html


def test_wheel_says_in_words_what_it_draws():
    segment = {"etat": "fragilité", "classe": "s-fragilite", "signe": "◑"}
    segments = [{"libelle": f"Domaine {n}", **segment} for n in range(14)]
    shown = {"segments": segments, "legende": [("◑", "fragilité")], "faits": 14, "total": 14}
    html = render_to_string("composants/_roue.html", shown)
    assert html.count("<path") == 14
    assert "14 domaines abordés sur 14" in html
    assert '<th scope="row">Domaine 3</th><td>fragilité</td>' in html
    assert html.count("◑</tspan>") == 14
    assert "<li><span>◑</span> fragilité</li>" in html

"""The lexicon's lemmas, where it is mended, and the light rule for words it lacks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.french.lexicon import STEM_MARK, lemmas, light_stem


@pytest.mark.parametrize(
    ("word", "lemma"),
    [
        ("bocaux", "bocal"),
        ("yeux", "œil"),
        ("chevaux", "cheval"),
        ("députées", "député"),
        ("députée", "député"),
        ("complètes", "complet"),
        ("sénatrice", "sénateur"),
        ("travailleuses", "travailleur"),
        ("éoliennes", "éolien"),
        ("départementales", "départemental"),
        ("actives", "actif"),
        ("constantes", "constant"),
        ("réduites", "réduit"),
        ("incluse", "inclus"),
        ("autrices", "auteur"),
        ("veuve", "veuf"),
    ],
)
def test_a_form_has_its_lemma(word: str, lemma: str) -> None:
    """Numbers, genders and participles meet in the masculine singular."""
    assert lemma in lemmas(word)


@pytest.mark.parametrize(
    ("word", "lemma"),
    [
        ("manière", "manier"),
        ("charnière", "charnier"),
        ("vente", "vent"),
        ("signale", "signal"),
        ("alimente", "aliment"),
        ("fils", "fil"),
        ("fois", "foi"),
        ("retrait", "retraité"),
        ("châtiment", "chat"),
    ],
)
def test_a_look_alike_has_another_lemma(word: str, lemma: str) -> None:
    """An ending that looks feminine or plural is not one for that."""
    assert lemma not in lemmas(word)


def test_an_unaccented_word_may_come_from_several() -> None:
    """`cote` is written for *cote*, *côte* and *coté*."""
    assert {"cote", "côte", "côté"} <= lemmas("cote")


def test_an_accented_word_is_taken_at_its_word() -> None:
    """`pêche` is not *péché*."""
    assert "péché" not in lemmas("pêche")


@pytest.mark.parametrize(
    ("word", "stem"),
    [
        ("webinaires", "webinaire"),
        ("influenceuses", "influenceur"),
        ("modératrice", "modérateur"),
        ("vapoteurs", "vapoteur"),
        ("uberisées", "uberisé"),
        ("agrivoltaïques", "agrivoltaïque"),
        ("numéricaux", "numérical"),
        ("nutriscores", "nutriscore"),
        ("virus", "virus"),
        ("covoits", "covoit"),
        ("gaz", "gaz"),
        ("es", "es"),
    ],
)
def test_light_stems(word: str, stem: str) -> None:
    """One plural or feminine ending goes, and never so much that three letters don't remain."""
    assert light_stem(word) == stem


def test_a_stem_is_no_lemma() -> None:
    """A word that nothing knows has its stem alone, marked as one."""
    assert lemmas("zorglubs") == {f"{STEM_MARK}zorglub"}


@pytest.mark.parametrize("word", ["est", "sont", "mes", "avait", "lui"])
def test_grammatical_words_are_not_widened(word: str) -> None:
    """Their lemma would find every text."""
    assert all(lemma.startswith(STEM_MARK) for lemma in lemmas(word))


@given(st.text("abcdeéèinrstux", min_size=1, max_size=10))
def test_every_word_has_a_lemma(word: str) -> None:
    """No word is left without a family."""
    assert lemmas(word)

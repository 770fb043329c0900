"""Families: which terms of a vocabulary a searched word stands for."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.french.families import Families, lemmas_of
from index.french.fold import accented, fold
from index.french.lexicon import STEM_MARK
from index.french.stopwords import OPTIONAL_WORDS

VOCABULARY = (
    "bocal bocaux pêche pêches pêché peche péché péchés chat chats châtiment voisin voisine "
    "voisines retrait retraits retraité retraitée retraités retraite vert verte verts vertes "
    "webinaire webinaires élève élèves élevé élevés covid19 7,5 75 h les grand manière manières"
).split()

words = st.sampled_from(VOCABULARY)


def families_of(vocabulary: list[str]) -> Families:
    """The families of words, their folded forms in the vocabulary too, as in an index."""
    forms = {form for word in vocabulary for form in (fold(word), accented(word))}
    return Families.build(form for form in forms if form)


FAMILIES = families_of(VOCABULARY)


@pytest.mark.parametrize(
    ("word", "members"),
    [
        ("bocal", {"bocal", "bocaux"}),
        ("Bocaux", {"bocal", "bocaux"}),
        ("chats", {"chat", "chats"}),
        ("châtiments", {"chatiment", "chatiments"}),
        ("verts", {"vert", "verte", "verts", "vertes"}),
        ("webinaires", {"webinaire", "webinaires"}),
        ("retraits", {"retrait", "retraits"}),
        ("manières", {"maniere", "manieres"}),
        ("covid19", {"covid19"}),
        ("7,5", {"7,5"}),
        ("75", {"75"}),
        ("h", {"h"}),
        ("les", {"les"}),
        ("zorglub", {"zorglub"}),
    ],
)
def test_members(word: str, members: set[str]) -> None:
    """A word stands for the terms that share a lemma with it, and only for those."""
    assert FAMILIES.family(word) == members


def test_an_unaccented_word_stands_for_every_accented_form() -> None:
    """`eleve` finds *élève* and *élevé*, with their inflections."""
    assert {"eleve", "eleves"} <= FAMILIES.family("eleve")
    assert {"peche", "peches"} <= FAMILIES.family("peche")


def test_a_participle_is_not_its_look_alike() -> None:
    """*Retraitée* and *retrait* share letters, not a lemma."""
    family = FAMILIES.family("retraitée")

    assert {"retraite", "retraitee", "retraites"} <= family
    assert not {"retrait", "retraits"} & family


def test_a_word_the_vocabulary_lacks_is_widened_all_the_same() -> None:
    """The lexicon is asked for a form that no text holds."""
    assert families_of(["chevaux"]).family("cheval") == {"cheval", "chevaux"}


def test_an_unaccented_text_answers_an_accented_word() -> None:
    """The texts of old législatures carry no accents at all."""
    assert "deputes" in families_of(["deputes"]).family("députée")


@pytest.mark.parametrize(("word", "base"), [("bocaux", {"bocal"}), ("zorglubs", set())])
def test_base_forms(word: str, base: set[str]) -> None:
    """The dictionary form is the lexicon's; a word it lacks has none."""
    assert FAMILIES.base_forms(word) == base


@given(st.text(st.characters(categories=["L", "Nd"]), min_size=1, max_size=12))
def test_a_word_is_in_its_own_family(word: str) -> None:
    """Whatever the lexicon says, the word typed is searched."""
    assert fold(word) in FAMILIES.family(word)


@given(words)
def test_case_does_not_count(word: str) -> None:
    """A family is the same for a word in capitals."""
    assert FAMILIES.family(word.upper()) == FAMILIES.family(word)


@given(words)
def test_a_family_holds_terms_of_the_vocabulary(word: str) -> None:
    """A word of the vocabulary is widened to nothing that no text holds."""
    assert FAMILIES.family(word) <= {fold(known) for known in VOCABULARY}


@given(words, words)
def test_unaccented_words_are_each_in_the_family_of_the_other(one: str, other: str) -> None:
    """Between folded terms of the vocabulary, belonging together goes both ways."""
    one, other = fold(one), fold(other)

    assert (other in FAMILIES.family(one)) == (one in FAMILIES.family(other))


@given(words)
def test_the_unaccented_spelling_finds_what_the_accented_one_finds(word: str) -> None:
    """Leaving accents out never loses a question."""
    assert FAMILIES.family(word) <= FAMILIES.family(fold(word))


@given(st.sets(words))
def test_families_survive_their_file(vocabulary: set[str]) -> None:
    """What is stored beside an index answers as what was computed."""
    built = Families.build(vocabulary)
    stored = Families.from_json(json.loads(json.dumps(built.as_json())))

    assert stored == built
    assert all(stored.family(word) == built.family(word) for word in VOCABULARY)


@pytest.mark.parametrize("term", [*sorted(OPTIONAL_WORDS), "x", "1960", "6,6", "covid19"])
def test_what_names_nothing_has_no_lemma(term: str) -> None:
    """Numbers, letters and grammatical words stand for themselves."""
    assert lemmas_of(term) == frozenset()


def test_a_stem_is_shared_by_words_the_lexicon_lacks() -> None:
    """Brand names and new words have their plural."""
    assert lemmas_of("zorglubs") == lemmas_of("zorglub") == {f"{STEM_MARK}zorglub"}

"""The table of sigles holds together, and says which typed words it knows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

import pytest

from index.french.analyzer import analyze
from index.french.fold import fold
from index.french.lexicon import STEM_MARK, lemmas
from search.query.lexer import OPERATORS
from search.sigles import Sigle, find_named, name_of, read_table, sigle_of, sigles

FEWEST = 150

OTHER_LETTERS = {
    ("ADEME", "agence de la transition écologique"),
    ("BPCO", "bronchopneumopathie chronique obstructive"),
    ("IGN", "institut national de l’information géographique et forestière"),
}
"""Forms that came after their sigle, which kept its letters, and one word written as two."""

RARE_WORDS = {"ANSES", "ASE", "OIT"}
"""Sigles that the lexicon knows as words (anse, ase, ouïr), which the texts hardly ever hold."""
NAMES = {"ULIS"}
"""Sigles that the lexicon doesn't know, but that are names too (Les Ulis)."""

every_sigle = pytest.mark.parametrize("sigle", sigles(), ids=lambda sigle: sigle.letters)


def test_the_table_is_long() -> None:
    """The usual sigles are there."""
    assert len(sigles()) >= FEWEST


def test_no_sigle_comes_twice_and_they_are_in_order() -> None:
    """Each has one line, where one looks for it."""
    letters = [fold(sigle.letters) for sigle in sigles()]

    assert letters == sorted(set(letters))


def test_no_developed_form_leads_to_two_sigles() -> None:
    """Typed words say which sigle is meant."""
    counts = Counter(name for one in sigles() for name in {name_of(form) for form in one.forms})

    assert [name for name, count in counts.items() if count > 1] == []


@every_sigle
def test_a_sigle_is_one_word_in_capitals(sigle: Sigle) -> None:
    """It is a single term of the index, of three letters or more, and no operator."""
    (token,) = analyze(sigle.letters)

    assert re.fullmatch("[A-Z]{3,}", sigle.letters)
    assert token.term == sigle.letters.lower()
    assert sigle.letters not in OPERATORS


@every_sigle
def test_the_first_letters_of_a_form_give_its_sigle(sigle: Sigle) -> None:
    """A slip of the pen in the table would show."""
    strange = {form for form in sigle.forms if not gives(form, sigle.letters)}

    assert strange == {form for letters, form in OTHER_LETTERS if letters == sigle.letters}


@every_sigle
def test_a_sigle_that_is_a_word_says_so(sigle: Sigle) -> None:
    """What the lexicon knows is a word, in small letters at least; and so is a name."""
    known = sigle.letters in NAMES or any(
        not lemma.startswith(STEM_MARK) for lemma in lemmas(sigle.letters.lower())
    )

    assert sigle.is_word == (known and sigle.letters not in RARE_WORDS)


@every_sigle
def test_forms_are_of_ordinary_words(sigle: Sigle) -> None:
    """Two words at least, none of them a sigle, in French typography."""
    for form in sigle.forms:
        assert len(name_of(form)) >= 2, form
        assert not any(sigle_of(word) for word in re.findall(r"\w+", form)), form
        assert "'" not in form and form == " ".join(form.split())
    assert len(set(sigle.forms)) == len(sigle.forms)


def gives(form: str, letters: str) -> bool:
    """Whether letters are made of the beginnings of words, from the first word on, in order."""
    first, *others = (fold(word) for word in re.findall(r"\w+", form))
    beginnings = [_beginning(first), *(f"(?:{_beginning(word)})?" for word in others)]
    return re.fullmatch("".join(beginnings), letters.lower()) is not None


def _beginning(word: str) -> str:
    """A pattern for one letter of a word or more, from its first."""
    pattern = ""
    for letter in reversed(word):
        pattern = f"{letter}(?:{pattern})?" if pattern else letter
    return pattern


@pytest.mark.parametrize(
    ("form", "letters", "given"),
    [
        ("caisse d’allocations familiales", "CAF", True),
        ("opérateur de compétences", "OPCO", True),
        ("caisse d’allocations familiales", "CAV", False),
        ("la caisse d’allocations", "CA", False),
    ],
)
def test_what_letters_a_form_gives(form: str, letters: str, given: bool) -> None:
    """The test of the table can fail."""
    assert gives(form, letters) is given


@pytest.mark.parametrize("typed", ["CNAM", "cnam", "Cnam", "C.N.A.M", "PLU", "AME"])
def test_a_sigle_is_known(typed: str) -> None:
    """In any case, dotted or not; one that is a word too in capitals."""
    assert sigle_of(typed) is not None


@pytest.mark.parametrize("typed", ["", "CNAMX", "plu", "Plu", "âme", "ame", "PAC", "de"])
def test_a_word_is_no_sigle(typed: str) -> None:
    """Neither is a sigle of two meanings."""
    assert sigle_of(typed) is None


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("agence régionale de santé", [(0, 4, "ARS")]),
        ("les AGENCES REGIONALES santé publique", [(1, 4, "ARS")]),
        ("agence régionale", []),
        ("agence de santé régionale", []),
        ("agence | régionale de santé", []),
        ("institut médico-éducatif", [(0, 2, "IME")]),
        ("institut médico éducatif", [(0, 3, "IME")]),
        ("plan local d’urbanisme", []),
        ("plan local d’urbanisme intercommunal", [(0, 4, "PLUI")]),
        ("projet de loi de finances", [(0, 5, "PLF")]),
        ("projet de loi de finances rectificative", [(0, 6, "PLFR")]),
        ("fonds agence régionale de santé et revenu de solidarité active",
         [(1, 5, "ARS"), (6, 10, "RSA")]),
        ("", []),
    ],
)  # fmt: skip
def test_named(words: str, found: list[tuple[int, int, str]]) -> None:
    """Typed words in a row are a whole developed form, the longest, whatever their little words."""
    assert [
        (first, end, sigle.letters) for first, end, sigle in find_named(list(_words(words.split())))
    ] == found


def _words(words: Iterable[str]) -> Iterable[str | None]:
    """The words of a case, where a bar is no word."""
    return (None if word == "|" else word for word in words)


def test_a_table_has_comments_and_notes() -> None:
    """A line is a sigle, its forms, and whether it is a word too."""
    lines = ["# Sigles", "", "ABC\talpha bêta charlie | alphas bêtas\tmot", "DE\tdelta écho"]

    assert list(read_table(lines)) == [
        Sigle("ABC", ("alpha bêta charlie", "alphas bêtas"), True),
        Sigle("DE", ("delta écho",)),
    ]


def test_each_meaning_is_told_once() -> None:
    """Forms that differ by a plural, a little word or their end are one meaning."""
    forms = ("alpha de bêta", "alphas bêta", "alpha de bêta et charlie", "alpha delta")

    assert Sigle("ABC", forms).meanings == ("alpha de bêta", "alpha delta")

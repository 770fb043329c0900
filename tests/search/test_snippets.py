"""Which passages of a text are shown, and where they are cut."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.expansion import Sequence, Unit
from search.marks import find_marks
from search.snippets import PASSAGE_LENGTH, PASSAGES, best_passages, opening
from tests.search.reference_marks import reference_passages

FIELD = "question"


def units(*words: str) -> list[Unit]:
    """One unit a word."""
    return [Unit(w, (FIELD,), (Sequence((frozenset([w]),)),)) for w in words]


def passages(text: str, *words: str) -> tuple[str, ...]:
    """The passages of a text for some words."""
    return best_passages(text, find_marks(text, units(*words), FIELD))


FILLER = "Rien de particulier ne se passe dans cette phrase qui remplit la page. "


def test_a_short_text_is_shown_whole() -> None:
    """Nothing is cut, and no ellipsis pretends so."""
    assert passages("La route est coupée.", "route") == ("La <mark>route</mark> est coupée.",)


def test_no_mark_no_passage() -> None:
    """A text that holds none of the words shows nothing."""
    assert passages("La route est coupée.", "gare") == ()


def test_a_passage_begins_with_a_sentence() -> None:
    """The sentence of the first word is shown from its beginning."""
    (passage,) = passages(FILLER * 5 + "La route est coupée. " + FILLER * 5, "route")

    assert passage.startswith("La <mark>route</mark> est coupée. Rien de particulier")


@pytest.mark.parametrize("title", ["M.", "MM.", "J."])
def test_an_initial_does_not_end_a_sentence(title: str) -> None:
    """« M. le ministre » is not cut after its point."""
    (passage,) = passages(
        FILLER * 5 + f"On demande à {title} Doré si la route est coupée.", "route"
    )

    assert passage == f"On demande à {title} Doré si la <mark>route</mark> est coupée."


def test_a_quotation_ends_with_its_sentence() -> None:
    """Nothing is left out where the sentence before ends inside quotation marks."""
    (passage,) = passages(FILLER * 5 + "Il a dit : « Rien.» La route est coupée.", "route")

    assert passage == "La <mark>route</mark> est coupée."


def test_a_word_cut_by_the_end_is_not_marked() -> None:
    """A number whose digits a space groups may be cut there: its first part is no number."""
    text = "La route " + "mot " * 62 + "1 960 " + "mot " * 90
    assert text.index(" 960") in range(PASSAGE_LENGTH - 4, PASSAGE_LENGTH)

    (passage,) = passages(text, "route", "1960")
    assert passage.endswith(" mot 1 …")


def test_what_is_cut_is_said() -> None:
    """An ellipsis stands where a sentence is left out in part."""
    words = " ".join(["mot"] * 100)
    (passage,) = passages(f"{words} route {words}", "route")

    assert passage.startswith("… mot ")
    assert passage.endswith(" mot …")


def test_the_passage_with_more_words_is_preferred() -> None:
    """A second word counts for more than a second occurrence."""
    text = "La route, la route. " + FILLER * 6 + "Une route et un pont. " + FILLER * 6
    shown = passages(text + "La route encore, la route toujours, la route.", "route", "pont")

    assert any("<mark>route</mark> et un <mark>pont</mark>" in passage for passage in shown)


def test_no_second_passage_for_the_same_word() -> None:
    """A second passage shows a word that the first lacks, or isn't shown."""
    shown = passages(f"Un pont. {FILLER * 8} Un pont, un pont. {FILLER * 8}", "route", "pont")

    assert ["un <mark>pont</mark>" in passage for passage in shown] == [True]


def test_two_passages_in_the_order_of_the_text() -> None:
    """Words that stand apart are each shown, the first of the text first."""
    shown = passages(f"Un pont. {FILLER * 8} Une route. {FILLER * 8}", "route", "pont")

    assert ["pont" in passage for passage in shown] == [True, False]
    assert ["<mark>route</mark>" in passage for passage in shown] == [False, True]


def test_unbroken_spaces_stay() -> None:
    """A no-break space keeps « 6 % » on one line in an excerpt too."""
    assert passages("une route\u00a0!", "route") == ("une <mark>route</mark>\u00a0!",)


def test_paragraphs_run_on() -> None:
    """Line breaks and tabs of a table are single spaces in an excerpt."""
    assert passages("Une\troute\n\nUn  pont", "route") == ("Une <mark>route</mark> Un pont",)


@pytest.mark.parametrize(
    ("text", "shown"),
    [("", ()), ("Un <pont> & une route", ("Un &lt;pont&gt; &amp; une route",))],
)
def test_opening_of_a_short_text(text: str, shown: tuple[str, ...]) -> None:
    """A short text is its own opening, escaped; an empty one has none."""
    assert opening(text) == shown


def test_opening_of_a_long_text() -> None:
    """A long text opens with its first sentences."""
    (passage,) = opening(FILLER * 9)

    assert passage.startswith("Rien de")
    assert passage.endswith("la page.")
    assert len(passage) <= PASSAGE_LENGTH


WORDS = st.sampled_from(
    ["route", "pont", "Pont-Levé", "l’arche", "était", "1 960", "6,6 %", "E.N.A.", "œuvre", "M.",
     "<b>gras</b>", "&amp;", "<mark>", "</mark>", "<script>", "&lt;", '"', "«", "»", "<", "&"]
)  # fmt: skip
SPACES = st.sampled_from((" ", " ", " ", ". ", "\n", "\t", "\u00a0", " — ", ", "))
TEXTS = st.lists(st.tuples(WORDS, SPACES), max_size=120).map(
    lambda pairs: "".join(word + space for word, space in pairs).strip()
)
SEARCHED = ("route", "pont", "arche", "1960", "ena", "oeuvre")


def bare(passage: str) -> str:
    """A passage as the text it was cut from: no ellipsis, no mark, no escape."""
    text = passage.removeprefix("… ").removesuffix(" …")
    return " ".join(html.unescape(re.sub("</?mark>", "", text)).split())


@given(TEXTS)
def test_at_most_two_passages_each_with_a_mark(text: str) -> None:
    """There is a passage exactly when there is a mark, and none without one."""
    shown = passages(text, *SEARCHED)

    assert len(shown) <= PASSAGES
    assert bool(shown) == bool(find_marks(text, units(*SEARCHED), FIELD))
    assert all("<mark>" in passage for passage in shown)


@given(TEXTS)
def test_passages_hold_no_tag_but_marks(text: str) -> None:
    """Whatever a text holds, an excerpt is safe HTML with balanced marks."""
    for passage in (*passages(text, *SEARCHED), *opening(text)):
        tags = re.findall("<[^>]*>?", passage)
        assert tags == ["<mark>", "</mark>"] * (len(tags) // 2)
        assert not re.search("&(?!amp;|lt;|gt;)", passage)


@given(TEXTS)
def test_passages_are_parts_of_the_text(text: str) -> None:
    """Without marks and ellipses, an excerpt stands in the text word for word."""
    for passage in (*passages(text, *SEARCHED), *opening(text)):
        assert bare(passage) in " ".join(text.split())


@given(TEXTS)
def test_no_word_is_cut(text: str) -> None:
    """A passage begins and ends between words."""
    whole = set(text.split())
    for passage in (*passages(text, *SEARCHED), *opening(text)):
        assert set(bare(passage).split()) <= whole


@given(TEXTS)
def test_passages_are_short(text: str) -> None:
    """A passage stays within its length, give or take its first word."""
    longest = PASSAGE_LENGTH + max(map(len, text.split()), default=0)
    assert all(len(bare(passage)) <= longest for passage in passages(text, *SEARCHED))


@given(TEXTS)
def test_passages_do_not_overlap(text: str) -> None:
    """No marked word is shown twice."""
    shown = sum(passage.count("<mark>") for passage in passages(text, *SEARCHED))

    assert shown <= len(find_marks(text, units(*SEARCHED), FIELD))


UNITS_OF_MARKS = st.lists(st.lists(st.sampled_from(SEARCHED), min_size=1, max_size=3), max_size=4)
BREAKS = st.sampled_from(
    (
        *(" ", ". ", ". ", ".\n", "!\n\n", "…  »\n", '." ', ".»A", " M. ", "? «", " A. "),
        *("\n", "\n \n", "\t", "x" * 40 + " ", " " * 95, ". " + " " * 90),
    )
)
LONG_TEXTS = st.lists(st.tuples(WORDS | st.just("mot"), BREAKS), max_size=200).map(
    lambda pairs: "".join(word + sign for word, sign in pairs)
)


@given(LONG_TEXTS, UNITS_OF_MARKS)
def test_passages_are_the_best_of_all(text: str, searched: list[list[str]]) -> None:
    """One pass over the marks chooses the same as comparing what follows each of them."""
    forms = [Unit("u", (FIELD,), (Sequence((frozenset(words),)),)) for words in searched]
    marks = find_marks(text, forms, FIELD)

    assert best_passages(text, marks) == reference_passages(text, list(marks))

"""The hits of a page are those that an analysis of every text would give."""

from __future__ import annotations

import html
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.columnar.index import open_generation
from index.columnar.segment_arrays import SegmentArrays
from index.french.analyzer import analyze
from index.markup import clean_html, text_of_html
from index.question import Question, make_question
from index.sources.reader import read_sources
from index.stores.whoosh_store import open_index, open_store
from search.engines import whoosh_page_places
from search.engines.whoosh_hits import Found, build_hits, locate_words
from search.expansion import Sequence as Searched
from search.expansion import TermsBeginning, Unit
from search.marks import mark_text
from search.results import Extraits, Hit
from search.snippets import opening
from tests.publishing import publish
from tests.search.reference_marks import reference_marks, reference_passages
from tests.search.strategies import hostile_texts, some_units

DEMO = Path(__file__).resolve().parents[2] / "demo" / "questions"


def reference_hit(question: Question, units: Sequence[Unit], champ: str | None) -> Hit:
    """A hit made by analysing the title and the texts."""

    def passages(text: str, side: str) -> tuple[str, ...]:
        return reference_passages(text, reference_marks(text, units, side))

    titre = question.titre
    texts = {
        side: text_of_html(source)
        for side, source in (
            ("question", question.texte_question),
            ("reponse", question.texte_reponse),
        )
        if source and champ in (None, side)
    }
    marked = {side: passages(text, side) for side, text in texts.items()}
    shown = marked if any(marked.values()) else {s: opening(text) for s, text in texts.items()}
    titre_html = titre and mark_text(titre, reference_marks(titre, units, "titre"))
    return Hit(question, False, None, titre_html, Extraits(**shown))


def segment_of(questions: Sequence[Question]) -> SegmentArrays:
    """The segment of an index of these questions."""
    with TemporaryDirectory() as folder:
        directory = Path(folder)
        with open_store(directory, fictional=False, today=date(2026, 5, 12)) as store:
            publish(store, questions)
        # Mapped files stay readable when they are gone.
        return open_generation(open_index(directory)).segments[0].arrays


paragraphs = st.lists(hostile_texts, max_size=3).map(
    lambda texts: clean_html("".join(f"<p>{html.escape(text)}</p>" for text in texts))
)
units_of_question = some_units(("titre", "question", "reponse"), ("question",), ("rubrique",))


@st.composite
def questions(draw: st.DrawFn, numero: int) -> Question:
    """A question of texts that are hard to mark."""
    return make_question(
        legislature=17,
        type="QE",
        numero=numero,
        titre=draw(st.none() | hostile_texts),
        texte_question=draw(paragraphs),
        texte_reponse=draw(paragraphs),
        source="hypothesis.json",
    )


@st.composite
def pages(draw: st.DrawFn) -> tuple[list[list[Question]], list[tuple[int, int, list[Unit]]]]:
    """Two segments of questions; and a page: places of segment and question, units to mark."""
    numbers = iter(range(1, 100))
    segments = [
        [draw(questions(next(numbers))) for _ in range(draw(st.integers(1, 3)))] for _ in range(2)
    ]
    places = [(s, d) for s, segment in enumerate(segments) for d in range(len(segment))]
    page = draw(st.lists(st.sampled_from(places), unique=True, max_size=4))
    units = draw(units_of_question)
    shown = [[unit for unit in units if draw(st.booleans())] for _ in page]
    return segments, [(*place, own) for place, own in zip(page, shown, strict=True)]


def hits_of(found: Sequence[Found], champ: str | None) -> tuple[Hit, ...]:
    """The hits of questions found, their words located as a search does."""
    units = dict.fromkeys(unit for one in found for unit in one.units)
    places = locate_words([(one.arrays, one.document) for one in found], units)
    return build_hits(found, places, champ)


@given(pages(), st.sampled_from((None, "question", "reponse")), st.sampled_from((0, 1, 256)))
def test_hits_are_those_of_an_analysis(
    situation: tuple[list[list[Question]], list[tuple[int, int, list[Unit]]]],
    champ: str | None,
    short: int,
) -> None:
    """Whatever the texts and the units, over several segments, however lists are looked up."""
    segments, page = situation
    arrays = [segment_of(segment) for segment in segments]
    found = [Found(arrays[s], d, units, False, None) for s, d, units in page]
    with patch.object(whoosh_page_places, "_SHORT", short):
        hits = hits_of(found, champ)

    assert list(hits) == [reference_hit(segments[s][d], units, champ) for s, d, units in page]


@pytest.fixture(scope="module")
def demo() -> list[Question]:
    """The demo corpus."""
    return [entry for entry in read_sources([DEMO]) if isinstance(entry, Question)]


@pytest.mark.parametrize("short", [0, 256])
def test_hits_of_the_demo_corpus(
    demo: list[Question], short: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same over written French, for units taken from its own texts."""
    monkeypatch.setattr(whoosh_page_places, "_SHORT", short)
    arrays = segment_of(demo)
    units = [unit for question in demo[::40] for unit in units_from(question)]
    for first in range(0, len(units), 5):
        found = [Found(arrays, d, units[first : first + 5], False, None) for d in range(len(demo))]
        for hit, one in zip(hits_of(found, None), found, strict=True):
            assert hit == reference_hit(demo[one.document], one.units, None)


def units_from(question: Question) -> list[Unit]:
    """A word, a prefix, a phrase and nearby words of a question's text."""
    terms = [token.term for token in analyze(text_of_html(question.texte_question or ""))]
    words = [frozenset([term]) for term in terms[len(terms) // 2 :][:6]]
    fields = ("titre", "question", "reponse")
    return [
        Unit("typed", fields, (sequence,))
        for sequence in (
            Searched((words[0] | words[1],)),
            Searched((TermsBeginning(terms[4][:3]),)),
            Searched(tuple(words[:2])),
            Searched((words[3], words[5]), slop=4),
        )
    ]


def test_a_list_ends_where_the_next_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    """A question after the last one of a word's list is not the first one of the next word's."""
    monkeypatch.setattr(whoosh_page_places, "_SHORT", 0)
    titres = ("un pain", "des pains")
    made = [make_question(uid=f"QANR5L17QE{n}", titre=titre) for n, titre in enumerate(titres, 1)]
    arrays = segment_of(made)
    units = [Unit("pain", ("titre",), (Searched((frozenset(["pain"]),)),))]

    hits = hits_of([Found(arrays, d, units, False, None) for d in (0, 1)], None)
    assert [hit.titre_html for hit in hits] == ["un <mark>pain</mark>", "des pains"]


def test_what_is_told_of_a_question_stays(demo: list[Question]) -> None:
    """A hit has the score and the delay it was found with, in the order of the page."""
    arrays = segment_of(demo[:3])
    found = [Found(arrays, d, [], d == 1, float(d)) for d in (2, 0, 1)]

    told = [(hit.question.uid, hit.en_retard, hit.score) for hit in hits_of(found, None)]
    assert told == [(demo[d].uid, d == 1, float(d)) for d in (2, 0, 1)]


def test_a_page_without_a_question() -> None:
    """Nothing found is nothing shown."""
    assert hits_of([], None) == ()

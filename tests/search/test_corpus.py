"""What an index holds and lacks, counted by columns as by plain loops."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from index.question import Question, make_question
from index.stores.whoosh_store import open_store, report_path
from search.corpus import Corpus, Gap, Holding
from search.engine import open_engine
from tests.conftest import MakeEngine
from tests.damaging import overwrite
from tests.publishing import publish

TODAY = date(2026, 5, 12)


def question(uid: str, **given: Any) -> Question:
    return make_question(**({"uid": uid, "source": "a.zip/q.json"} | given))


QUESTIONS = [
    question("QANR5L17QE7", date_reponse=date(2025, 3, 4)),
    question("QANR5L17QE3", date_question=date(2025, 1, 7), texte_reponse="<p>Oui.</p>"),
    question("QANR5L17QE4", source="b.zip/q.json"),
    question("QANR5L17QG2", closed_as="repondue"),
    question("QANR5L16QE1", date_retrait=date(2024, 6, 11), source="pages/16-1QE.htm"),
    question("QANR5L16QE2", source="pages/16-2QE.htm"),
]


def test_each_legislature_and_type_has_its_figures(make_engine: MakeEngine) -> None:
    """The newest législature first; gaps, textless answers, newest date and sources of each."""
    corpus = make_engine(QUESTIONS).corpus()

    assert corpus.holdings == (
        Holding(
            17,
            "QE",
            questions=3,
            highest=7,
            gaps=(Gap(1, 2), Gap(5, 6)),
            answers_without_text=1,
            newest_jo=date(2025, 3, 4),
            archives={"a.zip": 2, "b.zip": 1},
        ),
        Holding(17, "QG", 1, 2, (Gap(1, 1),), 1, None, {"a.zip": 1}),
        Holding(16, "QE", 2, 2, (), 0, date(2024, 6, 11), {"pages": 2}),
    )
    assert [holding.missing for holding in corpus.holdings] == [4, 1, 0]
    assert (corpus.questions, corpus.donnees_au) == (6, date(2025, 3, 4))


def test_sources_come_by_how_much_they_gave(make_engine: MakeEngine) -> None:
    """The greatest first, then by name."""
    sources = ["b", "c", "c", "a"]
    questions = [question(f"QANR5L17QE{n}", source=s) for n, s in enumerate(sources, 1)]

    assert list(make_engine(questions).corpus().holdings[0].archives) == ["c", "a", "b"]


def test_replaced_questions_are_not_counted(tmp_path: Path) -> None:
    """Over several segments: what a newer version says counts, and what it replaced does not."""
    newer = question("QANR5L17QE7", texte_reponse="<p>Non.</p>", source="new.zip/q.json")
    for batch in (QUESTIONS, [newer, question("QANR5L17QE9")]):
        with open_store(tmp_path, fictional=False, today=TODAY) as store:
            publish(store, batch)

    corpus = corpus_of(tmp_path)

    expected = [q for q in QUESTIONS if q.uid != newer.uid] + [newer, question("QANR5L17QE9")]
    assert corpus.questions == len(expected)
    for holding in corpus.holdings:
        assert_counts(holding, expected)


def assert_counts(holding: Holding, questions: list[Question]) -> None:
    """A holding is what plain loops make of it."""
    own = [q for q in questions if (q.legislature, q.type) == (holding.legislature, holding.type)]
    numbers = {q.numero for q in own}
    missing = [n for gap in holding.gaps for n in range(gap.first, gap.last + 1)]
    assert holding.questions == len(own)
    assert missing == [n for n in range(1, max(numbers)) if n not in numbers]
    assert holding.answers_without_text == sum(
        q.statut == "repondue" and q.texte_reponse is None for q in own
    )
    assert holding.archives == Counter(q.archive for q in own)


def test_fictional_numbers_count_from_their_own_first(tmp_path: Path) -> None:
    """Nobody misses the 900,000 numbers before those of the demo corpus."""
    with open_store(tmp_path, fictional=True, today=TODAY) as store:
        publish(store, [question("QANR5L17QE900003")])

    assert corpus_of(tmp_path).holdings[0].gaps == (Gap(900_001, 900_002),)


def test_the_account_of_the_build_comes_along(tmp_path: Path) -> None:
    """As it stands beside the index."""
    with open_store(tmp_path, fictional=False, today=TODAY) as store:
        publish(store, QUESTIONS, {"read": 6})

    assert corpus_of(tmp_path).build["read"] == 6


@pytest.mark.parametrize("content", ["{", "[]", None])
def test_a_damaged_account_hides_nothing_else(tmp_path: Path, content: str | None) -> None:
    """The figures come from the questions; `qe check` is what names the file."""
    with open_store(tmp_path, fictional=False, today=TODAY) as store:
        publish(store, QUESTIONS)
    path = report_path(tmp_path, 1)
    path.unlink() if content is None else overwrite(path, content)

    corpus = corpus_of(tmp_path)

    assert (dict(corpus.build), corpus.questions) == ({}, 6)


def test_figures_as_json(make_engine: MakeEngine) -> None:
    """Names in French like those of the API, gaps as pairs."""
    figures = make_engine(QUESTIONS).corpus().as_json()

    assert json.loads(json.dumps(figures))["corpus"][0] == {
        "legislature": 17,
        "type": "QE",
        "questions": 3,
        "numero_max": 7,
        "numeros_manquants": 4,
        "intervalles_manquants": [[1, 2], [5, 6]],
        "reponses_sans_texte": 1,
        "dernier_jo": "2025-03-04",
        "sources": {"a.zip": 2, "b.zip": 1},
    }


def corpus_of(directory: Path) -> Corpus:
    engine = open_engine(directory)
    try:
        return engine.corpus()
    finally:
        engine.close()


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Corpus]:
    with open_store(tmp_path, fictional=False, today=TODAY):
        pass
    yield corpus_of(tmp_path)


def test_an_empty_index_holds_nothing(empty: Corpus) -> None:
    """No holding, rather than one of nothing."""
    assert (empty.holdings, empty.questions) == ((), 0)

"""Queries are chosen by how many questions hold their words, always the same ones."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from benchmarks.frequencies import Frequencies, folded_words
from benchmarks.generator import generate_records
from benchmarks.words import GRAMMATICAL
from benchmarks.workload import WANTED, Query, make_workload
from search.request import SearchRequest

SIZE = 500


def record(titre: str, question: str, reponse: str | None = None) -> dict[str, Any]:
    return {"titre": titre, "texte_question": question, "texte_reponse": reponse}


@pytest.fixture(scope="module")
def records() -> list[dict[str, Any]]:
    return list(generate_records(SIZE))


@pytest.fixture(scope="module")
def frequencies(records: list[dict[str, Any]]) -> Frequencies:
    return Frequencies.of(records)


@pytest.fixture(scope="module")
def workload(frequencies: Frequencies, records: list[dict[str, Any]]) -> list[Query]:
    return make_workload(frequencies, records[:100])


def test_a_word_counts_once_a_question_whatever_its_case_and_accents() -> None:
    """What is counted is what engines look up."""
    frequencies = Frequencies.of(
        [
            record("Été", "<p>L'été, les retraités.</p>", "<p>RETRAITES</p>"),
            record("Hiver", "<p>Les retraités d’hiver</p>"),
        ]
    )

    assert frequencies.words == {"retraites": 1.0, "hiver": 0.5}


def test_pairs_stand_side_by_side_in_two_questions() -> None:
    """A pair of one question is no phrase to look for, nor are words of two sentences' ends."""
    frequencies = Frequencies.of(
        [
            record("", "<p>sécurité sociale agricole</p>"),
            record("", "<p>Sécurité sociale</p>"),
            record("", "<p>rien</p>"),
            record("", "<p>rien</p>"),
        ]
    )

    assert frequencies.pairs == {"securite sociale": 0.5}


def test_shares_are_those_of_the_texts(
    frequencies: Frequencies, records: list[dict[str, Any]]
) -> None:
    """Counted again by the plainest loop."""
    held: Counter[str] = Counter()
    for one in records:
        held.update(set(folded_words(one)))

    assert all(share == held[word] / SIZE for word, share in frequencies.words.items())


def test_more_than_sixty_queries_of_every_kind(workload: list[Query]) -> None:
    """Words, phrases, prefixes, exclusions, filters, sorts, deep pages, and nothing at all."""
    kinds = Counter(query.kind for query in workload)

    assert len(workload) >= 60
    assert set(kinds) == {
        "rare word", "middle word", "common word", "everywhere word", "two words", "three words",
        "four words", "five words", "phrase", "prefix", "exclusion", "either", "one filter",
        "two filters", "no text", "sorted", "deep page",
    }  # fmt: skip


def test_single_words_have_the_wanted_shares(
    workload: list[Query], frequencies: Frequencies
) -> None:
    """No word that is not chosen would be nearer, grammatical and short ones aside."""
    words = {
        word: share
        for word, share in frequencies.words.items()
        if word not in GRAMMATICAL and len(word) > 4
    }
    chosen = [query.words[0] for query in workload if query.kind.endswith(" word")]
    wanted = [share for shares in WANTED.values() for share in shares]
    others = [share for word, share in words.items() if word not in chosen]

    assert len(set(chosen)) == len(wanted)
    for word, share in zip(chosen, wanted, strict=True):
        assert abs(words[word] - share) <= min(abs(own - share) for own in others)


def test_words_searched_together_stand_together(
    workload: list[Query], records: list[dict[str, Any]]
) -> None:
    """A query of several words has an answer."""
    said = [set(folded_words(one)) for one in records]
    several = [query for query in workload if query.kind.endswith(" words")]

    assert len(several) >= 10
    assert all(any(set(query.words) <= words for words in said) for query in several)


def test_the_same_corpus_has_the_same_queries(
    workload: list[Query], frequencies: Frequencies, records: list[dict[str, Any]]
) -> None:
    """Nothing depends on the order in which words were met."""
    shuffled = Frequencies(
        dict(sorted(frequencies.words.items())),
        dict(sorted(frequencies.pairs.items())),
        dict(sorted(frequencies.sequences.items())),
    )

    assert make_workload(shuffled, records[:100]) == workload


def test_every_query_is_one_of_our_addresses(workload: list[Query]) -> None:
    """Our own request reads back every part of it."""
    for query in workload:
        request = SearchRequest.from_params(query.params)
        assert request.page == query.page
        assert sum(map(len, request.filters.values())) == sum(map(len, query.filters.values()))


def test_a_query_is_written_in_our_language() -> None:
    """Each part in its own way, the text first."""
    query = Query(
        "all", words=("un",), phrase=("deux", "trois"), prefix="quat", either=("cinq", "six"),
        without="sept", filters={"type": ("QE",)}, sort="recent", page=3,
    )  # fmt: skip

    assert query.params == [
        ("q", 'un "deux trois" quat* (cinq OU six) -sept'),
        ("tri", "recent"),
        ("page", "3"),
        ("type", "QE"),
    ]

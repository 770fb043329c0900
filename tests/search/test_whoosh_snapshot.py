"""What a snapshot reads of an index: through segments and deletions, as of a fresh one."""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.columnar.index import ColumnarIndex, open_generation
from index.fields import TEXT_FIELDS, UNFIELDED
from index.french.analyzer import analyze
from index.french.families import Families
from index.question import Question, make_question
from index.stores.whoosh_store import open_index, open_store
from search.engines import whoosh_facets, whoosh_forms
from search.engines.whoosh_facets import Facets
from search.engines.whoosh_forms import list_forms
from search.engines.whoosh_search import Search
from search.engines.whoosh_snapshot import Snapshot
from search.expansion import Sequence as WordSequence
from search.expansion import TermsBeginning, Unit
from search.facets import FACETS
from search.request import SearchRequest
from tests.conformance import strategies
from tests.conftest import HYPOTHESIS_PROFILE
from tests.publishing import publish
from tests.search.stock_whoosh import NoStockQuery, stock_query

TODAY = date(2026, 11, 24)
FEW = settings(max_examples={"fixed": 9, "nightly": 1_000}[HYPOTHESIS_PROFILE])
"""Each example builds an index."""


@pytest.fixture(scope="module", autouse=True)
def quick_files() -> Iterator[None]:
    """Wait for no disk: these indexes live as long as a test."""
    with patch("os.fsync"):
        yield


@contextmanager
def built(batches: Iterable[Sequence[Question]]) -> Iterator[ColumnarIndex]:
    """An index built in these batches."""
    with TemporaryDirectory() as directory:
        path = Path(directory) / "index"
        for batch in batches:
            with open_store(path, fictional=False, today=TODAY) as store:
                publish(store, batch)
        yield open_index(path)


@contextmanager
def opened(batches: Iterable[Sequence[Question]]) -> Iterator[Snapshot]:
    """The snapshot of an index built in these batches."""
    with built(batches) as index:
        yield Snapshot(open_generation(index), fictional=False)


def held(batches: Iterable[Sequence[Question]]) -> list[Question]:
    """What an index holds after these batches."""
    return list({question.uid: question for batch in batches for question in batch}.values())


def terms_of(question: Question) -> set[str]:
    """The terms of a question, folded and accented ones."""
    tokens = [token for field in TEXT_FIELDS for token in analyze(field.text(question) or "")]
    return {term for token in tokens for term in (token.term, token.accented) if term}


@FEW
@given(situation=strategies.situations(searches=8))
def test_the_stock_searcher_finds_the_same_questions(
    situation: tuple[list[list[Question]], list[SearchRequest]],
) -> None:
    """Accents, families and prefixes as Whoosh's own searcher looks them up in our index."""
    batches, requests = situation
    with built(batches) as index, index.searcher() as searcher:
        snapshot = Snapshot(open_generation(index), fictional=False)
        for request in requests:
            search = Search.of(request, snapshot, Facets(snapshot))
            try:
                asked = stock_query(search.expanded.root, searcher.reader())
            except NoStockQuery:
                continue
            found = searcher.search(asked, limit=None)
            documents = search.find().documents

            assert sorted(hit["uid"] for hit in found) == sorted(snapshot.uids(documents).tolist())
            assert len(found) == documents.size


@FEW
@given(batches=strategies.batches(), start=st.integers(0, 9), count=st.integers(0, 9))
def test_uids_come_in_order_by_slices(
    batches: list[list[Question]], start: int, count: int
) -> None:
    """Every live question once with its newest JO, whatever segment holds it; none past the end."""
    expected = sorted((q.uid, max(q.record_dates, default=None)) for q in held(batches))
    with opened(batches) as snapshot:
        assert list(snapshot.dated_uids(range(len(expected) + 9))) == expected
        part = snapshot.dated_uids(range(start, start + count))

        assert list(part) == expected[start : start + count]


@FEW
@given(batches=strategies.batches())
def test_families_are_those_of_the_live_words(batches: list[list[Question]]) -> None:
    """Words of replaced questions make no family, as if they had never been there."""
    families = Families.build(set().union(*map(terms_of, held(batches))))
    with opened(batches) as snapshot:
        for word in {*strategies.QUERY_WORDS, "eleves", "zorgle", "chates", "inconnu"}:
            (token, *_) = [token for token in analyze(word) if not token.glued]
            typed = token.accented or token.term
            assert snapshot.vocabulary.family(typed) == families.family(typed)
            assert snapshot.vocabulary.base_forms(typed) == families.base_forms(typed)


def test_a_replaced_word_is_forgotten() -> None:
    """A form that only a replaced question held is no member of its family any more."""
    first, second, *others = (
        make_question(uid=f"QANR5L17QE{numero}", titre=titre, source="a.json")
        for numero, titre in ((1, "chat, chats"), (1, "chat"), *((n, "loup") for n in range(2, 20)))
    )
    # Enough others for their segment to stay as it is.
    with opened([[first, *others]]) as before, opened([[first, *others], [second]]) as after:
        assert before.vocabulary.family("chat") == {"chat", "chats"}
        assert after.vocabulary.family("chat") == {"chat"}


def test_a_word_lives_on_in_another_question() -> None:
    """In the same segment, behind the one that was replaced, or in another segment."""
    titres = ["chats, chevaux", "chats", *["loup"] * 18, "chevaux"]
    *held_first, last = (
        make_question(uid=f"QANR5L17QE{number}", titre=titre, source="a.json")
        for number, titre in enumerate(titres, 1)
    )
    newer = make_question(
        uid="QANR5L17QE1", titre="chat, cheval", date_question=date(2026, 5, 5), source="a.json"
    )

    with opened([held_first, [newer, last]]) as snapshot:
        assert snapshot.collection.live is not None
        assert snapshot.vocabulary.family("chat") == {"chat", "chats"}
        assert snapshot.vocabulary.family("cheval") == {"cheval", "chevaux"}


@FEW
@given(batches=strategies.batches())
def test_spellings_are_those_of_most_texts(batches: list[list[Question]]) -> None:
    """A folded form is written with its accents when at least half of its questions do so."""
    counts = document_counts(held(batches))
    with opened(batches) as snapshot:
        for form in ("eleve", "ecole", "retraite", "medecins", "chat", "zorgle", "absent"):
            spelt = [word for word in counts if not word.isascii() and fold_of(word) == form]
            best = min(spelt, key=lambda word: (-counts[word], word), default=form)
            usual = spelt and 2 * counts[best] >= counts.get(form, 0)
            assert snapshot.vocabulary.spelling(form) == (best if usual else form)


def fold_of(word: str) -> str:
    (token,) = analyze(word)
    return token.term


def document_counts(questions: Iterable[Question]) -> dict[str, int]:
    """In how many questions each term is, in the fields that words are searched in."""
    counts: dict[str, int] = {}
    for question in questions:
        texts = (field.text(question) or "" for field in TEXT_FIELDS if field.unfielded)
        tokens = [token for text in texts for token in analyze(text)]
        for term in {term for token in tokens for term in (token.term, token.accented) if term}:
            counts[term] = counts.get(term, 0) + 1
    return counts


@FEW
@given(batches=strategies.batches(), most=st.integers(1, 6))
def test_the_most_frequent_forms_of_a_prefix(batches: list[list[Question]], most: int) -> None:
    """Those that counting every form would put first, with their exact counts."""
    counts = document_counts(held(batches))
    few = {"MOST_FORMS": most, "_RANKED_FIRST": 1, "_MORE": 2}
    with opened(batches) as snapshot, patch.multiple(whoosh_forms, **few):
        for prefix in ("c", "re", "e", "1", "absent"):
            sequence = WordSequence((TermsBeginning(prefix),))
            unit = Unit(f"{prefix}*", UNFIELDED, (sequence,), None, True, True)
            forms = list_forms(unit, 0, snapshot.collection, snapshot.vocabulary)

            beginning = [word for word in counts if word.isascii() and word.startswith(prefix)]
            ranked = sorted((-counts[form], form) for form in beginning)[:most]
            expected = {snapshot.vocabulary.spelling(form): -rank for rank, form in ranked}
            assert forms == expected
            assert all(n >= m for n, m in pairwise(forms.values()))


@FEW
@given(batches=strategies.batches(), most=st.sampled_from((1, 4, 1 << 14)))
def test_facets_count_the_same_however_they_are_combined(
    batches: list[list[Question]], most: int
) -> None:
    """All at once or one by one, of some questions or of all but some."""
    with opened(batches) as snapshot, patch.object(whoosh_facets, "MOST_COMBINATIONS", most):
        facets = Facets(snapshot)
        everything = snapshot.collection.everything
        for documents in (everything, everything[1:], everything[::3], everything[:0]):
            counts = facets.count(documents)
            for facet in FACETS:
                alone = facets.count_one(facet.name, documents)
                assert counts[facets.columns[facet.name].part].tolist() == alone.tolist()
                borne = alone.sum() - overdue_of(snapshot, documents) * (facet.name == "statut")
                assert borne == documents.size


def overdue_of(snapshot: Snapshot, documents: Any) -> int:
    """How many of these are overdue: they are counted as such beside their statut."""
    return int(snapshot.overdue[documents].sum())


@FEW
@given(batches=strategies.batches())
def test_questions_by_uid_and_by_answer(batches: list[list[Question]]) -> None:
    """The newest record of each uid; the live questions of each answer."""
    questions = held(batches)
    with opened(batches) as snapshot:
        for question in questions:
            document = snapshot.document_of(question.uid)
            assert document is not None
            assert snapshot.question(document) == question
            if question.empreinte_reponse:
                found = snapshot.documents_answered(question.empreinte_reponse).tolist()
                assert {snapshot.question(number).uid for number in found} == {
                    other.uid
                    for other in questions
                    if other.empreinte_reponse == question.empreinte_reponse
                }
        for uid in ("", "QANR5L17QE999999", questions[0].uid + "\0", "\ud800", "Z" * 50):
            assert snapshot.document_of(uid) is None
        assert snapshot.documents_answered("0" * 16).tolist() == []
        uids = snapshot.uids(snapshot.collection.everything[::-1])
        assert sorted(uids.astype(str)) == sorted(question.uid for question in questions)


def test_an_index_without_a_question() -> None:
    """Has no date, no question overdue, and facets without values."""
    with TemporaryDirectory() as directory:
        path = Path(directory) / "index"
        with open_store(path, fictional=False, today=TODAY):
            pass
        snapshot = Snapshot(open_generation(open_index(path)), fictional=True)

    assert (snapshot.donnees_au, snapshot.overdue.size, snapshot.fictional) == (None, 0, True)
    facets, nothing = Facets(snapshot), snapshot.collection.everything
    shown = facets.show(facets.count(nothing), lambda _: nothing, {})
    assert list(shown) == [facet.name for facet in FACETS]
    assert all(not one.valeurs and not one.autres and not one.sans for one in shown.values())


def test_a_snapshot_is_let_go_of_at_once(tmp_path: Path) -> None:
    """Without waiting for the garbage collector: a server takes up one generation after another."""
    with open_store(tmp_path / "index", fictional=False, today=TODAY) as store:
        publish(store, [make_question(uid="QANR5L17QE1", titre="Eau", source="a.json")])

    snapshot = Snapshot(open_generation(open_index(tmp_path / "index")), fictional=False)
    snapshot.vocabulary.family("eau")
    snapshot.collection.document_frequency(UNFIELDED, frozenset(["eau"]))
    held = weakref.ref(snapshot.collection)
    del snapshot
    assert held() is None

"""A small corpus and an engine made of plain loops, to try the site without an index."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date
from itertools import islice
from typing import NoReturn, cast

import pytest
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import escape

from index.builder import build
from index.errors import IndexMissing
from index.markup import text_of_html
from index.question import Attribution, Question, QuestionType, make_question
from search.completion import MOST_SUGGESTIONS, Suggestion
from search.corpus import Corpus, Gap, Holding
from search.description import REVERSED_PERIOD, has_reversed_period
from search.engine import DatedUid, Engine, Health, Listing, open_engine
from search.facets import (
    EN_RETARD,
    FACET,
    FACETS,
    LISTED_VALUES,
    Facet,
    FacetCounts,
    FacetValue,
    identity,
)
from search.request import PER_PAGE, SearchRequest
from search.results import Extraits, Hit, SearchResults
from search.similarity import Similar
from search.statistics import BROKEN_DOWN, Group, Statistics
from tests.browsing import DEMO
from tests.plain_figures import figures_of, groups_of, timeline_of
from web.application import create_app
from web.settings import Settings

DONNEES_AU = date(2026, 5, 12)

BUILD = {
    "day": "2026-05-13",
    "read": 6,
    "indexed": 6,
    "unchanged": 0,
    "superseded": 0,
    "rejected": 0,
    "archives": {"seed.txt": "ab" * 32},
}
"""The account of the build of the small corpus, as far as pages read it."""


def day_of_the_data() -> date:
    """The day it is: that of the newest JO, so that no page says its data are old."""
    return DONNEES_AU


def sample_questions() -> list[Question]:
    """One question of each state, with what makes a page hard: tables, no title, long names."""
    answered = make_question(
        uid="QANR5L17QE13353",
        titre="Financement de la sécurité sociale & <avenir>",
        rubrique="Santé",
        auteur="M. Ernest Fauvel",
        groupe="Alliance rurale - Groupe des territoires",
        groupe_sigle="AR-GT",
        departement="Bas-Rhin",
        circonscription="2e circonscription",
        ministere="Santé et accès aux soins",
        ministere_developpe="Ministère de la santé et de l'accès aux soins",
        ministere_interroge="Comptes publics",
        attributions=(
            Attribution(date(2026, 3, 3), "Comptes publics"),
            Attribution(date(2026, 4, 7), "Santé et accès aux soins"),
        ),
        texte_question="<p>M. Ernest Fauvel interroge le ministre sur les ressources.</p>",
        texte_reponse=(
            "<p>Les cotisations sociales financent la protection.</p><table><tbody><tr>"
            "<td>2024</td><td>12</td></tr></tbody></table>"
        ),
        date_question=date(2026, 3, 3),
        page_jo_question=1840,
        date_reponse=date(2026, 5, 12),
        page_jo_reponse=4021,
        date_signalement=date(2026, 5, 4),
        source="seed.txt",
    )
    return [
        answered,
        replace(answered, uid="QANR5L17QE13354", numero=13354, titre="La même, par un autre"),
        make_question(
            uid="QANR5L17QE2621",
            auteur="Mme Denise Brûlart",
            ministere="Santé et accès aux soins",
            texte_question="<p>Elle souhaite connaître le calendrier.</p>",
            date_question=date(2025, 9, 2),
            source="seed.txt",
        ),
        make_question(
            uid="QANR5L16QE18111",
            titre="Cotisations des indépendants",
            rubrique="Santé",
            auteur="Mme Denise Brûlart",
            ministere="Travail",
            texte_question="<p>Elle l'interroge sur les cotisations.</p>",
            date_question=date(2024, 5, 28),
            date_retrait=date(2024, 6, 11),
            motif_retrait="Fin de mandat",
            source="seed.txt",
        ),
        make_question(
            uid="QANR5L16QG925",
            titre="Fraude aux prestations",
            auteur="Mme Denise Brûlart",
            ministere="Première ministre",
            texte_reponse="<p>Mme la présidente. La parole est à Mme Denise Brûlart.</p>",
            date_question=date(2023, 6, 7),
            date_reponse=date(2023, 6, 7),
            source="qg.json",
        ),
        make_question(
            uid="QANR5L16QE900001",
            titre="Une question fictive",
            texte_question="<p>Texte.</p>",
            date_question=date(2023, 5, 30),
            source="demo.json",
        ),
    ]


class LoopEngine:
    """An engine that reads every question for every search: slow, short, and obviously right."""

    def __init__(self, questions: list[Question], *, fictional: bool = False) -> None:
        self.questions = questions
        self.fictional = fictional

    def search(self, request: SearchRequest, *, with_timeline: bool = False) -> SearchResults:
        matching = [q for q in self.questions if self._has_words(q, request)]
        found = [question for question in matching if _kept(question, request)]
        found.sort(key=lambda q: q.uid)
        found.sort(key=lambda q: q.date_question or date.min, reverse=True)
        if request.sort in _SORTED_BY:
            found.sort(key=_SORTED_BY[request.sort], reverse=True)
        start = (request.page - 1) * request.par
        words = request.q.split()
        return SearchResults(
            request=request,
            description=" · ".join([f"« {request.q} »"] if words else ["Toutes les questions"]),
            total=len(found),
            unfiltered=len(matching),
            duree_ms=0.1,
            donnees_au=DONNEES_AU,
            indications=tuple(_indications(request, len(matching), len(found))),
            suggestion="cotisation" if request.q == "cotizations" else None,
            formes={word: {word: 2, f"{word.rstrip('s')}": 1} for word in words},
            hits=tuple(self._hit(q, request) for q in found[start : start + request.par]),
            approches=self._closest(request) if not matching and len(words) > 1 else (),
            facets={facet.name: self.facet(request, facet.name, "") for facet in FACETS},
            timeline=timeline_of(found, self.questions, "date_question") if with_timeline else None,
        )

    def statistics(self, request: SearchRequest) -> Statistics:
        results = self.search(request.replace(par=len(self.questions) + 1))
        found = [hit.question for hit in results.hits]
        return Statistics(
            request=request.replace(par=PER_PAGE),
            description=results.description,
            donnees_au=DONNEES_AU,
            indications=results.indications,
            unfiltered=results.unfiltered,
            figures=figures_of(found, DONNEES_AU),
            asked=timeline_of(found, self.questions, "date_question"),
            answered=timeline_of(found, self.questions, "date_reponse"),
            groups={name: _groups(found, FACET[name]) for name in BROKEN_DOWN},
            valueless={name: sum(not _values(q, name) for q in found) for name in BROKEN_DOWN},
        )

    def listing(self, request: SearchRequest) -> Listing:
        everything = request.replace(par=len(self.questions) + 1)
        found = [hit.question for hit in self.search(everything).hits]
        return Listing(request.replace(par=PER_PAGE), 3, DONNEES_AU, len(found), iter(found))

    def get(self, uid: str) -> Question | None:
        return next((q for q in self.questions if q.uid == uid), None)

    def dated_uids(self, ranks: range) -> tuple[DatedUid, ...]:
        ordered = sorted(self.questions, key=lambda question: question.uid)
        kept = ordered[ranks.start : ranks.stop]
        return tuple(DatedUid(q.uid, max(q.record_dates, default=None)) for q in kept)

    def highlight(
        self, questions: Sequence[Question], request: SearchRequest
    ) -> tuple[Question, ...]:
        return tuple(
            replace(
                question,
                titre=question.titre and _marked(str(escape(question.titre)), request),
                texte_question=_marked(question.texte_question, request),
                texte_reponse=_marked(question.texte_reponse, request),
            )
            for question in questions
        )

    def same_answer(self, question: Question) -> tuple[Question, ...]:
        mark = question.empreinte_reponse
        others = (q for q in self.questions if q.uid != question.uid)
        return tuple(q for q in others if mark and q.empreinte_reponse == mark)

    def similar(self, question: Question) -> Similar:
        known = {question.uid, *(q.uid for q in self.same_answer(question))}
        others = (q for q in self.questions if q.uid not in known)
        shared = tuple(q for q in others if question.rubrique and q.rubrique == question.rubrique)
        return Similar((question.rubrique,), shared) if question.rubrique and shared else Similar()

    def facet(self, request: SearchRequest, name: str, prefix: str) -> FacetCounts:
        others = {other: chosen for other, chosen in request.filters.items() if other != name}
        without_it = request.replace(filters=others)
        counted = [
            q for q in self.questions if self._has_words(q, request) and _kept(q, without_it)
        ]
        return _count(counted, FACET[name], request, prefix)

    def suggest(
        self, request: SearchRequest, limit: int = MOST_SUGGESTIONS
    ) -> tuple[Suggestion, ...]:
        texts = (_whole_text(question).casefold() for question in self.questions)
        words = sorted({word for text in texts for word in re.findall(r"\w{3,}", text)})
        *before, begun = request.q.casefold().split() or [""]
        queries = [" ".join((*before, word)) for word in words if begun and word.startswith(begun)]
        counted = ((query, self.search(request.replace(q=query)).total) for query in queries)
        lines = (
            Suggestion(query, "mot", total, request.replace(q=query).url())
            for query, total in counted
            if total
        )
        return tuple(islice(lines, limit))

    def health(self) -> Health:
        return Health(3, len(self.questions), DONNEES_AU, self.fictional)

    def corpus(self) -> Corpus:
        kinds = sorted({(-q.legislature, q.type) for q in self.questions})
        holdings = tuple(self._holding(-minus, type_) for minus, type_ in kinds)
        return Corpus(3, len(self.questions), DONNEES_AU, self.fictional, holdings, BUILD)

    def _holding(self, legislature: int, type_: QuestionType) -> Holding:
        held = [q for q in self.questions if (q.legislature, q.type) == (legislature, type_)]
        numbers = sorted(question.numero for question in held)
        before = [0, *numbers[:-1]]
        return Holding(
            legislature,
            type_,
            len(held),
            numbers[-1],
            tuple(Gap(b + 1, n - 1) for b, n in zip(before, numbers, strict=True) if n - b > 1),
            sum(q.statut == "repondue" and q.texte_reponse is None for q in held),
            max((day for q in held for day in q.record_dates), default=None),
            Counter(question.archive for question in held),
        )

    def close(self) -> None:
        self.questions = []

    def _has_words(self, question: Question, request: SearchRequest) -> bool:
        words = request.q.casefold().replace('"', "").split()
        return all(word in _whole_text(question).casefold() for word in words)

    def _hit(self, question: Question, request: SearchRequest) -> Hit:
        (marked,) = self.highlight([question], request)
        return Hit(
            question=question,
            en_retard=question.en_retard(DONNEES_AU),
            score=1.5 if request.sort == "pertinence" else None,
            titre_html=marked.titre,
            extraits=Extraits(
                _opening(question.texte_question, request),
                _opening(question.texte_reponse, request),
            ),
        )

    def _closest(self, request: SearchRequest) -> tuple[Hit, ...]:
        words = request.q.casefold().split()
        near = (
            question
            for question in self.questions
            if _kept(question, request)
            and any(word in _whole_text(question).casefold() for word in words)
        )
        return tuple(self._hit(question, request) for question in near)


class BrokenEngine:
    """An engine whose every method fails in one way."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __getattr__(self, name: str) -> Callable[..., NoReturn]:
        def fail(*_: object, **__: object) -> NoReturn:
            raise self.error

        return fail


def _indications(request: SearchRequest, matching: int, kept: int) -> Iterator[str]:
    for name in request.unknown:
        yield f"Paramètre « {name} » inconnu : ignoré."
    if has_reversed_period(request):
        yield REVERSED_PERIOD
    if matching and not kept:
        yield f"Aucune question avec ces filtres ; {matching} questions sans eux."


def _whole_text(question: Question) -> str:
    texts = (question.texte_question, question.texte_reponse)
    return " ".join([question.titre or "", *(text_of_html(text or "") for text in texts)])


def _marked(html: str | None, request: SearchRequest) -> str | None:
    words = "|".join(re.escape(word) for word in request.q.replace('"', "").split())
    if not html or not words:
        return html
    return re.sub(rf"(?i)({words})(?![^<]*>)", r"<mark>\1</mark>", html)


def _opening(html: str | None, request: SearchRequest) -> tuple[str, ...]:
    return (_marked(str(escape(text_of_html(html)[:200])), request) or "",) if html else ()


def _values(question: Question, name: str) -> list[str]:
    if name == "annee":
        return [str(question.date_question.year)] if question.date_question else []
    if name == "signalee":
        return ["1"] if question.date_signalement else []
    if name == "statut" and question.en_retard(DONNEES_AU):
        return [question.statut, EN_RETARD]
    value = getattr(question, name)
    return [] if value is None else [str(value)]


def _waited(question: Question) -> int:
    if question.delai_jours is not None:
        return question.delai_jours
    asked = question.date_question if question.statut == "en_attente" else None
    return (DONNEES_AU - asked).days if asked else -1


_SORTED_BY: dict[str, Callable[[Question], int]] = {
    "reponse": lambda question: question.date_reponse.toordinal() if question.date_reponse else 0,
    "delai": _waited,
}


def _within(day: date | None, since: date | None, until: date | None) -> bool:
    if day is None:
        return since is None and until is None
    return (since or day) <= day <= (until or day)


def _kept(question: Question, request: SearchRequest) -> bool:
    if not _within(question.date_question, request.du, request.au):
        return False
    if not _within(question.date_reponse, request.reponse_du, request.reponse_au):
        return False
    for name, choices in request.filters.items():
        keys = {identity(value) for value in _values(question, name)}
        if any(identity(c.valeur) in keys for c in choices if c.exclue):
            return False
        wanted = {identity(c.valeur) for c in choices if not c.exclue}
        if wanted and not wanted & keys:
            return False
    return True


def _count(found: list[Question], facet: Facet, request: SearchRequest, prefix: str) -> FacetCounts:
    """The values with a word that begins so: the first ones, and those chosen or excluded."""
    begins = re.compile(rf"(?<!\w){re.escape(identity(prefix))}")
    counted = Counter(value for q in found for value in _values(q, facet.name))
    choices = {choice.valeur: choice.exclue for choice in request.filters.get(facet.name, ())}
    begun = [value for value in {*counted, *choices} if begins.search(identity(value))]
    ordered = sorted(begun, key=lambda value: (-counted[value], value))
    names = [v for rank, v in enumerate(ordered) if rank < LISTED_VALUES or v in choices]
    return FacetCounts(
        tuple(
            FacetValue(
                value,
                facet.libelle(value),
                counted[value],
                choisie=choices.get(value) is False,
                exclue=choices.get(value) is True,
            )
            for value in names
        ),
        autres=sum(counted[value] for value in ordered if value not in names),
        sans=sum(not _values(question, facet.name) for question in found),
    )


def _groups(found: list[Question], facet: Facet) -> tuple[Group, ...]:
    return groups_of(
        found,
        DONNEES_AU,
        lambda question: next(iter(_values(question, facet.name)), None),
        facet.libelle,
        lambda valeur, count: (-int(valeur),) if facet.descending else (-count, valeur),
    )


MakeClient = Callable[..., FlaskClient]


@pytest.fixture(scope="session")
def demo_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The engine over the demo corpus."""
    directory = tmp_path_factory.mktemp("demo") / "index"
    build([DEMO], directory, today=DONNEES_AU, progress=lambda *_: None)
    with closing(open_engine(directory)) as engine:
        yield engine


@pytest.fixture(scope="session")
def demo_client(demo_engine: Engine) -> FlaskClient:
    """A client of the site over the demo corpus."""
    return create_app(demo_engine, settings=Settings(), today=day_of_the_data).test_client()


@pytest.fixture
def questions() -> list[Question]:
    return sample_questions()


@pytest.fixture
def engine(questions: list[Question]) -> LoopEngine:
    return LoopEngine(questions)


@pytest.fixture
def app(engine: LoopEngine) -> Flask:
    return create_app(
        engine, settings=Settings(url="https://questions.example.org/"), today=day_of_the_data
    )


@pytest.fixture
def client(app: Flask) -> Iterator[FlaskClient]:
    with app.test_client() as client:
        yield client


@pytest.fixture
def client_of() -> MakeClient:
    """A client of a site over the questions given, or over an engine that fails as given."""

    def make(
        corpus: list[Question] | Exception,
        *,
        settings: Settings | None = None,
        today: Callable[[], date] = day_of_the_data,
    ) -> FlaskClient:
        engine = BrokenEngine(corpus) if isinstance(corpus, Exception) else LoopEngine(corpus)
        return create_app(
            cast("Engine", engine), settings=settings or Settings(), today=today
        ).test_client()

    return make


@pytest.fixture
def fictional_client(questions: list[Question]) -> FlaskClient:
    """A client of a site over the demo corpus."""
    return create_app(LoopEngine(questions, fictional=True), settings=Settings()).test_client()


@pytest.fixture
def missing_index(client_of: MakeClient) -> FlaskClient:
    return client_of(IndexMissing("no index at /srv/index: run qe index"))

"""The home page: what is held, what is new, what waits, what to try, read once a generation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from html import unescape
from threading import Barrier, Thread
from typing import cast
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask.testing import FlaskClient

from index.question import Question, make_question
from search.engine import Engine, Health
from search.request import SearchRequest
from search.results import SearchResults
from tests.web.conftest import DONNEES_AU, LoopEngine, MakeClient, day_of_the_data, sample_questions
from web.pages.home import SHOWN_EXAMPLES, SHOWN_QUESTIONS, read_home
from web.settings import Settings
from web.site import Site


def words(html: str) -> str:
    """A page's text with every white space made one plain space."""
    return " ".join(html.replace("\u202f", " ").replace("\xa0", " ").split())


def home(client: FlaskClient) -> str:
    response = client.get("/")

    assert response.status_code == 200
    return words(response.text)


def links(page: str) -> Iterator[str]:
    yield from (unescape(link) for link in re.findall(r'href="([^"]+)"', page))


def written(
    numero: int, asked: date, answered: date | None = None, legislature: int = 17
) -> Question:
    return make_question(
        uid=f"QANR5L{legislature}QE{numero}",
        titre=f"Question {numero}",
        auteur="Mme Denise Brûlart",
        ministere="Travail",
        texte_question="<p>Elle demande.</p>",
        date_question=asked,
        date_reponse=answered,
        source="seed.txt",
    )


def test_it_says_what_it_holds(client: FlaskClient) -> None:
    """The size and the freshness of the corpus, its législatures with their years, its states."""
    page = home(client)

    assert '<a href="/?tri=recent">6 questions</a>' in page
    assert 'Jusqu’au JO du <time datetime="2026-05-12">12 mai 2026</time>.' in page
    assert '<a href="/?legislature=17">17e législature <span class="annees">depuis 2024' in page
    assert 'href="/?statut=en_retard">dont sans réponse après deux mois</a>' in page
    assert 'href="/corpus">Ce que contient ce site' in page


def test_it_shows_the_answers_of_the_newest_jo(client: FlaskClient) -> None:
    """Who asked whom, after how long, and the search of all answers of that day."""
    page = home(client)

    assert '<a href="/questions/QANR5L17QE13353">Financement de la sécurité sociale &amp;' in page
    assert "M. Ernest Fauvel <span aria-hidden" in page
    assert "</span> Santé et accès aux soins</p>" in page
    assert "Réponse après 70 jours" in page
    address = "/?type=QE&amp;reponse_du=2026-05-12&amp;reponse_au=2026-05-12"
    assert f'<a href="{address}">Les 2 réponses du JO du 12 mai 2026</a>' in page


def test_an_answer_given_in_a_sitting_is_none_of_the_jo(client_of: MakeClient) -> None:
    """A later question au Gouvernement doesn't take the place of the written ones."""
    sitting = date(2026, 5, 12)
    spoken = make_question(
        uid="QANR5L17QG1", titre="En séance", date_question=sitting, date_reponse=sitting
    )
    page = home(client_of([spoken, written(1, date(2026, 1, 6), date(2026, 3, 3))]))

    assert ">La réponse du JO du 3 mars 2026</a>" in page
    assert "En séance" not in page


def test_it_shows_what_has_waited_longest(client_of: MakeClient) -> None:
    """The oldest first, no more than a few, and the searches of all waiting and overdue ones."""
    recent = written(9, date(2026, 5, 5))
    overdue = [written(n, date(2025, n, 7)) for n in range(1, 8)]
    page = home(client_of([recent, *reversed(overdue)]))
    shown = re.findall(r'<h3><a href="/questions/(\w+)"', page)

    assert shown == [question.uid for question in overdue[:SHOWN_QUESTIONS]]
    assert "En attente depuis 16 mois, délai dépassé" in page
    waiting = "/?type=QE&amp;statut=en_attente&amp;tri=delai"
    assert f'<a href="{waiting}">Les 8 questions en attente de réponse</a>' in page
    late = "/?type=QE&amp;statut=en_retard&amp;tri=delai"
    assert f'<a href="{late}">dont 7 sans réponse après deux mois</a>' in page


def test_what_there_is_none_of_has_no_heading(client_of: MakeClient) -> None:
    """A législature that has ended waits for nothing; one without answers has none to show."""
    ended = home(client_of([written(1, date(2023, 5, 2), date(2023, 7, 4), legislature=16)]))
    unanswered = home(client_of([written(1, date(2026, 5, 5))]))

    assert "Ce qui attend" not in ended
    assert "Ce qui vient de recevoir une réponse" not in unanswered
    assert "La question en attente de réponse</a>" in unanswered


def test_an_empty_index_is_worded(client_of: MakeClient) -> None:
    """It says so, and leads to the help."""
    page = home(client_of([]))

    assert "Aucune question pour le moment" in page
    assert '<p class="issue"><a href="/aide">Lire l’aide</a></p>' in page
    assert "/?" not in page


def test_only_examples_that_find_something_are_shown(client: FlaskClient) -> None:
    """In the small corpus one does."""
    shown = re.findall(r'<dt><a href="([^"]+)">', home(client))

    assert shown == ["/?q=cotisations+sociales"]


def test_titles_and_names_are_escaped(client_of: MakeClient) -> None:
    """What was published is text, whatever it looks like."""
    hostile = replace(written(1, date(2026, 1, 6)), titre="<b>a</b>", ministere="<i>m</i>")
    page = home(client_of([hostile]))

    assert "&lt;b&gt;a&lt;/b&gt;" in page
    assert "<i>m</i>" not in page


def test_nothing_leads_to_an_empty_search(demo_client: FlaskClient, demo_engine: Engine) -> None:
    """Every search that the home page links to finds something in the demo corpus."""
    searches = [link for link in links(home(demo_client)) if link.startswith("/?")]
    empty = [
        link
        for link in searches
        if not demo_engine.search(SearchRequest.from_params(parse_qsl(urlsplit(link).query))).total
    ]

    assert len(searches) > 20
    assert empty == []


def test_the_demo_has_everything_to_show(demo_engine: Engine) -> None:
    """All lists, all examples there is room for, and numbers that agree with the searches."""
    shown = read_home(demo_engine)
    day = demo_engine.health().donnees_au

    assert [facet.name for facet in shown.facets] == ["legislature", "statut", "ministere"]
    assert len(shown.examples) == SHOWN_EXAMPLES
    assert shown.answered_on == day
    assert shown.answered and {q.date_reponse for q in shown.answered.questions} == {day}
    assert shown.overdue.total < shown.waiting.total
    asked = [question.date_question for question in shown.waiting.questions]
    assert asked == sorted(asked, key=lambda day: day or date.max)


class CountingEngine(LoopEngine):
    """Counts the searches, and holds the generation that a test gives it."""

    def __init__(self, questions: list[Question]) -> None:
        super().__init__(questions)
        self.searches = 0
        self.generation = 1

    def search(self, request: SearchRequest, *, with_timeline: bool = False) -> SearchResults:
        self.searches += 1
        return super().search(request, with_timeline=with_timeline)

    def health(self) -> Health:
        return Health(self.generation, len(self.questions), DONNEES_AU, fictional=False)


@pytest.fixture
def counting() -> CountingEngine:
    return CountingEngine(sample_questions())


@pytest.fixture
def site(counting: CountingEngine) -> Site:
    return Site(cast("Engine", counting), Settings(), day_of_the_data)


def test_a_generation_is_read_once(site: Site, counting: CountingEngine) -> None:
    """However often the page is asked for."""
    first = site.per_generation(read_home)
    after_one = counting.searches
    second = site.per_generation(read_home)

    assert second is first
    assert counting.searches == after_one


def test_a_new_generation_is_read_anew(site: Site, counting: CountingEngine) -> None:
    """What was published meanwhile shows at once."""
    before = site.per_generation(read_home)
    counting.questions = [*counting.questions, written(7, date(2026, 5, 5))]
    counting.generation += 1
    after = site.per_generation(read_home)

    assert after.waiting.total == before.waiting.total + 1


def test_another_index_of_the_same_generation_is_read_anew(
    site: Site, counting: CountingEngine
) -> None:
    """An index put in the place of this one counts its own generations."""
    before = site.per_generation(read_home)
    counting.questions = [*counting.questions, written(7, date(2026, 5, 5))]
    after = site.per_generation(read_home)

    assert after.waiting.total == before.waiting.total + 1


def test_facts_of_two_kinds_are_told_apart(site: Site) -> None:
    """Each function has its own."""
    assert site.per_generation(lambda _: "one") == "one"
    assert site.per_generation(lambda _: "other") == "other"


def test_threads_share_what_was_read(site: Site) -> None:
    """Those that ask at once get the same facts, whoever reads them."""
    together = Barrier(8)
    seen: list[int] = []

    def ask() -> None:
        together.wait()
        seen.append(site.per_generation(read_home).waiting.total)

    threads = [Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert seen == [1] * 8

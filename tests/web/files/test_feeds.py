"""Any search as an Atom feed: valid, stable, harmless, and sent again only when it is new."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

import feedparser
import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from index.question import Question, make_question
from search.engine import Engine
from search.request import SearchRequest
from tests.conftest import MakeEngine
from tests.web.conftest import MakeClient
from tests.web.documents import (
    Break,
    bearing,
    complaints,
    doubled,
    holding,
    parse,
    saying,
    texts,
    without,
)
from web.application import create_app
from web.files.feeds import MOST_ENTRIES, feed_id, newest_events
from web.files.xml_document import element, write_document, xml_text
from web.settings import Settings

SCHEMA = "atom.rng"
BASE = "https://questions.example.org"

HOSTILE = (
    "]]><script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    "&amp;lt;script&gt; &#0; &unknown;",
    "<!-- --> <![CDATA[ x ]]> <?xml version='1.0'?>",
    "\x00\x01\x08\x0b\x1f\x7f\x85\ufffe\uffff",
    "\ud800 \udfff seul",
    "👩‍⚕️ 🇫🇷 e\u0301",
    "\u202eà l’envers",
)
"""Texts that would break a document, or run in a reader."""


def asked(number: int, **given: Any) -> Question:
    """A written question of the current législature."""
    return make_question(**({"uid": f"QANR5L17QE{number}", "source": "a.json"} | given))


def feed_of(client: FlaskClient, query: str = "", **headers: str) -> bytes:
    response = client.get(f"/recherche.atom?{query}", headers=headers)

    assert response.status_code == 200
    return response.data


def entries(data: bytes, child: str) -> list[str]:
    return texts(parse(data), f"a:entry/a:{child}")


def content_of(question: Question, client_of: MakeClient) -> str:
    return entries(feed_of(client_of([question])), "content")[0]


# What a feed is


@pytest.mark.parametrize("query", ["", "q=cotisations", "q=rien+du+tout", "legislature=16"])
def test_a_feed_is_valid_atom(client: FlaskClient, query: str) -> None:
    """Whatever the search finds, even nothing, follows RFC 4287."""
    assert complaints(SCHEMA, parse(feed_of(client, query))) == []


BROKEN: dict[str, Break] = {
    "a feed without id": without("a:id"),
    "a feed without date": without("a:updated"),
    "two titles": doubled("a:title"),
    "an entry without title": without("a:entry/a:title"),
    "an id that is relative": saying("a:entry/a:id", "/questions/1"),
    "a date without hour": saying("a:entry/a:updated", "2026-05-12"),
    "a date without time zone": saying("a:updated", "2026-05-12T10:00:00"),
    "an author without name": without("a:entry/a:author/a:name"),
    "a category without term": bearing("a:entry/a:category", "term", None),
    "a link that leads nowhere": bearing("a:link", "href", None),
    "a type that is none": bearing("a:link", "type", "atom"),
    "a content of no known type": bearing("a:entry/a:content", "type", "markdown"),
    "an element that Atom lacks": holding("a:entry", "description", "a"),
    "an entry within an entry": holding("a:entry", "entry", "a"),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_the_schema_refuses(client: FlaskClient, broken: str) -> None:
    """A check that lets everything through would prove nothing."""
    document = parse(feed_of(client))
    BROKEN[broken](document)

    assert complaints(SCHEMA, document)


def test_the_schema_wants_an_author_for_each_entry(client: FlaskClient) -> None:
    """An entry may do without its own author only where the feed has one."""
    document = parse(feed_of(client))
    without("a:entry/a:author")(document)
    of_the_feed = complaints(SCHEMA, document)
    without("a:author")(document)

    assert of_the_feed == []
    assert complaints(SCHEMA, document)


@pytest.mark.parametrize("query", ["", "q=cotisations", "q=rien+du+tout"])
def test_readers_parse_a_feed(client: FlaskClient, query: str) -> None:
    """A reader finds nothing to complain of, and the title of the search."""
    read = feedparser.parse(feed_of(client, query))

    assert not read.bozo
    assert read.version == "atom10"
    assert read.feed.title.startswith("Questions écrites – ")
    assert read.feed.language == "fr"


def test_a_feed_says_what_it_is(client: FlaskClient) -> None:
    """Its type, its search in words, its source, its two addresses, the program."""
    response = client.get("/recherche.atom?q=cotisations&tri=ancien&page=3&par=25&utm_source=x")
    document = parse(response.data)
    links = {link.get("rel"): link.get("href") for link in document.findall("{*}link")}

    assert response.content_type == "application/atom+xml; charset=utf-8"
    assert texts(document, "a:title") == ["Questions écrites – « cotisations »"]
    assert texts(document, "a:rights") == [
        "Source : Assemblée nationale, Licence Ouverte, données au JO du 12 mai 2026"
    ]
    assert links == {
        "self": f"{BASE}/recherche.atom?q=cotisations",
        "alternate": f"{BASE}/?q=cotisations",
    }
    assert texts(document, "a:generator/@version")


def test_the_feed_of_everything_leads_to_the_list(client: FlaskClient) -> None:
    """Without words nor filters, the page beside the feed is no home page."""
    assert f"{BASE}/?tri=recent" in texts(parse(feed_of(client)), "a:link/@href")


def test_a_fictional_feed_says_so(fictional_client: FlaskClient) -> None:
    """In its head, and in what is shown of each entry, which travels alone."""
    document = parse(feed_of(fictional_client))
    told = texts(document, "a:entry[a:id][contains(a:link/@href, 'QE900001')]/a:content")

    assert "Questions fictives, pour démonstration." in texts(document, "a:subtitle")[0]
    assert "Questions fictives, pour démonstration." in told[0]


# Entries


def test_question_and_answer_are_two_entries(client_of: MakeClient) -> None:
    """Each has its id, its day, who speaks and its own text."""
    question = asked(
        1,
        titre="Eau",
        auteur="Mme Ada Doré",
        groupe="Groupe des îles",
        ministere="Écologie",
        ministere_developpe="Ministère de l’écologie",
        rubrique="Fleuves",
        texte_question="<p>Elle demande.</p>",
        texte_reponse="<p>Il répond.</p>",
        date_question=date(2025, 1, 7),
        page_jo_question=12,
        date_reponse=date(2025, 4, 22),
        page_jo_reponse=99,
    )
    document = parse(feed_of(client_of([question])))

    assert texts(document, "a:entry/a:title") == [
        "Réponse publiée : Eau",
        "Nouvelle question : Eau",
    ]
    assert texts(document, "a:entry/a:author/a:name") == ["Ministère de l’écologie", "Mme Ada Doré"]
    assert texts(document, "a:entry/a:published") == [
        "2025-04-22T10:00:00Z",
        "2025-01-07T10:00:00Z",
    ]
    assert texts(document, "a:entry/a:updated") == texts(document, "a:entry/a:published")
    assert texts(document, "a:updated") == ["2025-04-22T10:00:00Z"]
    answer, opening = texts(document, "a:entry/a:content")
    assert "Réponse publiée au JO le 22 avril 2025, page 99, après 105 jours." in plain(answer)
    assert answer.endswith("<p>Il répond.</p>")
    assert "Mme Ada Doré, Groupe des îles, au ministère : Écologie" in opening
    assert opening.endswith("<p>Elle demande.</p>")
    assert texts(document, "a:entry[1]/a:category/@term") == ["Fleuves", "Écologie", "17"]
    assert texts(document, "a:entry[1]/a:category/@label")[2] == "17e législature"
    assert texts(document, "a:entry[1]/a:link[@rel='via']/@href") == [
        "https://questions.assemblee-nationale.fr/q17/17-1QE.htm"
    ]


def plain(text: str) -> str:
    return text.replace("\xa0", " ").replace("\u202f", " ")


def test_entries_lead_to_their_question(client: FlaskClient) -> None:
    """The page that an entry leads to is there."""
    pages = texts(parse(feed_of(client)), "a:entry/a:link[@rel='alternate']/@href")

    assert pages
    assert {client.get(page.removeprefix(BASE)).status_code for page in pages} == {200}


def test_schemes_of_categories_list_their_values(client: FlaskClient) -> None:
    """A category's scheme is an address that answers."""
    schemes = set(texts(parse(feed_of(client)), "//a:category/@scheme"))

    assert len(schemes) == 3
    assert {client.get(scheme.removeprefix(BASE)).status_code for scheme in schemes} == {200}


def test_an_exchange_in_sitting_is_one_entry(client_of: MakeClient) -> None:
    """What was said in one go is told once, as the député's."""
    exchange = make_question(
        uid="QANR5L16QG925",
        titre="Fraude",
        auteur="Mme Ada Doré",
        ministere="Justice",
        texte_reponse="<p>La parole est à Mme Ada Doré.</p>",
        date_question=date(2023, 6, 7),
        date_reponse=date(2023, 6, 7),
    )
    data = feed_of(client_of([exchange]))

    assert entries(data, "title") == ["Question et réponse en séance : Fraude"]
    assert entries(data, "author/a:name") == ["Mme Ada Doré"]
    assert "En séance le 7 juin 2023." in plain(entries(data, "content")[0])


def test_what_has_no_date_is_no_event(client_of: MakeClient) -> None:
    """A reader could put it nowhere."""
    undated = asked(1, texte_question="<p>Q</p>", texte_reponse="<p>R</p>")

    assert entries(feed_of(client_of([undated])), "id") == []


def test_what_was_not_published_is_said(client_of: MakeClient) -> None:
    """A date without a text is an entry with the sentence of the question's page."""
    told = content_of(asked(1, date_reponse=date(2025, 4, 22)), client_of)

    assert "son texte n’est pas dans les données publiées" in told
    assert "Ministère non renseigné" in told


def test_tables_are_whole(client: FlaskClient) -> None:
    """The content is the text as it was published, tables included."""
    contents = entries(feed_of(client, "legislature=17"), "content")

    assert any("<table><tbody><tr><td>2024</td>" in content for content in contents)


def test_only_what_the_search_found_is_told(client: FlaskClient) -> None:
    """The closest questions are no result, and nobody follows them."""
    assert entries(feed_of(client, "q=cotisations"), "id")
    assert entries(feed_of(client, "q=cotisations+lune"), "id") == []


def test_an_empty_feed_is_dated_by_the_data(client: FlaskClient) -> None:
    """Never by the clock: a feed that changes at each visit is read in full each time."""
    assert texts(parse(feed_of(client, "q=lune")), "a:updated") == ["2026-05-12T10:00:00Z"]


def test_a_feed_of_an_empty_index_is_valid(
    client_of: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is no date to give, and Atom wants one."""
    monkeypatch.setattr("tests.web.conftest.DONNEES_AU", None)
    document = parse(feed_of(client_of([])))

    assert complaints(SCHEMA, document) == []
    assert texts(document, "a:updated") == ["1970-01-01T10:00:00Z"]


# Which ones


def weekly(count: int) -> list[Question]:
    """A question a week, each answered ten weeks later."""
    first = date(2023, 1, 3)
    return [
        asked(
            number,
            titre=f"Rivière {number}",
            texte_question="<p>La rivière déborde.</p>",
            texte_reponse="<p>Elle est rentrée dans son lit.</p>",
            date_question=first + timedelta(weeks=number),
            date_reponse=first + timedelta(weeks=number + 10),
        )
        for number in range(1, count + 1)
    ]


@pytest.fixture(scope="module")
def many(make_engine: MakeEngine) -> Engine:
    """An engine over eighty questions, a week apart."""
    return make_engine(weekly(80))


def site_over(engine: Engine, url: str = BASE) -> FlaskClient:
    return create_app(engine, settings=Settings(url=url)).test_client()


@pytest.mark.parametrize("query", ["", "tri=ancien", "q=riviere&tri=delai", "q=riviere&page=9"])
def test_a_feed_has_the_newest_events_whatever_the_order(many: Engine, query: str) -> None:
    """Fifty of the whole search, questions and answers together, the newest first."""
    data = feed_of(site_over(many), query)
    every = [
        day for question in weekly(80) for day in (question.date_question, question.date_reponse)
    ]
    newest = sorted((day for day in every if day), reverse=True)[:MOST_ENTRIES]

    assert entries(data, "published") == [f"{day}T10:00:00Z" for day in newest]
    assert complaints(SCHEMA, parse(data)) == []


def test_events_of_one_day_keep_their_order() -> None:
    """Answers first, each list as the search gave it: the fiftieth place is no matter of chance."""
    day = date(2025, 4, 22)
    some = [asked(n, date_question=day, date_reponse=day) for n in (3, 1, 2)]
    told = [(event.side, event.question.numero) for event in newest_events(some, some)]

    assert told == [
        *(("reponse", number) for number in (3, 1, 2)),
        *(("question", number) for number in (3, 1, 2)),
    ]


# Ids


def test_ids_are_those_of_the_publisher(client: FlaskClient) -> None:
    """Written down once: an id that changed would be news to every reader."""
    data = feed_of(client, "legislature=17&ministere=Sant%C3%A9+et+acc%C3%A8s+aux+soins")

    assert [id_.removeprefix("urn:uuid:") for id_ in entries(data, "id")] == [
        "cb87fae8-4e17-5bf2-aeb8-dbe1e618658c",
        "80dcbb78-61b6-5215-9f2f-1053fae49b5e",
        "f83ea0a2-60c3-53d0-9aee-5dfcce1aed85",
        "91c5de8b-256d-5326-81ef-fc4fd18a5d15",
        "870262c3-a0b8-5e8c-b021-bf74f797ea85",
    ]


def test_ids_are_distinct(many: Engine) -> None:
    """No two entries are one to a reader."""
    ids = entries(feed_of(site_over(many)), "id")

    assert len(set(ids)) == len(ids) == MOST_ENTRIES
    assert all(UUID(id_.removeprefix("urn:uuid:")).version == 5 for id_ in ids)


def test_ids_do_not_depend_on_the_host(many: Engine) -> None:
    """A copy of the site, or the site at a new address, tells nothing twice."""
    one, other = (
        feed_of(site_over(many, url), "q=riviere")
        for url in ("https://a.example", "http://b.example/copie")
    )

    assert texts(parse(one), "//a:id") == texts(parse(other), "//a:id")
    assert one != other


def test_ids_do_not_depend_on_the_wording(client_of: MakeClient, questions: list[Question]) -> None:
    """A corrected title, author or text is still the same event."""
    reworded = [
        replace(q, titre="Autre", auteur="M. X", rubrique="Y", texte_question="<p>Z</p>")
        for q in questions
        if q.type == "QE"
    ]
    before = feed_of(client_of([q for q in questions if q.type == "QE"]))

    assert entries(feed_of(client_of(reworded)), "id") == entries(before, "id")


def test_a_feed_does_not_change_when_the_index_is_made_again(make_engine: MakeEngine) -> None:
    """The same questions read in another order give the same bytes."""
    one, other = make_engine(weekly(12)), make_engine(reversed(weekly(12)))

    assert feed_of(site_over(one)) == feed_of(site_over(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("q=eau&tri=ancien&page=2", "q=eau&par=50"),
        ("rubrique=Sant%C3%A9&rubrique=eau", "rubrique=Eau&rubrique=SANTE"),
        ("auteur=Mme+Ada+Dor%C3%A9", "auteur=ada+dore"),
        ("rubrique=-%C3%89cole", "rubrique=-ecole"),
    ],
)
def test_one_search_is_one_feed(one: str, other: str) -> None:
    """Whatever its order, its page and the spelling of its values."""
    assert feed_id(request_of(one)) == feed_id(request_of(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("q=eau", "q=mer"),
        ("q=eau", "q=eau&champ=question"),
        ("rubrique=Eau", "rubrique=-Eau"),
        ("q=" + "a%26rubrique%3Db", "q=a&rubrique=b"),
        ("du=2025-01-01", "au=2025-01-01"),
    ],
)
def test_two_searches_are_two_feeds(one: str, other: str) -> None:
    """A reader that follows both keeps them apart."""
    assert feed_id(request_of(one)) != feed_id(request_of(other))


def request_of(query: str) -> SearchRequest:
    asked_for = SearchRequest.from_params(parse_qsl(query))
    return asked_for.replace(tri=None, par=10)


# Hostile texts


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_stay_harmless(client_of: MakeClient, text: str) -> None:
    """A feed stays valid, and what a reader shows of it holds no tag but those of the subset."""
    names = ["titre", "texte_question", "texte_reponse"]
    if "\ud800" not in text:
        # No index holds a value of a facet that isn't Unicode.
        names += ["rubrique", "auteur", "groupe", "ministere"]
    question = replace(
        asked(1, date_question=date(2025, 1, 7), date_reponse=date(2025, 4, 22)),
        **dict.fromkeys(names, text),
    )
    data = feed_of(client_of([question]), urlencode({"legislature": "17"}))
    document = parse(data)

    assert complaints(SCHEMA, document) == []
    assert not feedparser.parse(data).bozo
    for content in texts(document, "a:entry/a:content"):
        assert "<script" not in content
        assert "<img" not in content
    assert texts(document, "a:entry/a:title") == [
        f"Réponse publiée : {xml_text(text)}",
        f"Nouvelle question : {xml_text(text)}",
    ]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_queries_stay_harmless(client: FlaskClient, text: str) -> None:
    """What is asked stands in the feed's title and addresses."""
    query = urlencode({"q": text}, errors="surrogatepass")

    assert complaints(SCHEMA, parse(feed_of(client, query))) == []


@given(st.text(st.characters(exclude_categories=())))
def test_any_text_can_be_written(text: str) -> None:
    """A document reads back as what could be written of a text, in an attribute or outside one."""
    document = parse(write_document(element("a", text, {"b": text})))

    assert (document.text or "") == xml_text(text).replace("\r\n", "\n").replace("\r", "\n")
    assert document.get("b") == xml_text(text)


# Errors


def test_a_malformed_search_is_refused_in_json(client: FlaskClient) -> None:
    """As for the other forms of a search: every mistake, by parameter."""
    response = client.get("/recherche.atom?page=0&du=hier")

    assert response.status_code == 400
    assert [error["parametre"] for error in response.json["erreurs"]] == ["page", "du"]


def test_an_index_that_cannot_be_read_is_told(missing_index: FlaskClient) -> None:
    """A reader keeps what it has and comes back."""
    response = missing_index.get("/recherche.atom")

    assert response.status_code == 503
    assert "Retry-After" in response.headers


# Where feeds are found


def test_results_lead_to_their_feed(client: FlaskClient) -> None:
    """A link among the tools, and one that browsers and readers find."""
    text = client.get("/?q=cotisations&legislature=17&tri=ancien&page=2").text
    address = "/recherche.atom?q=cotisations&amp;legislature=17"

    assert f'<a href="{address}" type="application/atom+xml"' in text
    assert "Suivre cette recherche (Atom)" in text
    assert text.count(f'href="{address}"') == 2
    assert text.count('<link rel="alternate" type="application/atom+xml"') == 1


@pytest.mark.parametrize("path", ["/", "/aide", "/questions/QANR5L17QE2621"])
def test_other_pages_lead_to_the_feed_of_everything(client: FlaskClient, path: str) -> None:
    """A reader given any address of the site finds a feed."""
    text = client.get(path).text

    assert 'title="Questions écrites – toutes les questions" href="/recherche.atom"' in text


def test_the_help_tells_how_to_follow(client: FlaskClient) -> None:
    """In a reader and by e-mail; its examples are feeds, overdue questions among them."""
    text = client.get("/aide").text
    section = text[text.index('id="suivre"') :]
    examples = [part.split('"')[0] for part in section.split('<a href="/recherche.atom')[1:]]

    assert all(word in section for word in ("Thunderbird", "rss2email", "Par courriel"))
    assert "?statut=en_retard" in examples
    assert {client.get(f"/recherche.atom{query}").status_code for query in examples} == {200}


def test_overdue_questions_can_be_followed(client: FlaskClient) -> None:
    """A state of a question is a search like any other."""
    assert entries(feed_of(client, "statut=en_retard"), "title") == [
        "Nouvelle question : Question écrite n°\xa02621"
    ]

"""Any search as an Atom feed (RFC 4287): `/recherche.atom`.

A question and its answer are two events, months apart, so they are two entries; an exchange held
in sitting is one. A reader knows an entry by its id alone: one that changed would come as news to
everybody who follows the search. See docs/decisions/0018-ids-of-entries.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final
from urllib.parse import urlencode
from uuid import NAMESPACE_URL, uuid5
from xml.etree.ElementTree import Element

from flask import Blueprint, Response, request
from markupsafe import escape

from index.markup import clean_html, text_of_html
from index.question import Question
from index.stores.manifest import program_version
from search.facets import FACET
from search.request import PER_PAGE, Choice, SearchRequest
from search.results import SearchResults, question_url
from web.display import counted, date_in_words, full_number, title_of
from web.files.exports import mention
from web.files.xml_document import element, write_document
from web.query_string import read_params
from web.question.record import NO_QUESTION_TEXT, held_in_sitting, missing_answer, shortened
from web.site import current_site, public_url
from web.view import results_url

feeds = Blueprint("feeds", __name__)

FEED_PATH: Final = "/recherche.atom"
MOST_ENTRIES: Final = 50

ATOM: Final = "http://www.w3.org/2005/Atom"
ATOM_TYPE: Final = "application/atom+xml"

PUBLISHED_AT: Final = time(10, tzinfo=UTC)
"""The hour that entries bear, the JO having none: of that day wherever French law is read, from
Papeete (UTC−10) to Mata-Utu (UTC+12)."""

NO_DATE: Final = date(1970, 1, 1)
"""The day of a feed over an index without any date: Atom wants one."""

_NAMESPACE: Final = uuid5(NAMESPACE_URL, "https://questions.assemblee-nationale.fr/")
"""Of the publisher, whose keys are made into ids: never to be changed."""

_TITLES: Final = {"question": "Nouvelle question", "reponse": "Réponse publiée"}
_TITLE_IN_SITTING: Final = "Question et réponse en séance"
_CATEGORIES: Final = ("rubrique", "ministere", "legislature")
_SUMMARY_LENGTH: Final = 280
_FICTION: Final = "Questions fictives, pour démonstration."
_NO_AUTHOR: Final = {
    "question": "Auteur non renseigné",
    "reponse": "Ministère non renseigné",
}


@dataclass(frozen=True, slots=True)
class Event:
    """What an entry tells: one side of a question was published on a day.

    Attributes:
        side: `question` or `reponse`; an exchange held in sitting is the latter.
    """

    question: Question
    side: str
    day: date

    @property
    def in_sitting(self) -> bool:
        """Whether it is both question and answer."""
        return held_in_sitting(self.question)

    @property
    def asks(self) -> bool:
        """Whether it is the député who speaks, first at least."""
        return self.side == "question" or self.in_sitting

    @property
    def id(self) -> str:
        """The same wherever and whenever it is told, whatever became of its wording."""
        return _urn(f"{self.question.uid}#{self.side}")

    @property
    def title(self) -> str:
        """What happened, and the question's title."""
        what = _TITLE_IN_SITTING if self.in_sitting else _TITLES[self.side]
        return f"{what} : {title_of(self.question)}"

    @property
    def author(self) -> str:
        """Who speaks: a député, or the ministère that answers."""
        question = self.question
        if self.asks:
            return question.auteur or _NO_AUTHOR["question"]
        return question.ministere_developpe or question.ministere or _NO_AUTHOR["reponse"]

    @property
    def publication(self) -> str:
        """Where and when it was published, and after how long."""
        question, day = self.question, date_in_words(self.day)
        if self.in_sitting:
            return f"En séance le {day}."
        if self.side == "question":
            return f"Question publiée au JO le {day}{_page(question.page_jo_question)}."
        days = question.delai_jours
        delay = "" if days is None else f", après {counted(days, 'jour')}"
        return f"Réponse publiée au JO le {day}{_page(question.page_jo_reponse)}{delay}."

    @property
    def text(self) -> str | None:
        """The published text, as HTML of the allowed subset.

        Cleaned again: readers have no policy, as our pages do, that would stop a script.
        """
        question = self.question
        return clean_html(
            question.texte_question if self.side == "question" else question.texte_reponse
        )


def newest_events(asked: Iterable[Question], answered: Iterable[Question]) -> list[Event]:
    """The newest events of a search, those of one day in the order given, answers first.

    Args:
        asked: the questions of the search that were asked last, the newest first.
        answered: those that were answered last.
    """
    answers = [Event(q, "reponse", q.date_reponse) for q in answered if q.date_reponse]
    questions = [
        Event(q, "question", q.date_question)
        for q in asked
        if q.date_question and not (held_in_sitting(q) and q.date_reponse)
    ]
    newest_first = sorted([*answers, *questions], key=lambda event: event.day, reverse=True)
    return newest_first[:MOST_ENTRIES]


@feeds.get(FEED_PATH)
def show_feed() -> Response:
    """The newest questions and answers of a search; malformed values are refused as elsewhere."""
    asked = _followed(SearchRequest.from_params(read_params(request.query_string)))
    return _feed(asked)


@feeds.app_template_global("flux")
def feed_url(asked: SearchRequest) -> str:
    """The address of the feed of a search, whatever its order and its page; for templates."""
    return _followed(asked).url(FEED_PATH)


@feeds.app_template_global("lien_flux")
def feed_link(q: str = "", **params: str) -> str:
    """The address of the feed of the search with these parameters; for templates."""
    return feed_url(SearchRequest.from_params([("q", q), *params.items()]))


def _followed(asked: SearchRequest) -> SearchRequest:
    """What is followed of a search: what it finds, in no order and without pages."""
    return asked.replace(tri=None, par=PER_PAGE)


def _feed(asked: SearchRequest) -> Response:
    engine = current_site().engine
    found = engine.search(asked.replace(tri="recent", par=MOST_ENTRIES))
    answered = engine.search(asked.replace(tri="reponse", par=MOST_ENTRIES))
    events = newest_events(_questions(found), _questions(answered))
    return Response(write_document(_feed_element(found, events)), mimetype=ATOM_TYPE)


def _questions(results: SearchResults) -> Iterator[Question]:
    return (hit.question for hit in results.hits)


def _feed_element(found: SearchResults, events: list[Event]) -> Element:
    asked, site = _followed(found.request), current_site()
    name, source = site.settings.titre, mention(found.donnees_au)
    fictional = site.engine.health().fictional
    return element(
        "feed",
        attributes={"xmlns": ATOM, "xml:lang": "fr"},
        children=(
            element("id", feed_id(asked)),
            element("title", f"{name} – {found.description}"),
            element("subtitle", f"{_FICTION} {source}" if fictional else source),
            element("updated", _moment(events[0].day if events else found.donnees_au or NO_DATE)),
            element(
                "author",
                children=(element("name", name), element("uri", public_url("/"))),
            ),
            _link("self", public_url(feed_url(asked)), ATOM_TYPE),
            _link("alternate", public_url(results_url(asked)), "text/html"),
            element("rights", source),
            element("generator", "Questions écrites", {"version": program_version()}),
            *(_entry_element(event) for event in events),
        ),
    )


def _entry_element(event: Event) -> Element:
    question, text, moment = event.question, event.text, _moment(event.day)
    official = question.url_officielle
    return element(
        "entry",
        children=(
            element("id", event.id),
            element("title", event.title),
            element("published", moment),
            element("updated", moment),
            element("author", children=(element("name", event.author),)),
            *_category_elements(question),
            _link("alternate", public_url(question_url(question.uid)), "text/html"),
            *((_link("via", official, "text/html"),) if official else ()),
            element("summary", _summary(event, text)),
            element("content", _content(event, text), {"type": "html"}),
        ),
    )


def _category_elements(question: Question) -> Iterator[Element]:
    """Facets: the scheme of each is the address where all its values are listed."""
    for name in _CATEGORIES:
        value = getattr(question, name)
        if value is not None:
            label = FACET[name].libelle(str(value))
            scheme = public_url(f"/api/v1/facettes/{name}")
            yield element("category", "", {"term": str(value), "scheme": scheme, "label": label})


def _summary(event: Event, text: str | None) -> str:
    """Which question it is, and the opening of what was published."""
    number, author = full_number(event.question), event.question.auteur
    who = f"{number} de {author}" if author else number
    return shortened(f"{who} – {text_of_html(text)}" if text else who, _SUMMARY_LENGTH)


def _content(event: Event, text: str | None) -> str:
    """The whole text as HTML, after who speaks, to whom and when it was published."""
    question = event.question
    missing = missing_answer(question) if event.side == "reponse" else NO_QUESTION_TEXT
    fiction = f"<p><strong>{escape(_FICTION)}</strong></p>" if question.fictional else ""
    speech = ", ".join(part for part in _speech(event) if part)
    number = f"{full_number(question)}, {question.legislature}e législature"
    head = f"<p>{escape(speech)}.<br>{escape(number)}. {escape(event.publication)}</p>"
    return fiction + head + (text or f"<p><em>{escape(missing)}</em></p>")


def _speech(event: Event) -> tuple[str | None, ...]:
    """Who speaks, and to whom."""
    question = event.question
    recipient = question.ministere_interroge or question.ministere
    if event.asks:
        return event.author, question.groupe, recipient and f"au ministère : {recipient}"
    return event.author, question.auteur and f"à {question.auteur}"


def feed_id(asked: SearchRequest) -> str:
    """The same for one search wherever it is asked, in whichever spelling of its values."""
    return _urn(f"recherche?{urlencode(list(_identities(asked)))}")


def _identities(asked: SearchRequest) -> Iterator[tuple[str, str]]:
    for name, value in asked.replace(filters={}).to_params():
        yield name, value
    for name, choices in asked.filters.items():
        yield from sorted((name, _identity(name, choice)) for choice in choices)


def _identity(name: str, choice: Choice) -> str:
    return str(Choice(FACET[name].key(choice.valeur), choice.exclue))


def _urn(name: str) -> str:
    return uuid5(_NAMESPACE, name).urn


def _moment(day: date) -> str:
    return datetime.combine(day, PUBLISHED_AT).isoformat().replace("+00:00", "Z")


def _link(rel: str, href: str, type_: str) -> Element:
    return element("link", "", {"rel": rel, "type": type_, "href": href})


def _page(number: int | None) -> str:
    return "" if number is None else f", page {number}"

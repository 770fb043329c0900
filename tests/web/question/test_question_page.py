"""The page of one question: its marks, its deadline, its neighbours, references, hostile texts."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from index.markup import ALLOWED_TAGS
from index.question import Attribution, Question, make_question
from index.sources.ndjson import parse_line
from tests.conftest import MakeEngine
from tests.web.question.test_citation import read_bibtex, read_ris
from web.application import create_app
from web.settings import Settings

FOUND = "/questions/QANR5L17QE13353"
MakeClient = Callable[..., FlaskClient]
BASE = "https://questions.example.org"


def page(client: FlaskClient, path: str) -> str:
    response = client.get(path)

    assert response.status_code == 200
    return " ".join(response.text.replace("\u202f", " ").split())


class Reader(HTMLParser):
    """What a browser would make of a page: elements, addresses, and the words that are seen."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.scripts: list[dict[str, str | None]] = []
        self.stack: list[str] = []
        self.seen: list[str] = []
        self.data: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes += attrs
        if tag == "script":
            self.scripts.append(dict(attrs))
        if tag not in ("meta", "link", "input", "br"):
            self.stack.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.stack.pop() == tag

    def handle_data(self, data: str) -> None:
        (self.data if self.stack[-1:] == ["script"] else self.seen).append(data)


# --- Marks ---------------------------------------------------------------------------------


def test_marks_are_counted_and_reached(client: FlaskClient) -> None:
    """How many there are, in which parts, each reached by a link without JavaScript."""
    text = page(client, f"{FOUND}?q=sociale")

    assert '<a class="mot-courant" href="#m1">2 mots<span> marqués</span></a>' in text
    assert '<a href="#m1">titre <span class="nombre">(1)</span></a>' in text
    assert '<a href="#m2">réponse <span class="nombre">(1)</span></a>' in text
    assert 'sécurité <mark id="m1">sociale</mark> &amp; &lt;avenir&gt;' in text


def test_marks_are_taken_away_and_brought_back(client: FlaskClient) -> None:
    """One link leaves the words unmarked, another marks them again; the search stays."""
    marked = page(client, f"{FOUND}?q=sociale&legislature=17&rang=1")
    away = f"{FOUND}?q=sociale&amp;legislature=17&amp;rang=1&amp;surlignage=0"
    unmarked = page(client, away.replace("&amp;", "&"))

    assert f'href="{away}" rel="nofollow" aria-label="Retirer le surlignage"' in marked
    assert "<mark" not in unmarked
    assert f'href="{away.removesuffix("&amp;surlignage=0")}">Rétablir le surlignage' in unmarked
    assert f'<link rel="canonical" href="{BASE}{FOUND}">' in unmarked
    assert 'href="/?q=sociale&amp;legislature=17#r1"' in unmarked


@pytest.mark.parametrize("value", ["1", "", "non", "0%200", "%FF"])
def test_what_highlighting_cannot_be_is_ignored(client: FlaskClient, value: str) -> None:
    """Nothing that follows a question's address makes it unreadable: the words stay marked."""
    assert '<mark id="m1">' in page(client, f"{FOUND}?q=sociale&surlignage={value}")


@pytest.mark.parametrize("path", [FOUND, f"{FOUND}?q=ornithorynque", f"{FOUND}?surlignage=0"])
def test_without_marks_there_is_no_bar(client: FlaskClient, path: str) -> None:
    """Nothing is offered where nothing was searched or nothing is marked."""
    assert 'class="surlignage"' not in page(client, path)


# --- The deadline, who and what ------------------------------------------------------------


@pytest.mark.parametrize(
    ("uid", "sentence"),
    [
        ("QANR5L17QE13353", "Délai de deux mois dépassé de 9 jours."),
        (
            "QANR5L17QE2621",
            "Délai de deux mois dépassé de 191 jours au 12 mai 2026 : "
            "il a pris fin le 2 novembre 2025.",
        ),
        ("QANR5L16QE18111", "Question retirée dans le délai de deux mois."),
    ],
)
def test_the_deadline_is_said_to_be_kept_or_not(
    client: FlaskClient, uid: str, sentence: str
) -> None:
    """In words, where the answer is or should be."""
    text = page(client, f"/questions/{uid}").replace("\xa0", " ")

    assert sentence in text[text.index('class="piece reponse') : text.index("<aside")]


def test_who_and_what_are_links_where_they_are_first_said(client: FlaskClient) -> None:
    """The author, the group, the place, both ministères, the rubrique and the législature."""
    text = page(client, FOUND)
    head = text[text.index("<article") : text.index("<aside")]

    for query in (
        "auteur=M.+Ernest+Fauvel",
        "groupe=Alliance+rurale+-+Groupe+des+territoires",
        "departement=Bas-Rhin",
        "ministere=Sant%C3%A9+et+acc%C3%A8s+aux+soins",
        "ministere_interroge=Comptes+publics",
        "rubrique=Sant%C3%A9",
        "legislature=17",
    ):
        assert f'href="/?{query}"' in head


def test_a_reference_stands_for_a_name_that_is_unknown(client_of: MakeClient) -> None:
    """An author known by reference alone is a search by that reference."""
    unnamed = make_question(uid="QANR5L17QE1", acteur_ref="PA722190", source="a")
    text = page(client_of([unnamed]), "/questions/QANR5L17QE1")

    assert '<a href="/?auteur=PA722190">Auteur non nommé (PA722190)</a>' in text


def test_a_value_that_begins_with_a_hyphen_excludes_nothing(client_of: MakeClient) -> None:
    """Its link asks for it with another hyphen, which is the same value."""
    odd = make_question(uid="QANR5L17QE1", rubrique="-", groupe="- Sans -", source="a")
    text = page(client_of([odd]), "/questions/QANR5L17QE1")

    assert '<a href="/?rubrique=%E2%80%90">-</a>' in text
    assert '<a href="/?groupe=%E2%80%90+Sans+-">- Sans -</a>' in text


# --- The search it was found by ------------------------------------------------------------


def test_neighbours_keep_the_search(client: FlaskClient) -> None:
    """Each leads to the question before or after with its own rank, on the page that shows it."""
    second = page(client, "/questions/QANR5L17QE13354?legislature=17&par=1&page=2&rang=2")

    assert "Résultat 2 sur 3" in second
    assert f'rel="prev" href="{FOUND}?legislature=17&amp;par=1&amp;rang=1"' in second
    assert (
        'rel="next" href="/questions/QANR5L17QE2621?legislature=17&amp;page=3&amp;par=1&amp;rang=3"'
        in second
    )


def test_neighbours_are_read_as_this_one(client: FlaskClient) -> None:
    """Who took the marks away finds none in the next question either."""
    text = page(client, f"{FOUND}?q=cotisations&rang=1&surlignage=0")

    assert 'rel="next" href="/questions/QANR5L17QE13354?q=cotisations&amp;rang=2&amp;surli' in text
    assert 'rel="prev"' not in text


@pytest.mark.parametrize(
    "follows", ["", "?q=cotisations", "?rang=2", "?rang=99", "?rang=x", "?rang=0"]
)
def test_without_a_true_rank_there_are_no_neighbours(client: FlaskClient, follows: str) -> None:
    """A rank that is missing, made up or past the end shows none."""
    text = page(client, f"{FOUND}{follows}")

    assert 'rel="next"' not in text
    assert "Résultat " not in text


def test_the_way_back_leads_among_the_closest(client: FlaskClient) -> None:
    """A question that lacks a word stands under another anchor of the results."""
    text = page(client, f"{FOUND}?q=cotisations+lune&rang=1").replace("\xa0", " ")

    assert 'href="/?q=cotisations+lune#p1"' in text
    assert "Question proche 1 sur 3" in text


# --- What it leads to ----------------------------------------------------------------------


def test_other_questions_can_be_told_apart(client: FlaskClient) -> None:
    """Each has its author, its ministère, its date and its state."""
    text = page(client, FOUND).replace("\xa0", " ")
    similar = text[text.index('id="titre-proches"') :]

    who = "<span>Mme Denise Brûlart, au ministère : Travail, "
    when = '<time datetime="2024-05-28">28 mai 2024</time></span>'
    assert who + when in similar
    assert '<span class="etat etat-retiree">Retirée : fin de mandat</span>' in similar


# --- References ----------------------------------------------------------------------------


def test_references_are_shown_to_copy(client: FlaskClient) -> None:
    """Three ways to quote, each with the button that copies its text and, for files, a link."""
    text = page(client, FOUND)

    for name, id_ in [("Texte", "texte"), ("BibTeX", "bib"), ("RIS", "ris")]:
        assert f'id="citation-{id_}"' in text
        assert f'data-copier-texte="citation-{id_}" aria-label="Copier : {name}" hidden' in text
    assert f'<a href="{FOUND}.bib" rel="nofollow" aria-label="Télécharger : BibTeX">' in text
    assert f'<a href="{FOUND}.ris"' in text


def test_references_are_downloaded(client: FlaskClient) -> None:
    """As files with their own types and names, holding the public address."""
    bib, ris = client.get(f"{FOUND}.bib"), client.get(f"{FOUND}.ris")

    assert bib.content_type == "text/x-bibtex; charset=utf-8"
    assert ris.mimetype == "application/x-research-info-systems"
    assert bib.headers["Content-Disposition"] == 'attachment; filename="QANR5L17QE13353.bib"'
    assert ris.headers["Content-Disposition"] == 'attachment; filename="QANR5L17QE13353.ris"'
    assert read_bibtex(bib.text)[2]["url"] == f"{BASE}{FOUND}"
    assert ("UR", f"{BASE}{FOUND}") in read_ris(ris.get_data().decode())


def test_a_site_without_address_quotes_the_one_it_was_asked_at(
    client_of: MakeClient, questions: list[Question]
) -> None:
    """A reference is read elsewhere: half an address would lead nowhere."""
    client = client_of(questions)

    assert read_bibtex(client.get(f"{FOUND}.bib").text)[2]["url"] == f"http://localhost{FOUND}"


def test_references_of_nothing_are_worded(client: FlaskClient) -> None:
    """An unknown question or format is not found; another spelling is moved."""
    moved = client.get("/questions/qanr5l17qe13353.ris")

    assert client.get("/questions/QANR5L17QE99.bib").status_code == 404
    assert client.get(f"{FOUND}.pdf").status_code == 404
    assert (moved.status_code, moved.headers["Location"]) == (301, f"{FOUND}.ris")


# --- Hostile texts -------------------------------------------------------------------------

HOSTILE = (
    "</script><script>alert(1)</script><img src=x onerror=alert(2)>"
    '<a href="javascript:alert(3)" onclick="alert(4)">lien</a><mark>marque</mark>'
    "<table><tr><td>cellule<table><td>dedans</tr><p>après<b>gras <i>penché"
    "<style>*{display:none}</style><!-- <svg onload=alert(5)> --> \u202eesrevni fin {\\"
)
PLAIN = ("titre", "rubrique", "auteur", "prenom", "nom", "groupe", "departement")
OTHERS = ("circonscription", "ministere", "ministere_developpe", "ministere_interroge")


def hostile_question(uid: str = "QANR5L17QE7", **given: object) -> Question:
    """A question whose every text tries to be something else."""
    values = dict.fromkeys((*PLAIN, *OTHERS, "motif_retrait"), HOSTILE)
    texts = {
        "texte_question": f"<p>Question {HOSTILE}",
        "texte_reponse": f"<p>Réponse {HOSTILE}",
        "attributions": (Attribution(None, HOSTILE),),
    }
    return make_question(uid=uid, source="a", **(values | texts | given))


def read_from_a_file(question: Question) -> Question:
    """The same question as it comes in, its texts cleaned on the way."""
    return parse_line(json.dumps(question.as_record(None)).encode(), "a")


@pytest.fixture(
    scope="module", params=[read_from_a_file, lambda question: question], ids=["read", "as it is"]
)
def hostile_client(request: pytest.FixtureRequest, make_engine: MakeEngine) -> FlaskClient:
    """A site over a real index of hostile questions, read from a file or put there as they are."""
    questions = [hostile_question(), hostile_question("QANR5L17QE8")]
    engine = make_engine(map(request.param, questions))
    return create_app(engine, settings=Settings()).test_client()


@pytest.mark.parametrize(
    "follows", ["", "?q=marque+script+onerror&rang=1", "?q=%3Cscript%3E&rang=9"]
)
def test_hostile_texts_are_words(hostile_client: FlaskClient, follows: str) -> None:
    """No element, attribute or address comes from a record but those of the allowed subset."""
    harmless = page(hostile_client, "/questions/QANR5L17QE7")
    reader = Reader(hostile_client.get(f"/questions/QANR5L17QE7{follows}").text)
    addresses = [value or "" for name, value in reader.attributes if name in ("href", "src")]
    prose = harmless[harmless.index('<div class="prose">') :].split("</section>")[0]

    assert reader.stack == []
    assert not {"img", "svg", "style", "iframe"} & set(reader.elements)
    assert {(a.get("src") or "")[:8] or a.get("type") for a in reader.scripts} == {
        "/static/",
        "application/ld+json",
    }
    assert not [name for name, _ in reader.attributes if name.startswith("on") or name == "style"]
    assert {urlsplit(address).scheme for address in addresses} <= {"", "https"}
    assert set(re.findall(r"<([a-z]+)", prose)) <= ALLOWED_TAGS | {"div", "mark", "a"}


def test_hostile_texts_can_be_read(hostile_client: FlaskClient) -> None:
    """Words are there, in their direction; what the author took for a mark is no mark."""
    unsearched = hostile_client.get("/questions/QANR5L17QE7").text
    seen = " ".join(Reader(unsearched).seen)

    assert "<mark" not in unsearched
    assert "\u202e" not in unsearched
    assert "esrevni fin" in seen
    assert "<script>alert(1)</script>" in seen  # the title is text, and shown as it is
    for word in ("cellule", "dedans", "après", "gras", "penché"):
        assert word in seen


def test_hostile_texts_do_not_leave_the_data_block(hostile_client: FlaskClient) -> None:
    """The description for search engines parses back to the words of the record."""
    reader = Reader(hostile_client.get("/questions/QANR5L17QE7").text)
    (described,) = (json.loads(data) for data in reader.data if data.strip())

    assert described["name"] == HOSTILE.replace("\u202e", "")
    assert "cellule" in described["text"]
    assert "<script" not in described["text"]


@pytest.mark.parametrize("suffix", ["bib", "ris"])
def test_hostile_texts_do_not_leave_their_field(hostile_client: FlaskClient, suffix: str) -> None:
    """Both references are read back whole by strict readers."""
    text = hostile_client.get(f"/questions/QANR5L17QE7.{suffix}").get_data().decode()

    assert (
        read_bibtex(text)[1] if suffix == "bib" else dict(read_ris(text))["ID"]
    ) == "QANR5L17QE7"


@pytest.mark.parametrize("statut", ["repondue", "retiree", "en_attente"])
def test_a_question_of_nothing_is_a_page(client_of: MakeClient, statut: str) -> None:
    """No title, no text, no date, no name: what is missing is said, and nothing else."""
    bare = make_question(uid="QANR5L17QE9", closed_as=statut, source="a")
    text = page(client_of([bare]), "/questions/QANR5L17QE9").replace("\xa0", " ")

    assert "<h1>Question écrite n° 9</h1>" in text
    assert "Auteur non renseigné" in text
    assert "None" not in text
    assert "Délai" not in text


def test_marks_of_an_engine_that_was_fed_otherwise_stay_marks(
    client_of: MakeClient, questions: list[Question]
) -> None:
    """A title is escaped before it is marked, whatever it holds."""
    odd = replace(questions[0], titre="<mark id=m1 onclick=x>sociale</mark>")
    text = page(client_of([odd]), f"{FOUND}?q=sociale")

    assert '&lt;mark id=m1 onclick=x&gt;<mark id="m1">sociale</mark>&lt;/mark&gt;' in text

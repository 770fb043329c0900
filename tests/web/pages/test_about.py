"""What the site says of itself comes from the program and from whoever runs it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields
from html import unescape

import pytest
from flask.testing import FlaskClient

from index.fields import TEXT_FIELDS
from index.question import DEADLINES_IN_MONTHS, STATUTS, Question
from index.sync.addresses import KINDS, read_addresses
from search.facets import EN_RETARD
from search.ranking import RANKING
from tests.web.conftest import MakeClient
from web.display import decimal
from web.pages.about import ARCHIVE_KINDS, STATE_MEANINGS, deadlines, legal_mentions, web_address
from web.settings import SETTINGS, Settings

MISSING = '<span class="non-renseigne">'

WHOLE = {
    "QE_EDITEUR": "Association <Lire>",
    "QE_EDITEUR_ADRESSE": "1 rue Haute, 75001 Paris",
    "QE_EDITEUR_TELEPHONE": "01 00 00 00 00",
    "QE_DIRECTION": "Mme Une Telle",
    "QE_HEBERGEUR": "Hôte SA",
    "QE_HEBERGEUR_ADRESSE": "2 rue Basse, 59000 Lille",
    "QE_HEBERGEUR_TELEPHONE": "03 00 00 00 00",
    "QE_CONTACT": "lire@exemple.fr",
}
"""All that the law asks of every publisher."""


def text_of(html: str) -> str:
    """A page's words, without its tags, with plain spaces."""
    plain = unescape(re.sub(r"<[^>]+>", " ", html))
    return " ".join(plain.replace("\u202f", " ").split())


@pytest.fixture
def about(client_of: MakeClient, questions: list[Question]) -> Callable[..., str]:
    """The page of a site with these variables."""

    def show(environ: dict[str, str] | None = None) -> str:
        settings = Settings.from_environment(environ or {})
        response = client_of(questions, settings=settings).get("/a-propos")

        assert response.status_code == 200
        return response.text

    return show


def test_settings_have_defaults_and_one_table() -> None:
    """Every setting has a variable of its own, and blank variables change nothing."""
    blank = {variable: " " for variable, _ in SETTINGS.values()}

    assert Settings.from_environment(blank) == Settings()
    assert list(SETTINGS) == [field.name for field in fields(Settings)]
    assert len(blank) == len(SETTINGS)


def test_what_is_not_given_is_said_to_be_missing(about: Callable[..., str]) -> None:
    """The publisher, the director, the host and the contact; the site tells, and nobody else."""
    page = about()

    assert page.count(f"{MISSING}Non renseigné.</span>") == 4
    assert "L’éditeur de ce site n’a pas encore donné d’adresse" in page


def test_what_is_given_is_shown(about: Callable[..., str]) -> None:
    """Escaped, with a link to write to; then nothing is missing."""
    page = about(WHOLE)

    assert "Association &lt;Lire&gt;<br>1 rue Haute, 75001 Paris<br>01 00 00 00 00<br>" in page
    assert "Mme Une Telle" in page
    assert '<a href="mailto:lire@exemple.fr">lire@exemple.fr</a>' in page
    assert MISSING not in page


def test_a_part_that_is_missing_is_named(about: Callable[..., str]) -> None:
    """A name without its address is not enough; a registration is asked of nobody."""
    page = about({"QE_HEBERGEUR": "Hôte SA"})

    assert "Hôte SA<br>" + MISSING + "Non renseigné : adresse et téléphone.</span>" in (
        page.replace("\xa0", " ")
    )
    assert all("immatriculation" not in m.missing for m in legal_mentions(Settings()))


def test_a_text_of_mentions_stands_alone(about: Callable[..., str]) -> None:
    """It may say anything: its paragraphs are shown, and nothing is said to be missing."""
    page = about({"QE_MENTIONS": "Éditeur : <Nous>\nHébergeur : Eux", "QE_CONTACT": "a@b.fr"})

    assert "<p>Éditeur : &lt;Nous&gt;</p>\n<p>Hébergeur : Eux</p>" in page
    assert MISSING not in page
    assert 'href="mailto:a@b.fr"' in page


def test_missing_mentions_are_told_on_this_page_only(client: FlaskClient) -> None:
    """Readers elsewhere are not told what the publisher has left undone."""
    for path in ("/", "/?q=a", "/aide", "/corpus", "/nulle-part"):
        assert "non-renseigne" not in client.get(path).text


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("a@exemple.fr", "mailto:a@exemple.fr"),
        ("https://exemple.fr/ecrire", "https://exemple.fr/ecrire"),
        ("1 rue Haute, 75001 Paris", None),
        ("javascript:alert(1)", None),
        ("a@b:c", None),
        ("", None),
    ],
)
def test_only_addresses_are_links(text: str, url: str | None) -> None:
    """What is neither an e-mail nor a web address is shown as it is."""
    assert web_address(text) == url


def test_the_code_is_linked(about: Callable[..., str]) -> None:
    """Where whoever runs the site has put it; the licence is told in any case."""
    assert 'href="https://exemple.fr/code"' in about({"QE_CODE": "https://exemple.fr/code"})
    assert "licence MIT" in about()


def test_every_state_is_explained(client: FlaskClient) -> None:
    """With the words of the filters, and the deadlines of the program."""
    page = text_of(client.get("/a-propos").text)

    assert STATE_MEANINGS.keys() == {*STATUTS, EN_RETARD}
    assert [label for label in STATUTS.values() if label not in page] == []
    assert text_of(deadlines()) in page


def test_deadlines_are_those_of_the_program() -> None:
    """Each with the day from which it holds, the newest first."""
    said = text_of(deadlines())

    assert said == (
        "deux mois pour les questions publiées depuis le 27 mai 2009, un mois auparavant"
    )
    assert said.count("mois") == len(DEADLINES_IN_MONTHS)


def test_the_ranking_is_told_with_its_figures(client: FlaskClient) -> None:
    """The weight of each field that unfielded words are searched in, and the parameters."""
    page = text_of(client.get("/a-propos").text)
    rows = [f"{f.label} {decimal(f.boost)} {decimal(f.b)}" for f in TEXT_FIELDS if f.unfielded]
    figures = (RANKING.k1, RANKING.typed_weight, RANKING.near_weight, 100 * RANKING.closest_share)

    assert " ".join(rows) in page
    assert all(re.search(rf" {decimal(figure)}[ .;]", page) for figure in figures)


@pytest.mark.parametrize(("number", "words"), [(2.5, "2,5"), (1.0, "1"), (0.25, "0,25")])
def test_numbers_are_written_in_french(number: float, words: str) -> None:
    """With a comma, and no figure that says nothing."""
    assert decimal(number) == words


def test_every_published_archive_is_linked(client: FlaskClient) -> None:
    """Those that `qe sync` knows, each kind in words; not one that may not exist yet."""
    page = client.get("/a-propos").text
    archives = read_addresses().archives

    assert tuple(ARCHIVE_KINDS) == KINDS
    assert {a.url for a in archives if a.url in page} == {
        a.url for a in archives if not a.tentative
    }


def test_the_accessibility_statement_has_its_parts(client: FlaskClient) -> None:
    """State, limits, how it was checked, contact and remedies, and a date."""
    page = text_of(client.get("/a-propos").text)
    statement = page[page.rindex("Accessibilité : non auditée, donc non conforme") :]

    for part in (
        "Déclaration établie le",
        "État de conformité",
        "non conforme",
        "Limites connues",
        "Technologies :",
        "Retour d’information et contact",
        "Voies de recours",
        "Défenseur des droits",
    ):
        assert part in statement


def test_the_table_of_contents_leads_to_every_heading(client: FlaskClient) -> None:
    """In the order of the page."""
    page = client.get("/a-propos").text

    assert re.findall(r'href="#([\w-]+)">', page.partition("</nav>\n\n<h2")[0])[-10:] == (
        re.findall(r'<h2 id="([\w-]+)"', page)
    )

"""Question pages in HTML: the real ones, and variations on fictional ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from index.errors import MalformedRecord
from index.sources.page_html import parse_page
from tests.index.sources.one_question import CASES, Facts, as_bloc, as_detail, as_fiche

Read = Callable[..., Any]
Write = Callable[[str, Any], Path]

REAL: dict[str, dict[str, Any]] = {
    "html_11_qe": {
        "uid": "QANR5L11QE450",
        "titre": "calcul",
        "tete_analyse": "APL",
        "rubrique": "logement : aides et prêts",
        "auteur": "Mme Muguette Jacquaint",
        "civilite": "Mme",
        "prenom": "Muguette",
        "nom": "Jacquaint",
        "groupe": "Communiste",
        "groupe_sigle": "COM",
        "departement": "Seine-Saint-Denis",
        "ministere": "logement",
        "date_question": date(1997, 6, 30),
        "page_jo_question": 2254,
        "date_reponse": date(1997, 9, 22),
        "page_jo_reponse": 3099,
        "statut": "repondue",
    },
    "html_11_qg": {
        "uid": "QANR5L11QG450",
        "titre": "Thomson ; emploi et activité",
        "auteur": "M. Jean-Michel Marchand",
        "nom": "Marchand",
        "groupe": "Radical, Citoyen et Vert",
        "texte_question": None,
        "date_question": date(1998, 3, 5),
        "date_reponse": date(1998, 3, 5),
        "page_jo_reponse": 1919,
        "delai_jours": None,
    },
    "html_14_qe": {
        "uid": "QANR5L14QE3200",
        "titre": "rapport ; propositions",
        "tete_analyse": "financement",
        "rubrique": "État",
        "auteur": "M. Philippe Le Ray",
        "nom": "Le Ray",
        "acteur_ref": "PA607603",
        "groupe": "Union pour un Mouvement Populaire",
        "departement": "Morbihan",
        "ministere": "Économie et finances",
        "date_question": date(2012, 8, 21),
        "page_jo_question": 4774,
        "date_reponse": date(2013, 2, 5),
        "page_jo_reponse": 1324,
    },
    "html_14_qosd": {
        "uid": "QANR5L14QOSD450",
        "titre": "groupe Sagem ; emploi et activité ; Vienne",
        "acteur_ref": "PA336421",
        "departement": "Vienne",
        "date_question": date(2014, 1, 21),
        "page_jo_question": 537,
        "date_reponse": date(2014, 1, 29),
        "page_jo_reponse": 1041,
    },
    "html_16_qe": {
        "uid": "QANR5L16QE200",
        "titre": "Agriculture biologique",
        "rubrique": "Agriculture",
        "auteur": "Mme Marie-Pierre Rixain",
        "acteur_ref": "PA722252",
        "groupe": "Renaissance",
        "departement": None,
        "ministere": "Agriculture et souveraineté alimentaire",
        "date_question": date(2022, 7, 26),
        "page_jo_question": 3501,
        "date_reponse": date(2022, 9, 27),
        "page_jo_reponse": 4253,
    },
    "html_16_qg": {
        "uid": "QANR5L16QG200",
        "acteur_ref": "PA722150",
        "texte_question": None,
        "date_question": date(2022, 10, 26),
        "date_reponse": date(2022, 10, 26),
        "statut": "repondue",
    },
}


@pytest.mark.parametrize("name", REAL)
def test_every_fact_of_a_real_page_is_in_its_record(name: str, shared: Path) -> None:
    """People, ministères, dates and pages of the JO of both eras are read."""
    page = (shared / "data/pages" / f"{name}.html").read_text(encoding="utf-8")
    question = parse_page(page, name, [])

    assert {field: getattr(question, field) for field in REAL[name]} == REAL[name]


def test_no_real_page_is_rejected(shared: Path, read: Read) -> None:
    """All of the folder is read, and nothing in it is left out."""
    outcomes = read(shared / "data/pages")

    assert (outcomes.reasons, outcomes.reading.remarks) == ([], [])
    assert len(outcomes.questions) == len(REAL)


@pytest.mark.parametrize(
    ("name", "beginning", "end"),
    [
        ("html_11_qe", "<p>Mme Muguette Jacquaint attire", "s'y maintenir.</p>"),
        ("html_14_qe", "<p>M. Philippe Le Ray attire", "de leur rentabilité.</p>"),
        ("html_14_qosd", "<p>Mme Catherine Coutelle interroge", "en sont satisfaits.</p>"),
        ("html_16_qe", "<p>Mme Marie-Pierre Rixain appelle", "ces dernières années.</p>"),
    ],
)
def test_texts_are_whole_and_hold_nothing_of_the_page(
    name: str, beginning: str, end: str, shared: Path
) -> None:
    """The question begins with its author and the answer ends with its last sentence."""
    page = (shared / "data/pages" / f"{name}.html").read_text(encoding="utf-8")
    question = parse_page(page, name, [])

    assert (question.texte_question or "").startswith(beginning)
    assert (question.texte_reponse or "").endswith(end)


def test_one_question_under_three_addresses_is_one_question() -> None:
    """Whatever the layout and the file's name, législature, type and number identify it."""
    facts = CASES["withdrawn"]
    pages = [parse_page(page(facts), page.__name__, []) for page in (as_fiche, as_detail, as_bloc)]

    assert {page.uid for page in pages} == {"QANR5L14QE900002"}
    assert {page.motif_retrait for page in pages} == {"Fin de mandat"}


@pytest.mark.parametrize("declared", ["windows-1252", "iso-8859-1", "ISO-8859-15", "utf-8"])
def test_a_page_is_read_in_the_encoding_it_declares(
    declared: str, write: Write, read: Read
) -> None:
    """Accents come out the same from every encoding that pages of thirty years have."""
    page = as_detail(Facts()).replace('charset="utf-8"', f"charset={declared}")
    (question,) = read(write("page.htm", page.encode(declared))).questions

    assert question.rubrique == "eau"
    assert question.tete_analyse == "communes"
    assert question.texte_question == (
        "<p>M. Anselme de La Fontaine interroge le ministre sur l'eau €.</p>"
    )
    assert question.uid == "QANR5L14QE900001"


@pytest.mark.parametrize(
    ("bytes_", "expected"),
    [
        ("Élevage".encode("cp1252"), "Élevage"),
        ("Élevage".encode(), "Élevage"),
        ("Élevage".encode("cp1252") + b"\x80", "Élevage€"),
    ],
)
def test_without_a_declaration_utf_8_is_tried_first(
    bytes_: bytes, expected: str, write: Write, read: Read
) -> None:
    """Old pages declare nothing; as in browsers, what isn't UTF-8 is windows-1252."""
    ascii_ = as_fiche(Facts()).encode("ascii", "xmlcharrefreplace")
    page = ascii_.replace(b"<RUB>eau", b"<RUB>" + bytes_)
    (question,) = read(write("page.htm", page)).questions

    assert question.rubrique == expected


def test_a_stale_declaration_does_not_garble_utf_8(write: Write, read: Read) -> None:
    """A page saved again in UTF-8 keeps the declaration that it had."""
    page = as_detail(Facts(answer="Été.")).replace('charset="utf-8"', 'charset="iso-8859-1"')
    (question,) = read(write("page.htm", page)).questions

    assert question.texte_reponse == "<p>Été.</p>"


@pytest.mark.parametrize(
    ("written", "text", "expected"),
    [
        ("Le Guen Jean-Marie", "", ("Jean-Marie", "Le Guen")),
        ("Le Guen Jean Marie", "M. Jean Marie Le Guen demande", ("Jean Marie", "Le Guen")),
        ("Vauzelle Michel", "M. Michel Vauzelle attire", ("Michel", "Vauzelle")),
        ("Medecin Marc", "M. Marc Médecin attire", ("Marc", "Medecin")),
        ("Alize", "", (None, "Alize")),
    ],
)
def test_the_text_tells_the_first_name_from_the_name(
    written: str, text: str, expected: tuple[str | None, str]
) -> None:
    """Old pages write "Nom Prénom", and only the text shows where one ends."""
    page = as_fiche(Facts(question=text or None)).replace("de La Fontaine Anselme", written)
    question = parse_page(page, "page.htm", [])

    assert (question.prenom, question.nom) == expected
    assert question.auteur == " ".join(filter(None, ("M.", *expected)))


@pytest.mark.parametrize("page", [as_fiche, as_detail, as_bloc])
@pytest.mark.parametrize("stray", ["</div></div></p>", "<div><p><table><tr>", "<!-- DEBTAB -->"])
def test_a_text_ends_where_the_page_says_whatever_its_tags(
    page: Callable[[Facts], str], stray: str
) -> None:
    """Tags that are never opened, or never closed, cost nothing of the answer or the facts."""
    facts = replace(CASES["orale sans débat"], answer=f"Avant.{stray} Après.")
    question = parse_page(page(facts), "page.htm", [])

    assert "Après." in (question.texte_reponse or "")
    assert (question.rubrique or "").casefold() == "eau"
    assert "Rubrique" not in (question.texte_reponse or "")


@pytest.mark.parametrize("page", [as_detail, as_bloc])
def test_an_answer_may_quote_the_page(page: Callable[[Facts], str]) -> None:
    """Headings and labels inside a text are text."""
    quote = "Données clés : <br>Rubrique : feu<br>Texte de la question<br>Fin."
    question = parse_page(page(replace(CASES["orale sans débat"], answer=quote)), "page.htm", [])

    assert (question.texte_reponse or "").endswith("<br>Texte de la question<br>Fin.</p>")
    assert (question.rubrique or "").casefold() == "eau"


def test_comments_and_scripts_of_a_page_are_not_read() -> None:
    """What a page only holds for programs tells nothing of the question."""
    page = as_bloc(Facts()).replace(
        "<p>Type de question",
        '<!-- <p>Rubrique : Feu</p> --><script>"</p>"</script><p>Type de question',
    )

    assert parse_page(page, "page.htm", []).rubrique == "Eau"


def test_an_answer_without_its_tag_is_found_by_its_label() -> None:
    """Some of the oldest pages only label the answer."""
    page = as_fiche(CASES["orale sans débat"]).replace("<REP>", "").replace("</REP>", "")
    question = parse_page(page, "page.htm", [])

    assert (question.texte_reponse or "").endswith("à M. Anselme de La Fontaine.</p>")


@pytest.mark.parametrize(
    ("page", "old", "new", "message"),
    [
        (
            as_fiche,
            "<NUM>900001</NUM>",
            "<NUM></NUM>",
            "page without question number: expected a line such as « Question écrite n° 2621 »",
        ),
        (
            as_fiche,
            "<NLEG>14",
            "<NLEG>13",
            "page that contradicts itself: législature 14 and 13",
        ),
        (
            as_fiche,
            "<NAT>QE",
            "<NAT>QZ",
            "« Type de question » 'QZ' is none of Question écrite, Question au Gouvernement,"
            " Question orale sans débat",
        ),
        (
            as_fiche,
            "<DPQ>07/01/2014",
            "<DPQ>31/02/2020",
            "« Question publiée au JO le » '31/02/2020' is no day of the calendar",
        ),
        (
            as_detail,
            "07/01/2014",
            "31/02/2020",
            "« Question publiée au JO le » '31/02/2020' is no day of the calendar",
        ),
        (
            as_detail,
            "14ème législature",
            "",
            "page without législature: expected a line such as « 17ème législature »",
        ),
        (
            as_bloc,
            "écrite n°900001",
            "écrite n°900002",
            "uid 'QANR5L14QE900001' contradicts législature, type, numéro (14, 'QE', 900002)",
        ),
        (
            as_bloc,
            "question : <span>Question écrite",
            "question : <span>Question au Gouvernement",
            "« Type de question » is given twice: QE, then QG",
        ),
        (
            as_bloc,
            "Question publiée le 7 janvier 2014",
            "Question publiée le 8 janvier 2014",
            "« Question publiée le 8 janvier 2014 » is given twice: 2014-01-07, then 2014-01-08",
        ),
    ],
)
def test_error_when_a_page_is_incomplete_or_contradicts_itself(
    page: Callable[[Facts], str], old: str, new: str, message: str
) -> None:
    """The message names what is missing or wrong; nothing is guessed."""
    text = page(Facts())
    assert old in text

    with pytest.raises(MalformedRecord) as caught:
        parse_page(text.replace(old, new), "page.htm", [])

    assert str(caught.value) == message


def test_a_text_under_an_unknown_heading_is_told() -> None:
    """Nobody knows what it would be a text of, so it is reported instead of shown."""
    remarks: list[str] = []
    page = as_bloc(CASES["orale sans débat"]).replace("Réponse  publiée", "Avis  publié")
    question = parse_page(page, "page.htm", remarks)

    assert question.texte_reponse is None
    assert remarks == ["the text under 'Avis publié le 15 janvier 2014' is not understood"]


@pytest.mark.parametrize(
    "words",
    [
        "<p>Question écrite n° 900001</p>",
        '<a href="/dyn/17/questions/QANR5L17QE900001">Question n° 900001</a>',
    ],
)
def test_other_pages_are_no_questions(words: str, write: Write, read: Read) -> None:
    """A page that names a question, or links to some, is said to be what it looks like."""
    outcomes = read(write("page.htm", f"<!doctype html><html>{words}"))

    assert outcomes.questions == []
    assert outcomes.rejects[0].reason == (
        "not a question, an actors' file or an export: it looks like an HTML page; leave it out"
    )

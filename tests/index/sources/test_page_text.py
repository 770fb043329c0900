"""Question pages as text: the real ones, and every variation on a fictional one."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from index.errors import MalformedRecord
from index.question import Question, SourceRank
from index.sources.page_text import parse_page

FACTS: dict[str, dict[str, Any]] = {
    "000": {
        "uid": "QANR5L17QE2621",
        "auteur": "Mme Danielle Brulebois",
        "civilite": "Mme",
        "prenom": "Danielle",
        "nom": "Brulebois",
        "departement": "Jura",
        "circonscription": "1re",
        "groupe": "Ensemble pour la République",
        "rubrique": "Professions de santé",
        "ministere": "Santé et accès aux soins",
        "ministere_interroge": "Santé et accès aux soins",
        "date_signalement": date(2025, 2, 17),
        "date_question": date(2024, 12, 3),
        "page_jo_question": 6403,
        "date_reponse": date(2025, 4, 22),
        "page_jo_reponse": 2923,
        "delai_jours": 140,
        "statut": "repondue",
    },
    "001": {
        "uid": "QANR5L16QE16353",
        "titre": "Situation des infirmières Asalée",
        "departement": "Deux-Sèvres",
        "circonscription": "2e",
        "groupe": "Écologiste - NUPES",
        "ministere": "Santé et prévention",
        "ministere_interroge": "Travail, santé et solidarités",
        "date_question": date(2024, 3, 19),
        "page_jo_question": 2065,
        "date_retrait": date(2024, 6, 11),
        "motif_retrait": "Fin de mandat",
        "texte_reponse": None,
        "statut": "retiree",
    },
    "002": {
        "uid": "QANR5L17QE13353",
        "titre": "Situation critique des acteurs de coopération médecins / infirmiers",
        "departement": "Bas-Rhin",
        "circonscription": "2e",
        "groupe": "La France insoumise - Nouveau Front Populaire",
        "ministere": "Santé, familles, autonomie et personnes handicapées",
        "date_question": date(2026, 3, 3),
        "page_jo_question": 1844,
        "date_reponse": date(2026, 5, 12),
        "page_jo_reponse": 4262,
        "delai_jours": 70,
    },
    "003": {
        "uid": "QANR5L17QE11602",
        "titre": "Dispositif ASALEE : évaluation, pérennisation et généralisation",
        "nom": "Saint-Pasteur",
        "departement": "Gironde",
        "circonscription": "7e",
        "groupe": "Socialistes et apparentés",
        "date_question": date(2025, 12, 9),
        "page_jo_question": 10048,
        "date_reponse": None,
        "statut": "en_attente",
    },
    "004": {
        "uid": "QANR5L17QE14360",
        "auteur": "M. Romain Daubié",
        "departement": "Ain",
        "circonscription": "2e",
        "groupe": "Les Démocrates",
        "date_question": date(2026, 4, 14),
        "page_jo_question": 3067,
        "texte_reponse": None,
        "statut": "en_attente",
    },
}


@pytest.mark.parametrize("seed", FACTS)
def test_every_fact_of_a_real_page_is_in_its_record(seed: str, shared: Path) -> None:
    """Dates, pages of the JO, people and ministères of the five real pages are read."""
    (path,) = (shared / "seeds").glob(f"{seed}_*.txt")
    question = parse_page(path.read_text(encoding="utf-8"), path.name, [])

    assert {name: getattr(question, name) for name in FACTS[seed]} == FACTS[seed]


def test_a_sentence_cut_by_a_page_break_is_mended(shared: Path) -> None:
    """The real page whose answer is cut before « œuvre » holds one paragraph again."""
    (path,) = (shared / "seeds").glob("002_*.txt")
    answer = parse_page(path.read_text(encoding="utf-8"), path.name, []).texte_reponse or ""

    assert "à mettre en œuvre les recommandations" in answer
    assert answer.count("<p>") == 1


PAGE = """
ASSEMBLÉE NATIONALE

17ème législature

Entretien des puits communaux

Question écrite n° 900001

Texte de la question

M. Anselme de La Fontaine interroge le ministre sur l'eau.

Texte de la réponse

Les puits sont curés.

Données clés

Auteur : [M. Anselme de La Fontaine](#)

Circonscription : Val-de-Source (1<sup>re</sup> circonscription) - Groupe d'essai - Rive

Type de question : Question écrite

Numéro de la question : 900001

Rubrique : Eau

Ministère interrogé : [Eaux](#)

Ministère attributaire : [Eaux et forêts](#)

Date(s) clé(s)

Question publiée au JO le : [3 décembre 2024](#), page 12

Réponse publiée au JO le : [1er avril 2025](#), page 34
"""


def changed(*changes: tuple[str, str]) -> Question:
    """The fictional page read after replacing some of its words."""
    text = PAGE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return parse_page(text, "page.txt", [])


def with_line(line: str) -> Question:
    """The fictional page read with one more line among its dates."""
    return changed(("Date(s) clé(s)", f"Date(s) clé(s)\n\n{line}"))


def test_markdown_and_plain_lines_read_the_same() -> None:
    """Headings with `#` and bold labels change nothing."""
    lines = [
        f"**{line.replace(' :', ' :**', 1)}" if " : " in line else line
        for line in PAGE.replace("Données clés", "## Données clés").splitlines()
    ]
    text = "\n".join(lines).replace("Texte de la", "### Texte de la")
    text = text.replace("ASSEMBLÉE", "# ASSEMBLÉE").replace("Entretien", "## Entretien")

    assert parse_page(text, "page.txt", []) == parse_page(PAGE, "page.txt", [])


def test_carriage_returns_and_typographic_apostrophes_are_read() -> None:
    """Labels hold whichever apostrophe; « le 1er » is a date."""
    question = with_line("Date de changement d’attribution : 1<sup>er</sup> fevrier 2025")

    assert [(entry.date, entry.ministere) for entry in question.attributions] == [
        (date(2025, 2, 1), "Eaux et forêts")
    ]


@pytest.mark.parametrize("heading", ["Date(s) clée(s)", "Dates clés", "Date clé", "DATE(S) CLE(S)"])
def test_the_heading_of_the_dates_may_be_misprinted(heading: str) -> None:
    """No spelling of the heading hides the dates."""
    assert changed(("Date(s) clé(s)", heading)).date_reponse == date(2025, 4, 1)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Val-de-Source (2^e circonscription) - Rive", ("Val-de-Source", "2e", "Rive")),
        ("Val-de-Source (1ère circonscription)", ("Val-de-Source", "1re", None)),
        ("Îles (12ème circonscription) - A - B", ("Îles", "12e", "A - B")),
        ("Îles (circonscription unique) - A (app.)", ("Îles", None, "A (app.)")),
        ("Val-de-Source - Groupe", ("Val-de-Source", None, "Groupe")),
    ],
)
def test_the_seat_and_the_group_are_told_apart(
    written: str, expected: tuple[str, str | None, str | None]
) -> None:
    """Both the département and the group may hold dashes."""
    old = "Val-de-Source (1<sup>re</sup> circonscription) - Groupe d'essai - Rive"
    question = changed((old, written))

    assert (question.departement, question.circonscription, question.groupe) == expected


def test_a_name_of_several_words_is_whole() -> None:
    """The first word after the civilité is the first name, the rest the name."""
    question = changed()

    assert (question.prenom, question.nom) == ("Anselme", "de La Fontaine")


@pytest.mark.parametrize(
    ("line", "name", "expected"),
    [
        (
            "Date de signalement : Question signalée au Gouvernement le 17 février 2025",
            "date_signalement",
            date(2025, 2, 17),
        ),
        ("Question signalée au Gouvernement le 17/02/2025", "date_signalement", date(2025, 2, 17)),
        ("Question renouvelée le 5 mars 2025", "dates_renouvellement", (date(2025, 3, 5),)),
        (
            "Date de renouvellement : 5 aout 2025, 9 décembre 2025",
            "dates_renouvellement",
            (date(2025, 8, 5), date(2025, 12, 9)),
        ),
        ("Question retirée le : 11 juin 2025 (Fin de mandat)", "motif_retrait", "Fin de mandat"),
        ("Question retirée le 11 juin 2025 (Fin de mandat)", "date_retrait", date(2025, 6, 11)),
    ],
)
def test_optional_lines_are_read(line: str, name: str, expected: object) -> None:
    """Each event that a page may tell has its field."""
    assert getattr(with_line(line), name) == expected


@pytest.mark.parametrize(
    ("words", "type_"),
    [("Question orale sans débat", "QOSD"), ("Question au Gouvernement", "QG")],
)
def test_the_type_comes_from_the_words(words: str, type_: str) -> None:
    """« Question orale sans débat n° … » tells the type."""
    assert changed(("Question écrite", words)).type == type_


def test_a_question_au_gouvernement_has_one_date() -> None:
    """Without a text of its own, it was asked and answered in the same sitting."""
    question = changed(
        ("Question écrite", "Question au Gouvernement"),
        ("Texte de la question\n\nM. Anselme de La Fontaine interroge le ministre sur l'eau.", ""),
        ("Question publiée au JO le : [3 décembre 2024](#), page 12", ""),
    )

    assert (question.date_question, question.date_reponse) == (date(2025, 4, 1),) * 2
    assert question.texte_reponse == "<p>Les puits sont curés.</p>"


def test_a_question_au_gouvernement_without_answer_is_waiting() -> None:
    """The sitting's date alone is no answer."""
    question = changed(
        ("Question écrite", "Question au Gouvernement"),
        ("Texte de la question\n\nM. Anselme de La Fontaine interroge le ministre sur l'eau.", ""),
        ("Texte de la réponse\n\nLes puits sont curés.", ""),
        ("Réponse publiée au JO le : [1er avril 2025](#), page 34", ""),
    )

    assert (question.date_question, question.date_reponse) == (date(2024, 12, 3), None)
    assert question.statut == "en_attente"


@pytest.mark.parametrize(
    ("old", "new", "remark"),
    [
        ("page 34", "page xiv", "« Réponse publiée au JO le » 'xiv' is not a number"),
        (
            "Date(s) clé(s)",
            "Date(s) clé(s)\n\nDate de signalement : oui",
            "« Date de signalement » 'oui' holds no date",
        ),
        (
            "Date(s) clé(s)",
            "Date(s) clé(s)\n\nDate de renouvellement : deux fois",
            "« Date de renouvellement » 'deux fois' holds no date",
        ),
    ],
)
def test_what_is_not_understood_is_left_out_and_told(old: str, new: str, remark: str) -> None:
    """A page of the JO or an event in unknown words costs nobody the question."""
    remarks: list[str] = []
    question = parse_page(PAGE.replace(old, new), "page.txt", remarks)

    assert remarks == [remark]
    assert question.date_reponse == date(2025, 4, 1)
    assert (question.date_signalement, question.dates_renouvellement) == (None, ())


def test_a_page_is_a_page_whatever_it_is_called() -> None:
    """The format that read it tells the rank, not the file's name."""
    assert parse_page(PAGE, "page.json", []).source_rank == SourceRank.PAGE_TEXT


def test_without_attributaire_the_ministere_is_the_one_asked() -> None:
    """A page that names one ministère only gives it the question."""
    question = changed(("Ministère attributaire : [Eaux et forêts](#)", ""))

    assert question.ministere == "Eaux"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("fin de\n\nœuvre.", "<p>fin de œuvre.</p>"),
        ("fin de\n\npage.", "<p>fin de page.</p>"),
        ("une mi-\n\ntemps.", "<p>une mi-temps.</p>"),
        ("« Fin. »\n\nsuite.", "<p>« Fin. »</p><p>suite.</p>"),
        ("Fin\n\nSuite.", "<p>Fin</p><p>Suite.</p>"),
        ("Voici :\n\nun point.", "<p>Voici :</p><p>un point.</p>"),
        ("le 1^er [mai](#)", "<p>le 1<sup>er</sup> mai</p>"),
    ],
)
def test_only_a_cut_sentence_is_mended(text: str, expected: str) -> None:
    """A paragraph joins the one before if that ends no sentence and it starts in lower case."""
    assert changed(("Les puits sont curés.", text)).texte_reponse == expected


def test_a_text_may_quote_a_heading_of_the_page() -> None:
    """The last « Données clés » begins the data, whatever an answer says."""
    question = changed(("sont curés.", "sont curés.\n\nDonnées clés\n\nTrois puits."))

    assert question.texte_reponse == (
        "<p>Les puits sont curés.</p><p>Données clés</p><p>Trois puits.</p>"
    )


def test_a_label_cut_by_a_line_break_is_whole() -> None:
    """A value goes on on the next line."""
    assert changed(("[Eaux et forêts](#)", "Eaux\net forêts")).ministere == "Eaux et forêts"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            [("Question écrite n° 900001", ""), ("Numéro de la question : 900001", "")],
            "page without question number: expected a line such as « Question écrite n° 2621 »",
        ),
        (
            [("17ème législature", "")],
            "page without législature: expected a line such as « 17ème législature »",
        ),
        (
            [("question : 900001", "question : 900002")],
            "page that contradicts itself: question number 900001 and 900002",
        ),
        (
            [("question : Question écrite", "question : Question au Gouvernement")],
            "page that contradicts itself: type of question QE and QG",
        ),
        (
            [("[1er avril 2025](#)", "31 avril 2025")],
            "« Réponse publiée au JO le » '31 avril 2025' is no day of the calendar",
        ),
        (
            [("[1er avril 2025](#)", "bientôt")],
            "« Réponse publiée au JO le » 'bientot' is not a date (expected YYYY-MM-DD)",
        ),
        (
            [("Rubrique : Eau", "Rubrique : Eau\n\nRubrique : Feu")],
            "« Rubrique » is given twice: Eau, then Feu",
        ),
    ],
)
def test_error_when_a_page_is_incomplete_or_contradicts_itself(
    changes: list[tuple[str, str]], message: str
) -> None:
    """The message names what is missing or wrong; nothing is guessed."""
    with pytest.raises(MalformedRecord) as caught:
        changed(*changes)

    assert str(caught.value) == message

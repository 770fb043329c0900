"""Questions as XML: the real one, and variations on fictional ones."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from index.errors import MalformedRecord
from index.question import Attribution, Question
from index.sources.published_xml import DEEPEST, parse_xml
from index.sources.question_xml import parse_question
from tests.index.sources.one_question import CASES, Facts, as_xml

Read = Callable[..., Any]
Write = Callable[[str, Any], Path]


def test_every_fact_of_the_real_question_is_in_its_record(shared: Path, read: Read) -> None:
    """Dates, numbers, names and ministères of the published XML are read."""
    outcomes = read(shared / "data/opendata/q14_14-47351QE.xml")
    (question,) = outcomes.questions
    expected = {
        "uid": "QANR5L14QE47351",
        "titre": "équipements militaires ; vieillissement ; bilan",
        "tete_analyse": "équipements",
        "rubrique": "défense",
        "auteur": "M. François Cornut-Gentille",
        "civilite": "M.",
        "prenom": "François",
        "nom": "Cornut-Gentille",
        "acteur_ref": "PA923",
        "groupe": "Les Républicains",
        "groupe_sigle": "LES-REP",
        "departement": "Haute-Marne",
        "circonscription": "2e",
        "ministere": "Défense",
        "ministere_developpe": "Ministère de la défense",
        "ministere_interroge": "Défense",
        "attributions": tuple(
            Attribution(day, "Défense", "Ministère de la défense")
            for day in (date(2014, 1, 7), date(2014, 4, 3))
        ),
        "date_question": date(2014, 1, 7),
        "page_jo_question": 18,
        "date_reponse": date(2014, 5, 13),
        "page_jo_reponse": 3858,
        "date_signalement": None,
        "dates_renouvellement": (date(2014, 4, 15),),
        "date_retrait": None,
        "statut": "repondue",
        "delai_jours": 126,
        "date_erratum": None,
    }

    assert {name: getattr(question, name) for name in expected} == expected
    assert outcomes.reading.remarks == []


def test_the_badly_formed_table_of_the_real_answer_is_a_table(shared: Path, read: Read) -> None:
    """Half-quoted spans, `</br>` and missing cells' ends leave a heading of two rows."""
    (question,) = read(shared / "data/opendata/q14_14-47351QE.xml").questions
    answer = question.texte_reponse or ""

    assert answer.count("<tr>") == 18
    assert '<th rowspan="2">TYPE DE MATÉRIEL</th><th colspan="2">NOMBRE DE MATÉRIEL' in answer
    assert answer.endswith("<td>125\u00a0000</td></tr></tbody></table>")


def changed(old: str, new: str, facts: Facts | None = None) -> tuple[Question, list[str]]:
    """The fictional question read after replacing some of its XML, and the remarks on it."""
    xml = as_xml(facts or Facts())
    assert old in xml
    remarks: list[str] = []
    return parse_question(xml.replace(old, new), "q.xml", remarks), remarks


def test_a_withdrawal_is_the_closure_that_is_no_answer() -> None:
    """Its date and its wording are those of the closure."""
    question, _ = changed("Fin de mandat", "Caducité", CASES["withdrawn"])

    assert (question.statut, question.motif_retrait) == ("retiree", "Caducité")
    assert question.date_retrait == date(2014, 6, 10)


def test_an_erratum_dates_the_version_and_changes_nothing_else() -> None:
    """The XML dates an erratum without holding a text of it."""
    question, remarks = changed(
        "<ERRATUM_QUESTION><DATE_JO/>", "<ERRATUM_QUESTION><DATE_JO>21/01/2014</DATE_JO>"
    )

    assert question.date_erratum == date(2014, 1, 21)
    assert (question.date_question, question.page_jo_question) == (date(2014, 1, 7), 18)
    assert remarks == []


def test_a_signalement_known_by_its_journal_only_is_dated_by_it() -> None:
    """The day of the deposit comes first, the JO's when it is the only one."""
    question, _ = changed("<SIGNALEMENT><DATE_JO/>", "<SIGNALEMENT><DATE_JO>18/02/2014</DATE_JO>")

    assert question.date_signalement == date(2014, 2, 18)


@pytest.mark.parametrize(
    ("old", "new", "remark"),
    [
        (
            "<ERRATUM_QUESTION>",
            "<ERRATUM_QUESTION><TEXTE>Lire : eaux.</TEXTE>",
            "ERRATUM_QUESTION/TEXTE 'Lire : eaux.' is not understood",
        ),
        (
            "<TEXTE_DEPOT>",
            "<TEXTE_DEPOT><p>Un mot.</p>",
            "TEXTE_DEPOT holds elements outside CDATA, whose words are left out",
        ),
        (
            "<PAGE_JO>18</PAGE_JO>",
            "<PAGE_JO>xviii</PAGE_JO>",
            "texteQuestion.infoJO.pageJO 'xviii' is not a page number",
        ),
    ],
)
def test_what_is_not_understood_is_left_out_and_told(old: str, new: str, remark: str) -> None:
    """A value that no published file was seen to hold costs nobody the question."""
    question, remarks = changed(old, new)

    assert remarks == [remark]
    assert question.texte_question is not None


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "<LEGISLATURE>14</LEGISLATURE>",
            "",
            "no législature, no type or no number: nothing identifies it",
        ),
        (
            "<DEPOT><TEXTE_DEPOT>",
            '<DEPOT NUMERO="900002"><TEXTE_DEPOT>',
            "DEPOT/@NUMERO is given twice: 900001, then 900002",
        ),
        (
            "<LEGISLATURE>14</LEGISLATURE>",
            "<LEGISLATURE>14</LEGISLATURE><LEGISLATURE>13</LEGISLATURE>",
            "LEGISLATURE is given twice: 14, then 13",
        ),
        ('TYPE="QE"', 'TYPE="QX"', "type 'QX' is none of QE, QG, QOSD"),
        ('NUMERO="900001"', 'NUMERO="n1"', "numero 'n1' is not a whole number"),
        (
            "<DATE_JO>07/01/2014</DATE_JO><PAGE_JO>18",
            "<DATE_JO>31/02/2020</DATE_JO><PAGE_JO>18",
            "texteQuestion.infoJO.dateJO '31/02/2020' is no day of the calendar",
        ),
        (
            "</QUESTION>",
            "</QUESTIONS>",
            "damaged XML at line 27 column 3 (mismatched tag): download it again",
        ),
        (
            "eau",
            "e\0au",
            "damaged XML at line 12 column 29 (not well-formed (invalid token)): download it again",
        ),
    ],
)
def test_error_when_the_xml_is_incomplete_damaged_or_contradicts_itself(
    old: str, new: str, message: str
) -> None:
    """The message names what is missing or wrong; nothing is guessed."""
    with pytest.raises(MalformedRecord) as caught:
        changed(old, new)

    assert str(caught.value) == message


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "iso-8859-1", "windows-1252"])
def test_xml_is_read_in_the_encoding_it_declares(encoding: str, write: Write, read: Read) -> None:
    """The declaration is what tells, where the bytes aren't UTF-8 anyway."""
    xml = as_xml(Facts(question="L'été.")).replace('"UTF-8"', f'"{encoding}"')
    (question,) = read(write("q.xml", xml.encode(encoding))).questions

    assert question.texte_question == "<p>L'été.</p>"


@pytest.mark.parametrize(
    ("xml", "expected"),
    [
        ("<a/>", {"a": None}),
        ("<a> b <![CDATA[<c>]]></a>", {"a": "b <c>"}),
        ('<a b="1">c</a>', {"a": {"@b": "1", "#text": "c"}}),
        ("<a><b/><b>1</b><b>2</b><b/></a>", {"a": {"b": ["1", "2"]}}),
        ("<a><b>1</b><c/>2</a>", {"a": {"b": "1", "c": None, "#text": "2"}}),
    ],
)
def test_xml_has_the_shape_of_the_published_json(xml: str, expected: object) -> None:
    """Attributes, repetitions and texts stand where the open data in JSON has them."""
    assert parse_xml(xml) == expected


def test_xml_may_be_nested_as_deep_as_said_and_no_deeper() -> None:
    """One element more is refused while it is read, not after."""
    deep = "<a>" * DEEPEST + "</a>" * DEEPEST
    parse_xml(deep)

    with pytest.raises(MalformedRecord, match=f"XML of more than {DEEPEST} elements"):
        parse_xml(f"<a>{deep}</a>")

"""Open data in JSON: the real files, and the shapes that a field may take."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import MalformedRecord
from index.question import Attribution, Question, SourceRank
from index.sources.opendata_json import parse_question

Published = Callable[..., dict[str, Any]]
NIL = {"@xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance", "@xsi:nil": "true"}


def parse(published: dict[str, Any]) -> Question:
    """The question of a file."""
    return parse_question(published["question"], "q.json", [])


def answer(day: str | None, text: str, page: str | None = None) -> dict[str, Any]:
    """One answer in the publisher's shape."""
    return {"infoJO": {"dateJO": day, "pageJO": page}, "texte": text}


def test_every_field_of_a_written_question_is_read(published: Published) -> None:
    """A plain written question fills its record."""
    question = parse(published())

    assert question.as_record(None) | {"empreinte_reponse": None} == {
        "uid": "QANR5L17QE900001",
        "legislature": 17,
        "type": "QE",
        "numero": 900001,
        "titre": "Puits communaux",
        "tete_analyse": None,
        "rubrique": "eau",
        "auteur": None,
        "civilite": None,
        "prenom": None,
        "nom": None,
        "acteur_ref": "PA900001",
        "groupe": "Groupe fictif",
        "groupe_sigle": "GEF",
        "departement": None,
        "circonscription": None,
        "ministere": "Eaux",
        "ministere_developpe": "Ministère des eaux",
        "ministere_interroge": "Eaux",
        "attributions": [
            {
                "date": "2025-01-07",
                "ministere": "Eaux",
                "ministere_developpe": "Ministère des eaux",
            }
        ],
        "texte_question": "<p>Le puits est <em>tari</em> .</p>",
        "texte_reponse": None,
        "date_question": "2025-01-07",
        "page_jo_question": 12,
        "date_reponse": None,
        "page_jo_reponse": None,
        "date_signalement": None,
        "dates_renouvellement": [],
        "date_retrait": None,
        "motif_retrait": None,
        "statut": "en_attente",
        "en_retard": False,
        "delai_jours": None,
        "empreinte_reponse": None,
        "source": "q.json",
        "url_officielle": None,
    }


@pytest.mark.parametrize(
    ("analyses", "titre"),
    [
        ({"ANA": "Puits"}, "Puits"),
        ({"ANA": ["Puits", "Sources", NIL]}, "Puits ; Sources"),
        ({"ANA": None}, None),
        ("Puits", "Puits"),
        (NIL, None),
    ],
)
def test_the_title_of_the_xve_is_in_capitals(
    published: Published, analyses: object, titre: str | None
) -> None:
    """The XVe has `ANALYSE` and `ANA` in the place of `analyses` and `analyse`."""
    remarks: list[str] = []
    changes = {"indexationAN": {"rubrique": "eau", "teteAnalyse": NIL, "ANALYSE": analyses}}
    question = parse_question(published(**changes)["question"], "q.json", remarks)

    assert (question.titre, question.rubrique, remarks) == (titre, "eau", [])


def test_a_question_of_the_xve_is_read(published: Published) -> None:
    """Dates have slashes; a question without text is dated by its attribution."""
    question = parse(
        published(
            uid="QANR5L15QE900001",
            identifiant={"numero": "900001", "regime": "5e", "legislature": "15"},
            indexationAN={"rubrique": "eau", "ANALYSE": {"ANA": "Puits"}},
            minAttribs={"minAttrib": {"infoJO": {"dateJO": "04/07/2017"}, "abrege": "Eaux"}},
            textesQuestion=NIL,
            textesReponse={"texteReponse": answer("31/10/2017", "Oui.", "5312")},
            cloture={"codeCloture": "REP_PUB", "infoJO": {"dateJO": "31/10/2017"}},
        )
    )

    assert (question.date_question, question.date_reponse) == (date(2017, 7, 4), date(2017, 10, 31))
    assert (question.titre, question.delai_jours, question.statut) == ("Puits", 119, "repondue")
    assert question.ministere == "Eaux"


@pytest.mark.parametrize(
    ("analyses", "titre"),
    [
        ({"analyse": ["Puits", "Sources &#339;"]}, "Puits ; Sources œ"),
        ({"analyse": NIL}, None),
        (None, None),
        ("Puits", "Puits"),
        ([{"analyse": "Puits"}, {"analyse": {"#text": "Sources"}}], "Puits ; Sources"),
    ],
)
def test_the_title_joins_the_analyses(
    published: Published, analyses: object, titre: str | None
) -> None:
    """A string, a list, an object with `#text` and a null are all read."""
    assert parse(published(indexationAN={"analyses": analyses})).titre == titre


def test_the_last_attribution_is_current(published: Published) -> None:
    """A re-attributed question keeps its history; a ministère without sigle has its long name."""
    first = {"infoJO": {"dateJO": "2025-01-07"}, "denomination": {"abrege": "Eaux"}}
    second = {
        "infoJO": {"dateJO": "2025-03-04T00:00:00.000+02:00"},
        "denomination": {"abrege": NIL, "developpe": "Ministère des forêts"},
    }
    question = parse(published(minAttribs={"minAttrib": [first, second]}))

    assert question.attributions == (
        Attribution(date(2025, 1, 7), "Eaux", None),
        Attribution(date(2025, 3, 4), "Ministère des forêts", "Ministère des forêts"),
    )
    assert question.ministere == "Ministère des forêts"
    assert question.ministere_interroge == "Eaux"


def test_without_attribution_the_ministere_is_the_one_asked(published: Published) -> None:
    """An old file without `minAttribs` still names a ministère."""
    assert parse(published(minAttribs=None)).ministere == "Eaux"


def test_an_erratum_corrects_the_text_and_keeps_date_and_page(published: Published) -> None:
    """The answer was given when it was first published; the newest erratum has its own date."""
    answers = [
        answer("2025-02-04", "Non.", "3"),
        answer("2025-02-18", "Si.", "9"),
        answer("2025-02-11+02:00", "Oui.", "5"),
    ]
    question = parse(published(textesReponse={"texteReponse": answers}))

    assert (question.texte_reponse, question.date_reponse, question.page_jo_reponse) == (
        "<p>Oui.</p>",
        date(2025, 2, 4),
        3,
    )
    assert question.date_erratum == question.last_event == date(2025, 2, 18)


def test_an_undated_erratum_leaves_date_and_page(published: Published) -> None:
    """It corrects the text, and is no dated event."""
    answers = [answer("2025-02-04", "Non.", "3"), {"infoJO": None, "texte": "Oui."}]
    question = parse(published(textesReponse={"texteReponse": answers}))

    assert (question.texte_reponse, question.date_reponse, question.page_jo_reponse) == (
        "<p>Oui.</p>",
        date(2025, 2, 4),
        3,
    )
    assert question.date_erratum is None


def test_date_and_page_come_from_the_first_dated_publication(published: Published) -> None:
    """An undated text before it says neither."""
    answers = [answer(None, "Non.", "3"), answer("2025-02-11", "Oui.", "5")]
    question = parse(published(textesReponse={"texteReponse": answers}))

    assert (question.date_reponse, question.page_jo_reponse) == (date(2025, 2, 11), 5)


def test_an_erratum_of_the_question_makes_a_newer_version(published: Published) -> None:
    """The deadline still counts from the first publication."""
    texts = [answer("2025-01-07", "Le puits.", "12"), answer("2025-02-04", "Les puits.", "99")]
    question = parse(published(textesQuestion={"texteQuestion": texts}))

    assert (question.texte_question, question.date_question, question.page_jo_question) == (
        "<p>Les puits.</p>",
        date(2025, 1, 7),
        12,
    )
    assert question.version > parse(published()).version


def test_json_is_json_whatever_it_is_called(published: Published) -> None:
    """The format that read it tells the rank, not the file's name."""
    question = parse_question(published()["question"], "q.txt", [])

    assert question.source_rank == SourceRank.JSON


def test_an_answer_may_be_dated_without_a_text(published: Published) -> None:
    """A closure by a published answer tells date and page."""
    closure = {
        "codeCloture": "REP_PUB",
        "libelleCloture": "Réponse publiée",
        "dateCloture": "2025-02-05",
        "infoJO": {"dateJO": "2025-02-04", "pageJO": "77"},
    }
    question = parse(published(cloture=closure))

    assert (question.statut, question.date_reponse, question.page_jo_reponse) == (
        "repondue",
        date(2025, 2, 4),
        77,
    )


def test_a_closure_without_jo_has_its_own_date(published: Published) -> None:
    """`dateCloture` counts when no JO is given."""
    closure = {"codeCloture": "REP_PUB", "dateCloture": "2025-02-05", "infoJO": None}

    assert parse(published(cloture=closure)).date_reponse == date(2025, 2, 5)


def test_a_closure_without_any_date_still_answers(published: Published) -> None:
    """The code alone makes a question answered."""
    assert parse(published(cloture={"codeCloture": "REP_PUB"})).statut == "repondue"


@pytest.mark.parametrize(
    "wording", ["Fin de mandat", "Retrait pour cause de question identique", "Question caduque"]
)
def test_any_other_closure_is_a_withdrawal(published: Published, wording: str) -> None:
    """The wording of the closure is the reason."""
    closure = {"codeCloture": "RET", "libelleCloture": wording, "dateCloture": "2025-06-11"}
    question = parse(published(cloture=closure))

    assert (question.statut, question.date_retrait, question.motif_retrait) == (
        "retiree",
        date(2025, 6, 11),
        wording,
    )


def test_a_question_au_gouvernement_is_its_exchange(published: Published) -> None:
    """Without `textesQuestion` both dates are the sitting's."""
    question = parse(
        published(
            uid="QANR5L17QG900001",
            type="QG",
            textesQuestion=None,
            textesReponse={"texteReponse": answer("2025-01-08", "</p><p>Parole.")},
        )
    )

    assert (question.date_question, question.date_reponse) == (date(2025, 1, 8),) * 2
    assert (question.texte_question, question.texte_reponse) == (None, "<p>Parole.</p>")
    assert question.delai_jours is None


def test_a_question_au_gouvernement_without_answer_is_waiting(published: Published) -> None:
    """The sitting's date alone is no answer."""
    question = parse(published(uid="QANR5L17QG900001", type="QG", textesQuestion=None))

    assert (question.date_question, question.date_reponse) == (date(2025, 1, 7), None)
    assert question.statut == "en_attente"


def test_a_withdrawn_question_au_gouvernement_is_no_answered_one(published: Published) -> None:
    """Its closure says what became of it."""
    closure = {"codeCloture": "RETRAIT", "dateCloture": "2025-02-01"}
    question = parse(
        published(uid="QANR5L17QG900001", type="QG", textesQuestion=None, cloture=closure)
    )

    assert (question.statut, question.date_reponse) == ("retiree", None)
    assert (question.date_question, question.date_retrait) == (date(2025, 1, 7), date(2025, 2, 1))


@pytest.mark.parametrize(
    ("textes_reponse", "cloture"),
    [
        ({"texteReponse": {"infoJO": None, "texte": "Parole."}}, None),
        (None, {"codeCloture": "REP_PUB"}),
    ],
)
def test_an_undated_answer_in_a_sitting_has_the_date_of_the_sitting(
    published: Published, textes_reponse: object, cloture: object
) -> None:
    """A text, or the closure's code, is an answer."""
    question = parse(
        published(
            uid="QANR5L17QG900001",
            type="QG",
            textesQuestion=None,
            textesReponse=textes_reponse,
            cloture=cloture,
        )
    )

    assert question.date_reponse == question.date_question == date(2025, 1, 7)


def test_a_closure_may_be_its_wording_only(published: Published) -> None:
    """A plain string says why the question was withdrawn, or that it was answered."""
    withdrawn = parse(published(cloture="Fin de mandat"))

    assert (withdrawn.statut, withdrawn.motif_retrait) == ("retiree", "Fin de mandat")
    assert parse(published(cloture="Réponse publiée")).statut == "repondue"


def test_a_closure_without_words_is_a_withdrawal(published: Published) -> None:
    """Nothing answered the question, and it is closed."""
    closure = {"codeCloture": None, "libelleCloture": NIL, "dateCloture": "2025-02-11"}
    question = parse(published(cloture=closure))

    assert (question.statut, question.date_retrait, question.motif_retrait) == (
        "retiree",
        date(2025, 2, 11),
        None,
    )


def test_a_closure_without_words_of_an_answered_question_is_its_answer(
    published: Published,
) -> None:
    """It was not withdrawn on the day of its answer."""
    question = parse(
        published(
            cloture={"dateCloture": "2025-02-11"},
            textesReponse={"texteReponse": answer("2025-02-11", "Oui.")},
        )
    )

    assert (question.statut, question.date_retrait) == ("repondue", None)


@pytest.mark.parametrize("closure", [NIL, {}, {"codeCloture": None, "infoJO": {"dateJO": NIL}}])
def test_a_closure_of_nulls_is_null(published: Published, closure: object) -> None:
    """A closure that says nothing closes nothing."""
    assert parse(published(cloture=closure)).statut == "en_attente"


@pytest.mark.parametrize(
    ("changes", "remark"),
    [
        ({"signalement": "oui"}, "signalement 'oui' is not a date (expected YYYY-MM-DD)"),
        ({"signalement": True}, "signalement 'True' is not a date (expected YYYY-MM-DD)"),
        ({"signalement": {"rang": "2"}}, "signalement '2' has no date"),
        (
            {"renouvellements": {"renouvellement": {"dateRenouvellement": "deux fois"}}},
            "renouvellements 'deux fois' is not a date (expected YYYY-MM-DD)",
        ),
        (
            {"textesReponse": {"texteReponse": answer("2025-02-01", "a", "p. 3")}},
            "texteReponse.infoJO.pageJO 'p. 3' is not a page number",
        ),
        (
            {"minAttribs": {"minAttrib": {"abrege": "E", "infoJO": {"dateJO": "hier"}}}},
            "minAttrib.infoJO.dateJO 'hier' is not a date (expected YYYY-MM-DD)",
        ),
        (
            {"cloture": {"codeCloture": "REP_PUB", "dateCloture": "bientôt"}},
            "cloture.dateCloture 'bientôt' is not a date (expected YYYY-MM-DD)",
        ),
        (
            {"indexationAN": {"rubrique": "eau", "TITRE": {"#text": "Puits"}}},
            "indexationAN.TITRE 'Puits' is of an unknown kind",
        ),
    ],
)
def test_what_is_not_understood_is_left_out_and_told(
    published: Published, changes: dict[str, Any], remark: str
) -> None:
    """An event or a page in an unknown shape costs nobody the question."""
    remarks: list[str] = []
    question = parse_question(published(**changes)["question"], "q.json", remarks)

    assert remarks == [remark]
    assert (question.date_signalement, question.dates_renouvellement) == (None, ())
    assert question.page_jo_reponse is None


@pytest.mark.parametrize("nothing", [{"dateSignalement": None}, {"infoJO": {"dateJO": NIL}}, []])
def test_an_event_of_nulls_is_no_remark(published: Published, nothing: object) -> None:
    """There is nothing in it to understand."""
    remarks: list[str] = []
    parse_question(published(signalement=nothing)["question"], "q.json", remarks)

    assert remarks == []


def test_of_two_pages_the_first_is_kept(published: Published) -> None:
    """A text that goes on on the next page begins on the first."""
    remarks: list[str] = []
    changes = {"textesReponse": {"texteReponse": answer("2025-02-01", "a", "2329-2330")}}
    question = parse_question(published(**changes)["question"], "q.json", remarks)

    assert (question.page_jo_reponse, remarks) == (2329, [])


@pytest.mark.parametrize(
    "path",
    [
        ("question",),
        ("questionsEcrites", "question"),
        ("questionsGvt", "question"),
        ("questionsOralesSansDebat", "question"),
        ("questions", "question"),
        ("export", "questions", "question"),
        ("questions",),
        (),
    ],
)
@pytest.mark.parametrize("shape", ["list", "wrapped list", "single"])
def test_lists_of_questions_are_read(
    published: Published,
    write: Callable[..., Path],
    read: Callable[..., Any],
    path: tuple[str, ...],
    shape: str,
) -> None:
    """Each element is the question itself or stands under `question`; one needs no list."""
    one, other = published(), published(uid="QANR5L17QE900002", identifiant={"numero": "900002"})
    content: Any = {
        "list": [one["question"], other["question"]],
        "wrapped list": [one, other],
        "single": one["question"],
    }[shape]
    for key in reversed(path):
        content = {key: content}
    outcomes = read(write("q.json", content))

    assert outcomes.reasons == []
    assert len({question.uid for question in outcomes.questions}) == 1 + (shape != "single")


@pytest.mark.parametrize(
    "signalement",
    [
        {"infoJO": {"dateJO": "2025-02-18"}},
        {"dateSignalement": "2025-02-18", "infoJO": {"dateJO": "2025-02-25"}},
        [{"dateJO": "2025-02-18"}, {"dateJO": "2025-03-18"}],
        "2025-02-18",
    ],
)
def test_a_signalement_is_read_in_any_shape(published: Published, signalement: object) -> None:
    """The first date of the event itself counts."""
    assert parse(published(signalement=signalement)).date_signalement == date(2025, 2, 18)


@pytest.mark.parametrize(
    "renouvellements",
    [
        {"renouvellement": [{"dateRenouvellement": "2025-04-01"}, {"dateJO": "2025-07-01"}]},
        {"renouvellement": {"infoJO": [{"dateJO": "2025-07-01"}, {"dateJO": "2025-04-01"}]}},
        {"renouvellement": ["2025-04-01", "01/07/2025"]},
        [{"date": "2025-04-01"}, {"date": "2025-07-01"}, NIL],
    ],
)
def test_renewals_are_read_in_any_shape(published: Published, renouvellements: object) -> None:
    """Every renewal is dated, in order."""
    question = parse(published(renouvellements=renouvellements))

    assert question.dates_renouvellement == (date(2025, 4, 1), date(2025, 7, 1))


def test_a_group_known_by_reference_keeps_it(published: Published) -> None:
    """Nothing published is lost while nothing resolves it."""
    question = parse(published(auteur={"groupe": {"organeRef": {"#text": "PO900001"}}}))

    assert (question.groupe, question.acteur_ref) == ("PO900001", None)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"signalement": {"dateJO": "2025-02-31"}},
            "signalement '2025-02-31' is no day of the calendar",
        ),
        (
            {"textesReponse": {"texteReponse": answer("31/02/2025", "a")}},
            "texteReponse.infoJO.dateJO '31/02/2025' is no day of the calendar",
        ),
        ({"identifiant": {"numero": "x"}}, "numero 'x' is not a whole number"),
        (
            {"uid": "QANR5L17QE900002"},
            "uid 'QANR5L17QE900002' contradicts législature, type, numéro (17, 'QE', 900001)",
        ),
        (
            {"uid": None, "identifiant": None},
            "no législature, no type or no number: nothing identifies it",
        ),
    ],
)
def test_error_when_a_value_is_wrong(
    published: Published, changes: dict[str, Any], message: str
) -> None:
    """The message names the field and its value."""
    with pytest.raises(MalformedRecord) as caught:
        parse(published(**changes))

    assert str(caught.value) == message


_SHAPES = st.recursive(
    st.none() | st.text(max_size=5) | st.integers() | st.just(NIL) | st.just("2025-01-07"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["infoJO", "dateJO", "pageJO", "texte", "texteReponse", "#text"])
            | st.sampled_from(["minAttrib", "denomination", "abrege", "analyse", "numero"])
            | st.sampled_from(["codeCloture", "libelleCloture", "renouvellement", "groupe"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=10,
)


@given(
    st.dictionaries(
        st.sampled_from(["uid", "identifiant", "type", "indexationAN", "auteur", "minInt"])
        | st.sampled_from(["minAttribs", "textesQuestion", "textesReponse", "cloture"])
        | st.sampled_from(["signalement", "renouvellements"]),
        _SHAPES,
    )
)
def test_any_shape_is_a_question_or_a_malformed_record(changes: dict[str, Any]) -> None:
    """No JSON value raises anything else."""
    identity = {"uid": "QANR5L17QE900001", "type": "QE"}
    try:
        question = parse_question(identity | changes, "q.json", [])
    except MalformedRecord as error:
        assert str(error)
    else:
        assert question.numero


def test_real_questions_au_gouvernement_are_read(shared: Path, read: Callable[..., Any]) -> None:
    """The 320 native files give 320 questions and no reject."""
    outcomes = read(shared / "data/opendata/qg-16")

    assert outcomes.reasons == []
    assert len({question.uid for question in outcomes.questions}) == 320
    assert {question.statut for question in outcomes.questions} == {"repondue"}
    assert all(
        question.date_question == question.date_reponse
        and question.page_jo_reponse
        and question.texte_reponse
        and question.titre
        and question.ministere
        for question in outcomes.questions
    )

"""The record: its identity, what is derived from its dates, and its way to JSON and back."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import MalformedRecord
from index.question import (
    CURRENT_LEGISLATURE,
    LEGISLATURES,
    RECORD_FIELDS,
    TYPES,
    Attribution,
    Question,
    SourceRank,
    answer_deadline,
    make_question,
    make_uid,
    parse_date,
    parse_uid,
)

ASKED = date(2025, 1, 14)


def question(**given: Any) -> Question:
    """A written question of the current législature, with some fields given."""
    return make_question(**({"uid": "QANR5L17QE4000", "source": "a.json"} | given))


class TestIdentity:
    """The uid and its three parts."""

    @pytest.mark.parametrize(
        ("text", "parts"),
        [
            ("QANR5L17QE4000", (17, "QE", 4000)),
            ("QANR5L8QE1", (8, "QE", 1)),
            ("QANR5L15QOSD120", (15, "QOSD", 120)),
            ("QANR5L16QG77", (16, "QG", 77)),
            ("qanr5l17qe4000", (17, "QE", 4000)),
            (" QANR5L17QE4000\n", (17, "QE", 4000)),
            ("QANR5L17QE", None),
            ("QANR5L17QX1", None),
            ("QANR5LQE1", None),
            ("QANR5L17QE4000 ", (17, "QE", 4000)),
            ("QANR5L17QE4000.json", None),
            ("17-4000QE", None),
            ("QANR5L17QE12345678", None),
            ("", None),
        ],
    )
    def test_grammar(self, text: str, parts: tuple[int, str, int] | None) -> None:
        """A uid is the publisher's prefix, the législature, the type and the number."""
        assert parse_uid(text) == parts

    @given(st.integers(1, 999), st.sampled_from(sorted(TYPES)), st.integers(0, 9_999_999))
    def test_a_uid_made_is_parsed_back(self, legislature: int, type_: str, numero: int) -> None:
        """The three parts survive the uid."""
        assert parse_uid(make_uid(legislature, type_, numero)) == (legislature, type_, numero)

    def test_the_uid_gives_the_parts(self) -> None:
        """The three parts may be left out beside a uid."""
        made = question(uid="qanr5l16qosd12")

        assert (made.uid, made.legislature, made.type, made.numero) == (
            "QANR5L16QOSD12", 16, "QOSD", 12,
        )  # fmt: skip

    def test_the_parts_give_the_uid(self) -> None:
        """The uid may be left out beside its three parts."""
        assert question(uid=None, legislature=12, type="QE", numero=5).uid == "QANR5L12QE5"

    @pytest.mark.parametrize(
        "given_values",
        [
            {"uid": None},
            {"uid": "Q1"},
            {"uid": "QANR5L17QE4000", "numero": 4001},
            {"uid": "QANR5L17QE4000", "legislature": 16},
            {"uid": None, "legislature": 17, "type": "QX", "numero": 1},
            {"uid": None, "legislature": 17, "type": "QE"},
            {"uid": None, "legislature": 17, "type": "QE", "numero": -1},
            {"uid": None, "legislature": 17, "type": "QE", "numero": 10**7},
            {"numero": "4000"},
            {"page_jo_question": 1.5},
            {"page_jo_reponse": True},
            {"titre": 4},
        ],
    )
    def test_a_contradiction_or_a_wrong_type(self, given_values: dict[str, Any]) -> None:
        """What identifies nothing, or contradicts itself, is no record."""
        with pytest.raises(MalformedRecord):
            question(**given_values)

    def test_a_name_that_is_no_field_is_a_fault_of_the_program(self) -> None:
        """A misspelt field is never dropped silently."""
        with pytest.raises(TypeError, match="titel"):
            question(titel="x")

    def test_fictional_numbers(self) -> None:
        """The demo corpus is told by its numbers, and has no official page."""
        assert question(uid="QANR5L17QE900001").fictional
        assert question(uid="QANR5L17QE900001").url_officielle is None
        assert not question(uid="QANR5L17QE900000").fictional

    def test_official_page(self) -> None:
        """One pattern of address serves every législature."""
        assert question(uid="QANR5L9QE12").url_officielle == (
            "https://questions.assemblee-nationale.fr/q9/9-12QE.htm"
        )


class TestStatut:
    """The state comes from dates and closure, not from a text being there."""

    @pytest.mark.parametrize(
        ("given_values", "statut"),
        [
            ({}, "en_attente"),
            ({"date_question": ASKED}, "en_attente"),
            ({"uid": "QANR5L16QE1"}, "sans_reponse"),
            ({"date_reponse": ASKED}, "repondue"),
            ({"texte_reponse": "<p>Oui.</p>"}, "repondue"),
            ({"closed_as": "repondue"}, "repondue"),
            ({"uid": "QANR5L9QE1", "closed_as": "repondue"}, "repondue"),
            ({"date_retrait": ASKED}, "retiree"),
            ({"motif_retrait": "Fin de mandat"}, "retiree"),
            ({"closed_as": "retiree"}, "retiree"),
            ({"date_retrait": ASKED, "date_reponse": ASKED}, "repondue"),
            ({"closed_as": "retiree", "texte_reponse": "<p>Oui.</p>"}, "repondue"),
            ({"closed_as": "en_attente"}, "en_attente"),
            ({"closed_as": "autre"}, "en_attente"),
            ({"texte_reponse": "  "}, "en_attente"),
        ],
    )
    def test_derivation(self, given_values: dict[str, Any], statut: str) -> None:
        """An answer first, then a withdrawal, then the end of the législature."""
        assert question(**given_values).statut == statut

    def test_one_legislature_has_no_end(self) -> None:
        """The current législature is the only open one, and the last."""
        unfinished = [entry.numero for entry in LEGISLATURES if entry.end is None]
        assert unfinished == [CURRENT_LEGISLATURE]
        assert LEGISLATURES[-1].numero == CURRENT_LEGISLATURE


class TestDeadline:
    """Two calendar months since the reform of 2009, one before, clipped to the month's end."""

    @pytest.mark.parametrize(
        ("asked", "deadline"),
        [
            (date(2025, 1, 14), date(2025, 3, 14)),
            (date(2024, 12, 31), date(2025, 2, 28)),
            (date(2023, 12, 31), date(2024, 2, 29)),
            (date(2023, 12, 30), date(2024, 2, 29)),
            (date(2024, 12, 28), date(2025, 2, 28)),
            (date(2025, 7, 31), date(2025, 9, 30)),
            (date(2025, 8, 31), date(2025, 10, 31)),
            (date(2025, 11, 5), date(2026, 1, 5)),
            (date(2009, 5, 27), date(2009, 7, 27)),
            (date(2009, 5, 26), date(2009, 6, 26)),
            (date(2000, 1, 31), date(2000, 2, 29)),
            (date(1995, 12, 31), date(1996, 1, 31)),
            (date(9999, 10, 31), date(9999, 12, 31)),
            (date(9999, 11, 1), date.max),
        ],
    )
    def test_answer_deadline(self, asked: date, deadline: date) -> None:
        """The day of the month is kept, or the last of a shorter month taken."""
        assert answer_deadline(asked) == deadline

    @given(st.dates(date(1986, 1, 1), date(2100, 1, 1)))
    def test_a_deadline_is_one_or_two_months_away(self, asked: date) -> None:
        """No date is without a deadline, and none jumps over a month."""
        months = (answer_deadline(asked).year - asked.year) * 12
        months += answer_deadline(asked).month - asked.month

        assert months == (2 if asked >= date(2009, 5, 27) else 1)
        assert answer_deadline(asked).day <= asked.day

    @pytest.mark.parametrize(
        ("donnees_au", "overdue"),
        [(date(2025, 3, 13), False), (date(2025, 3, 14), False), (date(2025, 3, 15), True),
         (None, False)],
    )  # fmt: skip
    def test_overdue_is_strictly_past_the_deadline(
        self, donnees_au: date | None, overdue: bool
    ) -> None:
        """On its deadline a question is not yet overdue."""
        assert question(date_question=ASKED).en_retard(donnees_au) is overdue

    @pytest.mark.parametrize(
        "given_values",
        [
            {"uid": "QANR5L17QG4"},
            {"uid": "QANR5L17QOSD4"},
            {"uid": "QANR5L16QE4"},
            {"date_reponse": date(2026, 1, 1)},
            {"motif_retrait": "Caducité"},
            {"date_question": None},
        ],
    )
    def test_only_a_waiting_written_question_is_overdue(self, given_values: dict[str, Any]) -> None:
        """Every other question has no deadline at all."""
        made = question(**({"date_question": ASKED} | given_values))

        assert made.deadline is None
        assert made.en_retard(date(2030, 1, 1)) is False


class TestDelay:
    """Days from the question to its answer."""

    @pytest.mark.parametrize(
        ("given_values", "delay"),
        [
            ({"date_reponse": ASKED + timedelta(days=140)}, 140),
            ({"date_reponse": ASKED}, 0),
            ({"date_reponse": ASKED - timedelta(days=3)}, 0),
            ({}, None),
            ({"date_question": None, "date_reponse": ASKED}, None),
            ({"uid": "QANR5L17QG4", "date_reponse": ASKED}, None),
            ({"uid": "QANR5L17QG4", "date_reponse": ASKED, "texte_question": "<p>Q</p>"}, 0),
        ],
    )
    def test_delay(self, given_values: dict[str, Any], delay: int | None) -> None:
        """Unknown while a date is, never negative, and meaningless within one sitting."""
        assert question(**({"date_question": ASKED} | given_values)).delai_jours == delay


class TestFingerprint:
    """The same answer is told by its words."""

    @pytest.mark.parametrize(
        "text",
        [
            "<p>Le décret est paru. Il s’applique.</p>",
            "<p>Le décret est paru.</p><p>Il s'applique.</p>",
            "<p>Le <strong>décret</strong> est paru.<br>Il s’applique</p>",
            "<p>LE DECRET EST PARU. IL S'APPLIQUE.</p>",
            "<ul><li>Le décret est paru ;</li><li>Il s’applique.</li></ul>",
        ],
    )
    def test_mark_up_and_typography_do_not_count(self, text: str) -> None:
        """Line breaks, tags, accents, case and punctuation leave the fingerprint alone."""
        reference = question(texte_reponse="<p>Le décret est paru. Il s'applique.</p>")

        assert question(texte_reponse=text).empreinte_reponse == reference.empreinte_reponse

    def test_another_word_counts(self) -> None:
        """Two answers that differ by a word have two fingerprints."""
        one = question(texte_reponse="<p>Le décret est paru.</p>")
        other = question(texte_reponse="<p>Le décret n'est pas paru.</p>")

        assert one.empreinte_reponse != other.empreinte_reponse

    def test_no_answer_no_fingerprint(self) -> None:
        """Questions without an answer have not all the same answer."""
        assert question().empreinte_reponse is None


class TestVersion:
    """Of two versions, the newer has the later last event; then source, then content."""

    @pytest.mark.parametrize(
        "event",
        [
            {"date_question": date(2025, 6, 3)},
            {"date_reponse": date(2025, 6, 3)},
            {"date_signalement": date(2025, 6, 3)},
            {"date_retrait": date(2025, 6, 3)},
            {"date_erratum": date(2025, 6, 3)},
            {"dates_renouvellement": (date(2025, 2, 4), date(2025, 6, 3))},
            {"attributions": (Attribution(date(2025, 6, 3), "Santé"),)},
        ],
    )
    def test_every_dated_event_makes_a_version_newer(self, event: dict[str, Any]) -> None:
        """No kind of event is forgotten, and a better source does not outweigh one."""
        older = question(date_question=ASKED, source_rank=SourceRank.JSON)
        newer = question(**({"date_question": ASKED} | event))

        assert newer.last_event == date(2025, 6, 3)
        assert newer.version > older.version

    def test_sources_break_ties(self) -> None:
        """JSON comes before XML, XML before HTML, HTML before text."""
        ranks = [
            SourceRank.PAGE_TEXT,
            SourceRank.PAGE_HTML,
            SourceRank.XML,
            SourceRank.JSON,
        ]
        versions = [question(date_question=ASKED, source_rank=rank).version for rank in ranks]

        assert versions == sorted(versions)

    def test_the_source_does_not_count_in_the_content(self) -> None:
        """The same record read from two archives is the same version."""
        one, other = question(source="x/a.json"), question(source="y/b.json")

        assert one.version == other.version

    def test_erratum_and_rank_are_no_part_of_the_record(self) -> None:
        """They tell the newer version, and change neither the record nor its hash."""
        plain = question(date_question=ASKED)
        corrected = replace(plain, date_erratum=date(2025, 6, 3), source_rank=SourceRank.JSON)

        assert corrected.as_record(None) == plain.as_record(None)
        assert (corrected, corrected.content_hash) == (plain, plain.content_hash)
        assert corrected.version > plain.version

    def test_any_other_field_counts_in_the_content(self) -> None:
        """A corrected title is another version, whichever is the greater."""
        assert question(titre="Eau").version != question(titre="Eaux").version

    def test_no_date_at_all(self) -> None:
        """A version without any date is older than any with one."""
        assert question().version < question(date_question=date(1986, 4, 2)).version


class TestText:
    """Texts are in canonical form."""

    def test_lines_are_trimmed_and_joined(self) -> None:
        """A title is one line, composed, without doubled spaces."""
        assert question(titre=" Pe\u0301age \n du\u00a0 pont ").titre == "Péage du pont"

    def test_an_empty_text_is_null(self) -> None:
        """White space says nothing."""
        assert question(rubrique=" \n", texte_question="").rubrique is None
        assert question(texte_question=" ").texte_question is None

    def test_the_name_is_made_of_its_parts(self) -> None:
        """A full name is kept as published, or made of civility, first name and name."""
        parts = {"civilite": "Mme", "prenom": "Ada", "nom": "Doré"}

        assert question(**parts).auteur == "Mme Ada Doré"
        assert question(**parts, auteur="Ada Doré").auteur == "Ada Doré"
        assert question(prenom="Ada").auteur is None

    def test_renewals_are_in_order_and_once(self) -> None:
        """The order of the source does not make another version."""
        days = (date(2025, 6, 3), date(2025, 4, 1), date(2025, 6, 3))

        assert question(dates_renouvellement=days).dates_renouvellement == (
            date(2025, 4, 1), date(2025, 6, 3),
        )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "day"),
    [(None, None), ("2025-04-22", date(2025, 4, 22)), ("2024-02-29", date(2024, 2, 29))],
)
def test_dates(text: str | None, day: date | None) -> None:
    """A date is written YYYY-MM-DD."""
    assert parse_date(text) == day


@pytest.mark.parametrize(
    "text",
    ["", "2025-4-22", "22/04/2025", "2025-02-29", "20250422", "2025-04-22T00:00", "0000-01-01"],
)
def test_no_dates(text: str) -> None:
    """Anything else is refused, with the text in the message."""
    with pytest.raises(ValueError):
        parse_date(text)


TEXTS = st.none() | st.text("abc é’<>&\u0301\n", max_size=12)
DAYS = st.none() | st.dates(date(1986, 4, 2), date(2026, 5, 12))
PAGES = st.none() | st.integers(1, 9_999)
ATTRIBUTIONS = st.builds(
    Attribution, DAYS, st.sampled_from(["Santé", "Travail"]), st.sampled_from([None, "Ministère"])
)

QUESTIONS = st.builds(
    make_question,
    legislature=st.sampled_from([entry.numero for entry in LEGISLATURES]),
    type=st.sampled_from(sorted(TYPES)),
    numero=st.integers(0, 9_999_999),
    titre=TEXTS,
    rubrique=TEXTS,
    auteur=TEXTS,
    nom=TEXTS,
    groupe=TEXTS,
    ministere=TEXTS,
    motif_retrait=TEXTS,
    texte_question=TEXTS,
    texte_reponse=TEXTS,
    date_question=DAYS,
    date_reponse=DAYS,
    date_signalement=DAYS,
    date_retrait=DAYS,
    page_jo_question=PAGES,
    page_jo_reponse=PAGES,
    dates_renouvellement=st.lists(DAYS.filter(bool), max_size=3),
    attributions=st.lists(ATTRIBUTIONS, max_size=3),
    closed_as=st.sampled_from([None, "repondue", "retiree"]),
    source=st.sampled_from(["a.json", "b/c.txt"]),
)


class TestRecord:
    """The record that everything outside sees."""

    @given(QUESTIONS)
    def test_a_record_is_read_back(self, made: Question) -> None:
        """Nothing is lost on the way to JSON and back, the derived state included."""
        record = json.loads(json.dumps(made.as_record(None)))

        assert Question.from_record(record) == made

    @given(QUESTIONS, DAYS)
    def test_every_name_is_there_in_order(self, made: Question, donnees_au: date | None) -> None:
        """Names and their order are the documented ones, whatever is null."""
        assert tuple(made.as_record(donnees_au)) == RECORD_FIELDS

    @given(QUESTIONS)
    def test_texts_are_composed(self, made: Question) -> None:
        """Whatever a source held, a record is NFC."""
        for value in made.as_record(None).values():
            assert not isinstance(value, str) or unicodedata.is_normalized("NFC", value)

    def test_the_source_may_be_replaced(self) -> None:
        """What is read from an export comes from that export."""
        record = question().as_record(None)

        assert Question.from_record(record, source="export.ndjson").source == "export.ndjson"

    @pytest.mark.parametrize(
        "change",
        [
            {"date_question": "14/01/2025"},
            {"date_question": 20250114},
            {"attributions": [{"date": "2025-01-14"}]},
            {"attributions": ["Santé"]},
            {"attributions": 3},
            {"dates_renouvellement": [None]},
            {"dates_renouvellement": "2025"},
            {"uid": 12},
            {"texte_question": ["p"]},
            {"numero": "1"},
        ],
    )
    def test_a_wrong_value_is_malformed(self, change: dict[str, Any]) -> None:
        """A record with a wrong type is refused, never a fault of the program."""
        with pytest.raises(MalformedRecord):
            Question.from_record(question().as_record(None) | change)

    def test_overdue_in_a_record_depends_on_the_newest_date(self) -> None:
        """The same question is overdue in an index that goes further."""
        made = question(date_question=ASKED)

        assert made.as_record(date(2025, 3, 14))["en_retard"] is False
        assert made.as_record(date(2025, 3, 15))["en_retard"] is True

    def test_a_replaced_field_makes_another_content(self) -> None:
        """The content hash sees every published field."""
        made = question(titre="Eau")

        assert replace(made, groupe="A").content_hash != made.content_hash
        assert replace(made, source="z").content_hash == made.content_hash


class TestStored:
    """The bytes that an index keeps."""

    @given(QUESTIONS, DAYS, st.sampled_from(SourceRank))
    def test_a_question_is_read_back(
        self, made: Question, erratum: date | None, rank: SourceRank
    ) -> None:
        """Nothing is lost, what is no part of the record included."""
        made = replace(made, date_erratum=erratum, source_rank=rank)
        read = Question.from_stored(made.to_stored())

        assert (read, read.date_erratum, read.source_rank) == (made, erratum, rank)
        assert read.version == made.version

    @pytest.mark.parametrize("name", ["titre", "texte_question", "source"])
    def test_separators_are_in_no_text(self, name: str) -> None:
        """What parts the values is kept out of them, whatever a source holds."""
        made = question(
            **{name: "a\0b\1c\2d"},
            attributions=[Attribution(None, "a\1b", "c\2d"), Attribution(ASKED, "e\0f")],
        )

        assert Question.from_stored(made.to_stored()) == made
        assert getattr(made, name) == "abcd"

    @given(QUESTIONS)
    def test_equal_questions_give_equal_bytes(self, made: Question) -> None:
        """Two builds from the same files keep the same bytes."""
        again = Question.from_record(made.as_record(None), source_rank=made.source_rank)

        assert again.to_stored() == made.to_stored()


@pytest.mark.parametrize("name", ["titre", "auteur", "rubrique", "texte_reponse", "source"])
def test_what_no_file_can_hold_is_dropped(name: str) -> None:
    """A lone surrogate or a control character in a source must not stop a whole build."""
    assert getattr(question(**{name: "a\ud800\x00b"}), name) == "ab"


def test_attributions_are_clean_too() -> None:
    """Their names are one line of composed text, or the record is refused."""
    made = question(attributions=[Attribution(None, " Sante\u0301 \ud800", "")])

    assert made.attributions == (Attribution(None, "Santé", None),)
    with pytest.raises(MalformedRecord):
        question(attributions=[Attribution(None, " ")])
    with pytest.raises(MalformedRecord):
        question(attributions=[Attribution(None, 3)])  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["uid", "statut", "type"])
def test_stored_bytes_that_spell_no_question_are_refused(name: str) -> None:
    """Damage may spell anything; pages take a state and a type for granted."""
    question = make_question(uid="QANR5L17QE1")
    others = {"uid": "", "statut": "en_qttente", "type": "QX"}

    stored = replace(question, **{name: others[name]}).to_stored()

    with pytest.raises(ValueError, match="no question is"):
        Question.from_stored(stored)

"""What completes a query: what is read of it, what is suggested, and that every count is true."""

from __future__ import annotations

import json
import random
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from index.question import Question, make_question
from index.stores.whoosh_store import open_store
from search import completion_lines
from search.completion import MOST_SUGGESTIONS, SHARES, Suggestion, Tail, mix, read_typed
from search.engine import Engine, open_engine
from search.request import SearchRequest
from tests.conftest import MakeEngine
from tests.publishing import publish
from tests.search.test_hostile_queries import SEED, hostile_params


def question(number: int, titre: str, **given: Any) -> Question:
    """A written question of one title, with a text of its own."""
    return make_question(
        **({"uid": f"QANR5L17QE{number}", "titre": titre, "source": "a.json"} | given)
    )


QUESTIONS = [
    question(
        number,
        titre,
        rubrique=rubrique,
        auteur=auteur,
        ministere="Santé et accès aux soins" if number % 2 else "Éducation nationale",
        texte_question=f"<p>{texte}</p>",
        date_question=date(2025, 1, number),
    )
    for number, (titre, rubrique, auteur, texte) in enumerate(
        [
            ("Cotisations sociales des élus", "Sécurité sociale", "Mme Cécile Rivière", "Élève."),
            ("Cotisations sociales agricoles", "Agriculture", "M. Jean-Luc Mercier", "L’école."),
            ("Cotisation de retraite", "Retraites", "Mme Cécile Rivière", "Cotiser à l’école."),
            ("Permis de conduire", "Sécurité routière", "M. Jean-Luc Mercier", "Peut-être."),
            ("Permis de construire", "Logement", "M. Côme Duval", "Une micro-entreprise."),
            ("Déserts médicaux", "Santé", "Mme Élise Santini", "Les élèves, peut-être."),
            ("Médecins scolaires", "Santé", "M. Côme Duval", "Les médecins d’aujourd’hui."),
            ("Hôpital public", "Santé", "Mme Élise Santini", "L’hôpital et l’école."),
        ],
        start=1,
    )
]


@pytest.fixture(scope="module")
def engine(make_engine: MakeEngine) -> Engine:
    """A few questions of several authors and ministères."""
    return make_engine(QUESTIONS)


def suggest(engine: Engine, q: str, *params: tuple[str, str]) -> list[Suggestion]:
    """What completes a query, within some filters."""
    return list(engine.suggest(SearchRequest.from_params([("q", q), *params])))


def texts(engine: Engine, q: str, genre: str, *params: tuple[str, str]) -> list[str]:
    """What of one genre completes a query."""
    return [line.texte for line in suggest(engine, q, *params) if line.genre == genre]


def found_by(engine: Engine, line: Suggestion) -> int:
    """How many questions the address of a line leads to."""
    if line.url.startswith("/questions/"):
        return int(engine.get(line.url.removeprefix("/questions/")) is not None)
    params = parse_qsl(urlsplit(line.url).query)
    return engine.search(SearchRequest.from_params(params)).total


class TestReading:
    """What of a query is completed, without an index."""

    @pytest.mark.parametrize(
        ("text", "before", "head", "prefix"),
        [
            ("coti", "", "", "coti"),
            ("COTI", "", "", "coti"),
            ("Élè", "", "", "ele"),
            ("cœu", "", "", "coeu"),
            ("cotisations soc", "cotisations ", "", "soc"),
            ("l’hôp", "l’", "", "hop"),
            ("micro-ent", "micro-", "micro", "ent"),
            ("Val-d’Oi", "Val-d’", "vald", "oi"),
            ('"permis de con', '"permis de ', "", "con"),
            ("titre:ret", "titre:", "", "ret"),
            ("retraite -pen", "retraite -", "", "pen"),
            ("(école OU coll", "(école OU ", "", "coll"),
        ],
    )
    def test_the_last_word_is_completed(
        self, text: str, before: str, head: str, prefix: str
    ) -> None:
        """What stands before it stays as typed."""
        typed = read_typed(text)

        assert typed is not None
        assert (typed.before, typed.head, typed.prefix) == (before, head, prefix)
        assert typed.completed("x").startswith(f"{before}x")

    @pytest.mark.parametrize(
        "text",
        ["", " ", "coti*", "17", "6,6", '"coti"', "(coti)", "titre:", "école OU", "ET", "-",
         "coti ", "\x00", "\ud800", "😀 ", "mot " * 20 + "mot", "a" * 10_000],
        ids=lambda text: repr(text[:12]),
    )  # fmt: skip
    def test_what_ends_in_no_word_is_not(self, text: str) -> None:
        """A sign, a number, an operator, a pasted draft."""
        assert read_typed(text) is None

    def test_open_quotes_are_closed(self) -> None:
        """What is completed is then an exact expression."""
        typed = read_typed('santé "permis de con')

        assert typed is not None
        assert typed.completed("conduire") == 'santé "permis de conduire"'

    @pytest.mark.parametrize("text", ['"a b', "titre:a", "a -b", "(a", "a OU b", "a|b", "a* b"])
    def test_a_query_with_operators_is_not_plain(self, text: str) -> None:
        """Its end is no part of a name or of a title."""
        typed = read_typed(text)

        assert typed is not None and not typed.plain

    def test_ends_of_a_query_leave_no_small_word(self) -> None:
        """What stays before a facet's value is what means something."""
        typed = read_typed("cotisations de la santé pu")

        assert typed is not None and typed.plain
        assert list(typed.tails())[-2:] == [
            Tail("cotisations", "santé pu"),
            Tail("cotisations de la santé", "pu"),
        ]

    @pytest.mark.parametrize(
        ("text", "title", "expressions"),
        [
            ("coti", "Les Cotisations sociales des élus", ["cotisations sociales"]),
            ("per", "Permis de conduire", ["permis de conduire"]),
            ("permis de c", "Examen du permis de conduire à Lyon", ["permis de conduire"]),
            ("permis c", "Permis de conduire", []),  # words in between
            ("coti", "Retraite : cotisations", []),  # nothing follows
            ("retr", "Retraite : cotisations", []),  # a sign in between
            ("hop", "L’hôpital d’Aubervilliers", ["hôpital d’aubervilliers"]),
            ("gar", "Gares du Val-d’Oise", ["gares du val-d’oise"]),  # never cut in two
            ("sur m", "Villers-sur-Mer", []),  # the end of a name
        ],
    )
    def test_titles_say_expressions(self, text: str, title: str, expressions: list[str]) -> None:
        """What a title says with the words typed, to a word that means something."""
        typed = read_typed(text)

        assert typed is not None
        assert list(typed.expressions_in(title)) == expressions

    def test_every_genre_has_its_share(self) -> None:
        """The first lines of each genre come before second ones of any."""
        lines = {genre: [Suggestion(f"{genre} {n}", genre, 1, "/") for n in range(9)]
                 for genre in SHARES}  # fmt: skip

        assert [line.texte for line in mix(lines, 7)] == [
            *("mot 0", "mot 1"),
            *(f"{genre} 0" for genre in SHARES if genre != "mot"),
        ]
        assert len(mix(lines, 100)) == sum(SHARES.values())


def test_one_letter_of_the_next_word_says_too_little(
    engine: Engine, make_engine_briefly: MakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Among many questions it is completed to words only."""
    assert texts(engine, "permis de c", "titre")

    monkeypatch.setattr(completion_lines, "_MANY", 0)
    engine = make_engine_briefly(QUESTIONS)
    assert texts(engine, "permis de c", "mot")
    assert not texts(engine, "permis de c", "titre")
    assert texts(engine, "permis de co", "titre")


class TestSuggesting:
    """What an index completes a query with."""

    @pytest.mark.parametrize(
        ("q", "expected"),
        [
            ("coti", ["cotisations", "cotiser"]),
            ("élè", ["élève"]),
            ("ELE", ["élève"]),
            ("hop", ["hôpital"]),
            ("l'hop", ["l'hôpital"]),
            ("micro-ent", ["micro-entreprise"]),
            ("auj", ["aujourd’hui"]),
            ("aujourd'h", ["aujourd'hui"]),
            ("peut", ["peut"]),  # never the glued form of « peut-être »
            ('"permis de con', ['"permis de conduire"', '"permis de construire"']),
            ("titre:éco", []),  # only texts hold it
            ("école OU hop", ["école OU hôpital"]),
            ("xyz", []),
            ("cotisations hop", []),  # never together
        ],
    )
    def test_words(self, engine: Engine, q: str, expected: list[str]) -> None:
        """In their written form, one of each family, those that find most first."""
        assert texts(engine, q, "mot") == expected

    def test_expressions_come_from_titles(self, engine: Engine) -> None:
        """Said by several titles; with several words typed, by one."""
        assert texts(engine, "coti", "expression") == ["cotisations sociales"]
        assert texts(engine, "permis de c", "expression") == [
            "permis de construire",
            "permis de conduire",
        ]

    @pytest.mark.parametrize(
        ("q", "genre", "texte", "nombre"),
        [
            ("riv", "auteur", "Mme Cécile Rivière", 2),
            ("jean-luc m", "auteur", "M. Jean-Luc Mercier", 2),
            ("mme cecile", "auteur", "Mme Cécile Rivière", 2),
            ("educ", "ministere", "Éducation nationale", 4),
            ("sécurité r", "rubrique", "Sécurité routière", 1),
        ],
    )
    def test_values_of_facets_are_filters(
        self, engine: Engine, q: str, genre: str, texte: str, nombre: int
    ) -> None:
        """A value with a word that begins so takes the place of the words typed for it."""
        url = SearchRequest().with_choice(genre, texte).url()

        assert Suggestion(texte, genre, nombre, url) in suggest(engine, q)

    def test_words_before_a_value_stay(self, engine: Engine) -> None:
        """The filter is added to what they find."""
        url = SearchRequest(q="cotisations").with_choice("ministere", "Éducation nationale").url()

        assert Suggestion("Éducation nationale", "ministere", 1, url) in suggest(
            engine, "cotisations de l’educ"
        )

    def test_a_title_leads_to_its_question(self, engine: Engine) -> None:
        """Those that begin so come before those that only hold it; each counts for one."""
        lines = [line for line in suggest(engine, "médec") if line.genre == "titre"]

        assert lines == [Suggestion("Médecins scolaires", "titre", 1, "/questions/QANR5L17QE7")]

    @pytest.mark.parametrize(
        "filters", [[], [("legislature", "17"), ("rubrique", "-Logement")], [("champ", "question")]]
    )
    def test_every_count_is_what_its_address_finds(
        self, engine: Engine, filters: list[tuple[str, str]]
    ) -> None:
        """Letter by letter, over all words of the corpus, alone and after another word."""
        words = {word for q in QUESTIONS for word in f"{q.titre} {q.auteur} {q.rubrique}".split()}
        typed = {word[:n] for word in words for n in range(1, len(word) + 1)}
        lines = [
            line
            for start in ("", "cotisations ", "santé de l’", "-", '"permis de ', "école OU ")
            for end in sorted(typed)
            for line in suggest(engine, start + end, *filters)
        ]

        assert {line.genre for line in lines} >= {"mot", "ministere", "auteur", "titre"}
        assert [line for line in lines if not line.nombre == found_by(engine, line) > 0] == []

    def test_filters_stay(self, engine: Engine) -> None:
        """A suggestion leads to a search within the filters; a filtered facet isn't completed."""
        params = ("ministere", "Éducation nationale")
        lines = suggest(engine, "santé", params)

        assert all("ministere=" in line.url for line in lines if line.genre != "titre")
        assert {line.genre for line in lines}.isdisjoint({"ministere"})

    def test_each_line_is_told_once(self, engine: Engine) -> None:
        """No two lines of one genre say the same, and there are never too many."""
        for q in "c s m é p r a l".split():
            lines = suggest(engine, q)

            assert len({(line.genre, line.texte) for line in lines}) == len(lines)
            assert len(lines) <= MOST_SUGGESTIONS

    def test_a_limit_is_kept(self, engine: Engine) -> None:
        """Fewer lines, when fewer are asked for."""
        assert len(engine.suggest(SearchRequest(q="c"), 3)) == 3


def test_replaced_questions_complete_nothing(tmp_path: Path) -> None:
    """Neither words, nor authors, nor titles of a version that was replaced; counts are live."""
    versions = [question(1, "Gare de triage", auteur="M. Paul Gardel"), question(1, "Phare")]
    for version in versions:
        with open_store(tmp_path, fictional=False, today=date(2026, 5, 12)) as store:
            publish(store, [version, question(2, "Garage"), question(3, "Garages de Lyon")])

    with closing(open_engine(tmp_path)) as engine:
        assert [(line.texte, line.nombre) for line in suggest(engine, "gar")] == [
            ("garage", 2),
            ("Garages de Lyon", 1),
            ("Garage", 1),
        ]


def test_an_empty_index_completes_nothing(make_engine: MakeEngine) -> None:
    """There is no word to suggest."""
    engine = make_engine([question(1, "")])

    assert suggest(engine, "a") == []


def test_of_very_many_words_the_frequent_ones(make_engine: MakeEngine) -> None:
    """More words begin alike than are looked at one by one: rare ones are still completed."""
    letters = "abcdefghij"
    words = [f"pre{a}{b}{c}" for a in letters for b in letters for c in letters]
    often = [question(n, "Prénom" if n < 4 else "Nom") for n in range(1, 12)]
    engine = make_engine([*often, question(99, "", texte_question=f"<p>{' '.join(words)}</p>")])

    assert texts(engine, "pre", "mot")[0] == "prénom"
    assert texts(engine, "preabc", "mot") == ["preabc"]


@pytest.mark.parametrize("batch", range(4))
def test_a_hostile_query_is_completed_or_not(engine: Engine, batch: int) -> None:
    """Whatever is typed gives lines that find something, or none."""
    chance = random.Random(SEED + batch)
    for _ in range(250):
        _, q = next(hostile_params(chance))
        if len(q) > 2_000:
            continue
        lines = suggest(engine, q)

        assert json.dumps([line.as_json() for line in lines], ensure_ascii=False).encode()
        assert all(line.nombre == found_by(engine, line) > 0 for line in lines), q

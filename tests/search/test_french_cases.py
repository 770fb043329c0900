"""What French words find: each line of the case files, alone and among all other texts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest

from index.markup import html_of_text
from index.question import Question, make_question
from search.engine import Engine
from search.request import SearchRequest
from tests.conftest import SHARED, MakeEngine

TESTS = Path(__file__).resolve().parents[1]
OWN_CASES = TESTS / "golden" / "french-cases.tsv"
SHARED_CASES = SHARED / "french-cases.tsv"
ESCAPES = {"\\u0301": "\u0301", "\\u00a0": "\u00a0", "\\u202f": "\u202f"}

FIRST_NUMBER = 80_001
"""Numbers of questions are words of the corpus too: these occur in no text and no query."""


@dataclass(frozen=True)
class Case:
    """One line: a query, texts that must match and texts that must not, and what it is about."""

    query: str
    matching: tuple[str, ...]
    others: tuple[str, ...]
    about: str


def read_cases(path: Path) -> list[Case]:
    """The cases of a file; none when it is absent."""
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").splitlines()
    return [_case(line) for line in lines if line and not line.startswith("#")]


def _case(line: str) -> Case:
    for escape, char in ESCAPES.items():
        line = line.replace(escape, char)
    query, matching, others, about = line.split("\t")
    return Case(query, _texts(matching), _texts(others), about)


def _texts(cell: str) -> tuple[str, ...]:
    return tuple(text for text in cell.split("|") if text)


CASES = [*read_cases(SHARED_CASES), *read_cases(OWN_CASES)]
ASKING = [case for case in CASES if case.matching or case.others]
BARE = [case for case in CASES if not (case.matching or case.others)]

every_case = pytest.mark.parametrize("case", ASKING, ids=lambda case: case.about)


def questions_of(texts: Iterable[str]) -> list[Question]:
    """One question a text, with nothing else in it."""
    return [
        make_question(
            uid=f"QANR5L17QE{number}", texte_question=html_of_text(text), source="case.json"
        )
        for number, text in enumerate(texts, start=FIRST_NUMBER)
    ]


class Corpus:
    """Texts that are searched, and which of them a query finds."""

    def __init__(self, make_engine: MakeEngine, texts: Iterable[str]) -> None:
        ordered = sorted(set(texts))
        questions = questions_of(ordered)
        self.engine: Engine = make_engine(questions)
        self._text = {q.uid: text for q, text in zip(questions, ordered, strict=True)}

    def find(self, query: str) -> list[str]:
        """The texts of the results of every page, best first."""
        found: list[str] = []
        while True:
            page = len(found) // 100 + 1
            request = SearchRequest.from_params([("q", query), ("par", "100"), ("page", str(page))])
            results = self.engine.search(request)
            found.extend(self._text[hit.question.uid] for hit in results.hits)
            if len(found) == results.total:
                return found


@pytest.fixture(scope="module")
def everything(make_engine: MakeEngine) -> Corpus:
    """All texts of all cases in one index, where every word has many neighbours."""
    return Corpus(make_engine, (text for case in CASES for text in (*case.matching, *case.others)))


def test_the_shared_cases_are_there(shared: Path) -> None:
    """A run that claims to be complete reads the shared file."""
    assert read_cases(shared / SHARED_CASES.name)


def test_there_are_cases_of_our_own() -> None:
    """The file beside the tests holds at least eighty."""
    assert len(read_cases(OWN_CASES)) >= 80


@every_case
def test_alone(make_engine_briefly: MakeEngine, case: Case) -> None:
    """In an index of its texts only, a query finds those it must and none of the others."""
    found = set(Corpus(make_engine_briefly, (*case.matching, *case.others)).find(case.query))

    assert found == set(case.matching)


@every_case
def test_among_all_texts(everything: Corpus, case: Case) -> None:
    """The same in an index of the texts of all cases."""
    found = set(everything.find(case.query))

    assert set(case.matching) <= found
    assert found.isdisjoint(case.others)


@pytest.mark.parametrize("case", BARE, ids=lambda case: f"{case.query} {case.about}")
def test_answers(everything: Corpus, case: Case) -> None:
    """A query of which nothing is asked has an answer, with a hint where the case says so."""
    results = everything.engine.search(SearchRequest.from_params([("q", case.query)]))

    assert results.total == len(everything.find(case.query))
    assert "hint" not in case.about or results.indications


@pytest.mark.parametrize(
    ("query", "above", "below"),
    [
        ("élève", "un élève", "un élevé"),
        ("élevé", "un élevé", "un élève"),
        ("maïs", "la culture du maïs", "la culture du mais"),
        ("côte", "une côte escarpée", "une cote escarpée"),
        ("retraités", "les retraités", "les retraites"),
        ("infirmières", "des infirmières", "des infirmiers"),
        ("cheval", "un cheval", "un chevaux"),
        ("micro-entreprise", "une micro-entreprise", "une microentreprises"),
        ("1 960", "1 960 salariés et cadres", "1960 fois mille neuf cent soixante salariés"),
    ],
)
def test_what_was_typed_exactly_ranks_above(
    make_engine: MakeEngine, query: str, above: str, below: str
) -> None:
    """Both texts match, and the one that holds the form typed comes first."""
    assert Corpus(make_engine, [above, below]).find(query) == [above, below]


def test_a_hyphenated_name_ranks_above_one_of_its_parts(make_engine: MakeEngine) -> None:
    """A text that only says Calais does not come before the Pas-de-Calais."""
    corpus = Corpus(make_engine, ["département du Pas-de-Calais", "la ville de Calais, Calais"])

    assert corpus.find("Pas-de-Calais")[0] == "département du Pas-de-Calais"
    assert corpus.find("Pas-de-Calais OU Calais")[0] == "département du Pas-de-Calais"


@pytest.mark.parametrize(
    ("query", "text", "marked"),
    [
        ("assemblee", "L’Assemblée nationale", ["Assemblée"]),
        ("l'assemblée", "devant l'assemblée", ["assemblée"]),
        ("l’eau", "d'eau et l’eau", ["eau", "eau"]),
        ("infirm*", "les infirmiers, une infirmière", ["infirmiers", "infirmière"]),
        ("oeuvre", "l’Œuvre", ["Œuvre"]),
        ("travail", "LES TRAVAUX", ["TRAVAUX"]),
        ("EHPAD", "un E.H.P.A.D. neuf", ["E.H.P.A.D."]),
        ("1960", "1 960 salariés", ["1 960"]),
        ("6,6 %", "+ 6,6 % par an", ["6,6"]),
        ("sous traitance", "la sous-traitance", ["traitance"]),
        ("sous-traitance", "la sous-traitance", ["sous-traitance"]),
        ("autoentrepreneur", "un auto-entrepreneur", ["auto-entrepreneur"]),
        ("auto-entrepreneur", "un autoentrepreneur", ["autoentrepreneur"]),
        ("Val-d'Oise", "le Val-d’Oise", ["Val-d’Oise"]),
        ("L’Haÿ-les-Roses", "à L’Haÿ-les-Roses", ["Haÿ-les-Roses"]),
        ('"cotisations sociales"', "les cotisations sociales dues", ["cotisations", "sociales"]),
        ('"eau de mer"', "eau de mer, eau, mer", ["eau", "de", "mer"]),
        ('"prix juste"~1', "un prix bien juste, et puis un prix", ["prix", "juste"]),
        ("retraite -pension", "la retraite", ["retraite"]),
        ("médecin OU infirmière", "un médecin", ["médecin"]),
        ("sine qua non", "une condition <em>sine qua non</em>", ["sine", "qua", "non"]),
        ("prud'hommes", "aux prud’hommes", ["prud’hommes"]),
        ("peche", "le péché, la pêche", ["péché", "pêche"]),
    ],
)
def test_what_is_marked(make_engine: MakeEngine, query: str, text: str, marked: list[str]) -> None:
    """The words that made the text match are marked, whole, and without an elided article."""
    engine = Corpus(make_engine, [text]).engine

    (hit,) = engine.search(SearchRequest(q=query)).hits
    assert re.findall("<mark>(.*?)</mark>", " ".join(hit.extraits.question)) == marked

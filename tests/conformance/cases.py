"""The cases as data: `cases/*.toml` and `corpora/*.toml`, read and checked.

A case asks one search of one corpus and says what must come out:

    [[case]]
    about = "élision : « eau » trouve « l’eau »"
    params = "q=eau"
    texts = ["La qualité de l’eau.", "Un plateau."]
    expect = { ids = [1], total = 1 }

The corpus is `texts` (the texts of questions 1, 2, 3…), `questions` (tables with the names of the
record), or `corpus`, the name of a file of `corpora/`; a file may name one for all its cases.
A question is called by its number; by `16-7` or `17-7QG` in another législature or of another
type than a question écrite of the 17th.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from index.question import Question, make_question
from search.request import BadRequest, SearchRequest
from search.results import SearchResults
from tests.conformance.engines import SearchEngine

HERE = Path(__file__).parent
TEXTS = ("texte_question", "texte_reponse")
_SETS_OF_QUESTIONS = {"ids", "approches", "en_retard"}
_LISTS_OF_QUESTIONS = _SETS_OF_QUESTIONS | {"order", "before"}


@dataclass(frozen=True)
class Case:
    """One search and what must come out of it.

    Attributes:
        about: what the case shows, in one sentence; the id of its test.
        params: the parameters of the URL.
        questions: the corpus.
        expect: what must come out, by the names of `CHECKS`.
    """

    about: str
    params: tuple[tuple[str, str], ...]
    questions: tuple[Question, ...]
    expect: Mapping[str, Any]


def read_cases() -> list[Case]:
    """Every case of `cases/*.toml`, in the order of the files."""
    return [case for path in sorted((HERE / "cases").glob("*.toml")) for case in _cases_of(path)]


@cache
def read_corpus(name: str) -> tuple[Question, ...]:
    """The questions of `corpora/{name}.toml`."""
    with (HERE / "corpora" / f"{name}.toml").open("rb") as file:
        return tuple(map(read_question, tomllib.load(file)["question"]))


def read_question(table: Mapping[str, Any]) -> Question:
    """A question from a table; a text that isn't HTML is one paragraph."""
    values: dict[str, Any] = {"legislature": 17, "type": "QE", "source": "conformance.toml"} | dict(
        table
    )
    for name in TEXTS:
        text = values.get(name)
        if text and not text.startswith("<"):
            values[name] = f"<p>{escape(text, quote=False)}</p>"
    return make_question(**values)


def outcome(case: Case, engine: SearchEngine, left_out: Iterable[str] = ()) -> dict[str, Any]:
    """What came out of a case, in the shape of what it expects."""
    try:
        request = SearchRequest.from_params(case.params)
    except BadRequest as error:
        return {"errors": [mistake.parametre for mistake in error.errors]}
    results = engine.search(request)
    return {
        name: CHECKS[name](results, expected)
        for name, expected in case.expect.items()
        if name not in left_out
    }


def name_of(question: Question) -> str:
    """How cases call a question."""
    of_type = "" if question.type == "QE" else question.type
    if question.legislature == 17 and not of_type:
        return str(question.numero)
    return f"{question.legislature}-{question.numero}{of_type}"


def _cases_of(path: Path) -> list[Case]:
    with path.open("rb") as file:
        content = tomllib.load(file)
    shared = content.get("corpus")
    return [_read_case(table, shared) for table in content["case"]]


def _read_case(table: Mapping[str, Any], shared: str | None) -> Case:
    allowed = {"about", "params", "corpus", "texts", "questions", "expect"}
    unknown = table.keys() - allowed | table["expect"].keys() - CHECKS.keys() - {"errors"}
    if unknown:
        raise ValueError(f"{table['about']}: unknown {sorted(unknown)}")
    params = parse_qsl(table["params"], keep_blank_values=True, separator="&")
    return Case(
        table["about"], tuple(params), _questions_of(table, shared), _in_names(table["expect"])
    )


def _questions_of(table: Mapping[str, Any], shared: str | None) -> tuple[Question, ...]:
    if "texts" in table:
        numbered = enumerate(table["texts"], start=1)
        tables = [{"numero": number, "texte_question": text} for number, text in numbered]
        return tuple(map(read_question, tables))
    if "questions" in table:
        return tuple(map(read_question, table["questions"]))
    name = table.get("corpus", shared)
    return read_corpus(name) if name else ()


def _in_names(expect: Mapping[str, Any]) -> dict[str, Any]:
    """The expectations with questions called by strings, and sets in order."""
    named = dict(expect)
    for name in _LISTS_OF_QUESTIONS & expect.keys():
        named[name] = list(map(str, expect[name]))
    for name in _SETS_OF_QUESTIONS & expect.keys():
        named[name] = sorted(named[name])
    return named


def _names(hits: Iterable[Any]) -> list[str]:
    return [name_of(hit.question) for hit in hits]


def _shown(results: SearchResults) -> list[str]:
    return _names((*results.hits, *results.approches))


def _html_by_name(results: SearchResults) -> dict[str, list[str]]:
    return {
        name_of(hit.question): [hit.titre_html or "", *hit.extraits.question, *hit.extraits.reponse]
        for hit in (*results.hits, *results.approches)
    }


def _marks(results: SearchResults, expected: Mapping[str, Any]) -> dict[str, list[str]]:
    """The different words marked in each of these questions, sorted."""
    pages = _html_by_name(results)
    return {
        name: sorted(set(re.findall("<mark>(.*?)</mark>", "\n".join(pages[name]), re.DOTALL)))
        for name in expected
    }


def _snippets(results: SearchResults, expected: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Of the parts expected, those that the title or an excerpt of the question shows."""
    pages = _html_by_name(results)
    return {
        name: [part for part in parts if any(part in page for page in pages[name])]
        for name, parts in expected.items()
    }


def _absent(results: SearchResults, expected: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Of the parts that must not show, those that don't."""
    shown = _snippets(results, expected)
    return {
        name: [part for part in parts if part not in shown[name]]
        for name, parts in expected.items()
    }


def _extraits(results: SearchResults, expected: Mapping[str, Any]) -> dict[str, Any]:
    """The whole excerpts of these questions, of the sides expected."""
    by_name = {name_of(hit.question): hit.extraits for hit in (*results.hits, *results.approches)}
    return {
        name: {side: list(getattr(by_name[name], side)) for side in sides}
        for name, sides in expected.items()
    }


def _facets(results: SearchResults, expected: Mapping[str, Any]) -> dict[str, Any]:
    """Of these facets: `valeurs` (count by value), their `ordre`, what is `choisie`, `exclue`…"""
    return {
        name: {key: _FACET[key](results.facets[name]) for key in keys}
        for name, keys in expected.items()
    }


_FACET: Mapping[str, Callable[[Any], Any]] = {
    "valeurs": lambda facet: {value.valeur: value.nombre for value in facet.valeurs},
    "ordre": lambda facet: [value.valeur for value in facet.valeurs],
    "libelles": lambda facet: [value.libelle for value in facet.valeurs],
    "choisies": lambda facet: [value.valeur for value in facet.valeurs if value.choisie],
    "exclues": lambda facet: [value.valeur for value in facet.valeurs if value.exclue],
    "listees": lambda facet: len(facet.valeurs),
    "autres": lambda facet: facet.autres,
    "sans": lambda facet: facet.sans,
}

CHECKS: Mapping[str, Callable[[SearchResults, Any], Any]] = {
    "ids": lambda results, _: sorted(_names(results.hits)),
    "order": lambda results, _: _names(results.hits),
    "before": lambda results, pair: [name for name in _shown(results) if name in pair],
    "total": lambda results, _: results.total,
    "pages": lambda results, _: results.pages,
    "approches": lambda results, _: sorted(_names(results.approches)),
    "en_retard": lambda results, _: sorted(_names(h for h in results.hits if h.en_retard)),
    "scored": lambda results, _: all(hit.score is not None for hit in results.hits),
    "donnees_au": lambda results, _: results.donnees_au,
    "facets": _facets,
    "description": lambda results, _: results.description,
    "url": lambda results, _: results.request.url(),
    "requete": lambda results, _: results.request.as_json(),
    "marks": _marks,
    "snippets": _snippets,
    "absent": _absent,
    "extraits": _extraits,
    "titre_html": lambda results, expected: {
        name: _html_by_name(results)[name][0] for name in expected
    },
    "formes": lambda results, expected: {
        word: dict(results.formes.get(word, {})) for word in expected
    },
    "indications": lambda results, _: list(results.indications),
    "suggestion": lambda results, _: results.suggestion or "",
}
"""What a case may expect, and how it is read from the results."""

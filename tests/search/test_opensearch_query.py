"""Clauses as queries of OpenSearch: what is sent, to the letter, in `opensearch_queries/`.

`python -m tests.search.test_opensearch_query` writes them anew, to be read before they are kept.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.fields import TEXT_FIELDS
from index.french.families import Families
from search.budget import SearchTooLong
from search.engines.opensearch_query import MOST_LEAVES, Weights, matching, scoring
from search.expansion import QUERY_FIELDS, Clause, Expanded, expand, positive_units
from search.query.parser import parse_lenient
from search.ranking import RANKING

GOLDEN = Path(__file__).parent / "opensearch_queries"

VOCABULARY = Families.build(
    "chat chats élève élevé élèves eleve eleves auto entrepreneur entrepreneurs autoentrepreneur"
    " retraite retraites école ecole infirmier infirmiers infirmerie agence regionale sante"
    " ars".split()
)
BEGINNINGS = {"infirm": frozenset({"infirmier", "infirmiers", "infirmerie"})}

QUERIES = {
    "word": "chat",
    "word_with_accents": "élève",
    "one_field": "titre:chat",
    "two_words": "chat école",
    "phrase": '"écoles primaires"',
    "near": '"retraite chat"~3',
    "near_twice_the_same": '"chat chat"~3',
    "star": "infirm*",
    "star_of_too_many": "e*",
    "star_after_hyphen": "auto-infirm*",
    "hyphen": "auto-entrepreneur",
    "sigle": "ARS",
    "without": "chat -école",
    "only_without": "-chat",
    "either": "chat OU (école -retraite)",
    "everything": "",
}


def expanded(query: str) -> Expanded:
    return expand(parse_lenient(query, QUERY_FIELDS).tree, VOCABULARY)


def weights_of(clause: Clause) -> Weights:
    """Weights that tell units apart."""
    units = list(positive_units(clause))
    return Weights(
        RANKING,
        averages={field.name: 10.0 for field in TEXT_FIELDS},
        idf={unit: 2.0 + number for number, unit in enumerate(units)},
        typed_idf={unit: 3.0 + number for number, unit in enumerate(units)},
        beginnings=BEGINNINGS,
    )


def compiled(query: str) -> dict[str, Any]:
    """What is sent of a query, and of its closest questions."""
    found = expanded(query)
    closest = found.closest and scoring(found.closest, weights_of(found.closest))
    return {
        "q": query,
        "matching": matching(found.root),
        "scoring": scoring(found.root, weights_of(found.root)),
        "closest": closest,
    }


def written(query: str) -> str:
    return json.dumps(compiled(query), ensure_ascii=False, indent=1) + "\n"


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_is_sent_as_its_file_says(name: str) -> None:
    """The queries of the file are those that the clauses of its search become."""
    golden = (GOLDEN / f"{name}.json").read_text(encoding="utf-8")

    assert json.loads(written(QUERIES[name])) == json.loads(golden)


def test_every_file_has_its_query() -> None:
    """No file is left of a query that is tried no more."""
    assert {path.stem for path in GOLDEN.glob("*.json")} == QUERIES.keys()


def test_scripts_are_few_whatever_is_searched() -> None:
    """Numbers are parameters: the cluster compiles each source once, and keeps only so many."""
    sources = {source for query in QUERIES.values() for source in _sources(compiled(query))}

    assert len(sources) == 5
    assert [source for source in sources if "interval" in source] == [
        "interval.end - interval.start < 5"
    ]


def test_a_long_query_goes_without_the_forms_as_typed() -> None:
    """A text of a hundred and fifty words is looked up, within what Lucene takes."""
    root = expanded(" ".join(f"{'élèves' * n}" for n in range(1, 151))).root

    sent = json.dumps(scoring(root, weights_of(root)))

    assert 700 < sent.count('"match"') <= MOST_LEAVES


def test_a_query_of_too_many_words_is_refused_in_words() -> None:
    """What Lucene doesn't take is told as a search that asks for too much."""
    root = expanded(" ".join(f"mot{n}" for n in range(300))).root

    with pytest.raises(SearchTooLong):
        matching(root)
    with pytest.raises(SearchTooLong):
        scoring(root, weights_of(root))


@given(q=st.text(st.sampled_from('ab -()"~3*:OU é'), max_size=60))
def test_whatever_is_typed_can_be_sent(q: str) -> None:
    """Any query becomes JSON, what matches as what is scored."""
    root = expanded(q).root

    assert json.dumps([matching(root), scoring(root, weights_of(root))])


def _sources(sent: Any) -> Iterator[str]:
    if isinstance(sent, list):
        for one in sent:
            yield from _sources(one)
    elif isinstance(sent, dict):
        if isinstance(sent.get("source"), str):
            yield sent["source"]
        for one in sent.values():
            yield from _sources(one)


def main() -> None:
    """Write the files anew."""
    for name, query in QUERIES.items():
        (GOLDEN / f"{name}.json").write_text(written(query), encoding="utf-8")


if __name__ == "__main__":
    main()

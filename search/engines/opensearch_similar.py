"""Questions like another one: those that share several of its distinctive words, best first.

How rare a word is, is told by the questions that have it, where Whoosh tells it by its postings:
now and then another word counts among the distinctive ones.
"""

from __future__ import annotations

from collections.abc import Mapping

from index.cluster.shape import COLUMN, RECORD, UID
from index.fields import UNFIELDED
from index.question import Question
from search.engines.opensearch_frequencies import Sought
from search.engines.opensearch_generation import Generation
from search.engines.opensearch_query import Body, scoring
from search.engines.opensearch_snapshot import question_of
from search.engines.opensearch_sorting import sort_of
from search.engines.opensearch_vocabulary import AskedWords
from search.expansion import AtLeast, Sequence, Unit
from search.occurrences import AnalysedQuestion
from search.similarity import MOST_SIMILAR, SHARED, Similar, distinctive_words


class _Lexicon:
    """See `search.similarity.Lexicon`.

    Args:
        families: of all words that are asked about.
        counts: how many questions have each family.
    """

    def __init__(
        self, families: Mapping[str, frozenset[str]], counts: Mapping[frozenset[str], int]
    ) -> None:
        self._families, self._counts = families, counts

    def family(self, word: str) -> frozenset[str]:
        """The folded terms that a word stands for."""
        return self._families[word]

    def postings(self, family: frozenset[str]) -> int:
        """How many questions have any of some terms."""
        return self._counts[family]


class _Asked(AskedWords):
    """A lexicon that knows nothing, and remembers what it was asked."""

    def postings(self, family: frozenset[str]) -> int:
        return len(family)


def find_similar(generation: Generation, question: Question) -> Similar:
    """The questions that are most like another one.

    Itself is none of them, nor are those that received the same answer, which are shown apart.
    """
    snapshot = generation.snapshot
    lexicon = _lexicon_of(question, generation)
    words = distinctive_words(question, lexicon, snapshot.questions)
    units = tuple(Unit(one.word, UNFIELDED, (Sequence((one.family,)),)) for one in words)
    if len(units) < SHARED:
        return Similar()
    clause = AtLeast(SHARED, units)
    query = scoring(clause, generation.weights(clause))
    found = snapshot.search(
        {
            "query": {"bool": {"must": [query], "must_not": _known(question)}},
            "sort": sort_of("pertinence", snapshot.donnees_au),
            "size": MOST_SIMILAR,
            "_source": [RECORD],
            "track_total_hits": False,
        }
    )
    questions = tuple(map(question_of, found["hits"]["hits"]))
    shared = {unit for one in questions for unit in AnalysedQuestion(one).matching_units(clause)}
    return Similar(tuple(unit.label for unit in units if unit in shared), questions)


def _lexicon_of(question: Question, generation: Generation) -> _Lexicon:
    """What is asked about the words of a question, asked together."""
    asked = _Asked()
    distinctive_words(question, asked, 0)
    families = generation.vocabulary.families(asked.words)
    sought = {one: Sought(UNFIELDED, (Sequence((one,)),)) for one in families.values()}
    counts = generation.vocabulary.frequencies.of(sought.values())
    return _Lexicon(families, {family: counts[one] for family, one in sought.items()})


def _known(question: Question) -> list[Body]:
    """What needs no telling: the question, and those with the same answer."""
    answered = question.empreinte_reponse
    same: list[Body] = [{"term": {f"{COLUMN}.empreinte_reponse": answered}}] if answered else []
    return [{"term": {UID: question.uid}}, *same]

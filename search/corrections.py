"""What was perhaps meant: a query with its doubtful words replaced by words that an index holds.

A word is doubtful when no question has it in any form, or when hardly any has it and a word that
is a letter away is many times more frequent. Nothing is replaced by itself: a correction is
offered, beside whatever was found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice, pairwise
from typing import Final, NamedTuple, Protocol

from index.fields import UNFIELDED
from index.french.analyzer import analyze
from index.french.stopwords import is_optional
from search.query.nodes import And, Fielded, Node, Or, Phrase, Word
from search.request import SearchRequest
from search.sigles import is_sigle
from search.spelling import Candidate, edit_cost

MOST_TRIED: Final = 3
"""Corrections of one query that are tried, the likeliest first."""

_RARE: Final = 5
"""Questions that have a word which may be a slip of the pen in them too."""
_MORE_FREQUENT: Final = 100
"""How many times more often another word occurs, for a rare one to be taken for a slip."""


class Lexicon(Protocol):
    """What corrections ask of an index."""

    def frequency(self, word: str, fields: tuple[str, ...]) -> int:
        """In how many questions a word is in any form, in these fields."""
        ...

    def corrections(self, word: str) -> Sequence[Candidate]:
        """What may have been meant by a folded word, the likeliest first; never itself."""
        ...

    def written(self, word: str) -> str:
        """A folded word as a person would write it."""
        ...


class _Typed(NamedTuple):
    """A word of a query.

    Attributes:
        term: folded. word: as typed, in lower case.
        start, end: where it stands in the query, in characters.
        fields: where it is looked up.
    """

    term: str
    word: str
    start: int
    end: int
    fields: tuple[str, ...]


class _Doubt(NamedTuple):
    """A doubtful word and what may have been meant."""

    typed: _Typed
    meant: Sequence[Candidate]


def better_query(
    request: SearchRequest,
    tree: Node,
    lexicon: Lexicon,
    total: int,
    count: Callable[[SearchRequest], int],
) -> str | None:
    """A corrected query that finds more than a request; None when none of the likeliest does.

    Args:
        request: with the query as typed.
        tree: as parsed from it.
        lexicon: of the index that is searched.
        total: how many questions the request finds.
        count: how many another request finds.
    """
    queries = corrected_queries(request.q, tree, lexicon, request.champ)
    return next(
        (
            query
            for query in islice(queries, MOST_TRIED)
            if count(replace(request, q=query)) > total
        ),
        None,
    )


def corrected_queries(
    query: str, tree: Node, lexicon: Lexicon, champ: str | None = None
) -> Iterator[str]:
    """Other queries that may have been meant, the likeliest first; none when no word is doubtful.

    Args:
        query: as typed.
        tree: as parsed from it.
        lexicon: of the index that is searched.
        champ: the one field that words without a prefix are searched in, or None for all.
    """
    words = list(_words(tree, query, (champ,) if champ else UNFIELDED))
    doubts = {word: doubt for word in words if (doubt := _doubt(word, lexicon))}
    if not doubts:
        return
    yield from _joined(query, words, set(doubts), lexicon)
    for rank in range(max(len(doubt.meant) for doubt in doubts.values())):
        yield _replaced(query, doubts.values(), rank, lexicon)


def _doubt(word: _Typed, lexicon: Lexicon) -> _Doubt | None:
    """What is doubtful about a word; None when nothing is, as about a sigle that is known."""
    if is_sigle(word.term):
        return None
    frequency = lexicon.frequency(word.word, word.fields)
    if frequency > _RARE:
        return None
    meant = lexicon.corrections(word.term)
    if frequency:
        meant = [one for one in meant[:1] if _is_slip(word.term, frequency, one)]
    elif not meant:
        return _Doubt(word, ())
    return _Doubt(word, meant[:MOST_TRIED]) if meant else None


def _is_slip(term: str, frequency: int, meant: Candidate) -> bool:
    """Whether a word that some questions have is likely to be a slip."""
    return meant.frequency >= _MORE_FREQUENT * frequency and edit_cost(term, meant.text) <= 1


def _words(node: Node, query: str, fields: tuple[str, ...]) -> Iterator[_Typed]:
    """The words that a question must have, in the order typed; no beginnings, no drafts."""
    match node:
        case Word(text) | Phrase(text):
            place = query.find(text, *node.span)
            for token in analyze(text) if place >= 0 else ():
                word = text[token.start : token.end]
                if not token.glued and not is_optional(word):
                    start = place + token.start
                    end = place + token.end
                    yield _Typed(token.term, token.accented or token.term, start, end, fields)
        case Fielded(name, inner):
            yield from _words(inner, query, (name,))
        case And(nodes) | Or(nodes):
            for one in nodes:
                yield from _words(one, query, fields)
        case _:
            return


def _joined(
    query: str, words: Sequence[_Typed], doubtful: set[_Typed], lexicon: Lexicon
) -> Iterator[str]:
    """The query with two words written as one, where a space came between by mistake."""
    for first, second in pairwise(words):
        if doubtful.isdisjoint((first, second)) or query[first.end : second.start].strip():
            continue
        whole = first.term + second.term
        if lexicon.frequency(whole, first.fields):
            yield query[: first.start] + lexicon.written(whole) + query[second.end :]


def _replaced(query: str, doubts: Iterable[_Doubt], rank: int, lexicon: Lexicon) -> str:
    """The query with each doubtful word replaced by what it is likely to mean, in this rank."""
    written, end = [], 0
    for typed, meant in doubts:
        if meant:
            chosen = meant[min(rank, len(meant) - 1)].text
            written.append(query[end : typed.start])
            written.append(" ".join(map(lexicon.written, chosen.split())))
            end = typed.end
    return "".join([*written, query[end:]])

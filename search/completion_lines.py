"""The lines that complete one query, from what an engine finds; see `search.completion`.

Whatever is suggested is counted as the search that its address leads to, and is left out when that
finds nothing.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

from index.fields import UNFIELDED
from index.french.fold import fold
from index.french.stopwords import is_optional
from search import expansion
from search.completion import (
    COMPLETED_FACETS,
    EXPRESSION,
    SHARES,
    TITLE,
    WORD,
    Suggestion,
    Tail,
    Typed,
    mix,
)
from search.expansion import QUERY_FIELDS, AllOf, Clause, expand
from search.facets import identity
from search.query.nodes import Fielded, Node
from search.query.parser import parse_lenient
from search.request import PER_PAGE, SearchRequest
from search.results import question_url

TRIED: Final = 16
"""Words that are tried for one beginning, the most frequent first."""

TITLES_READ: Final = 8
"""Titles that are read for one beginning: those of the newest questions."""

_SHORTEST_TITLE: Final = 3
"""Letters that a title is looked for by: fewer would begin a word of nearly any."""

_MANY: Final = 1 << 15
"""Questions of an index: among more, one letter of the next word is completed to words only."""

_SAID_BY: Final = 2
"""Titles among those read that say an expression, for it to be one."""

_WRITTEN: Final = {fold("aujourd’hui"): "aujourd’hui"}
"""The word that an apostrophe stands in: its folded form isn't how anyone writes it."""


class Vocabulary(expansion.Vocabulary, Protocol):
    """What completion asks of the words of an index."""

    def base_forms(self, word: str) -> frozenset[str]:
        """The dictionary forms of a word, whether the texts hold them or not; none of a stem."""
        ...

    def spelling(self, form: str) -> str:
        """A folded form as a person would write it."""
        ...


class Filters(NamedTuple):
    """What narrows every search that is suggested.

    Attributes:
        request: of which nothing but its filters matters. params: the filters.
    """

    request: SearchRequest
    params: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, request: SearchRequest) -> Filters:
        """The filters of a request."""
        filtered = request.replace(q="", champ=None, tri=None, par=PER_PAGE)
        return cls(filtered, tuple(filtered.to_params()))


@dataclass(frozen=True, slots=True)
class Asked(ABC):
    """One query that is being completed; for one thread. An engine says what it finds.

    Attributes:
        request: with its facet values in canonical form, from its first page on.
        filters, typed: its filters and its query.
        vocabulary: of the index. questions: how many it holds.
    """

    request: SearchRequest
    filters: Filters
    typed: Typed
    vocabulary: Vocabulary
    questions: int

    @abstractmethod
    def forms(self, prefix: str, fields: tuple[str, ...]) -> Sequence[str]:
        """The folded words that begin so, `TRIED` at most, the most frequent first.

        A word that half of the questions have narrows little: it comes last.
        """

    @abstractmethod
    def is_glued(self, form: str) -> bool:
        """Whether a word is but the glued form of a hyphenated one, where it occurs first."""

    @abstractmethod
    def first_found(self, queries: Iterable[str], most: int) -> list[tuple[str, int]]:
        """The first queries that find something with the filters, each with how much."""

    @abstractmethod
    def borne(self, name: str, tail: Tail) -> list[tuple[str, int]]:
        """The values of a facet that the end of the query begins, with how many questions have
        each, of those that the words before it and the filters leave.

        Returns:
            Those that find most, as many as the facet's share.
        """

    @abstractmethod
    def newest(self, clauses: Sequence[Clause]) -> Iterable[tuple[str, str]]:
        """The title and the uid of the newest questions that match all of some clauses."""

    def lines(self, limit: int) -> tuple[Suggestion, ...]:
        """At most `limit` lines of all genres."""
        words = self.words()
        if not self.typed.plain or self._is_vague():
            return mix({WORD: words}, limit)
        titles = self.titles()
        expressions = self.expressions([title.texte for title in titles])
        told = {identity(line.texte) for line in expressions}
        words = [line for line in words if identity(line.texte) not in told]
        alone = len(self.typed.tokens) == 1
        spoken = ((WORD, words), (EXPRESSION, expressions))
        values = {name: self.values(name) for name in COMPLETED_FACETS}
        return mix({**dict(spoken if alone else spoken[::-1]), **values, TITLE: titles}, limit)

    def words(self) -> list[Suggestion]:
        """The query with its last word completed, those that find most first.

        With an operator, the most frequent words first: what is excluded finds least.
        """
        lines = self._lines(self._words(), WORD)
        return sorted(lines, key=lambda line: -line.nombre) if self.typed.plain else lines

    def expressions(self, titles: Sequence[str]) -> list[Suggestion]:
        """What these titles say with the words typed, the most frequent first.

        An expression is searched as its words are: that is what its count is of.
        """
        said = Counter(one for title in titles for one in self.typed.expressions_in(title))
        least = 1 if len(self.typed.tokens) > 1 else _SAID_BY
        often = said.most_common(SHARES[EXPRESSION])
        return self._lines([text for text, times in often if times >= least], EXPRESSION)

    def values(self, name: str) -> list[Suggestion]:
        """The values of a facet that the end of the query begins, those that find most first.

        A facet with a filter already isn't completed: another value would be one more of it.
        """
        if name in self.request.filters:
            return []
        for tail in self.typed.tails():
            asked = self.request.replace(q=tail.before)
            lines = [
                Suggestion(valeur, name, count, asked.with_choice(name, valeur).url())
                for valeur, count in self.borne(name, tail)
            ]
            if lines:
                return lines
        return []

    def titles(self) -> list[Suggestion]:
        """The titles with all the words typed, each once: those that begin so, then the newest."""
        if len(self.typed.text) < _SHORTEST_TITLE:
            return []
        tree = Fielded("titre", parse_lenient(f"{self.typed.text}*", QUERY_FIELDS).tree)
        lines: dict[str, Suggestion] = {}
        for title, uid in self.newest(self._clauses_in(tree)):
            lines.setdefault(identity(title), Suggestion(title, TITLE, 1, question_url(uid)))
        begun = identity(self.typed.text)
        return [lines[key] for key in sorted(lines, key=lambda key: not key.startswith(begun))]

    def clauses_of(self, query: str) -> tuple[Clause, ...]:
        """What questions must match, all of it; nothing when there is no word to look up."""
        return self._clauses_in(parse_lenient(query, QUERY_FIELDS).tree)

    def _clauses_in(self, tree: Node) -> tuple[Clause, ...]:
        root = expand(tree, self.vocabulary, self.request.champ).root
        return root.children if isinstance(root, AllOf) else (root,)

    def _is_vague(self) -> bool:
        """Whether a second word has but a letter, of an index where that begins nearly anything."""
        many = self.questions > _MANY
        return many and len(self.typed.tokens) > 1 and len(self.typed.prefix) < 2

    def _words(self) -> Iterator[str]:
        """The query with each word that may be meant, one of each family."""
        typed, vocabulary = self.typed, self.vocabulary
        fields = (self.request.champ,) if self.request.champ else UNFIELDED
        seen = set()
        for form in self.forms(typed.head + typed.prefix, fields):
            if typed.head:
                rest = form.removeprefix(typed.head)
                yield typed.completed(vocabulary.spelling(rest))
                continue
            word = _WRITTEN.get(form) or vocabulary.spelling(form)
            family = frozenset([form]) if typed.quoted else vocabulary.family(word)
            if not (is_optional(word) or family in seen or self._is_only_glued(form, word)):
                seen.add(family)
                yield typed.completed(word)

    def _is_only_glued(self, form: str, word: str) -> bool:
        """Whether a word is but a glued form: one without accents, that no lexicon knows."""
        known = word != form or self.vocabulary.base_forms(word)
        return not known and self.is_glued(form)

    def _lines(self, queries: Iterable[str], genre: str) -> list[Suggestion]:
        """Lines that lead to the searches of some queries, of those that find something."""
        return [
            Suggestion(query, genre, count, self.request.replace(q=query).url())
            for query, count in self.first_found(queries, SHARES[genre])
        ]

"""From the query tree to what an engine looks up: words become families of terms.

The result knows terms and fields but no engine. The reference engine of the tests walks the query
tree without it, so that a mistake here shows.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, Protocol, TypeAlias

from index.fields import TEXT_FIELDS, UNFIELDED
from index.french.analyzer import Token, analyze
from index.french.fold import fold
from index.french.stopwords import is_optional
from search.query.nodes import (
    And,
    Draft,
    Everything,
    Fielded,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Word,
)
from search.ranking import RANKING
from search.sigles import Widening, find_named, sigle_of

QUERY_FIELDS: Final[Mapping[str, str]] = {fold(field.name): field.name for field in TEXT_FIELDS}
"""The field prefixes of the query language, folded as the parser expects them."""


@dataclass(frozen=True, slots=True)
class TermsBeginning:
    """The folded terms that begin with a folded prefix, however many an index holds.

    They stand together in an index: it looks them up as one, and never lists them.
    """

    prefix: str

    def __contains__(self, term: object) -> bool:
        return isinstance(term, str) and term.isascii() and term.startswith(self.prefix)


Slot: TypeAlias = frozenset[str] | TermsBeginning
"""The terms allowed at one position."""


@dataclass(frozen=True, slots=True)
class Sequence:
    """Words at successive positions of one field, each any term of its slot.

    Attributes:
        slots: the terms allowed at each position.
        slop: None for successive positions in order; a number for any order, with at most that
            many other positions between the first and the last.
    """

    slots: tuple[Slot, ...]
    slop: int | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    """What counts as one term of the score: a family, a phrase, a prefix, a hyphenated word.

    Attributes:
        label: the words as typed.
        fields: where it is looked up; a question matches when any of them does.
        alternatives: it occurs where any of these does.
        typed: the exact form typed, which earns a bonus; None when there is none.
        widened: whether forms that weren't typed are searched too, which is then shown.
        relaxable: whether the closest questions may lack it (quoted and fielded parts may not).
        widening: what a sigle adds to it; None when there is none.
        plain: the same unit without what the sigle adds; None when there is none.
    """

    label: str
    fields: tuple[str, ...]
    alternatives: tuple[Sequence, ...]
    typed: Sequence | None = None
    widened: bool = False
    relaxable: bool = False
    widening: Widening | None = None
    plain: Unit | None = None

    @property
    def single_slots(self) -> tuple[Slot, ...]:
        """The slots of which any term matches alone."""
        return tuple(s.slots[0] for s in self.alternatives if len(s.slots) == 1)

    @property
    def is_words(self) -> bool:
        """Whether it is single words only, no sequence of several."""
        return len(self.alternatives) == len(self.single_slots)

    @property
    def is_one_word(self) -> bool:
        """Whether it is one word, in whatever form."""
        return len(self.alternatives) == 1 and self.is_words


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every child must match; with no child, every question does."""

    children: tuple[Clause, ...] = ()


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One child must match; with no child, no question does."""

    children: tuple[Clause, ...] = ()


@dataclass(frozen=True, slots=True)
class NoneOf:
    """The child must not match; it never counts in the score."""

    child: Clause


@dataclass(frozen=True, slots=True)
class AtLeast:
    """At least `minimum` of the children must match, and all of `required`."""

    minimum: int
    children: tuple[Clause, ...]
    required: tuple[Clause, ...] = ()


Clause: TypeAlias = Unit | AllOf | AnyOf | NoneOf | AtLeast


@dataclass(frozen=True, slots=True)
class Expanded:
    """A query ready to be looked up.

    Attributes:
        root: what a question must match.
        closest: what the closest questions match, asked when none matches `root`; None when
            nothing can be left out.
        searchable: whether the query holds anything to look up at all.
    """

    root: Clause
    closest: AtLeast | None
    searchable: bool


class Vocabulary(Protocol):
    """What expansion asks of an index."""

    def family(self, word: str) -> frozenset[str]:
        """The folded terms that a word, as typed, stands for; itself always among them."""
        ...


def expand(
    tree: Node,
    vocabulary: Vocabulary,
    champ: str | None = None,
    share: float = RANKING.closest_share,
) -> Expanded:
    """Turn a query tree into clauses over the terms of a vocabulary.

    Args:
        tree: as parsed.
        vocabulary: of the index that will be searched.
        champ: the one field that words without a prefix are searched in, or None for all.
        share: the part of the words that the closest questions need, rounded up.
    """
    fields = (champ,) if champ else UNFIELDED
    expansion = _Expansion(vocabulary)
    clause = expansion.clause(tree, fields)
    root = AllOf() if clause is None else clause
    share = 0 if isinstance(tree, Draft) else share
    return Expanded(root, _closest(root, share), clause is not None)


def widenings(root: Clause) -> tuple[Widening, ...]:
    """What sigles add to a query, each once, in the order typed."""
    found = (unit.widening for unit in positive_units(root))
    return tuple(dict.fromkeys(widening for widening in found if widening is not None))


def positive_units(clause: Clause) -> Iterator[Unit]:
    """The units whose presence makes a question match, in the order typed."""
    match clause:
        case Unit():
            yield clause
        case AllOf(children) | AnyOf(children):
            for child in children:
                yield from positive_units(child)
        case AtLeast(_, children, required):
            for child in (*children, *required):
                yield from positive_units(child)
        case NoneOf():
            return


def excluded_units(clause: Clause, negated: bool = False) -> Iterator[Unit]:
    """The units that a question must not have, in the order typed."""
    match clause:
        case Unit():
            yield from (clause,) * negated
        case NoneOf(child):
            yield from excluded_units(child, not negated)
        case AllOf(children) | AnyOf(children):
            for child in children:
                yield from excluded_units(child, negated)
        case AtLeast(_, children, required):
            for child in (*children, *required):
                yield from excluded_units(child, negated)


@dataclass(frozen=True, slots=True)
class _Expansion:
    vocabulary: Vocabulary
    widens: bool = True
    """Whether sigles add to what is typed: what is excluded is excluded as it stands."""

    def clause(self, node: Node, fields: tuple[str, ...]) -> Clause | None:  # noqa: PLR0911
        """The clause of a node, or None when it holds nothing to look up."""
        match node:
            case Word() | Prefix() | Phrase():
                return self._unit(node, fields)
            case Fielded(name, inner):
                clause = self.clause(inner, (name,))
                return None if clause is None else _never_relaxed(clause)
            case Not(inner):
                clause = replace(self, widens=False).clause(inner, fields)
                return None if clause is None else NoneOf(clause)
            case And(nodes):
                return self._all_of(nodes, fields)
            case Or(nodes):
                return _joined(AnyOf, self._clauses(nodes, fields))
            case Draft(text):
                return self._draft(text, fields)
            case Everything():
                return None

    def _clauses(self, nodes: Iterable[Node], fields: tuple[str, ...]) -> tuple[Clause, ...]:
        # A part typed twice is one part: it must not count twice in the score or in a half.
        clauses = (self.clause(node, fields) for node in dict.fromkeys(nodes))
        return tuple(clause for clause in clauses if clause is not None)

    def _all_of(self, nodes: tuple[Node, ...], fields: tuple[str, ...]) -> Clause | None:
        """Every part that is required, the words of a developed form each with its sigle."""
        named = _developed_forms(nodes) if self.widens else {}
        clauses = {node: self.clause(node, fields) for node in dict.fromkeys(_required(nodes))}
        return _joined(
            AllOf,
            tuple(
                _or_sigle(clause, named[node]) if node in named else clause
                for node, clause in clauses.items()
                if clause is not None
            ),
        )

    def _unit(self, node: Word | Prefix | Phrase, fields: tuple[str, ...]) -> Unit | None:
        tokens = analyze(node.text)
        parts = [token for token in tokens if not token.glued]
        if not parts:
            return None
        match node:
            case Phrase(text, slop):
                slots: tuple[Slot, ...] = tuple(frozenset([part.term]) for part in parts)
                return Unit(text, fields, (Sequence(slots, slop),), _typed(parts, slop))
            case Prefix(text):
                slots = (*map(self._family, parts[:-1]), TermsBeginning(parts[-1].term))
                return Unit(f"{text}*", fields, (Sequence(slots),), None, True, True)
            case Word():
                return self._or_developed(self._word(node.text, tokens, parts, fields), node, parts)

    def _word(
        self, text: str, tokens: list[Token], parts: list[Token], fields: tuple[str, ...]
    ) -> Unit:
        alternatives = [Sequence(tuple(map(self._family, parts)))]
        compounds = {part.compound for part in parts}
        if len(compounds) == 1:
            alternatives += [Sequence((self._family(token),)) for token in tokens if token.glued]
        return Unit(text, fields, tuple(alternatives), _typed(parts), True, True)

    def _or_developed(self, unit: Unit, word: Word, parts: list[Token]) -> Unit:
        """The unit of a word; of a sigle, with its developed forms as sequences of families."""
        typed = word.text[parts[0].start : parts[0].end]
        sigle = sigle_of(typed) if len(parts) == 1 else None
        if sigle is None:
            return unit
        if sigle.is_word:
            # Who types `PLU` doesn't mean `plaît`.
            letters = Sequence((frozenset([parts[0].term]),))
            unit = replace(unit, alternatives=(letters,), widened=False)
        if not self.widens:
            return unit
        developed = (
            Sequence(tuple(self._family(token) for token in analyze(form) if not token.glued))
            for form in sigle.forms
        )
        widening = Widening(typed, sigle.meanings, word.span)
        return _widened(unit, widening, (*unit.alternatives, *developed))

    def _draft(self, text: str, fields: tuple[str, ...]) -> Clause | None:
        parts = {token.accented or token.term: token for token in analyze(text) if not token.glued}
        required = [
            token for token in parts.values() if not is_optional(text[token.start : token.end])
        ]
        words = required or parts.values()
        units = (
            Unit(text[word.start : word.end], fields, (Sequence((self._family(word),)),),
                 _typed([word]), True, True)
            for word in words
        )  # fmt: skip
        return _joined(AllOf, tuple(units))

    def _family(self, token: Token) -> frozenset[str]:
        return self.vocabulary.family(token.accented or token.term)


def _required(nodes: tuple[Node, ...]) -> Iterable[Node]:
    """Without the words that a query of several words doesn't require, unless all are such."""
    kept = [node for node in nodes if not _is_optional(node)]
    if any(not isinstance(node, Not) for node in kept):
        return kept
    return nodes


def _is_optional(node: Node) -> bool:
    if not isinstance(node, Word):
        return False
    tokens = analyze(node.text)
    return len(tokens) == 1 and is_optional(node.text[tokens[0].start : tokens[0].end])


def _developed_forms(nodes: tuple[Node, ...]) -> dict[Node, Widening]:
    """The words of a conjunction that are the developed form of a sigle, each with what it adds."""
    found: dict[Node, Widening] = {}
    for first, end, sigle in find_named([_text_of_word(node) for node in nodes]):
        words = nodes[first:end]
        span = words[0].span[0], words[-1].span[1]
        widening = Widening(" ".join(map(str, words)), (sigle.letters,), span)
        found |= dict.fromkeys(words, widening)
    return found


def _text_of_word(node: Node) -> str | None:
    return node.text if isinstance(node, Word) else None


def _or_sigle(clause: Clause, widening: Widening) -> Clause:
    """A word of a developed form, or the sigle in its place.

    With each of the words so, a question matches that has all of them or the sigle; and each is
    still one term of the score, and one of those that the closest questions may lack.
    """
    if not isinstance(clause, Unit):
        return clause
    sigle = frozenset(map(fold, widening.also))
    match clause.alternatives:
        case (Sequence((frozenset() as forms,)),):
            # One slot is looked up as forms, without any position.
            return _widened(clause, widening, (Sequence((forms | sigle,)),))
    return _widened(clause, widening, (*clause.alternatives, Sequence((sigle,))))


def _widened(unit: Unit, widening: Widening, alternatives: tuple[Sequence, ...]) -> Unit:
    return replace(unit, alternatives=alternatives, widening=widening, plain=unit)


def _typed(parts: list[Token], slop: int | None = None) -> Sequence:
    return Sequence(tuple(frozenset([part.accented or part.term]) for part in parts), slop)


def _joined(kind: type[AllOf | AnyOf], clauses: tuple[Clause, ...]) -> Clause | None:
    if len(clauses) > 1:
        return kind(clauses)
    return clauses[0] if clauses else None


def _never_relaxed(clause: Clause) -> Clause:
    match clause:
        case Unit():
            return replace(clause, relaxable=False)
        case AllOf(children) | AnyOf(children):
            return type(clause)(tuple(map(_never_relaxed, children)))
        case _:
            return clause


def _relaxable(clause: Clause) -> bool:
    """Whether the closest questions may lack it; alternatives count as one word."""
    match clause:
        case Unit():
            return clause.relaxable
        case AllOf(children) | AnyOf(children):
            return all(map(_relaxable, children))
        case _:
            return False


def _closest(root: Clause, share: float) -> AtLeast | None:
    """At least a part of the words that may be lacking, and one; None when none may be."""
    if not isinstance(root, AllOf):
        return None
    words = tuple(filter(_relaxable, root.children))
    others = tuple(child for child in root.children if child not in words)
    minimum = max(1, math.ceil(share * len(words)))
    return AtLeast(minimum, words, others) if minimum < len(words) else None

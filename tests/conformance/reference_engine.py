"""An engine made of plain loops over a list of questions: slow, short, and obviously right.

It walks the query tree question by question, with its own definitions of a word, a phrase, a
filter and a score, and of which words a sigle stands for: it shares the table of sigles, and none
of the code that the engines search with. It gives totals, order, scores, approches and facets;
excerpts, marks, `formes` and indications it leaves empty.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from index.fields import MARKED_FIELDS, TEXT_FIELD, TEXT_FIELDS, UNFIELDED
from index.french.analyzer import Token, analyze
from index.french.families import Families
from index.french.fold import fold
from index.french.stopwords import OPTIONAL_WORDS
from index.question import Question
from search.description import describe
from search.engine import Listing
from search.facets import (
    EN_RETARD,
    FACET,
    FACETS,
    LISTED_VALUES,
    Facet,
    FacetCounts,
    FacetValue,
    identity,
)
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
from search.query.parser import parse_lenient
from search.ranking import BETWEEN, FOREMOST, MOST_PAIRS, RANKING
from search.request import PER_PAGE, Choice, SearchRequest
from search.results import Extraits, Hit, SearchResults
from search.sigles import Sigle, sigles
from search.statistics import BROKEN_DOWN, Group, Statistics
from tests.plain_figures import figures_of, groups_of, timeline_of

SCORE_DECIMALS = 4
MOST_APPROCHES = 50

PREFIXES = {fold(field.name): field.name for field in TEXT_FIELDS}

Forms = frozenset[str]


@dataclass(frozen=True)
class Pattern:
    """Words one after the other, each in any of its forms.

    With a `slop` they come in any order, with at most that many other words among them.
    """

    words: tuple[Forms, ...]
    slop: int | None = None


@dataclass(frozen=True)
class Leaf:
    """What one part of a query looks for: any of the patterns; and the exact form typed.

    `named` is the sigle that it is a word of the name of.
    """

    patterns: tuple[Pattern, ...]
    typed: Pattern | None
    named: Sigle | None = None


@dataclass(frozen=True)
class RowWord:
    """A word of a query, in any of its forms, and the fields that it is looked for in."""

    leaf: Leaf
    fields: tuple[str, ...]

    def places(self, tokens: Iterable[Token]) -> set[int]:
        forms = frozenset().union(*(pattern.words[0] for pattern in self.leaf.patterns))
        return {token.position for token in tokens if is_form(token, forms)}


class ReferenceEngine:
    """Answers searches over a list of questions; see `search.engine.Engine.search`."""

    def __init__(self, questions: Sequence[Question]) -> None:
        self.questions = questions
        self.tokens = {
            question.uid: {field.name: analyze(field.text(question) or "") for field in TEXT_FIELDS}
            for question in questions
        }
        self.vocabulary = {
            form
            for texts in self.tokens.values()
            for tokens in texts.values()
            for token in tokens
            for form in (token.term, token.accented)
            if form
        }
        self.families = Families.build(self.vocabulary)
        days = [day for question in questions for day in question.record_dates]
        self.donnees_au = max(days, default=None)

    def search(self, request: SearchRequest, *, with_timeline: bool = False) -> SearchResults:
        """The results of a request, with its months if they are asked for."""
        request = self.canonical(request)
        lookup = Lookup(self, request)
        matching = [question for question in self.questions if lookup.matches(question)]
        kept = [question for question in matching if self.passes(question, request)]
        closest = [] if matching else lookup.closest()
        near = [question for question in closest if self.passes(question, request)]
        first = (request.page - 1) * request.par
        scores = lookup.scores(matching or closest, near=not matching or lookup.is_scored)
        ordered = self.ordered(kept, request.sort, scores)
        nearest = self.ordered(near, "pertinence", scores)
        return SearchResults(
            request=request,
            description=describe(request),
            total=len(kept),
            duree_ms=0.0,
            donnees_au=self.donnees_au,
            hits=self.hits(ordered[first : first + request.par], request, scores),
            approches=self.hits(nearest[:MOST_APPROCHES], request, scores),
            facets={facet.name: self.count(facet, matching, request) for facet in FACETS},
            timeline=timeline_of(kept, self.questions, "date_question") if with_timeline else None,
        )

    def statistics(self, request: SearchRequest) -> Statistics:
        """A request in figures; indications are left empty."""
        request = self.canonical(request).replace(par=PER_PAGE)
        lookup = Lookup(self, request)
        matching = [question for question in self.questions if lookup.matches(question)]
        kept = [question for question in matching if self.passes(question, request)]
        facets = [FACET[name] for name in BROKEN_DOWN]
        return Statistics(
            request=request,
            description=describe(request),
            donnees_au=self.donnees_au,
            indications=(),
            unfiltered=len(matching),
            figures=figures_of(kept, self.donnees_au),
            asked=timeline_of(kept, self.questions, "date_question"),
            answered=timeline_of(kept, self.questions, "date_reponse"),
            groups={facet.name: self.groups(facet, kept) for facet in facets},
            valueless={f.name: sum(not facet_value(q, f) for q in kept) for f in facets},
        )

    def groups(self, facet: Facet, questions: Iterable[Question]) -> tuple[Group, ...]:
        """The figures of the questions of each value of a facet."""

        def value(question: Question) -> str | None:
            published = facet_value(question, facet)
            return self.shown(facet, published) if published else None

        def rank(valeur: str, count: int) -> tuple[object, ...]:
            return (-int(valeur),) if facet.descending else (-count, identity(valeur), valeur)

        return groups_of(questions, self.donnees_au, value, facet.libelle, rank)

    def listing(self, request: SearchRequest) -> Listing:
        """Every question of a request, whatever its page."""
        request = self.canonical(request).replace(par=PER_PAGE)
        lookup = Lookup(self, request)
        matching = [question for question in self.questions if lookup.matches(question)]
        kept = [question for question in matching if self.passes(question, request)]
        scores = lookup.scores(matching, near=lookup.is_scored)
        ordered = self.ordered(kept, request.sort, scores)
        return Listing(request, 1, self.donnees_au, len(ordered), iter(ordered))

    def close(self) -> None:
        """Let go of nothing: there is no file."""

    def hits(
        self, questions: Iterable[Question], request: SearchRequest, scores: Mapping[str, float]
    ) -> tuple[Hit, ...]:
        scored = request.sort == "pertinence"
        return tuple(
            Hit(
                question,
                question.en_retard(self.donnees_au),
                scores[question.uid] if scored else None,
                None,
                Extraits(),
            )
            for question in questions
        )

    def ordered(
        self, questions: Iterable[Question], sort: str, scores: Mapping[str, float]
    ) -> list[Question]:
        """Sorted; ties by date, the newest first (`ancien`: the oldest), then by uid."""

        def key(question: Question) -> tuple[float, float, str]:
            asked = newest_first(question.date_question)
            match sort:
                case "pertinence":
                    return -scores[question.uid], asked, question.uid
                case "ancien":
                    return oldest_first(question.date_question), 0, question.uid
                case "reponse":
                    return newest_first(question.date_reponse), asked, question.uid
                case "delai":
                    return -self.wait(question), asked, question.uid
            return asked, 0, question.uid

        return sorted(questions, key=key)

    def wait(self, question: Question) -> int:
        """Days to the answer, or to `donnees_au` for a waiting question; -1 for neither."""
        if question.delai_jours is not None:
            return question.delai_jours
        if question.statut == "en_attente" and question.date_question and self.donnees_au:
            return (self.donnees_au - question.date_question).days
        return -1

    def passes(self, question: Question, request: SearchRequest, but: str | None = None) -> bool:
        """Whether every filter lets a question through, the one of the facet `but` aside."""
        if request.renouvelee and not question.dates_renouvellement:
            return False
        if not within(question.date_question, request.du, request.au):
            return False
        if not within(question.date_reponse, request.reponse_du, request.reponse_au):
            return False
        return all(
            self.passes_facet(question, facet, request.filters[facet.name])
            for facet in FACETS
            if facet.name in request.filters and facet.name != but
        )

    def passes_facet(self, question: Question, facet: Facet, choices: Iterable[Choice]) -> bool:
        chosen = [c.valeur for c in choices if not c.exclue]
        excluded = [c.valeur for c in choices if c.exclue]
        if any(self.bears(question, facet, valeur) for valeur in excluded):
            return False
        return not chosen or any(self.bears(question, facet, valeur) for valeur in chosen)

    def bears(self, question: Question, facet: Facet, valeur: str) -> bool:
        """Whether a question has a facet's value, however it is spelt."""
        if facet.name == "statut" and valeur == EN_RETARD:
            return question.en_retard(self.donnees_au)
        key = self.named(facet, valeur)
        if key is None:
            return answers_to(question, facet, valeur)
        value = facet_value(question, facet)
        return value is not None and facet.key(value) == key

    def named(self, facet: Facet, valeur: str) -> str | None:
        """The identity of the value that a spelling names; None when it names none, or several."""
        values = [facet_value(question, facet) for question in self.questions]
        keys = {facet.key(value) for value in values if value}
        if facet.key(valeur) in keys:
            return facet.key(valeur)
        called = {
            facet.key(value) if value else None
            for question, value in zip(self.questions, values, strict=True)
            if answers_to(question, facet, valeur)
        }
        if len(called) != 1 or None in called:
            return None
        name = called.pop()
        bearers = [
            question
            for question, value in zip(self.questions, values, strict=True)
            if value and facet.key(value) == name
        ]
        return name if all(answers_to(question, facet, valeur) for question in bearers) else None

    def canonical(self, request: SearchRequest) -> SearchRequest:
        """The request with each facet value in its most frequent form, ties by code point."""
        filters = {}
        for facet in FACETS:
            if facet.name in request.filters:
                shown = [
                    replace(choice, valeur=self.shown(facet, choice.valeur))
                    for choice in request.filters[facet.name]
                ]
                filters[facet.name] = shown
        return request.with_filters(filters)

    def shown(self, facet: Facet, valeur: str) -> str:
        key = self.named(facet, valeur)
        values = [facet_value(question, facet) for question in self.questions]
        forms = Counter(value for value in values if value and facet.key(value) == key)
        return min(forms, key=lambda form: (-forms[form], form), default=valeur)

    def count(
        self, facet: Facet, matching: Iterable[Question], request: SearchRequest
    ) -> FacetCounts:
        """How many questions have each value, the filter on this very facet left out."""
        counted = [q for q in matching if self.passes(q, request, but=facet.name)]
        values = [facet_value(question, facet) for question in counted]
        counts = Counter(self.shown(facet, value) for value in values if value)
        if facet.name == "statut":
            counts[EN_RETARD] = sum(q.en_retard(self.donnees_au) for q in counted)
        choices = request.filters.get(facet.name, ())
        named = {choice.valeur for choice in choices}
        for valeur in named:
            counts[valeur] = sum(self.bears(question, facet, valeur) for question in counted)
        present = [value for value in counts if counts[value] or value in named]
        if facet.descending:
            present.sort(key=int, reverse=True)
        else:
            present.sort(key=lambda value: (-counts[value], identity(value), value))
        listed = [
            value for rank, value in enumerate(present) if rank < LISTED_VALUES or value in named
        ]
        return FacetCounts(
            tuple(
                FacetValue(
                    value,
                    facet.libelle(value),
                    counts[value],
                    choisie=Choice(value) in choices,
                    exclue=Choice(value, exclue=True) in choices,
                )
                for value in listed
            ),
            autres=sum(counts[v] for v in present if v not in listed and v != EN_RETARD),
            sans=values.count(None),
        )


class Lookup:
    """One query, held against each question in turn."""

    def __init__(
        self, engine: ReferenceEngine, request: SearchRequest, *, widens: bool = True
    ) -> None:
        self.engine = engine
        self.widens = widens
        self.unwidened = Lookup(engine, request, widens=False) if widens else self
        self.tree = parse_lenient(request.q, PREFIXES).tree
        self.fields = (request.champ,) if request.champ else UNFIELDED
        self.is_scored = request.sort == "pertinence"
        self._matching: dict[tuple[Pattern, ...], dict[tuple[str, ...], int]] = {}

    def matches(self, question: Question) -> bool:
        return self.holds(self.tree, question, self.fields)

    def closest(self) -> list[Question]:
        """The questions with all that can't be left out and at least a part of the words."""
        words, others, needed = self.relaxed()
        if not needed < len(words):
            return []
        return [
            question
            for question in self.engine.questions
            if all(self.holds(node, question, self.fields) for node in others)
            and sum(self.holds(word, question, self.fields) for word in words) >= needed
        ]

    def relaxed(self) -> tuple[list[Node | Leaf], list[Node | Leaf], int]:
        """The words that may be lacking, the parts that may not, how many words are needed."""
        match self.tree:
            case Draft(text):
                return list(self.draft_words(text)), [], 1
            case And(nodes):
                required = self.parts(nodes)
                words = [n for n in required if may_be_lacking(n)]
                others = [n for n in required if not may_be_lacking(n)]
                return words, others, math.ceil(RANKING.closest_share * len(words))
        return [], [], 0

    def scores(self, questions: Sequence[Question], *, near: bool) -> dict[str, float]:
        """As they are shown: what shows the same score is a tie.

        With `near`, words that stand together count among the best of these questions.
        """
        scores = {q.uid: self.weight(self.tree, q, self.fields) for q in questions}
        if near:
            shown = {uid: round(score, SCORE_DECIMALS) for uid, score in scores.items()}
            for question in self.engine.ordered(questions, "pertinence", shown)[:FOREMOST]:
                scores[question.uid] += self.nearness(question)
        return {uid: round(score, SCORE_DECIMALS) for uid, score in scores.items()}

    def nearness(self, question: Question) -> float:
        """What pairs of successive words add: `near_weight · idf of the rarer · T / (k1 + T)`."""
        row = pairwise(self.row(self.tree, self.fields))
        pairs = [(first, second) for first, second in row if first and second]
        pairs = [pair for pair in pairs if not are_one_name(*pair)]
        return RANKING.near_weight * sum(
            self.worth_of_pair(first, second, question) for first, second in pairs[:MOST_PAIRS]
        )

    def worth_of_pair(self, first: RowWord, second: RowWord, question: Question) -> float:
        weighted = 0.0
        for name in MARKED_FIELDS:
            if name in first.fields and name in second.fields:
                tokens = self.engine.tokens[question.uid][name]
                seconds = second.places(tokens)
                steps = range(1, BETWEEN + 2)
                count = sum(
                    any(place + step in seconds for step in steps) for place in first.places(tokens)
                )
                if count:
                    weighted += count * self.weight_of_field(name, question)
        rarer = min(self.idf(word.leaf.patterns, word.fields) for word in (first, second))
        return rarer * weighted / (RANKING.k1 + weighted)

    def row(self, node: Node | Leaf, fields: tuple[str, ...]) -> list[RowWord | None]:
        """The parts of a query in the order typed, None for one that is no word."""
        match node:
            case Fielded(name, inner):
                return self.row(inner, (name,))
            case And(nodes) | Or(nodes):
                said = [part for part in nodes if not says_nothing(part)]
                parts = self.parts(nodes) if isinstance(node, And) else list(dict.fromkeys(said))
                if len(parts) == 1:
                    return self.row(parts[0], fields)
                ordered = parts if isinstance(node, And) else []
            case Draft(text):
                ordered = list(self.draft_words(text))
            case _:
                ordered = [node]
        return [self.row_word(part, fields) for part in ordered]

    def row_word(self, node: Node | Leaf, fields: tuple[str, ...]) -> RowWord | None:
        match node:
            case Word() | Prefix() | Phrase():
                leaf = self.leaf(node)
            case Leaf():
                leaf = node
            case Fielded() | And() | Or():
                inside = self.row(node, fields)
                return inside[0] if len(inside) == 1 else None
            case _:
                return None
        if leaf is None or any(len(pattern.words) > 1 for pattern in leaf.patterns):
            return None
        return RowWord(leaf, fields)

    def holds(self, node: Node | Leaf, question: Question, fields: tuple[str, ...]) -> bool:  # noqa: PLR0911
        """Whether a question matches a part of the query."""
        match node:
            case Word() | Prefix() | Phrase():
                leaf = self.leaf(node)
                return leaf is None or self.holds(leaf, question, fields)
            case Leaf():
                return any(self.frequency(node.patterns, question, name) for name in fields)
            case Fielded(name, inner):
                return self.holds(inner, question, (name,))
            case Not(inner):
                return says_nothing(inner) or not self.unwidened.holds(inner, question, fields)
            case And(nodes):
                return all(self.holds(part, question, fields) for part in self.parts(nodes))
            case Or(nodes):
                said = [part for part in nodes if not says_nothing(part)]
                return not said or any(self.holds(part, question, fields) for part in said)
            case Draft(text):
                return all(self.holds(word, question, fields) for word in self.draft_words(text))
            case Everything():
                return True

    def weight(self, node: Node | Leaf, question: Question, fields: tuple[str, ...]) -> float:  # noqa: PLR0911
        """What a part of the query adds to a question's score: nothing unless it matches.

        The closest questions lack some of the words: a conjunction adds what is there.
        """
        match node:
            case Word() | Prefix() | Phrase():
                leaf = self.leaf(node)
                return 0.0 if leaf is None else self.weight(leaf, question, fields)
            case Leaf(patterns, typed):
                score = self.bm25f(patterns, question, fields)
                if typed is not None:
                    score += RANKING.typed_weight * self.bm25f((typed,), question, fields)
                return score
            case Fielded(name, inner):
                return self.weight(inner, question, (name,))
            case And(nodes):
                if node is not self.tree and not self.holds(node, question, fields):
                    return 0.0
                return sum(self.weight(part, question, fields) for part in self.parts(nodes))
            case Or(nodes):
                return sum(self.weight(part, question, fields) for part in dict.fromkeys(nodes))
            case Draft(text):
                words = self.draft_words(text)
                return sum(self.weight(word, question, fields) for word in words)
            case Not() | Everything():
                return 0.0

    def leaf(self, node: Word | Prefix | Phrase) -> Leaf | None:
        """What a word, a prefix or a phrase looks for; None when it has no letter or digit."""
        tokens = analyze(node.text)
        parts = [token for token in tokens if not token.glued]
        if not parts:
            return None
        match node:
            case Word():
                patterns = [Pattern(tuple(self.family(part) for part in parts))]
                if len({part.compound for part in parts}) == 1:
                    glued = [token for token in tokens if token.glued]
                    patterns += [Pattern((self.family(token),)) for token in glued]
                sigle = typed_sigle(node.text, parts)
                if sigle is not None and sigle.is_word:
                    patterns = [Pattern((frozenset([parts[0].term]),))]
                if sigle is not None and self.widens:
                    patterns += self.developed(sigle)
                return Leaf(tuple(patterns), typed_pattern(parts))
            case Prefix():
                *first, last = parts
                begun = {term for term in self.engine.vocabulary if term.startswith(last.term)}
                words = (*(self.family(part) for part in first), frozenset(begun))
                return Leaf((Pattern(words),), None)
            case Phrase(_, slop):
                exact = tuple(frozenset([part.term]) for part in parts)
                return Leaf((Pattern(exact, slop),), typed_pattern(parts, slop))

    def developed(self, sigle: Sigle) -> list[Pattern]:
        """The developed forms of a sigle, one word after the other, each in any of its forms."""
        return [
            Pattern(tuple(self.family(token) for token in analyze(form) if not token.glued))
            for form in sigle.forms
        ]

    def parts(self, nodes: Sequence[Node]) -> list[Node | Leaf]:
        """The required parts of a conjunction; those of a developed form may be its sigle."""
        sigle_at: dict[Node, Sigle] = {}
        if self.widens:
            for first, end, sigle in developed_forms(nodes):
                sigle_at |= dict.fromkeys(nodes[first:end], sigle)
        return [
            self.or_sigle(node, sigle_at[node]) if node in sigle_at else node
            for node in required_parts(nodes)
        ]

    def or_sigle(self, node: Node, sigle: Sigle) -> Leaf:
        assert isinstance(node, Word)
        leaf = self.leaf(node)
        assert leaf is not None
        itself = frozenset([fold(sigle.letters)])
        if len(leaf.patterns) == len(leaf.patterns[0].words) == 1:
            patterns = (Pattern((leaf.patterns[0].words[0] | itself,)),)
        else:
            patterns = (*leaf.patterns, Pattern((itself,)))
        return replace(leaf, patterns=patterns, named=sigle)

    def asked_forms(self) -> Forms:
        """Every form that may make a question match; not those that are only excluded."""
        return frozenset().union(*self._forms_of(self.tree))

    def _forms_of(self, node: Node | Leaf) -> Iterable[Forms]:
        match node:
            case Word() | Prefix() | Phrase():
                leaf = self.leaf(node)
                if leaf is not None:
                    yield from self._forms_of(leaf)
            case Leaf(patterns):
                yield from (word for pattern in patterns for word in pattern.words)
            case Fielded(_, inner):
                yield from self._forms_of(inner)
            case And(nodes) | Or(nodes):
                for part in self.parts(nodes) if isinstance(node, And) else nodes:
                    yield from self._forms_of(part)
            case Draft(text):
                for word in self.draft_words(text):
                    yield from self._forms_of(word)

    def draft_words(self, text: str) -> Iterable[Leaf]:
        """The different words of a pasted text, optional ones aside unless there are no others."""
        parts = {typed_form(token): token for token in analyze(text) if not token.glued}
        kept = [part for part in parts.values() if not may_be_left_out(text, part)]
        for part in kept or parts.values():
            yield Leaf((Pattern((self.family(part),)),), typed_pattern([part]))

    def family(self, token: Token) -> Forms:
        return self.engine.families.family(typed_form(token))

    def bm25f(
        self, patterns: tuple[Pattern, ...], question: Question, fields: tuple[str, ...]
    ) -> float:
        """The score of one term, `idf · T / (k1 + T)`, where a whole family is one term."""
        weighted = 0.0
        for name in fields:
            frequency = self.frequency(patterns, question, name)
            if frequency:
                weighted += frequency * self.weight_of_field(name, question)
        return self.idf(patterns, fields) * weighted / (RANKING.k1 + weighted)

    def idf(self, patterns: tuple[Pattern, ...], fields: tuple[str, ...]) -> float:
        count = len(self.engine.questions)
        matching = self.document_frequency(patterns, fields)
        return math.log(1 + (count - matching + 0.5) / (matching + 0.5))

    def weight_of_field(self, name: str, question: Question) -> float:
        field = TEXT_FIELD[name]
        length = length_of(self.engine.tokens[question.uid][name])
        return field.boost / (1 - field.b + field.b * length / self.average_length(name))

    def average_length(self, name: str) -> float:
        """Over the questions that have the field."""
        lengths = [length_of(texts[name]) for texts in self.engine.tokens.values()]
        held = [length for length in lengths if length]
        return sum(held) / len(held)

    def document_frequency(self, patterns: tuple[Pattern, ...], fields: tuple[str, ...]) -> int:
        """How many questions any of the patterns occurs in, in any of the fields."""
        known = self._matching.setdefault(patterns, {})
        if fields not in known:
            known[fields] = sum(
                any(self.frequency(patterns, question, name) for name in fields)
                for question in self.engine.questions
            )
        return known[fields]

    def frequency(self, patterns: tuple[Pattern, ...], question: Question, name: str) -> int:
        """How often a field of a question has any of the patterns.

        One word on its own is counted at each of its forms; anything longer, or with a choice,
        at each of the places where it begins.
        """
        tokens = self.engine.tokens[question.uid][name]
        if len(patterns) == 1 and len(patterns[0].words) == 1:
            return sum(is_form(token, patterns[0].words[0]) for token in tokens)
        places = {place for pattern in patterns for place in begins(pattern, tokens)}
        return len(places)


def are_one_name(first: RowWord, second: RowWord) -> bool:
    """Whether two words are of the name of one sigle."""
    return first.leaf.named is not None and first.leaf.named == second.leaf.named


def begins(pattern: Pattern, tokens: list[Token]) -> Iterable[int]:
    """The places where a pattern begins."""
    at: dict[int, list[Token]] = {}
    for token in tokens:
        at.setdefault(token.position, []).append(token)

    def stands(word: Forms, place: int) -> bool:
        return any(is_form(token, word) for token in at.get(place, ()))

    for place in at:
        if pattern.slop is None:
            if all(stands(word, place + offset) for offset, word in enumerate(pattern.words)):
                yield place
        elif any(stands(word, place) for word in pattern.words):
            window = range(place, place + len(pattern.words) + pattern.slop)
            if all(
                sum(stands(word, inside) for inside in window) >= pattern.words.count(word)
                for word in pattern.words
            ):
                yield place


def is_form(token: Token, forms: Forms) -> bool:
    return token.term in forms or token.accented in forms


def typed_sigle(text: str, parts: Sequence[Token]) -> Sigle | None:
    """The sigle that a word is; one that is an ordinary word too has to be in capitals."""
    capitals = text[parts[0].start : parts[-1].end] == text[parts[0].start : parts[-1].end].upper()
    for sigle in sigles():
        if [sigle.letters.lower()] == [part.term for part in parts]:
            return sigle if capitals or not sigle.is_word else None
    return None


def developed_forms(nodes: Sequence[Node]) -> Iterable[tuple[int, int, Sigle]]:
    """Where words in a row are the developed form of a sigle: from the left, the longest."""
    known = {
        compared(form): sigle for sigle in sigles() if not sigle.is_word for form in sigle.forms
    }
    end = 0
    for first in range(len(nodes)):
        for last in reversed(range(first, len(nodes))):
            row = nodes[first : last + 1]
            if first < end or not all(isinstance(node, Word) for node in row):
                continue
            said = [compared(node.text) for node in row if isinstance(node, Word)]
            sigle = known.get(" ".join(filter(None, said)))
            if sigle is not None and said[0] and said[-1]:
                end = last + 1
                yield first, end, sigle


def compared(text: str) -> str:
    """Words without accents, plurals, glued forms and optional words, to be compared."""
    terms = [token.term for token in analyze(text) if not token.glued]
    kept = [term for term in terms if term not in OPTIONAL_WORDS]
    return " ".join(re.sub("au$", "al", re.sub("[sx]$", "", term)) for term in kept)


def typed_form(token: Token) -> str:
    return token.accented or token.term


def typed_pattern(parts: Iterable[Token], slop: int | None = None) -> Pattern:
    return Pattern(tuple(frozenset([typed_form(part)]) for part in parts), slop)


def length_of(tokens: Iterable[Token]) -> int:
    return sum(not token.glued for token in tokens)


def required_parts(nodes: Iterable[Node]) -> list[Node]:
    """The parts of a conjunction without the optional words, unless there is nothing to find."""
    said = [node for node in dict.fromkeys(nodes) if not says_nothing(node)]
    kept = [node for node in said if not is_optional(node)]
    return kept if any(not isinstance(node, Not) for node in kept) else said


def is_optional(node: Node) -> bool:
    if not isinstance(node, Word):
        return False
    tokens = analyze(node.text)
    return len(tokens) == 1 and may_be_left_out(node.text, tokens[0])


def may_be_left_out(text: str, token: Token) -> bool:
    """Whether a word is one of the optional ones; a single capital (`hépatite A`) is a name."""
    typed = text[token.start : token.end]
    return typed_form(token) in OPTIONAL_WORDS and typed not in set("ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def may_be_lacking(node: Node | Leaf) -> bool:
    """Whether the closest questions may do without it: words, and alternatives between words."""
    match node:
        case Word() | Prefix() | Leaf():
            return True
        case And(nodes) | Or(nodes):
            said = [part for part in nodes if not says_nothing(part)]
            kept = required_parts(nodes) if isinstance(node, And) else said
            return all(may_be_lacking(part) for part in kept)
    return False


def says_nothing(node: Node) -> bool:
    """Whether there is no letter and no digit to look for."""
    match node:
        case Word(text) | Prefix(text) | Phrase(text) | Draft(text):
            return not analyze(text)
        case Not(inner) | Fielded(_, inner):
            return says_nothing(inner)
        case And(nodes) | Or(nodes):
            return all(says_nothing(part) for part in nodes)
        case Everything():
            return True


def facet_value(question: Question, facet: Facet) -> str | None:
    match facet.name:
        case "annee":
            return str(question.date_question.year) if question.date_question else None
        case "signalee":
            return "1" if question.date_signalement else None
        case "legislature":
            return str(question.legislature)
    value: str | None = getattr(question, facet.name)
    return value


def answers_to(question: Question, facet: Facet, alias: str) -> bool:
    own: str | None = getattr(question, facet.aliases) if facet.aliases else None
    return own is not None and identity(own) == identity(alias)


def within(day: date | None, start: date | None, end: date | None) -> bool:
    if start is None and end is None:
        return True
    return day is not None and (start or day) <= day <= (end or day)


def newest_first(day: date | None) -> float:
    return math.inf if day is None else -day.toordinal()


def oldest_first(day: date | None) -> float:
    return math.inf if day is None else day.toordinal()

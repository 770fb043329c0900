"""Clauses in Whoosh's own queries: its searcher is an oracle for documents and totals."""

from __future__ import annotations

from itertools import combinations, product

from whoosh import query
from whoosh.reading import IndexReader

from search.expansion import AllOf, AnyOf, AtLeast, Clause, NoneOf, Slot, TermsBeginning, Unit
from search.expansion import Sequence as WordSequence


class NoStockQuery(ValueError):
    """Words near each other in any order, all in one window: Whoosh has no query for that."""


def stock_query(clause: Clause, reader: IndexReader) -> query.Query:
    """A clause in Whoosh's own queries.

    Args:
        clause: what is looked for.
        reader: of the index, whose terms stand for a prefix inside a phrase.

    Raises:
        NoStockQuery: a part of it cannot be said.
    """
    match clause:
        case Unit(fields=fields, alternatives=alternatives):
            return query.Or([_stock(one, name, reader) for one in alternatives for name in fields])
        case AllOf(children):
            return query.And([query.Every(), *(stock_query(child, reader) for child in children)])
        case AnyOf(children):
            return query.Or([stock_query(child, reader) for child in children])
        case NoneOf(child):
            return query.And([query.Every(), query.Not(stock_query(child, reader))])
        case AtLeast(minimum, children, required):
            enough = AnyOf(tuple(AllOf(some) for some in combinations(children, minimum)))
            return stock_query(AllOf((enough, *required)), reader)


def _stock(sequence: WordSequence, field: str, reader: IndexReader) -> query.Query:
    if len(sequence.slots) == 1:
        (slot,) = sequence.slots
        if isinstance(slot, TermsBeginning):
            return query.Prefix(field, slot.prefix)
        return query.Or([query.Term(field, form) for form in sorted(slot)])
    if sequence.slop is not None:
        raise NoStockQuery(str(sequence))
    forms = [_forms(slot, field, reader) for slot in sequence.slots]
    return query.Or([query.Phrase(field, list(words)) for words in product(*forms)])


def _forms(slot: Slot, field: str, reader: IndexReader) -> list[str]:
    if isinstance(slot, TermsBeginning):
        return [term.decode() for term in reader.expand_prefix(field, slot.prefix)]
    return sorted(slot)

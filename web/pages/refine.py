"""I have results; what can the reader change? Chips, sorts, views, pages and exact words.

Everything here is a link, computed from `SearchResults` and ready to show; what is ticked is in
`web.pages.panel`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from flask import Flask

from search.description import PERIODS, RENEWED, describe_period
from search.facets import FACET, identity
from search.request import MOST_PER_PAGE, PER_PAGE, SORTS, SearchRequest
from search.results import SearchResults
from search.sigles import Widening
from web.display import unbreakable
from web.view import VIEW_PARAMETERS, View, results_url

PAGE_SIZES: Final = (PER_PAGE, 25, 50, MOST_PER_PAGE)
_QUERY_WORD: Final = re.compile(r'(?P<quoted>"[^"]*"?)|(?P<word>[^\s()|":]+)(?![:*])')


@dataclass(frozen=True, slots=True)
class Link:
    """A choice among others: its words, where it leads, and whether it is in force."""

    label: str
    url: str
    current: bool = False


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in force; `url` is the search without it."""

    subject: str
    value: str
    url: str
    excluded: bool = False

    @property
    def removal(self) -> str:
        """What its link does, said in full."""
        value = f"sauf {self.value}" if self.excluded else self.value
        named = f"{self.subject} : {value}" if self.subject else value
        return f"Retirer le filtre {named}"


@dataclass(frozen=True, slots=True)
class Indication:
    """A sentence about the search; `exact_url` looks for `words` alone, when more was searched."""

    sentence: str
    words: str | None = None
    exact_url: str | None = None


@dataclass(frozen=True, slots=True)
class WordForms:
    """A searched word, the forms found for it, and the search for exactly what was typed."""

    word: str
    forms: tuple[tuple[str, int], ...]
    exact_url: str | None


def register_refine(app: Flask) -> None:
    """Give templates the address of a search's results as a filter."""
    app.jinja_env.filters["adresse"] = results_url


def chips(request: SearchRequest, view: View, path: str = "/") -> list[Chip]:
    """The filters in force, in the order of the parameters; `path` is the page they lead to."""
    return [*_facet_chips(request, view, path), *_other_chips(request, view, path)]


def _facet_chips(request: SearchRequest, view: View, path: str) -> Iterator[Chip]:
    for name, choices in request.filters.items():
        for choice in choices:
            yield Chip(
                FACET[name].label,
                FACET[name].alone(choice.valeur),
                view.url(request.without_choice(name, choice.valeur), path),
                choice.exclue,
            )


def _other_chips(request: SearchRequest, view: View, path: str) -> Iterator[Chip]:
    if request.renouvelee:
        yield Chip("", RENEWED, view.url(request.replace(renouvelee=False), path))
    for subject, since, until in PERIODS:
        bounds = (getattr(request, since), getattr(request, until))
        if any(bounds):
            without_dates = request.replace(**{since: None, until: None})
            words = unbreakable(describe_period(subject, *bounds))
            yield Chip("", words, view.url(without_dates, path))


def carried_params(request: SearchRequest, *, without: Iterable[str]) -> list[tuple[str, str]]:
    """The parameters a form must carry along: all but its own fields, `without`, and the page."""
    dropped = {"page", *without}
    return [(name, value) for name, value in request.to_params() if name not in dropped]


def sort_links(request: SearchRequest, view: View) -> list[Link]:
    """The sorts; relevance is one only when there are words to be relevant to."""
    return [
        Link(
            label,
            view.url(request.replace(tri=None if key == request.default_sort else key)),
            key == request.sort,
        )
        for key, label in SORTS.items()
        if request.q or key != "pertinence"
    ]


def size_links(request: SearchRequest, view: View) -> list[Link]:
    """How many results a page may hold."""
    return [
        Link(str(size), view.url(request.replace(par=size)), size == request.par)
        for size in PAGE_SIZES
    ]


def view_links(request: SearchRequest, view: View) -> list[Link]:
    """The ways of showing the questions of this very page: excerpts, or whole texts."""
    return [
        Link(label, view.replace(vue=vue).url(request), vue == view.vue)
        for vue, label in VIEW_PARAMETERS["vue"].items()
    ]


def page_links(results: SearchResults, view: View) -> list[Link | None]:
    """The first page, the last, and those around the current one; None stands for a gap."""
    current, last = results.request.page, results.pages
    near = {1, last, *range(current - 1, current + 2)}
    numbers = sorted(number for number in near if 1 <= number <= last)
    links: list[Link | None] = []
    before = 0
    for number in numbers:
        if number == before + 2:
            links.append(_page_link(results.request, view, number - 1))
        elif number > before + 2:
            links.append(None)
        links.append(_page_link(results.request, view, number))
        before = number
    return links


def _page_link(request: SearchRequest, view: View, number: int) -> Link:
    url = view.url(request.replace(page=number))
    return Link(str(number), url, number == request.page)


def indications(results: SearchResults, view: View) -> list[Indication]:
    """What is said about the search; what a sigle adds can be refused."""
    widenings = {widening.sentence: widening for widening in results.widenings}
    return [
        Indication(sentence, widening.typed, _refusal_url(results.request, view, widening))
        if (widening := widenings.get(sentence))
        else Indication(sentence)
        for sentence in results.indications
    ]


def _refusal_url(request: SearchRequest, view: View, widening: Widening) -> str | None:
    """The same search with the typed words between quotes, which nothing widens."""
    start, end = widening.span
    words = request.q[start:end]
    # Operators and parentheses between the words would be words between quotes.
    if not words.endswith(widening.typed):
        return None
    exact = f'{request.q[:start]}"{words}"{request.q[end:]}'
    return view.url(request.replace(q=exact))


def word_forms(results: SearchResults, view: View) -> list[WordForms]:
    """The searched words that stood for several forms, or for another form than their own."""
    return [
        WordForms(word, tuple(forms.items()), _exact_url(results.request, view, word))
        for word, forms in results.formes.items()
        if forms.keys() - {word}
    ]


def _exact_url(request: SearchRequest, view: View, word: str) -> str | None:
    for match in _QUERY_WORD.finditer(request.q):
        typed = match["word"]
        if typed and identity(typed.removeprefix("-")) == identity(word):
            start = match.start() + typed.startswith("-")
            exact = f'{request.q[:start]}"{typed.removeprefix("-")}"{request.q[match.end() :]}'
            return view.url(request.replace(q=exact))
    return None

"""Who visits, how often, and what they ask for one after the other.

A visit is a generator: it gives what to ask, and is sent the reply. It opens no connection, so
that whoever times it decides how.
"""

from __future__ import annotations

import html
import json
import random
import re
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Final, NamedTuple
from urllib.parse import urlencode

from benchmarks.load.http import Reply
from benchmarks.load.searches import KINDS as SEARCHES
from benchmarks.load.searches import SORTS

Params = list[tuple[str, str]]

MOST_EXPORTED: Final = 2_000
"""Questions in a table that is taken away: spreadsheets get slow beyond, so people narrow first."""

FEEDS: Final = 40
"""Searches that are followed; the programs that do come again and again."""

_NEW_BROWSERS: Final = 0.4
"""How many visitors come for the first time: the others' browsers keep the static files."""

_STATIC: Final = re.compile(r'"(/static/[^"]+)"')
_QUESTION: Final = re.compile(r'href="(/questions/QANR[^"]+)"')


class Ask(NamedTuple):
    """What is asked for.

    Attributes:
        kind: a name of `KINDS`.
        path: with its parameters.
        headers: beside those of every request.
        search: the place in the plan of the search whose total the answer tells; None for none.
    """

    kind: str
    path: str
    headers: Mapping[str, str] = {}
    search: int | None = None


Steps = Generator[Ask, Reply, None]


class Kind(NamedTuple):
    """A kind of request.

    Attributes:
        is_page: whether people wait for it and read it: the pages whose times are promised.
        expected: the statuses that are no error.
    """

    is_page: bool
    expected: tuple[int, ...] = (200,)


KINDS: Final[Mapping[str, Kind]] = {
    **{f"results: {kind}": Kind(is_page=True) for kind in SEARCHES},
    "results: narrowed": Kind(is_page=True),
    "results: another sort": Kind(is_page=True),
    "results: second page": Kind(is_page=True),
    "question": Kind(is_page=True),
    "statistics": Kind(is_page=True),
    "home": Kind(is_page=True),
    "help": Kind(is_page=True),
    "corpus": Kind(is_page=True),
    "about": Kind(is_page=True),
    "suggestions": Kind(is_page=False),
    "static file": Kind(is_page=False),
    "API: search": Kind(is_page=False),
    "API: question": Kind(is_page=False),
    "API: facet": Kind(is_page=False),
    "description of a search": Kind(is_page=False),
    "feed": Kind(is_page=False, expected=(200, 304)),
    "robots and sitemap": Kind(is_page=False),
    "health": Kind(is_page=False),
    "export": Kind(is_page=False),
    "unknown question": Kind(is_page=False, expected=(404,)),
    "malformed address": Kind(is_page=False, expected=(400,)),
    "bare page": Kind(is_page=False),
}


@dataclass(slots=True)
class Crowd:
    """What all visitors of one run share.

    Attributes:
        searches: the parameters of searches with their kinds, in the order they are typed.
        uids: questions that are arrived at. values: facets with a value, to narrow by.
        chance: draws everything. tags: the last ETag of each feed, by address.
    """

    searches: Sequence[tuple[str, Params]]
    uids: Sequence[str]
    values: Sequence[tuple[str, str]]
    chance: random.Random
    tags: dict[str, str] = field(default_factory=dict)
    _turn: count[int] = field(default_factory=count)

    def next_search(self) -> int:
        """The place of a search that nobody has typed yet, until all are."""
        return next(self._turn) % len(self.searches)


class Visitor:
    """Somebody with a search in mind, and a browser.

    Attributes:
        search: its place in the plan. params: of the search as it stands, narrowed or not.
        page: the last page of results. kept: addresses of static files that the browser has.
    """

    def __init__(self, crowd: Crowd) -> None:
        self.crowd, self.chance = crowd, crowd.chance
        self.search = crowd.next_search()
        self.kind, params = crowd.searches[self.search]
        self.params = list(params)
        self.page = ""
        self.kept: set[str] | None = set() if self.chance.random() < _NEW_BROWSERS else None

    def look(self, kind: str, path: str) -> Steps:
        """A page, and what it needs that the browser doesn't have yet."""
        reply = yield Ask(kind, path, {"Accept": "text/html"})
        self.page = reply.text()
        if self.kept is not None:
            for needed in dict.fromkeys(_STATIC.findall(self.page)):
                if needed not in self.kept:
                    self.kept.add(needed)
                    yield Ask("static file", needed)


def look_home(visitor: Visitor) -> Steps:
    """The home page."""
    yield from visitor.look("home", "/")


def type_letters(visitor: Visitor) -> Steps:
    """The words of the search as they are typed: some letters, then those that complete them."""
    typed = dict(visitor.params).get("q", "")
    size = 0
    for _ in range(8):
        size += visitor.chance.choice((1, 2, 2, 3))
        if size > len(typed):
            return
        yield Ask("suggestions", _address("/api/v1/suggestions", [("q", typed[:size])]))


def look_for_it(visitor: Visitor) -> Steps:
    """The results of the search."""
    yield from visitor.look(f"results: {visitor.kind}", _address("/", visitor.params))


def narrow(visitor: Visitor) -> Steps:
    """The same, within a value of a facet."""
    visitor.params.append(visitor.chance.choice(visitor.crowd.values))
    yield from visitor.look("results: narrowed", _address("/", visitor.params))


def sort(visitor: Visitor) -> Steps:
    """The same, in another order."""
    params = [*without(visitor.params, "tri"), ("tri", visitor.chance.choice(SORTS))]
    yield from visitor.look("results: another sort", _address("/", params))


def turn_page(visitor: Visitor) -> Steps:
    """What comes next, when there is more than a page."""
    if "page=2" in visitor.page:
        second = _address("/", [*visitor.params, ("page", "2")])
        yield from visitor.look("results: second page", second)


def read(visitor: Visitor) -> Steps:
    """A question of the page, then that page again: it is asked for when one goes back."""
    links = _QUESTION.findall(visitor.page)
    if links:
        yield from visitor.look("question", html.unescape(visitor.chance.choice(links)))
        if visitor.chance.random() < 0.5:
            yield from look_for_it_again(visitor)


def look_for_it_again(visitor: Visitor) -> Steps:
    """The results as they were last seen."""
    narrowed = visitor.params != visitor.crowd.searches[visitor.search][1]
    kind = "results: narrowed" if narrowed else f"results: {visitor.kind}"
    yield from visitor.look(kind, _address("/", visitor.params))


def count_it(visitor: Visitor) -> Steps:
    """The search in figures."""
    params = without(visitor.params, "tri")
    yield from visitor.look("statistics", _address("/statistiques", params))


def arrive(visitor: Visitor) -> Steps:
    """Any question, from elsewhere."""
    yield from visitor.look("question", f"/questions/{visitor.chance.choice(visitor.crowd.uids)}")


def count_everything(visitor: Visitor) -> Steps:
    """All questions in figures."""
    yield from visitor.look("statistics", "/statistiques")


def ask_for_help(visitor: Visitor) -> Steps:
    """The language of queries."""
    yield from visitor.look("help", "/aide")


def look_at_corpus(visitor: Visitor) -> Steps:
    """What the site holds."""
    yield from visitor.look("corpus", "/corpus")


def look_about(visitor: Visitor) -> Steps:
    """What the site says of itself."""
    yield from visitor.look("about", "/a-propos")


def ask_api(visitor: Visitor) -> Steps:
    """A search, by a program."""
    search = visitor.crowd.next_search()
    _, params = visitor.crowd.searches[search]
    yield Ask("API: search", _address("/api/v1/questions", params), search=search)


def get_record(visitor: Visitor) -> Steps:
    """A question, by a program."""
    uid = visitor.chance.choice(visitor.crowd.uids)
    yield Ask("API: question", f"/api/v1/questions/{uid}")


def complete_facet(visitor: Visitor) -> Steps:
    """The authors of a search whose name begins by two letters, by a program."""
    params = [*visitor.params, ("prefixe", visitor.chance.choice(("ma", "be", "du", "le", "ga")))]
    yield Ask("API: facet", _address("/api/v1/facettes/auteur", params))


def poll_feed(visitor: Visitor) -> Steps:
    """A feed, unless it is still what its reader has."""
    followed = visitor.chance.randrange(min(FEEDS, len(visitor.crowd.searches)))
    path = _address("/recherche.atom", visitor.crowd.searches[-1 - followed][1])
    known = visitor.crowd.tags.get(path)
    reply = yield Ask("feed", path, {"If-None-Match": known} if known else {})
    if "etag" in reply.headers:
        visitor.crowd.tags[path] = reply.headers["etag"]


def crawl_lists(_: Visitor) -> Steps:
    """What a crawler begins with."""
    yield Ask("robots and sitemap", "/robots.txt")
    yield Ask("robots and sitemap", "/sitemap.xml")


def describe_it(visitor: Visitor) -> Steps:
    """The total of a search with the generation that it was counted in."""
    search = visitor.crowd.next_search()
    _, params = visitor.crowd.searches[search]
    path = _address("/recherche.meta.json", params)
    yield Ask("description of a search", path, search=search)


def take_away(visitor: Visitor) -> Steps:
    """A search as a table, when it is no larger than what people take away."""
    for _ in range(5):
        search = visitor.crowd.next_search()
        _, params = visitor.crowd.searches[search]
        path = _address("/recherche.meta.json", params)
        reply = yield Ask("description of a search", path, search=search)
        if reply.status == 200 and 0 < json.loads(reply.text())["total"] <= MOST_EXPORTED:
            yield Ask("export", _address("/recherche.csv", params))
            return


def follow_dead_link(visitor: Visitor) -> Steps:
    """A question that is not there."""
    yield Ask(
        "unknown question", f"/questions/QANR5L17QE{visitor.chance.randrange(800_000, 900_000)}"
    )


def mistype_address(visitor: Visitor) -> Steps:
    """A page that is no number."""
    params = [*visitor.params, ("page", "deux")]
    yield Ask("malformed address", _address("/", params))


def watch(_: Visitor) -> Steps:
    """What whoever runs the site asks, to be told when it fails."""
    yield Ask("health", "/sante")


def ask_bare(_: Visitor) -> Steps:
    """The page of the bare application."""
    yield Ask("bare page", "/")


class Step(NamedTuple):
    """A part of a visit: what is done, with which chance, and how often at most when it is."""

    do: Callable[[Visitor], Steps]
    chance: float = 1.0
    most: int = 1


class Visit(NamedTuple):
    """A reason to come.

    Attributes:
        name: of it. weight: how many visits in a hundred are of this kind.
        why: so many, and in this way. steps: one after the other.
    """

    name: str
    weight: int
    why: str
    steps: tuple[Step, ...]


VISITS: Final = (
    Visit(
        "looks for something",
        40,
        "what the site is for: words typed, results narrowed until one is read",
        (
            Step(look_home, 0.5),
            Step(type_letters, 0.7),
            Step(look_for_it),
            Step(narrow, 0.4, 2),
            Step(turn_page, 0.25),
            Step(sort, 0.1),
            Step(read, 0.7, 3),
            Step(count_it, 0.08),
        ),
    ),
    Visit(
        "comes from elsewhere",
        24,
        "most readers of public documents come by a search engine, to one page, and some stay",
        (Step(arrive), Step(look_for_it, 0.25), Step(read, 0.4, 2)),
    ),
    Visit(
        "looks around",
        5,
        "what is this site, what does it hold, what do the figures say",
        (
            Step(look_home, 0.6),
            Step(ask_for_help, 0.4),
            Step(look_at_corpus, 0.3),
            Step(look_about, 0.3),
            Step(count_everything, 0.4),
        ),
    ),
    Visit(
        "is a program",
        10,
        "the API is open to all",
        (Step(ask_api, 0.9, 3), Step(get_record, 0.6, 4), Step(complete_facet, 0.2)),
    ),
    Visit(
        "follows a search",
        6,
        "readers of feeds come by the hour, mostly to learn that there is nothing new",
        (Step(poll_feed),),
    ),
    Visit(
        "crawls",
        4,
        "crawlers read everything, one page after the other",
        (Step(crawl_lists, 0.2), Step(arrive, 1.0, 10)),
    ),
    Visit("is checked", 5, "totals to compare with the reference", (Step(describe_it, 1.0, 3),)),
    Visit(
        "takes a table away",
        1,
        "few do, and each costs as much as many pages: kept apart in the figures",
        (Step(take_away),),
    ),
    Visit(
        "errs",
        3,
        "dead links and addresses made by hand: answered by a worded 404 or 400",
        (Step(follow_dead_link, 0.6), Step(mistype_address, 0.6)),
    ),
    Visit("watches", 2, "monitoring asks whether the site is well", (Step(watch),)),
)
"""Who comes, of a hundred visitors; each on a connection of its own, kept until the visit ends."""

BARE: Final = (Visit("asks the bare page", 1, "the measure", (Step(ask_bare, 1.0, 12),)),)
"""As many requests on a connection as a visit to the site has."""


def visit(crowd: Crowd, visits: Sequence[Visit]) -> Steps:
    """All that one visitor asks for."""
    (chosen,) = crowd.chance.choices(visits, [one.weight for one in visits])
    visitor = Visitor(crowd)
    for do, chance, most in chosen.steps:
        if crowd.chance.random() < chance:
            for _ in range(crowd.chance.randint(1, most)):
                yield from do(visitor)


def without(params: Params, name: str) -> Params:
    """The parameters but those of a name."""
    return [(own, value) for own, value in params if own != name]


def _address(path: str, params: Params) -> str:
    return f"{path}?{urlencode(params)}" if params else path

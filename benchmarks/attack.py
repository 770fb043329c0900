"""The worst address that anyone may send: looked for, as an attacker would, and not guessed.

Addresses are made of what the query language and the parameters allow, each costs what it costs
the processor of the site, and the dearest ones are changed again and again. Whoever lowers the
cost of one kind of address so learns which kind comes next.
"""

from __future__ import annotations

import random
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from heapq import nlargest
from itertools import cycle
from pathlib import Path
from statistics import median
from threading import Event, Thread
from typing import Final
from urllib.parse import unquote_plus, urlencode

from flask.testing import FlaskClient

from benchmarks.site import our_server
from benchmarks.workload import Query
from search.engine import open_engine
from search.facets import FACETS
from search.request import LONGEST_QUERY, MOST_PER_PAGE, SIDES, SORTS
from web.application import create_app

PATHS: Final = (
    "/", "/", "/", "/api/v1/questions", "/statistiques", "/statistiques.csv", "/flux.atom",
    "/recherche.meta.json", "/api/v1/suggestions", "/api/v1/facettes/auteur", "/questions/{uid}",
)  # fmt: skip
"""Where searches are sent; results pages more often. Exports are streams, which are capped."""

MOST_RATIO: Final = 20
"""What the dearest address may cost, in usual ones."""

MOST_WAIT: Final = 3
"""How many times longer others may wait beside attackers."""

ATTACKERS: Final = 4
"""Connections that send the dearest addresses, one each at a time: two for each worker."""

AGAIN: Final = 3
"""How often the dearest addresses are sent again: the least time counts."""

_SHOWN: Final = 120
"""Characters of an address that are shown."""

KEPT: Final = 24
"""Addresses that are changed further: the dearest so far."""

_SYNTAX: Final = (
    "{}", "{}", "{}*", '"{} {}"', '"{} {}"~100', '"{} {} {} {}"~100', "-{}", "({} OU {})",
    "question:{}", "reponse:{}*", "{}-{}", "-({} {}*)", "titre:({} OU {}*)",
)  # fmt: skip
_JOINTS: Final = (" ", " ", " OU ", " (", ") ")


@dataclass(frozen=True, slots=True)
class Address:
    """An address, in parts that can be changed one by one.

    Attributes:
        path: without parameters.
        pieces: of the query. joint: what stands between them.
        params: the other parameters.
    """

    path: str
    pieces: tuple[str, ...]
    joint: str = " "
    params: tuple[tuple[str, str], ...] = ()

    @property
    def url(self) -> str:
        """As it is sent."""
        query = self.joint.join(self.pieces)[:LONGEST_QUERY]
        return f"{self.path}?{urlencode([*self.params, ('q', query)])}"


@dataclass(frozen=True, slots=True)
class Attack:
    """What was found.

    Attributes:
        usual: seconds of processor time of the median results page of the workload.
        tried: how many addresses were sent.
        worst: seconds and address, the dearest first.
        refused: how many were answered by anything but 200.
    """

    usual: float
    tried: int
    worst: list[tuple[float, str]]
    refused: int

    @property
    def ratio(self) -> float:
        """The dearest address to the usual one."""
        return self.worst[0][0] / self.usual


@dataclass(frozen=True, slots=True)
class Others:
    """The median seconds of usual pages, with nobody else there and beside attackers.

    Attributes:
        asked: how many were asked for beside attackers.
    """

    calm: float
    attacked: float
    asked: int

    @property
    def ratio(self) -> float:
        """How many times longer others wait."""
        return self.attacked / self.calm


def look_for_worst(
    index: Path,
    workload: Sequence[Query],
    seconds: float,
    seed: int,
    progress: Callable[[int], None] = lambda _: None,
) -> Attack:
    """Look for the dearest address of a site, in this process.

    Args:
        index: what is searched.
        workload: usual searches, whose median is the measure.
        seconds: how long to look.
        seed: another one makes other addresses.
        progress: told the seconds spent.
    """
    with closing(open_engine(index)) as engine:
        client = create_app(engine).test_client()
        materials = _Materials.of(workload, client)
        usual = [f"/?{urlencode(query.params)}" for query in workload if query.params]
        for url in usual:
            client.get(url)  # warms
        cost = median(min(_cost(client, url)[0] for _ in range(1 + AGAIN)) for url in usual)
        return _climb(client, materials, cost, seconds, random.Random(seed), progress)


def measure_others(
    index: Path, workload: Sequence[Query], attack: Attack, seconds: float
) -> Others:
    """How long the usual pages take while the dearest addresses are sent again and again."""
    usual = [f"/?{urlencode(query.params)}" for query in workload if query.params]
    with our_server(index) as server:
        address = server.address
        _wait(address, usual, seconds / 2)  # warms
        calm = _wait(address, usual, seconds)
        stop = Event()
        attackers = [
            Thread(target=_send, args=(address, [url for _, url in attack.worst[place:]], stop))
            for place in range(ATTACKERS)
        ]
        for attacker in attackers:
            attacker.start()
        attacked = _wait(address, usual, seconds)
        stop.set()
        for attacker in attackers:
            attacker.join()
    return Others(median(calm), median(attacked), len(attacked))


def _wait(address: str, urls: Sequence[str], seconds: float) -> list[float]:
    """The seconds that each answer takes, one after the other."""
    taken, end = [], time.monotonic() + seconds
    for url in cycle(urls):
        started = time.perf_counter()
        _read(address + url)
        taken.append(time.perf_counter() - started)
        if time.monotonic() > end:
            break
    return taken


def _send(address: str, urls: Sequence[str], stop: Event) -> None:
    """Send addresses one after the other, whatever is answered."""
    for url in cycle(urls):
        if stop.is_set():
            return
        try:
            _read(address + url)
        except (urllib.error.URLError, ConnectionError):
            continue  # refused: an attacker sends the next one at once


def _read(url: str) -> None:
    """Ask for an address and read the answer to its end."""
    with urllib.request.urlopen(url) as answer:
        answer.read()


def describe_others(others: Others) -> Iterator[str]:
    """What others waited, in lines."""
    yield f"others, calm      {others.calm * 1000:8.1f} ms"
    yield f"others, attacked  {others.attacked * 1000:8.1f} ms   by {ATTACKERS} at once"
    yield f"attacked ÷ calm   {others.ratio:8.1f}"


def describe_attack(found: Attack) -> Iterator[str]:
    """What was found, in lines."""
    yield f"usual page        {found.usual * 1000:8.1f} ms"
    yield f"addresses tried   {found.tried:8,}"
    yield f"refused           {found.refused:8,}"
    yield f"dearest ÷ usual   {found.ratio:8.1f}"
    for seconds, url in found.worst:
        yield f"{seconds / found.usual:6.1f}  {unquote_plus(url)[:_SHOWN]}"


def _climb(  # noqa: PLR0913, PLR0917 - the state of one search
    client: FlaskClient,
    materials: _Materials,
    usual: float,
    seconds: float,
    chance: random.Random,
    progress: Callable[[int], None],
) -> Attack:
    """Make addresses at random, then change the dearest, in turns."""
    started = time.monotonic()
    costs: dict[Address, float] = {}
    refused = 0
    while (spent := time.monotonic() - started) < seconds:
        progress(int(spent))
        kept = nlargest(KEPT, costs, key=costs.__getitem__)
        changed = kept and chance.random() < min(0.7, spent / seconds * 2)
        address = (
            materials.change(chance.choice(kept), chance) if changed else materials.make(chance)
        )
        if address not in costs:
            costs[address], status = _cost(client, address.url)
            refused += status != 200
    dearest = nlargest(KEPT, costs, key=costs.__getitem__)
    # The first time may have met a cold cache, and whatever else runs only adds.
    again = [
        (min(costs[one], *(_cost(client, one.url)[0] for _ in range(AGAIN))), one.url)
        for one in dearest
    ]
    return Attack(usual, len(costs), sorted(again, reverse=True), refused)


def _cost(client: FlaskClient, url: str) -> tuple[float, int]:
    """The processor's seconds that an answer takes, read to its end; and its status."""
    started = time.thread_time()
    with client.get(url) as answer:
        for _ in answer.iter_encoded():
            pass
        return time.thread_time() - started, answer.status_code


@dataclass(frozen=True, slots=True)
class _Materials:
    """What addresses are made of.

    Attributes:
        words: that questions hold, from rare to common.
        filters: parameters with values that questions bear.
        uids: of some questions.
    """

    words: Sequence[str]
    filters: Sequence[tuple[str, str]]
    uids: Sequence[str]

    @classmethod
    def of(cls, workload: Sequence[Query], client: FlaskClient) -> _Materials:
        words = {
            word for query in workload for word in (*query.words, *query.phrase, *query.either)
        }
        answer = client.get(f"/api/v1/questions?par={MOST_PER_PAGE}").get_json()
        filters = [
            (facet.name, value["valeur"])
            for facet in FACETS
            for value in answer["facettes"][facet.name]["valeurs"]
            if isinstance(value["valeur"], str)
        ]
        return cls(sorted(words), filters, [hit["uid"] for hit in answer["resultats"]])

    def make(self, chance: random.Random) -> Address:
        """An address at random."""
        number = chance.choice((1, 2, 3, 8, 30, 100, 400))
        same = chance.choice(_SYNTAX) if chance.random() < 0.5 else None
        pieces = tuple(self._piece(chance, same) for _ in range(number))
        path = chance.choice(PATHS).format(uid=chance.choice(self.uids))
        return Address(path, pieces, chance.choice(_JOINTS), tuple(self._params(chance)))

    def change(self, address: Address, chance: random.Random) -> Address:
        """An address with one thing changed."""
        pieces = list(address.pieces)
        place = chance.randrange(len(pieces))
        match chance.randrange(8):
            case 0:
                pieces[place] = self._piece(chance, None)
            case 1:
                pieces.insert(place, self._piece(chance, None))
            case 2:
                pieces += [self._piece(chance, None) for _ in range(len(pieces))]
            case 3:
                pieces += pieces
            case 4:
                pieces = pieces[: place + 1]
            case 5:
                return replace(address, joint=chance.choice(_JOINTS))
            case 6:
                return replace(address, params=tuple(self._params(chance)))
            case _:
                path = chance.choice(PATHS).format(uid=chance.choice(self.uids))
                return replace(address, path=path)
        return replace(address, pieces=tuple(pieces[:LONGEST_QUERY]))

    def _piece(self, chance: random.Random, syntax: str | None) -> str:
        syntax = syntax or chance.choice(_SYNTAX)
        return syntax.format(*(self._word(chance) for _ in range(syntax.count("{}"))))

    def _word(self, chance: random.Random) -> str:
        word = chance.choice(self.words)
        match chance.randrange(8):
            case 0:
                return chance.choice("abcdefghijklmnopqrstuvwxyz")
            case 1:
                return word[: chance.randrange(1, 4)]
            case 2:
                # A slip of the pen, for which others are looked for.
                place = chance.randrange(len(word))
                return word[:place] + chance.choice("aeiourstln") + word[place + 1 :]
            case 3:
                return chance.choice(("de", "la", "les", "et", "des", "en", "que", "pour", "CNAM"))
            case _:
                return word

    def _params(self, chance: random.Random) -> Iterator[tuple[str, str]]:
        if chance.random() < 0.6:
            yield "par", str(MOST_PER_PAGE)
        if chance.random() < 0.5:
            yield "tri", chance.choice(list(SORTS))
        if chance.random() < 0.3:
            yield "page", str(chance.choice((2, 100, 1000, 9999)))
        if chance.random() < 0.2:
            yield "champ", chance.choice(list(SIDES))
        if chance.random() < 0.3:
            yield "vue", "texte"
        number = min(chance.choice((0, 0, 1, 5, 40)), len(self.filters))
        for name, value in chance.sample(self.filters, number):
            yield name, chance.choice((value, f"-{value}"))

"""What visitors are about to ask of a new generation of the index, asked once before they do.

Opening a generation reads nothing; what costs a pass over all its questions is computed when it is
first asked for, and kept. Without a rehearsal the first visitors after each build would wait for
it, several at once, ten times as long as those after them.
"""

from __future__ import annotations

from typing import Final

from search.engine import Engine
from search.request import SearchRequest
from web.pages.help import read_help
from web.pages.home import read_home
from web.site import Site

_A_SLIP: Final = "qeustion"
"""Words that look like one that no question holds are looked for among all of them."""


def rehearse(site: Site, engine: Engine) -> None:
    """Ask an engine once for each kind of thing that pages show.

    Args:
        site: whose pages read some things once for each generation.
        engine: of the generation that is about to answer.
    """
    results = engine.search(SearchRequest(), with_timeline=True)
    for hit in results.hits[:1]:
        engine.same_answer(hit.question)
        engine.similar(hit.question)
    engine.search(SearchRequest(q=_A_SLIP))
    engine.suggest(SearchRequest(q=_A_SLIP[:1]))
    engine.statistics(SearchRequest())
    engine.corpus()
    for read in (read_home, read_help):
        site.read_ahead(engine, read)

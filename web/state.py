"""The state of the data, which every page tells: asked once a request."""

from __future__ import annotations

from flask import g

from index.sync.freshness import is_stale
from search.engine import Health
from web.display import duration
from web.site import current_site


def state_of_the_data() -> Health | None:
    """What the index holds, as it was when this request first asked; None once forgotten.

    Raises:
        QuestionsError: the index can't be read.
    """
    if "sante" not in g:
        g.sante = current_site().engine.health()
    health: Health | None = g.sante
    return health


def forget_the_data() -> None:
    """Answer this request without the state of the data, which can't be had."""
    g.sante = None


def too_old_for() -> str | None:
    """How long ago the newest JO came out, in words, when that is too long.

    Raises:
        QuestionsError: the index can't be read.
    """
    if "perime_depuis" not in g:
        g.perime_depuis = _too_old_for(state_of_the_data())
    words: str | None = g.perime_depuis
    return words


def _too_old_for(health: Health | None) -> str | None:
    # Fictional questions have no age: nobody will ever publish more of them.
    if health is None or health.fictional or health.donnees_au is None:
        return None
    today = current_site().today()
    return duration(health.donnees_au, today) if is_stale(health.donnees_au, today) else None

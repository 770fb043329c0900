"""How a search is shown is read from the address, and written back to it."""

from __future__ import annotations

import pytest

from search.request import BadRequest, SearchRequest
from web.view import VIEW_PARAMETERS, View, read_view


@pytest.mark.parametrize(
    ("name", "value"),
    [(name, value) for name, values in VIEW_PARAMETERS.items() for value in values],
)
def test_every_value_is_read_and_written(name: str, value: str) -> None:
    """What an address says comes back in the next one, unless it is the default."""
    view, others = read_view([("q", "eau"), (name, value), ("page", "2")])
    written = [(name, value)] if value != next(iter(VIEW_PARAMETERS[name])) else []

    assert others == [("q", "eau"), ("page", "2")]
    assert view.to_params() == written


def test_every_mistake_is_told() -> None:
    """A value that means nothing is refused with those that would, like a second one."""
    with pytest.raises(BadRequest) as refusal:
        read_view([("vue", "carte"), ("frise", "mois"), ("frise", "annee")])

    assert [(error.parametre, error.message) for error in refusal.value.errors] == [
        ("vue", "Valeur « carte » inconnue. Valeurs possibles : liste, texte."),
        ("frise", "Paramètre « frise » donné deux fois."),
    ]


def test_an_empty_value_counts_as_absent() -> None:
    """As for the parameters of a search."""
    assert read_view([("vue", ""), ("mesure", " ")]) == (View(), [])


def test_an_address_says_the_search_first() -> None:
    """The canonical address comes before what only shows it; nothing at all is every question."""
    view = View(vue="texte", mesure="part")

    assert view.url(SearchRequest(q="eau")) == "/?q=eau&vue=texte&mesure=part"
    assert view.url(SearchRequest(), "/statistiques") == "/statistiques?vue=texte&mesure=part"
    assert View().url(SearchRequest()) == "/?tri=recent"

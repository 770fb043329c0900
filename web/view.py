"""How a search is shown: what a page's address says besides the search itself.

None of it changes what is found, so canonical addresses, exports and the API know nothing of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from search.request import BadRequest, SearchRequest, encode_params
from search.timeline import UNITS
from web.query_string import Params, read_keys

ALL_QUESTIONS: Final = "/?tri=recent"
"""The list of everything: `/` alone is the home page."""

VIEW_PARAMETERS: Final[Mapping[str, Mapping[str, str]]] = {
    "vue": {"liste": "extraits", "texte": "textes entiers"},
    "frise": {"auto": "période", **UNITS},
    "mesure": {"nombre": "nombre de questions", "part": "part de toutes les questions"},
}
"""Each parameter with its values and their French labels; the first one is the default."""

_DEFAULTS: Final = {name: next(iter(values)) for name, values in VIEW_PARAMETERS.items()}


@dataclass(frozen=True, slots=True)
class View:
    """The view of one page.

    Attributes:
        vue: whether excerpts are listed or whole texts are read.
        frise: what a bar of the timeline stands for; `auto` is what its length suggests.
        mesure: whether bars are numbers of questions or shares of all those of the period.
    """

    vue: str = _DEFAULTS["vue"]
    frise: str = _DEFAULTS["frise"]
    mesure: str = _DEFAULTS["mesure"]

    def to_params(self) -> Params:
        """The parameters, defaults left out."""
        values = ((name, getattr(self, name)) for name in VIEW_PARAMETERS)
        return [(name, value) for name, value in values if value != _DEFAULTS[name]]

    def replace(self, **changes: str) -> View:
        """The same view but for some parameters."""
        return replace(self, **changes)

    def url(self, request: SearchRequest, path: str = "/") -> str:
        """The address of a search seen this way."""
        if path == "/" and not request.to_params() and not self.to_params():
            return ALL_QUESTIONS
        params = [*request.to_params(), *self.to_params()]
        return f"{path}?{encode_params(params)}" if params else path


def read_view(params: Iterable[tuple[str, str]]) -> tuple[View, Params]:
    """The view that parameters ask for, and the other parameters.

    An empty value counts as absent.

    Raises:
        BadRequest: a value is unknown, or a parameter is given twice.
    """
    given, others = read_keys(params, VIEW_PARAMETERS)
    return View(**given), others


def readable_view(params: Iterable[tuple[str, str]]) -> View:
    """The view that parameters ask for; the usual one when they can't be read."""
    try:
        return read_view(params)[0]
    except BadRequest:
        return View()


def results_url(request: SearchRequest) -> str:
    """The address of a search's results in the usual view."""
    return View().url(request)

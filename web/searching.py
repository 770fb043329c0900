"""The one way from a query string to results, for the pages and for the API alike."""

from __future__ import annotations

from search.request import SearchRequest
from search.results import SearchResults
from web.query_string import read_params
from web.site import current_site


def run_search(query_string: bytes) -> SearchResults:
    """Search what the query string of a URL asks for.

    Raises:
        BadRequest: a value is malformed, or the query string is too long.
        QuestionsError: the index can no longer be read.
    """
    return current_site().engine.search(SearchRequest.from_params(read_params(query_string)))

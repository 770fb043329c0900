"""What comes out: a request becomes results.

`open_engine(url)` gives an `Engine`; everything else follows from there.
"""

from search.engine import Engine, open_engine
from search.request import SearchRequest
from search.results import SearchResults

__all__ = ["Engine", "SearchRequest", "SearchResults", "open_engine"]

"""A results page on stock Whoosh, as small as a page with the same content can be.

Queries come by their number in the workload, so that no time goes into reading them; the page is
a bare list of titles, passages and counts, without the links, forms and metadata of ours. What
is left is what stock Whoosh takes to answer.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from flask import Flask, render_template_string

from benchmarks.measure import workload_of
from benchmarks.peers import STOCK, load_peer

INDEX_FROM: Final = "BENCHMARK_INDEX"
WORKLOAD_FROM: Final = "BENCHMARK_CORPUS"

_PAGE: Final = """<!doctype html><title>{{ query.about }}</title>
<p>{{ outcome.total }} questions</p>
{% for uid in outcome.uids %}<article><h2>{{ uid }}</h2>
{% for passage in outcome.passages[loop.index0] %}<p>{{ passage | safe }}</p>{% endfor %}</article>
{% endfor %}
{% for name, counts in outcome.facets.items() %}<h3>{{ name }}</h3><ul>
{% for value, number in counts.items() %}<li>{{ value }} ({{ number }})</li>{% endfor %}</ul>
{% endfor %}"""


def make_app() -> Flask:
    """The site over the index and for the corpus that the environment names."""
    app = Flask(__name__)
    peer = load_peer(STOCK)(Path(os.environ[INDEX_FROM]))
    workload = workload_of(Path(os.environ[WORKLOAD_FROM]))

    @app.get("/")
    def ready() -> str:
        return "ready"

    @app.get("/<int:number>")
    def results(number: int) -> str:
        query = workload[number]
        return render_template_string(_PAGE, query=query, outcome=peer.search(query))

    return app

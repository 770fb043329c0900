"""A page that says hello, behind this program's own server: `… -m benchmarks.load.bare_site PORT`.

What Flask and gunicorn take with the same workers and threads, whatever the machine: the measure
that a site's requests a second are set beside.
"""

from __future__ import annotations

import sys
from contextlib import closing

from flask import Flask

from benchmarks.servers import HOST
from web.server import THREADS, WORKERS, bind_address, serve_application


def make_app() -> Flask:
    """An application with one page."""
    app = Flask(__name__)

    @app.get("/")
    def hello() -> str:
        return "<!doctype html>\n<title>Hello</title>\n<p>Hello.</p>\n"

    return app


if __name__ == "__main__":
    with closing(bind_address(HOST, int(sys.argv[1]))) as listener:
        serve_application(make_app, listener, workers=WORKERS, threads=THREADS)

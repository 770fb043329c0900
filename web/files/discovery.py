"""What leads browsers and crawlers here: `/opensearch.xml` with its suggestions, `/robots.txt`."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, current_app, jsonify, request
from flask.typing import ResponseReturnValue

from search.completion import GENRES, TITLE, Suggestion
from web.api.openapi import SUGGESTIONS_PATH, SUGGESTIONS_TYPE
from web.api.routes import find_suggestions
from web.display import counted
from web.files.exports import mention
from web.files.feeds import ATOM_TYPE, FEED_PATH
from web.files.sitemaps import INDEX_PATH
from web.files.xml_document import element, write_document
from web.query_string import first_query, split_params
from web.site import current_site, public_url

discovery = Blueprint("discovery", __name__)

OPENSEARCH: Final = "http://a9.com/-/spec/opensearch/1.1/"
MOZILLA: Final = "http://www.mozilla.org/2006/browser/search/"
DESCRIPTION_TYPE: Final = "application/opensearchdescription+xml"

LONGEST_SHORT_NAME: Final = 16
LONGEST_NAME: Final = 48
"""Characters, by OpenSearch 1.1; browsers refuse a longer short name."""

_TERMS: Final = "q={searchTerms}"
_URLS: Final = (
    ("text/html", "results", f"/?{_TERMS}"),
    (ATOM_TYPE, "results", f"{FEED_PATH}?{_TERMS}"),
    (SUGGESTIONS_TYPE, "suggestions", f"{SUGGESTIONS_PATH}?{_TERMS}"),
    (DESCRIPTION_TYPE, "self", "/opensearch.xml"),
)
"""What can be asked: the type of the answer, what it is, the template of its address."""

_DESCRIPTION: Final = (
    "Rechercher dans les questions des députés et les réponses des ministres, "
    "toutes législatures réunies."
)

_LEFT_OUT: Final = (
    "/*?",
    "/api/",
    "/recherche.",
    "/statistiques?",
    "/statistiques.csv",
    "/sante",
    SUGGESTIONS_PATH,
)
"""What crawlers are asked to leave alone: every combination of filters, and what isn't a page.
Questions and the pages of the site are worth finding."""

_STATIC: Final = "/static/"
"""Allowed though their addresses have a parameter: pages are judged as they look."""


@discovery.get("/opensearch.xml")
def describe_search() -> Response:
    """How to search here, for browsers that add the site to their search engines."""
    settings = current_site().settings
    name, icon = settings.titre, f"{current_app.static_url_path}/icone.svg"
    root = element(
        "OpenSearchDescription",
        attributes={"xmlns": OPENSEARCH, "xmlns:moz": MOZILLA},
        children=(
            element("ShortName", cut_name(name, LONGEST_SHORT_NAME)),
            element("LongName", cut_name(name, LONGEST_NAME)),
            element("Description", _DESCRIPTION),
            element("Tags", "questions députés ministres"),
            *(
                element("Url", "", {"type": type_, "rel": rel, "template": public_url(template)})
                for type_, rel, template in _URLS
            ),
            element(
                "Image",
                public_url(icon),
                {"height": "16", "width": "16", "type": "image/svg+xml"},
            ),
            element("Attribution", mention(None)),
            element("SyndicationRight", "open"),
            element("Language", "fr"),
            element("InputEncoding", "UTF-8"),
            element("OutputEncoding", "UTF-8"),
            element("moz:SearchForm", public_url("/")),
        ),
    )
    return Response(write_document(root), mimetype=DESCRIPTION_TYPE)


def cut_name(name: str, length: int) -> str:
    """A name in at most `length` characters, cut between two words if it can be.

    >>> cut_name("Questions écrites", 16)
    'Questions'
    """
    if len(name) <= length:
        return name
    whole = name[: length + 1].rsplit(" ", 1)[0]
    return whole.rstrip() if len(whole) <= length else name[:length]


@discovery.get(SUGGESTIONS_PATH)
def complete() -> ResponseReturnValue:
    """What may complete a query, in the shape of OpenSearch: browsers show it under their bar."""
    lines = find_suggestions(request.query_string)
    response = jsonify(
        [
            first_query(split_params(request.query_string)),
            [line.texte for line in lines],
            [_said_of(line) for line in lines],
            [public_url(line.url) for line in lines],
        ]
    )
    response.mimetype = SUGGESTIONS_TYPE
    return response


def _said_of(line: Suggestion) -> str:
    genre = GENRES[line.genre]
    return genre if line.genre == TITLE else f"{genre}, {counted(line.nombre, 'question')}"


@discovery.get("/robots.txt")
def show_robots() -> Response:
    """What crawlers are asked to leave alone; of a fictional corpus, everything."""
    if current_site().engine.health().fictional:
        lines = ["User-agent: *", "Disallow: /"]
    else:
        lines = [
            "User-agent: *",
            *(f"Disallow: {path}" for path in _LEFT_OUT),
            f"Allow: {_STATIC}",
            "",
            f"Sitemap: {public_url(INDEX_PATH)}",
        ]
    return Response("\n".join((*lines, "")), mimetype="text/plain")

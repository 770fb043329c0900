"""Every failure in words: a page with a search box, or the API's one shape of error."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flask import Flask, Response, current_app, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, NotFound, ServiceUnavailable

from index.errors import QuestionsError
from search.budget import SearchTooLong, TooManyLongSearches
from search.request import BadRequest, ParameterError, SearchRequest
from web.query_string import parse_leniently, query_text, read_params, readable_query
from web.security import ALLOWED_METHODS
from web.serving.request_log import request_id
from web.state import forget_the_data, state_of_the_data
from web.view import results_url

RETRY_AFTER_SECONDS: Final = 120
RETRY_LONG_AFTER_SECONDS: Final = 5

WORDS: Final[Mapping[int, tuple[str, str]]] = {
    404: ("Page introuvable", "Aucune page à cette adresse. Vérifiez-la, ou faites une recherche."),
    405: (
        "Demande non admise",
        "Ce site se consulte seulement, rien ne peut y être envoyé : méthodes GET et HEAD.",
    ),
    500: ("Erreur imprévue", "Une erreur imprévue s’est produite. Elle a été consignée."),
    503: (
        "Recherche indisponible",
        "Recherche indisponible pour le moment. Réessayez dans quelques minutes.",
    ),
}
FOR_PROGRAMS: Final = ("/api/", "/recherche.", "/statistiques.", "/suggestions.", "/sante")
"""How the addresses begin whose mistakes are told in JSON."""

OTHER_WORDS: Final = ("Demande non comprise", "Cette demande n’a pas pu être comprise.")

_TOO_LONG: Final = "Recherche trop longue : ajoutez un mot ou retirez « * »."
_TOO_MANY: Final = "D’autres recherches longues sont en cours. Réessayez dans quelques secondes."

_HOME: Final = ("Aller à l’accueil", "/")
"""The words and the address of the one link of a page, unless there is a better one."""


class QuestionNotFound(NotFound):
    """No question bears the uid of the address."""

    title = "Question introuvable"
    description = "Aucune question à cette adresse. Vérifiez la législature et le numéro."


class UnknownFacet(NotFound):
    """The API has no facet of that name."""

    title = "Facette inconnue"

    def __init__(self, facets: str) -> None:
        super().__init__(f"Facette inconnue. Facettes possibles : {facets}.")


class TooManyDownloads(ServiceUnavailable):
    """As many whole searches are being sent as this process sends at a time."""

    title = "Téléchargement impossible pour le moment"
    description = "Trop de téléchargements en cours : réessayez dans une minute."
    seconds = 60


_HOLDINGS: Final = ("Voir les questions que contient ce site, et celles qui y manquent", "/corpus")

_PARAMETER_AT_FAULT: Final = {QuestionNotFound: "uid", UnknownFacet: "facette"}


def register_errors(app: Flask) -> None:
    """Make these the only error pages of an application."""
    app.register_error_handler(BadRequest, _bad_request)
    app.register_error_handler(QuestionsError, _unavailable)
    app.register_error_handler(SearchTooLong, _too_long)
    app.register_error_handler(TooManyLongSearches, _too_many)
    app.register_error_handler(TooManyDownloads, _too_many_downloads)
    app.register_error_handler(HTTPException, _http_error)


def error_json(errors: list[ParameterError] | list[tuple[str | None, str]]) -> Response:
    """The API's error body; `parametre` is null when no parameter is at fault."""
    pairs = [(e.parametre, e.message) if isinstance(e, ParameterError) else e for e in errors]
    return jsonify(erreurs=[{"parametre": name, "message": message} for name, message in pairs])


def _bad_request(error: BadRequest) -> ResponseReturnValue:
    if _for_programs():
        return error_json(list(error.errors)), 400
    query, way_out = _what_can_be_kept()
    return (
        _page(
            "Recherche non comprise",
            "Cette adresse contient ce qui ne peut pas être lu :",
            erreurs=error.errors,
            way_out=_resumption(way_out, len(error.errors)),
            recherche=SearchRequest(q=query),
        ),
        400,
    )


def _resumption(url: str | None, mistakes: int) -> tuple[str, str]:
    if url is None:
        return _HOME
    mistaken = "cette valeur" if mistakes == 1 else "ces valeurs"
    return f"Reprendre la recherche sans {mistaken}", url


def _what_can_be_kept() -> tuple[str, str | None]:
    """The query to show again, and the search without its malformed parameters, if one is left."""
    try:
        params = read_params(request.query_string)
    except BadRequest:
        return "", None
    remaining = parse_leniently(params)
    way_out = results_url(remaining) if remaining.to_params() else None
    return readable_query(params), way_out


def _unavailable(error: QuestionsError) -> ResponseReturnValue:
    current_app.logger.error("index unavailable: %s", error)
    return _put_off(*WORDS[503], RETRY_AFTER_SECONDS)


def _too_long(_: SearchTooLong) -> ResponseReturnValue:
    """The query is at fault: it would cost as much at any other time."""
    if _for_programs():
        return error_json([ParameterError("q", _TOO_LONG)]), 400
    query, _way_out = _what_can_be_kept()
    page = _page(
        "Recherche interrompue", _TOO_LONG, way_out=_HOME, recherche=SearchRequest(q=query)
    )
    return page, 400


def _too_many(_: TooManyLongSearches) -> ResponseReturnValue:
    return _put_off("Recherche remise à plus tard", _TOO_MANY, RETRY_LONG_AFTER_SECONDS)


def _too_many_downloads(error: TooManyDownloads) -> ResponseReturnValue:
    return _put_off(error.title, error.description, error.seconds)


def _put_off(title: str, message: str, seconds: int) -> ResponseReturnValue:
    """The answer to a request that may be sent again after so many seconds."""
    return _answer(503, title, message, headers={"Retry-After": str(seconds)})


def _http_error(error: HTTPException) -> ResponseReturnValue:
    """A routing error, one of ours, or (as a 500) any unexpected exception, which Flask logged."""
    if error.code is not None and 300 <= error.code < 400:
        return error
    code = error.code or 500
    headers = {"Allow": ", ".join(ALLOWED_METHODS)} if code == 405 else {}
    if type(error) in _PARAMETER_AT_FAULT:
        title, message = getattr(error, "title", ""), error.description or ""
        return _answer(code, title, message, parameter=_PARAMETER_AT_FAULT[type(error)])
    title, message = WORDS.get(code, OTHER_WORDS)
    if code == 500 and (reference := request_id()):
        message += f" Référence à donner si vous nous écrivez : {reference}."
    return _answer(code, title, message, headers=headers)


def _answer(
    code: int,
    title: str,
    message: str,
    *,
    parameter: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> ResponseReturnValue:
    if _for_programs():
        return error_json([(parameter, message)]), code, dict(headers or {})
    return _page(title, message, way_out=_way_out(code, parameter)), code, dict(headers or {})


def _way_out(code: int, parameter: str | None) -> tuple[str, str]:
    if code == 503:
        return "Réessayer", f"{request.path}?{query_text(request.query_string)}".removesuffix("?")
    return _HOLDINGS if parameter == "uid" else _HOME


def _page(title: str, message: str, *, way_out: tuple[str, str], **context: object) -> str:
    """An error page; it must come out even when the index can't say how old it is."""
    try:
        state_of_the_data()
    except Exception:  # Whatever broke, the reader gets the page.
        forget_the_data()
    values: dict[str, object] = {"erreurs": (), "issue": way_out} | context
    return render_template("erreur.html", titre_erreur=title, message=message, **values)


def _for_programs() -> bool:
    return request.path.startswith(FOR_PROGRAMS)

"""The API in OpenAPI 3.1: `/api/openapi.json`, derived from the declarations of the program.

`OPERATIONS` declares each address once; one more address is one more of its entries.

Left out are `/opensearch.xml`, `/sitemap.xml` with its parts, and `/robots.txt`: browsers and
crawlers look for them by themselves, in formats that have their own specification, and nothing of
them depends on a parameter. A generated client would have no use for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from index.stores.manifest import program_version
from search.facets import FACET
from search.request import PARAMETERS
from web.api.examples import EXAMPLES
from web.api.schemas import SCHEMAS, TEXT, Schema, reference
from web.errors import (
    FOR_PROGRAMS,
    RETRY_AFTER_SECONDS,
    RETRY_LONG_AFTER_SECONDS,
    TooManyDownloads,
)
from web.figures.period_chart import STATISTICS_CSV
from web.figures.tables import LONG_COLUMNS, TABLES
from web.files.exports import CSV, LICENCE, LICENCE_URL, NDJSON, SEPARATORS
from web.files.feeds import ATOM_TYPE, FEED_PATH, MOST_ENTRIES
from web.question.citation import BIBTEX, RIS, CitationFormat
from web.security import ALLOWED_METHODS
from web.settings import Settings

OPENAPI_PATH: Final = "/api/openapi.json"
SUGGESTIONS_PATH: Final = "/suggestions.json"

JSON: Final = "application/json"
HTML: Final = "text/html"
SUGGESTIONS_TYPE: Final = "application/x-suggestions+json"

VALIDATORS: Final = ("ETag", "Cache-Control")
"""What comes with every answer that can be asked for again in vain, and with the 304."""

CONDITION: Final = "If-None-Match"
"""The header that asks again."""

_SEARCH: Final = tuple(parameter.name for parameter in PARAMETERS)
_WHOLE_SEARCH: Final = tuple(name for name in _SEARCH if name not in ("page", "par"))
_WHAT_IS_FOUND: Final = tuple(name for name in _WHOLE_SEARCH if name != "tri")

TAGS: Final[Mapping[str, str]] = {
    "Recherche": "Les recherches du site, page par page.",
    "Questions": "Une question et ce qui l’accompagne.",
    "Exports": "Tous les résultats d’une recherche, dans leur ordre, sans les questions proches.",
    "Suivi": "Les nouveautés d’une recherche.",
    "Chiffres": "Les chiffres d’une recherche.",
    "Service": "L’état du service et sa description.",
}

_INTRODUCTION: Final = """\
Les recherches du site, pour les programmes : lecture seule, sans clé ni inscription.

- Les adresses de `/api/` sont ouvertes aux pages d’autres sites (CORS).
- Chaque adresse admet aussi HEAD, qui donne les mêmes en-têtes sans contenu.
- Redemander avec `If-None-Match` ce que l’on a déjà donne une réponse 304, vide, jusqu’à la \
prochaine mise à jour des données.
- Un paramètre vide compte comme absent ; un paramètre inconnu est ignoré, et signalé dans \
`indications`. Une valeur mal formée, ou donnée deux fois, est refusée en français.
- Aucune recherche n’est une erreur : ce que `q` contient d’incompréhensible est ignoré.
- Les données viennent de l’Assemblée nationale, sous {licence} ; toute réutilisation en mentionne \
la source et la date."""


@dataclass(frozen=True, slots=True)
class Operation:
    """What one address gives.

    Attributes:
        path: the address; what varies in it stands in braces.
        name: `operationId`, by which generated clients call it.
        tag: one of `TAGS`.
        summary: in a few words. description: in sentences.
        content: the schema of what is found, by its media type.
        parameters: names of `_PARAMETERS`.
        others: the statuses that it may give instead of 200, each one of `_OTHER_ANSWERS`.
        headers: names of `_HEADERS` that come with what is found.
        links: where to go from what is found, as OpenAPI writes it.
        unavailable: the schema of the 503, when it isn't the one of errors.
        revalidated: whether a program that has the answer may ask whether it is still the newest.
    """

    path: str
    name: str
    tag: str
    summary: str
    description: str
    content: Mapping[str, Schema]
    parameters: tuple[str, ...] = ()
    others: tuple[int, ...] = (400, 405, 503)
    headers: tuple[str, ...] = ()
    links: Mapping[str, Schema] = field(default_factory=dict)
    unavailable: str = "Erreurs"
    revalidated: bool = True

    @property
    def all_parameters(self) -> tuple[str, ...]:
        """The names of `_PARAMETERS`, the condition among them."""
        return (*self.parameters, *((CONDITION,) if self.revalidated else ()))


def _to_question(pointer: str, description: str) -> Schema:
    """A link to a question whose uid stands in the answer."""
    return {
        "operationId": "lire_question",
        "parameters": {"uid": f"$response.body#{pointer}"},
        "description": description,
    }


def _citation(format_: CitationFormat, description: str) -> Operation:
    """The address of a question as a reference."""
    return Operation(
        f"/questions/{{uid}}.{format_.suffix}",
        f"citer_{format_.suffix}",
        "Questions",
        f"Citer une question en {format_.name}",
        f"{description} Les erreurs y sont des pages, en HTML.",
        {format_.mimetype: TEXT},
        ("uid",),
        others=(301, 404, 405, 503),
        headers=("Content-Disposition",),
    )


OPERATIONS: Final = (
    Operation(
        "/api/v1/questions",
        "chercher_questions",
        "Recherche",
        "Chercher des questions",
        "Une page de résultats, avec ses extraits et ses onze facettes, comme la page du site à "
        "la même adresse sans `/api/v1/questions`.",
        {JSON: reference("Recherche")},
        _SEARCH,
        links={"premiere": _to_question("/resultats/0/uid", "La première question trouvée.")},
    ),
    Operation(
        "/api/v1/questions/{uid}",
        "lire_question",
        "Questions",
        "Lire une question",
        "La question entière, celles qui ont reçu la même réponse et celles qui lui ressemblent.",
        {JSON: reference("QuestionEntiere")},
        ("uid",),
        others=(301, 404, 405, 503),
        links={"proche": _to_question("/proches/0/uid", "La question la plus proche.")},
    ),
    _citation(BIBTEX, "Une entrée `@misc`, dont la clé est celle de la question."),
    _citation(RIS, "Une référence de type `GOVDOC`."),
    Operation(
        "/api/v1/suggestions",
        "completer_recherche",
        "Recherche",
        "Compléter une recherche",
        "Ce qui peut compléter les mots en cours de saisie : dix lignes au plus, chacune avec ce "
        "qu’elle trouve. Les filtres restent en vigueur. La liste est vide si rien ne complète.",
        {JSON: reference("Suggestions")},
        ("saisie", *_SEARCH[1:]),
    ),
    Operation(
        SUGGESTIONS_PATH,
        "completer_recherche_opensearch",
        "Recherche",
        "Compléter une recherche, pour les navigateurs",
        "Les mêmes lignes que `/api/v1/suggestions`, dans la forme d’OpenSearch.",
        {SUGGESTIONS_TYPE: reference("SuggestionsOpenSearch")},
        ("saisie", *_SEARCH[1:]),
    ),
    Operation(
        "/api/v1/facettes/{facette}",
        "compter_facette",
        "Recherche",
        "Compter les valeurs d’une facette",
        "Une facette d’une recherche, limitée aux valeurs dont un mot commence par `prefixe`.",
        {JSON: reference("Facette")},
        ("facette", "prefixe", *_SEARCH),
        others=(400, 404, 405, 503),
    ),
    Operation(
        "/recherche.csv",
        "telecharger_csv",
        "Exports",
        "Télécharger une recherche en CSV",
        "Un tableau pour les tableurs en français : points-virgules et marque d’ordre des "
        "octets. Les textes sont sans balise, les listes jointes par « | », les formules "
        "désamorcées par une apostrophe.",
        {CSV.mimetype: TEXT},
        (*_WHOLE_SEARCH, "sep"),
        headers=("Content-Disposition",),
    ),
    Operation(
        "/recherche.ndjson",
        "telecharger_ndjson",
        "Exports",
        "Télécharger une recherche en NDJSON",
        "Une question par ligne, chacune de la forme `Question`.",
        {NDJSON.mimetype: TEXT},
        _WHOLE_SEARCH,
        headers=("Content-Disposition",),
    ),
    Operation(
        "/recherche.meta.json",
        "decrire_recherche",
        "Exports",
        "Décrire l’export d’une recherche",
        "Ce que sont les deux exports : la recherche, son adresse, ses données et leur citation.",
        {JSON: reference("Export")},
        _WHOLE_SEARCH,
    ),
    Operation(
        FEED_PATH,
        "suivre_recherche",
        "Suivi",
        "Suivre une recherche",
        f"Les {MOST_ENTRIES} questions et réponses les plus récentes d’une recherche, en Atom "
        "(RFC 4287), les dernières parues au JO en premier. Une question et sa réponse sont deux "
        "entrées, un échange en séance une seule. Les questions proches n’y sont pas.",
        {ATOM_TYPE: TEXT},
        _WHAT_IS_FOUND,
    ),
    Operation(
        STATISTICS_CSV,
        "telecharger_statistiques",
        "Chiffres",
        "Télécharger les chiffres d’une recherche en CSV",
        f"Le tableau choisi par `tableau`. Sans lui, tous l’un après l’autre, en quatre colonnes : "
        f"{', '.join(f'`{column}`' for column in LONG_COLUMNS)}. Pour les tableurs en français : "
        "points-virgules, virgules décimales et marque d’ordre des octets.",
        {CSV.mimetype: TEXT},
        (*_WHAT_IS_FOUND, "tableau", "sep"),
        headers=("Content-Disposition",),
    ),
    Operation(
        "/sante",
        "lire_sante",
        "Service",
        "Savoir si le service répond",
        "Ce que contient l’index. 503 s’il ne peut pas être lu.",
        {JSON: reference("Sante")},
        others=(405, 503),
        unavailable="Sante",
        revalidated=False,
    ),
    Operation(
        OPENAPI_PATH,
        "lire_description",
        "Service",
        "Lire cette description",
        "Le présent document, en OpenAPI 3.1.",
        {JSON: {"type": "object", "required": ["openapi", "info", "paths"]}},
        others=(405,),
    ),
)
"""Every address that programs use, in the order of the document."""

_OWN_PARAMETERS: Final[Mapping[str, Schema]] = {
    "uid": {
        "in": "path",
        "required": True,
        "description": "Clé de la question. Dans une autre casse, l’adresse redirige.",
        "schema": TEXT,
    },
    "facette": {
        "in": "path",
        "required": True,
        "description": "Nom de la facette.",
        "schema": {"type": "string", "enum": list(FACET)},
    },
    "saisie": {
        "name": "q",
        "in": "query",
        "description": "Les mots en cours de saisie. Trop longs pour une recherche, rien ne les "
        "complète.",
        "schema": TEXT,
    },
    "prefixe": {
        "in": "query",
        "description": "Début d’un mot des valeurs cherchées.",
        "schema": TEXT,
    },
    "sep": {
        "in": "query",
        "description": "virgule : des virgules entre les cellules, des points décimaux, et pas "
        "de marque d’ordre des octets.",
        "schema": {"type": "string", "enum": list(SEPARATORS)},
    },
    "tableau": {
        "in": "query",
        "description": "Le seul tableau à donner.",
        "schema": {"type": "string", "enum": list(TABLES)},
    },
    CONDITION: {
        "in": "header",
        "description": "`ETag` de la réponse que le programme a déjà, ou plusieurs, séparés par "
        "des virgules.",
        "schema": TEXT,
    },
}
"""Those that are no parameter of a search."""

_PARAMETER_EXAMPLES: Final[Mapping[str, Any]] = {
    "q": "cotisations sociales",
    "legislature": ["17"],
    "statut": ["en_attente", "-en_retard"],
    "ministere": ["Travail et emploi"],
    "groupe": ["Progrès et solidarité"],
    "annee": ["2025"],
    "du": "2025-01-01",
    "reponse_au": "2026-05-12",
    "tri": "recent",
    "saisie": "cotisations agri",
    "champ": "reponse",
    "uid": "QANR5L17QE900074",
    "facette": "ministere",
    "prefixe": "tra",
    "sep": "virgule",
    "tableau": "ministere",
}

_HEADERS: Final[Mapping[str, Schema]] = {
    "Access-Control-Allow-Origin": {
        "description": "Toute page peut lire la réponse.",
        "required": True,
        "schema": {"type": "string", "enum": ["*"]},
    },
    "Access-Control-Expose-Headers": {
        "description": "Les en-têtes que ces pages peuvent lire aussi.",
        "required": True,
        "schema": TEXT,
    },
    "Allow": {
        "description": "Les méthodes admises.",
        "required": True,
        "schema": {"type": "string", "enum": [", ".join(ALLOWED_METHODS)]},
    },
    "Cache-Control": {
        "description": "Une réponse gardée est à redemander avant de servir encore.",
        "required": True,
        "schema": {"type": "string", "enum": ["no-cache"]},
    },
    "Content-Disposition": {
        "description": "Nom du fichier : la clé de la question, ou ce qu’il contient avec la date "
        "des données.",
        "required": True,
        "schema": TEXT,
    },
    "ETag": {
        "description": "Change avec la réponse : à chaque mise à jour des données, au moins.",
        "required": True,
        "schema": TEXT,
    },
    "Link": {
        "description": "`service-desc` : ce document. Pour une recherche, `first`, `prev`, `next` "
        "et `last` : les autres pages de résultats.",
        "required": True,
        "schema": TEXT,
    },
    "Location": {
        "description": "La même adresse dans sa forme usuelle.",
        "required": True,
        "schema": {"type": "string", "format": "uri-reference"},
    },
    "Retry-After": {
        "description": "Secondes après lesquelles réessayer.",
        "required": True,
        "schema": {
            "type": "integer",
            "enum": [RETRY_LONG_AFTER_SECONDS, TooManyDownloads.seconds, RETRY_AFTER_SECONDS],
        },
    },
}

_API_HEADERS: Final = ("Access-Control-Allow-Origin", "Access-Control-Expose-Headers", "Link")
"""What every answer under `/api/` comes with."""


@dataclass(frozen=True, slots=True)
class _Answer:
    """An answer; what it holds, when left out, is what every failure of its address does."""

    description: str
    content: Mapping[str, Schema] | None = None
    headers: tuple[str, ...] = ()


_OTHER_ANSWERS: Final[Mapping[int, _Answer]] = {
    301: _Answer("L’adresse usuelle de la question.", {HTML: TEXT}, ("Location",)),
    304: _Answer("La réponse n’a pas changé.", {}, VALIDATORS),
    400: _Answer("Des valeurs mal formées, toutes énumérées, ou une recherche trop longue."),
    404: _Answer("Rien à cette adresse."),
    405: _Answer("Une autre méthode que GET et HEAD.", headers=("Allow",)),
    503: _Answer(
        "L’index ne peut pas être lu pour le moment, ou trop de recherches longues ou de "
        "téléchargements sont en cours.",
        headers=("Retry-After",),
    ),
}


@cache
def openapi_document(settings: Settings) -> Schema:
    """The whole document; what it says of the site comes from the settings."""
    return {
        "openapi": "3.1.0",
        "info": _info(settings),
        "servers": [{"url": settings.url.rstrip("/") or "/"}],
        "tags": [{"name": name, "description": words} for name, words in TAGS.items()],
        "paths": {operation.path: {"get": _operation(operation)} for operation in OPERATIONS},
        "components": {
            "schemas": {name: _with_example(name) for name in SCHEMAS},
            "parameters": {name: _parameter(name) for name in _used_parameters()},
            "headers": dict(_HEADERS),
        },
    }


def _info(settings: Settings) -> Schema:
    info = {
        "title": settings.titre,
        "version": program_version(),
        "description": _INTRODUCTION.format(licence=LICENCE),
        "license": {"name": LICENCE, "url": LICENCE_URL},
    }
    return info | ({"contact": _contact(settings.contact)} if settings.contact else {})


def _contact(contact: str) -> Schema:
    """The field that fits what whoever runs the site gave to be written to."""
    if contact.startswith(("http://", "https://")):
        return {"url": contact}
    return {"email" if "@" in contact and ":" not in contact else "name": contact}


def _with_example(name: str) -> Schema:
    example = {"examples": [EXAMPLES[name]]} if name in EXAMPLES else {}
    return SCHEMAS[name] | example


def _used_parameters() -> Iterable[str]:
    return dict.fromkeys(name for operation in OPERATIONS for name in operation.all_parameters)


def _parameter(name: str) -> Schema:
    known = {p.name: {"in": "query", "description": p.help, "schema": p.schema} for p in PARAMETERS}
    parameter: Schema = {"name": name} | (known | dict(_OWN_PARAMETERS))[name]
    if parameter["in"] == "query" and parameter["schema"]["type"] != "array":
        # Forms send the fields that were left blank: empty counts as absent.
        parameter["allowEmptyValue"] = True
    if name in _PARAMETER_EXAMPLES:
        parameter["example"] = _PARAMETER_EXAMPLES[name]
    return parameter


def _operation(operation: Operation) -> Schema:
    validators, unchanged = (VALIDATORS, (304,)) if operation.revalidated else ((), ())
    found = _Answer("Ce qui est demandé.", operation.content, (*operation.headers, *validators))
    others = sorted((*operation.others, *unchanged))
    answers = {200: found} | {code: _OTHER_ANSWERS[code] for code in others}
    return {
        "operationId": operation.name,
        "tags": [operation.tag],
        "summary": operation.summary,
        "description": operation.description,
        "parameters": [{"$ref": f"#/components/parameters/{n}"} for n in operation.all_parameters],
        "responses": {
            str(code): _response(operation, code, answer) for code, answer in answers.items()
        },
    }


def _response(operation: Operation, code: int, answer: _Answer) -> Schema:
    headers = answer.headers
    content = _failure(operation.path) if answer.content is None else answer.content
    if code == 503 and operation.unavailable != "Erreurs":
        content, headers = {JSON: reference(operation.unavailable)}, ()
    if operation.path.startswith("/api/"):
        headers = (*_API_HEADERS, *headers)
    response: Schema = {"description": answer.description}
    if headers:
        response["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in headers}
    if content:
        response["content"] = {kind: {"schema": schema} for kind, schema in content.items()}
    if code == 200 and operation.links:
        response["links"] = dict(operation.links)
    return response


def _failure(path: str) -> dict[str, Schema]:
    """What any failure of an address is told in: a page, unless it is for programs."""
    return {JSON: reference("Erreurs")} if path.startswith(FOR_PROGRAMS) else {HTML: TEXT}
